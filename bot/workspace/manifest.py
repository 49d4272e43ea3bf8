"""Read what an app's manifest asks Slack for: scopes, events, commands, shortcuts."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What of a manifest the workspace goes by."""

    scopes: frozenset[str]
    events: frozenset[str]
    commands: tuple[tuple[str, str], ...]
    shortcuts: tuple[tuple[str, str, str], ...]
    is_agent: bool


def read_manifest(path: Path) -> Manifest:
    """Return the manifest at `path`, YAML or JSON.

    Raises:
        ValueError: it is no manifest.
    """
    sent = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(sent, dict) or "display_information" not in sent:
        raise ValueError(f"{path} is no app manifest")
    features: Json = sent.get("features") or {}
    scopes = ((sent.get("oauth_config") or {}).get("scopes") or {}).get("bot") or []
    events = ((sent.get("settings") or {}).get("event_subscriptions") or {}).get("bot_events") or []
    return Manifest(
        scopes=frozenset(scopes),
        events=frozenset(events),
        commands=tuple((each["command"], each["description"]) for each in features.get("slash_commands") or ()),
        shortcuts=tuple((each["type"], each["callback_id"], each["name"]) for each in features.get("shortcuts") or ()),
        is_agent="agent_view" in features or "assistant_view" in features,
    )
