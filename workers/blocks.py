"""Build the parts of Slack messages: what documents and models wrote can neither link nor call anyone."""

import re
from collections.abc import Iterator
from typing import Any

SECTION = 2900  # Slack takes 3,000 characters; escaping has been counted already.
BLOCKS = 40  # Of 50.
CHARACTERS = 10_000  # All blocks of a message together; Slack refuses about 13,200.

_URL = re.compile(r"(?i)\b(?:https?|ftp|file|mailto|tel|slack|data|javascript):(?://)?[^\s<>\"')\]]+")
_DOMAIN = re.compile(r"(?i)\b(?:[\w-]+\.)+(?!(?:pdf|csv|txt|docx|xlsx)\b)[a-z]{2,}\b(?:/[^\s<>\"')\]]*)?")
_MARKDOWN_LINK = re.compile(r"!?\[([^\]\n]*)\](?:\([^)\n]*\)| ?\[[^\]\n]*[^\]\d\n][^\]\n]*\])")
_PERSON = re.compile(r"[UW][A-Z0-9]{5,20}")
_QUOTED = re.compile(r"“[^”\n]*”")  # A document's own words: their asterisks are no formatting.
_BOLD = re.compile(r"\*\*([^*\n]+)\*\*")
_HEADING = re.compile(r"(?m)^#{1,6}\s+(.+?)\s*$")
_BULLET = re.compile(r"(?m)^(\s*)[-*]\s+")
_INVISIBLE = re.compile(
    "[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f\x00-\x08\x0b-\x1f]"
)

Block = dict[str, Any]


def safe(text: str) -> str:
    """Return the text so that Slack shows it as it is: no link, no mention, no hidden character."""
    text = _INVISIBLE.sub("", text)
    text = _MARKDOWN_LINK.sub(r"\1", text)
    text = _URL.sub(lambda match: _unlinked(match[0]), text)
    text = _DOMAIN.sub(lambda match: _unlinked(match[0]), text)
    text = text.replace("@", "@\u200b")
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _unlinked(url: str) -> str:
    """Name a link's host and path; its scheme, its query and whatever makes Slack link it are left out."""
    without = re.sub(r"(?i)^[a-z]+:(?://)?(?:[^/@\s]*@(?=[^/]*/))?", "", url)
    shown = re.split(r"[?#]", without)[0]
    return shown.replace(".", ".\u200b") + (" …" if shown != without else "")


def markup(text: str) -> str:
    """Return what a model wrote in Slack's own markup, safe."""
    text = _BULLET.sub(r"\1• ", _HEADING.sub(r"**\1**", text.strip()))
    marked = _BOLD.sub(r"*\1*", safe(text))
    return _QUOTED.sub(lambda quote: _literal(quote[0]), marked) or "(no words)"


def unmarked(text: str) -> str:
    """Return a text that was made by rule, safe: what a cell brings into it is no formatting."""
    return _literal(safe(text.strip())) or "(no words)"


def inline(text: str, most: int) -> str:
    """Return a document's words on one line, safe, with nothing that Slack would format."""
    line = cut(" ".join(text.split()), most)
    return _literal(safe(line))


def _literal(text: str) -> str:
    """Return words of which Slack formats none."""
    return re.sub(r"([*_~`])", "\u2060\\1\u2060", text)


def person(user: str) -> str:
    """Return somebody as Slack shows them by their name; what is no id of Slack's stays words."""
    return f"<@{user}>" if _PERSON.fullmatch(user) else inline(user, 80) or "somebody"


def ago(seconds: float) -> str:
    """Return how long ago something was, in words."""
    for size, word in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {word}{'' if count == 1 else 's'} ago"
    return "just now"


def cut(text: str, most: int) -> str:
    """Return the text, or its beginning when it is longer."""
    return text if len(text) <= most else text[: _end(text, most - 2)].rstrip() + " …"


def pieces(text: str, most: int) -> list[str]:
    """Split a text between paragraphs, else lines, else words."""
    pieces = []
    while len(text) > most:
        end = _end(text, most)
        pieces.append(text[:end].rstrip())
        text = text[end:].lstrip()
    return [*pieces, text] if text or not pieces else pieces


def _end(text: str, most: int) -> int:
    """Return where to end a piece of at most so many characters: not within a word, never within an entity."""
    for mark in ("\n\n", "\n", " "):
        if (found := text.rfind(mark, most // 2, most)) > 0:
            return found
    entity = text.rfind("&", most - 5, most)
    return entity if entity > 0 and ";" not in text[entity:most] else most


def messages(blocks: list[Block]) -> Iterator[list[Block]]:
    """Share blocks out among as many messages as Slack needs for them."""
    part: list[Block] = []
    size = 0
    for block in blocks:
        length = _size(block)
        if part and (len(part) == BLOCKS or size + length > CHARACTERS):
            yield part
            part, size = [], 0
        part.append(block)
        size += length
    yield part


def _size(block: Block) -> int:
    if block["type"] in ("table", "data_table"):  # The words count, not what holds them.
        return sum(len(cell["text"]) for row in block["rows"] for cell in row)
    return len(str(block))


def mrkdwn(text: str) -> dict[str, Any]:
    """Return text that Slack formats but does not link."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def section(text: str) -> Block:
    """Return a paragraph."""
    return {"type": "section", "text": mrkdwn(text)}


def context(text: str) -> Block:
    """Return small print."""
    return {"type": "context", "elements": [mrkdwn(cut(text, SECTION))]}


def button(text: str, action: str, value: str, *, style: str = "") -> Block:
    """Return a button; `action` must be its own among the buttons beside it."""
    look = {"style": style} if style else {}
    label = {"type": "plain_text", "text": cut(text, 75)}
    return {"type": "button", "text": label, "action_id": action, "value": value, **look}


def actions(*buttons: Block) -> Block:
    """Return a row of buttons."""
    return {"type": "actions", "elements": list(buttons)}
