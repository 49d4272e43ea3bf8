"""Speak to Slack's Web API: every failure is refused for good, or worth another try, and no call waits long."""

import http.client
import logging
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from typing import Any, TypeVar
from urllib.error import URLError

from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from knowledge.errors import TransientError
from workers.gate import Gate, GatedClient, QuietError
from workers.slack_values import (
    EVENT,
    File,
    Message,
    RateLimitedError,
    SlackRefusedError,
    called,
    is_guest,
    meaning,
    message_of,
)

__all__ = ["File", "Message", "RateLimitedError", "Slack", "SlackRefusedError"]

log = logging.getLogger(__name__)

Value = TypeVar("Value")

TIMEOUT = 10
FRESH = 60.0  # Who may see what is never decided on older facts.
ABSENT = {"unknown_method", "missing_scope", "not_allowed_token_type", "feature_not_enabled", "access_denied"}
PATIENCE = 3600.0  # What Slack does not offer this app is not asked for each time.
FEW = 30  # From this many members on, one list of everybody is cheaper than asking for each.


class Slack:
    """A client of Slack's Web API at `url` with the bot's token."""

    def __init__(
        self,
        token: str,
        url: str = "https://slack.com/api/",
        *,
        timeout: int = TIMEOUT,
        gate: Gate | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.url = url if url.endswith("/") else url + "/"
        self.token = token
        self._clock = clock
        self.client = GatedClient(token=token, base_url=self.url, timeout=timeout, gate=gate)
        self._known: dict[Hashable, tuple[float, Any]] = {}
        self._lock = threading.Lock()
        self._absent: dict[str, float] = {}

    # Messages

    def post(
        self,
        channel: str,
        text: str,
        blocks: list[dict[str, Any]] | None = None,
        *,
        thread_ts: str = "",
        request_id: str = "",
        part: int = 0,
    ) -> str:
        """Post a message and return its ts; `request_id` and `part` let it be recognised later."""
        response = self._call(
            self.client.chat_postMessage,
            channel=channel,
            text=text,
            blocks=blocks,
            thread_ts=thread_ts or None,
            metadata=_mark(request_id, part) if request_id else None,
            parse="none",
            unfurl_links=False,
            unfurl_media=False,
        )
        return str(response["ts"])

    def update(
        self, channel: str, ts: str, text: str, blocks: list[dict[str, Any]] | None = None, *, request_id: str = ""
    ) -> None:
        """Replace what a message says."""
        metadata = _mark(request_id, 0) if request_id else None
        self._call(
            self.client.chat_update,
            channel=channel,
            ts=ts,
            text=text,
            blocks=blocks or [],
            metadata=metadata,
            parse="none",
        )

    def start_stream(
        self, channel: str, thread_ts: str, text: str, *, user: str = "", blocks: list[dict[str, Any]] | None = None
    ) -> str:
        """Begin a message that grows, and return its ts; outside direct messages `user` is whom it is for."""
        recipient = {"recipient_team_id": self.team, "recipient_user_id": user} if user else {}
        chunks = [_words(text), *([{"type": "blocks", "blocks": blocks}] if blocks else [])]
        place = {"channel": channel, "thread_ts": thread_ts}
        return str(self._offered("streams", self.client.chat_startStream, **place, chunks=chunks, **recipient)["ts"])

    def append_stream(self, channel: str, ts: str, text: str) -> None:
        """Add to a message that grows."""
        self._call(self.client.chat_appendStream, channel=channel, ts=ts, chunks=[_words(text)])

    def stop_stream(self, channel: str, ts: str) -> None:
        """End the growth of a message; one that does not grow is fine."""
        try:
            self._call(self.client.chat_stopStream, channel=channel, ts=ts)
        except SlackRefusedError as error:
            log.info("Nothing grows at %s in %s: %s", ts, channel, error.code)

    def delete(self, channel: str, ts: str) -> None:
        """Delete a message of Teller's; one that is gone already is fine."""
        try:
            self._call(self.client.chat_delete, channel=channel, ts=ts)
        except SlackRefusedError as error:
            if error.code != "message_not_found":
                raise

    def replies(self, channel: str, thread_ts: str = "", *, oldest: str = "0") -> tuple[Message, ...]:
        """Return the messages of a thread, or those of the channel itself since `oldest`, oldest first."""
        arguments: dict[str, Any] = {"channel": channel, "include_all_metadata": True, "limit": 200}
        if thread_ts:
            pages = self._pages(self.client.conversations_replies, ts=thread_ts, **arguments)
        else:
            pages = self._pages(self.client.conversations_history, oldest=oldest, **arguments)
        found = [message_of(each) for page in pages for each in page["messages"]]
        return tuple(sorted(found, key=lambda message: float(message.ts)))

    def status(self, channel: str, thread_ts: str, words: str) -> bool:
        """Show, or with no words clear, what Teller is doing in a thread; nothing depends on it being seen."""
        if not thread_ts:
            return False
        place = {"channel_id": channel, "thread_ts": thread_ts}
        try:
            self._offered("status", self.client.assistant_threads_setStatus, **place, status=words[:100])
        except (SlackRefusedError, TransientError) as error:
            log.info("No status shown in %s: %s", channel, error)
            return False
        return True

    def session(self, channel: str, thread_ts: str, state: str) -> bool:
        """Say that Teller is at work in a thread (`processing`, with a Stop button) or no longer (`active`)."""
        place = {"channel_id": channel, "thread_ts": thread_ts}
        try:
            self._offered("sessions", self.client.agents_sessions_setStatus, **place, status=state)
        except (SlackRefusedError, TransientError) as error:
            log.info("No session in %s: %s", channel, error)
            return False
        return True

    def offers(self, name: str) -> bool:
        """Return whether Slack has not lately said that it does not offer this app `status`, `sessions`, `streams`."""
        return self._clock() >= self._absent.get(name, float("-inf"))

    def direct(self, user: str) -> str:
        """Return the channel of direct messages with `user`."""
        return str(self._call(self.client.conversations_open, users=[user])["channel"]["id"])

    def upload(
        self, channel: str, name: str, content: bytes, *, thread_ts: str = "", title: str = "", alt: str = ""
    ) -> str:
        """Upload a file into a channel or thread and return its id; `alt` says what a picture shows."""
        response = self._call(
            self.client.files_upload_v2,
            channel=channel,
            filename=name,
            content=content,
            title=title or name,
            thread_ts=thread_ts or None,
            alt_txt=alt or None,
        )
        return str(response["file"]["id"])

    def file(self, id: str) -> File:  # noqa: A002 - Slack's word
        """Return what Slack knows of a file."""
        found = self._call(self.client.files_info, file=id)["file"]
        return File(
            id=found["id"],
            name=found.get("name") or found.get("title") or found["id"],
            size=int(found.get("size") or 0),
            mimetype=found.get("mimetype") or "",
            url=found.get("url_private_download") or found.get("url_private") or "",
            user=found.get("user") or "",
        )

    # Who is where, never older than a minute

    def members(self, channel: str) -> frozenset[str]:
        """Return who is in a channel."""
        return self._remembered(
            ("members", channel),
            lambda: frozenset(
                user
                for page in self._pages(self.client.conversations_members, channel=channel, limit=1000)
                for user in page["members"]
            ),
        )

    def channels_of(self, user: str) -> frozenset[str]:
        """Return the channels that `user` is a member of now, as far as Teller may know."""
        kinds = "public_channel,private_channel,mpim"
        return self._remembered(
            ("channels", user),
            lambda: frozenset(
                channel["id"]
                for page in self._pages(self.client.users_conversations, user=user, types=kinds, limit=1000)
                for channel in page["channels"]
            ),
        )

    def is_guest(self, user: str) -> bool:
        """Return whether `user` is a guest of the workspace or comes from another one."""
        return self._remembered(
            ("guest", user), lambda: is_guest(self._call(self.client.users_info, user=user)["user"], self.team)
        )

    def name_of(self, user: str) -> str:
        """Return what people call `user`."""
        return self._remembered(("name", user), lambda: called(self._call(self.client.users_info, user=user)["user"]))

    def has_guests(self, channel: str) -> bool:
        """Return whether a guest, or somebody unknown, is in a channel."""
        members = self.members(channel)
        if len(members) <= FEW:
            return any(self.is_guest(member) for member in members)
        return not members <= self._remembered(
            ("staff",),
            lambda: frozenset(
                user["id"]
                for page in self._pages(self.client.users_list, limit=1000)
                for user in page["members"]
                if not is_guest(user, self.team)
            ),
        )

    def is_shared(self, channel: str) -> bool:
        """Return whether people of other organisations are, or will be, in a channel."""
        flags = ("is_shared", "is_ext_shared", "is_pending_ext_shared")
        return self._remembered(
            ("shared", channel),
            lambda: any(map(self._call(self.client.conversations_info, channel=channel)["channel"].get, flags)),
        )

    def is_admin(self, user: str) -> bool:
        """Return whether `user` administers the workspace."""
        return self._remembered(
            ("admin", user),
            lambda: any(map(self._call(self.client.users_info, user=user)["user"].get, ("is_admin", "is_owner"))),
        )

    @property
    def team(self) -> str:
        """Return the workspace that the token belongs to."""
        return self._identity()[0]

    @property
    def user(self) -> str:
        """Return Teller's own user id."""
        return self._identity()[1]

    def _identity(self) -> tuple[str, str]:
        def ask() -> tuple[str, str]:
            response = self._call(self.client.auth_test)
            return str(response["team_id"]), str(response["user_id"])

        return self._remembered(("identity",), ask)

    # How it is asked

    def _remembered(self, key: Hashable, ask: Callable[[], Value]) -> Value:
        now = self._clock()
        with self._lock:
            at, value = self._known.get(key, (float("-inf"), None))
        if now - at < FRESH:
            return value  # type: ignore[no-any-return] # The key fixes the type.
        value = ask()
        with self._lock:
            if len(self._known) > 10_000:
                self._known.clear()
            self._known[key] = (now, value)
        return value

    def _pages(self, method: Callable[..., SlackResponse], **arguments: Any) -> Iterator[SlackResponse]:
        cursor = ""
        while True:
            page = self._call(method, **arguments, **({"cursor": cursor} if cursor else {}))
            yield page
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    def _offered(self, name: str, method: Callable[..., SlackResponse], **arguments: Any) -> SlackResponse:
        if not self.offers(name):
            raise SlackRefusedError("not_offered")
        try:
            return self._call(method, **arguments)
        except SlackRefusedError as error:
            if error.code in ABSENT:
                self._absent[name] = self._clock() + PATIENCE
            raise

    def _call(self, method: Callable[..., SlackResponse], **arguments: Any) -> SlackResponse:
        try:
            return method(**arguments)
        except SlackApiError as error:
            raise meaning(error) from error
        except QuietError as error:
            raise RateLimitedError(str(error), after=error.after) from error
        except (URLError, OSError, http.client.HTTPException, SlackClientError) as error:
            raise TransientError(f"Slack cannot be reached: {error}", after=2) from error


def _mark(request_id: str, part: int) -> dict[str, Any]:
    """Return what lets a message be recognised later."""
    return {"event_type": EVENT, "event_payload": {"id": request_id, "part": part}}


def _words(text: str) -> dict[str, str]:
    return {"type": "markdown_text", "text": text}
