"""Turn what a person types into the text and rich text that Slack would send."""

import html
import re
from collections.abc import Iterable
from typing import Any

from bot.workspace.seed import Person

Json = dict[str, Any]
_MARKUP = re.compile(r"(<(?:@[UW][A-Z0-9]+|#C[A-Z0-9]+(?:\|[^<>|]*)?|!(?:here|channel|everyone)|https?://[^<>\s|]+)>)")
_LINK = re.compile(r"(https?://[^\s<>\"'`]*[^\s<>\"'`.,;:!?)\]}])")


def escape(text: str) -> str:
    """Escape the three characters that Slack's markup reserves."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def from_typed(text: str, people: Iterable[Person], channels: Iterable[Json]) -> str:
    """Return typed `text` as Slack keeps it: mentions and links in angle brackets, the rest escaped."""
    names = {name.lower(): each.id for each in people for name in (each.name, each.handle)}
    places = {each["name"]: each["id"] for each in channels if each["name"]}

    def mention(match: re.Match[str]) -> str:
        user = names.get(match.group(1).lower())
        return f"<@{user}>" if user else match.group()

    def place(match: re.Match[str]) -> str:
        channel = places.get(match.group(1))
        return f"<#{channel}|{match.group(1)}>" if channel else match.group()

    def words(plain: str) -> str:
        named = re.sub(r"(?<![\w@])@([A-Za-z][A-Za-z0-9_-]*)", mention, escape(plain))
        return re.sub(r"(?<![\w&#/])#([a-z0-9_-]+)\b", place, named)

    pieces = []
    for piece in _MARKUP.split(text):
        if _MARKUP.fullmatch(piece):
            pieces.append(piece)
            continue
        parts = _LINK.split(piece)
        pieces += [f"<{escape(part)}>" if _LINK.fullmatch(part) else words(part) for part in parts]
    return "".join(pieces).strip()


def rich_text(text: str, block_id: str) -> list[Json]:
    """Return the `rich_text` block that Slack adds to what a person writes."""
    elements: list[Json] = []
    for piece in _MARKUP.split(text):
        if not piece:
            continue
        if not _MARKUP.fullmatch(piece):
            elements.append({"type": "text", "text": html.unescape(piece)})
        elif piece[1] == "@":
            elements.append({"type": "user", "user_id": piece[2:-1]})
        elif piece[1] == "#":
            elements.append({"type": "channel", "channel_id": piece[2:-1].partition("|")[0]})
        elif piece[1] == "!":
            elements.append({"type": "broadcast", "range": piece[2:-1]})
        else:
            elements.append({"type": "link", "url": html.unescape(piece[1:-1])})
    section = {"type": "rich_text_section", "elements": elements}
    return [{"type": "rich_text", "block_id": block_id, "elements": [section]}]
