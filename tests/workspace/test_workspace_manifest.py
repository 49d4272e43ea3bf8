"""The app's manifest: what Slack would refuse, and what the code needs of it."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.workspace.manifest import read_manifest
from bot.workspace.schema import faults
from bot.workspace.scopes import EVENTS, EVERY_SCOPE, METHODS

ROOT = Path(__file__).resolve().parents[2]
PATH = ROOT / "bot" / "manifest.yaml"
MANIFEST: dict[str, Any] = yaml.safe_load(PATH.read_text(encoding="utf-8"))
# `client.chat_postMessage` is the method `chat.postMessage`.
CALLS = {name.replace(".", "_"): name for name in METHODS}


def called() -> set[str]:
    """The Web API methods whose names stand in the code of the bot and its workers."""
    sources = [*(ROOT / "bot").glob("*.py"), *(ROOT / "workers").glob("*.py")]
    words = {word for path in sources for word in re.findall(r"\b\w+_\w+\b", path.read_text(encoding="utf-8"))}
    return {name for word, name in CALLS.items() if word in words}


def test_every_method_that_the_code_calls_is_granted() -> None:
    granted = set(MANIFEST["oauth_config"]["scopes"]["bot"])
    needed = {name: METHODS[name] for name in called()}

    assert "chat.postMessage" in needed
    for name, scope in needed.items():
        # Of a method about channels, the scopes for the kinds of channel that Teller is in.
        wanted = {scope} if isinstance(scope, str) else {each for kind, each in scope.items() if kind != "mpim"}
        assert wanted <= granted, f"{name} needs {wanted - granted}"


def test_every_event_has_the_scopes_that_slack_wants_for_it() -> None:
    granted = set(MANIFEST["oauth_config"]["scopes"]["bot"])

    for event in MANIFEST["settings"]["event_subscriptions"]["bot_events"]:
        assert set(EVENTS[event]) <= granted, event
    assert granted <= set(EVERY_SCOPE)


def test_names_and_descriptions_fit_slacks_limits() -> None:
    shown, features = MANIFEST["display_information"], MANIFEST["features"]

    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert re.fullmatch(r"#[0-9a-f]{6}", shown["background_color"])
    assert len(features["agent_view"]["agent_description"]) <= 300
    assert len(features["agent_view"]["suggested_prompts"]) <= 4
    for command in features["slash_commands"]:
        assert re.fullmatch(r"/[a-z0-9_-]{1,31}", command["command"])
        assert len(command["description"]) <= 2000
        assert len(command.get("usage_hint", "")) <= 1000


def test_the_workspace_reads_it() -> None:
    manifest = read_manifest(PATH)

    assert manifest.is_agent
    assert "agent_session_stopped" in manifest.events
    assert "/reindex" in [name for name, _ in manifest.commands]


SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {
        "name": {"$ref": "#/definitions/name"},
        "tags": {"type": "array", "uniqueItems": True, "maxItems": 2, "items": {"enum": ["a", "b", "c"]}},
        "url": {"type": "string", "format": "uri"},
        "either": {"anyOf": [{"type": "string"}, {"type": "boolean"}]},
    },
    "definitions": {"name": {"type": "string", "minLength": 1, "maxLength": 3, "pattern": "^[a-z]+$"}},
}


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"name": "ab", "tags": ["a", "b"], "url": "https://bank.example/x", "either": True}, []),
        ({}, [": lacks name"]),
        ({"name": "A"}, ["/name: does not match ^[a-z]+$"]),
        ({"name": "abcd"}, ["/name: 4 characters"]),
        ({"name": "a", "more": 1}, ["/more: is unknown"]),
        ({"name": "a", "tags": ["a", "a"]}, ["/tags: holds something twice"]),
        ({"name": "a", "tags": ["d"]}, ["/tags/0: 'd' is none of the choices"]),
        ({"name": "a", "tags": ["a", "b", "c"]}, ["/tags: 3 items"]),
        ({"name": "a", "url": "bank"}, ["/url: is no address"]),
        ({"name": "a", "either": 1}, ["/either: fits none of the choices"]),
        ({"name": True}, ["/name: must be string"]),
    ],
)
def test_a_value_is_judged_by_a_schema(value: Any, found: list[str]) -> None:
    assert list(faults(value, SCHEMA, SCHEMA)) == found


def test_a_schema_that_asks_for_more_than_is_judged_is_refused() -> None:
    with pytest.raises(ValueError, match="patternProperties"):
        list(faults({}, {"patternProperties": {}}, {}))
