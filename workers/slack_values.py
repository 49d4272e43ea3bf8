"""What Slack tells: messages, files, and why it refuses."""

from dataclasses import dataclass
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from knowledge.errors import TellerError, TransientError
from workers.gate import pause_of

PASSING = {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"}
EVENT = "teller_reply"


class SlackRefusedError(TellerError):
    """Slack will not do that; `code` is its word for why."""

    def __init__(self, code: str) -> None:
        super().__init__(f"Slack refused: {code}")
        self.code = code


class RateLimitedError(TransientError):
    """Slack did nothing, and asks to wait."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message in Slack; `request_id` and `part` are set on Teller's own replies, `files` are names."""

    ts: str
    user: str
    text: str
    request_id: str = ""
    part: int = 0
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class File:
    """A file in Slack."""

    id: str
    name: str
    size: int
    mimetype: str
    url: str
    user: str


def meaning(error: SlackApiError) -> TellerError:
    """Return what a failure that Slack describes means: refused for good, or worth another try."""
    response = error.response
    status = response.status_code if isinstance(response, SlackResponse) else 200
    code = str(response.get("error") or f"HTTP {status}")
    if (after := pause_of(error)) is not None:
        return RateLimitedError("Slack asks to wait", after=after)
    if status >= 500 or code in PASSING:
        return TransientError(f"Slack failed: {code}", after=2)
    return SlackRefusedError(code)


def message_of(found: dict[str, Any]) -> Message:
    """Return a message that Slack describes."""
    metadata = found.get("metadata") or {}
    payload = (metadata.get("event_payload") or {}) if metadata.get("event_type") == EVENT else {}
    return Message(
        ts=found["ts"],
        user=found.get("user") or "",
        text=found.get("text") or "",
        request_id=str(payload.get("id") or ""),
        part=int(payload.get("part") or 0),
        files=tuple(str(each.get("name") or "") for each in found.get("files") or ()),
    )


def called(user: dict[str, Any]) -> str:
    """Return what people call a user."""
    profile = user.get("profile") or {}
    return str(profile.get("display_name") or user.get("real_name") or user.get("name") or user["id"])


def is_guest(user: dict[str, Any], team: str) -> bool:
    """Return whether a user is a guest of the workspace `team`, or of another one."""
    flags = ("is_restricted", "is_ultra_restricted", "is_stranger")
    return any(map(user.get, flags)) or (user.get("team_id") or team) != team
