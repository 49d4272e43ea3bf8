"""Turn a saved reply into Slack messages: what documents and models wrote can neither link nor call anyone."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from knowledge.types import Answer, Check, Citation, Receipt

SECTION = 2900  # Slack takes 3,000 characters; escaping has been counted already.
QUOTE = 300  # Characters, cut between words.
BLOCKS = 40  # Of 50.
CHARACTERS = 10_000  # All blocks of a message together; Slack refuses about 13,200.
SOURCES = 12

_URL = re.compile(r"(?i)\b(?:https?|ftp|file|mailto|tel|slack|data|javascript):(?://)?[^\s<>\"')\]]+")
_DOMAIN = re.compile(r"(?i)\b(?:[\w-]+\.)+(?!(?:pdf|csv|txt|docx|xlsx)\b)[a-z]{2,}\b(?:/[^\s<>\"')\]]*)?")
_MARKDOWN_LINK = re.compile(r"!?\[([^\]\n]*)\](?:\([^)\n]*\)| ?\[[^\]\n]*[^\]\d\n][^\]\n]*\])")
_BOLD = re.compile(r"\*\*([^*\n]+)\*\*")
_HEADING = re.compile(r"(?m)^#{1,6}\s+(.+?)\s*$")
_BULLET = re.compile(r"(?m)^(\s*)[-*]\s+")
_INVISIBLE = re.compile(
    "[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f\x00-\x08\x0b-\x1f]"
)

Block = dict[str, Any]


class Rendered(NamedTuple):
    """One Slack message: `text` is what notifications and screen readers say."""

    text: str
    blocks: list[Block]


def render(reply: dict[str, Any], request_id: str = "") -> tuple[Rendered, ...]:
    """Return the messages that show a reply, most often one."""
    content = {name: value for name, value in reply.items() if name != "type"}
    match reply["type"]:
        case "answer":
            return _answer(Answer.from_json(content), request_id)
        case "receipt":
            return (_receipt(content),)
        case "unreadable":
            return (_plain(f":warning: {safe(reply['text'])}", name=reply.get("name", "")),)
        case "failure":
            return (_plain(f":warning: {safe(reply['text'])}", reference=reply.get("reference", "")),)
        case _:
            return (_plain(safe(reply["text"])),)


def render_partial(text: str) -> Rendered:
    """Return the message that shows the checked beginning of an answer that is still being written."""
    shown = _markup(text)
    return Rendered(_cut(shown, SECTION), [*map(_section, _pieces(shown, SECTION)[:3]), _context("_still writing …_")])


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


def _answer(answer: Answer, request_id: str) -> tuple[Rendered, ...]:
    text = _markup(answer.text)
    blocks: list[Block] = [_section(piece) for piece in _pieces(text, SECTION)]
    if answer.refused:
        blocks += _nearest(answer)
    blocks += _sources(answer.citations)
    notes = [*([] if answer.refused else _checks(answer.checks)), *_hidden(answer.hidden_sources)]
    if notes:
        blocks.append(_context("  ·  ".join(notes)))
    if request_id:
        blocks.append(_thumbs(request_id))
    names = dict.fromkeys(_inline(citation.document, 80) for citation in answer.citations)
    summary = _cut(text, SECTION) + (f"\nSources: {_cut(', '.join(names), 900)}" if names else "")
    messages = list(_messages(blocks))
    return tuple(
        Rendered(summary if number == 0 else f"(continued, {number + 1} of {len(messages)})", part)
        for number, part in enumerate(messages)
    )


def _sources(citations: tuple[Citation, ...]) -> list[Block]:
    blocks = [_section(_source(number, each)) for number, each in enumerate(citations[:SOURCES], start=1)]
    if len(citations) > SOURCES:
        blocks.append(_context(f"and {len(citations) - SOURCES} more sources"))
    return blocks


def _source(number: int, citation: Citation) -> str:
    page = "PDF page" if citation.document.lower().endswith(".pdf") else "page"
    parts = [f"*[{number}] {_inline(citation.document, 120)}*", f"{page} {citation.page}"]
    heading = citation.heading.rsplit(" › ", 1)[-1]  # The whole path is for the search; a reader wants the clause.
    if heading:
        parts.append(f"_{_inline(heading, 120)}_")
    return f"{' · '.join(parts)}\n> {_inline(citation.quote, QUOTE)}"


def _nearest(answer: Answer) -> list[Block]:
    blocks: list[Block] = []
    if answer.nearest:
        blocks.append(_section("*The nearest that I found:*"))
        blocks += _sources(answer.nearest[:3])
    if answer.searched:
        names = ", ".join(_inline(name, 80) for name in answer.searched[:8])
        more = f" and {len(answer.searched) - 8} more" if len(answer.searched) > 8 else ""
        blocks.append(_context(f"Searched: {names}{more}"))
    return blocks


def _checks(checks: tuple[Check, ...]) -> list[str]:
    failed = [f":warning: not verified: {_inline(each.detail or each.name, 150)}" for each in checks if not each.passed]
    return failed or (["Quotes and numbers checked against the pages"] if checks else [])


def _hidden(count: int) -> list[str]:
    if not count:
        return []
    return [f"{count} {'source' if count == 1 else 'sources'} hidden here, ask me in a direct message"]


def _receipt(content: dict[str, Any]) -> Rendered:
    fields = Receipt.__dataclass_fields__
    receipt = Receipt.from_json({name: value for name, value in content.items() if name in fields})
    pages = f"{receipt.pages} {'page' if receipt.pages == 1 else 'pages'}"
    head = "I knew this document already" if receipt.known_before else "I have read this document"
    lines = [f"*{_inline(receipt.name, 150)}*"]
    if receipt.title and receipt.title != receipt.name:
        lines.append(_inline(receipt.title, 200))
    facts = [f"*Pages*\n{receipt.pages}"]
    if receipt.empty_pages:
        facts.append(f"*Pages without text*\n{_numbers(receipt.empty_pages)}")
    if receipt.failed_pages:
        facts.append(f"*Pages that I could not read*\n{_numbers(receipt.failed_pages)}")
    if content.get("audience_words"):
        facts.append(f"*Who can ask about it*\n{_inline(content['audience_words'], 200)}")
    blocks: list[Block] = [
        _section(f":page_facing_up: {head}.\n" + "\n".join(lines)),
        {"type": "section", "fields": [_mrkdwn(fact) for fact in facts]},
        _context("Ask about it in this thread."),
    ]
    return Rendered(f"{head}: {_inline(receipt.name, 150)}, {pages}", blocks)


def _plain(text: str, *, name: str = "", reference: str = "") -> Rendered:
    notes = [_inline(name, 150)] if name else []
    notes += [f"Reference `{_inline(reference, 40)}`"] if reference else []
    blocks: list[Block] = [_section(piece) for piece in _pieces(text, SECTION)[:3]]
    if notes:
        blocks.append(_context("  ·  ".join(notes)))
    return Rendered(_cut(text, SECTION) + (f" ({', '.join(notes)})" if notes else ""), blocks)


def _markup(text: str) -> str:
    """Return what a model wrote in Slack's own markup, safe."""
    text = _BULLET.sub(r"\1• ", _HEADING.sub(r"**\1**", text.strip()))
    return _BOLD.sub(r"*\1*", safe(text)) or "(no words)"


def _inline(text: str, most: int) -> str:
    """Return a document's words on one line, safe, with nothing that Slack would format."""
    line = _cut(" ".join(text.split()), most)
    return re.sub(r"([*_~`])", "\u2060\\1\u2060", safe(line))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: _end(text, most - 2)].rstrip() + " …"


def _pieces(text: str, most: int) -> list[str]:
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


def _messages(blocks: list[Block]) -> Iterator[list[Block]]:
    part: list[Block] = []
    size = 0
    for block in blocks:
        length = len(str(block))
        if part and (len(part) == BLOCKS or size + length > CHARACTERS):
            yield part
            part, size = [], 0
        part.append(block)
        size += length
    yield part


def _numbers(pages: tuple[int, ...]) -> str:
    shown = ", ".join(map(str, pages[:20]))
    return shown + (f" and {len(pages) - 20} more" if len(pages) > 20 else "")


def _mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _section(text: str) -> Block:
    return {"type": "section", "text": _mrkdwn(text)}


def _context(text: str) -> Block:
    return {"type": "context", "elements": [_mrkdwn(_cut(text, SECTION))]}


def _thumbs(request_id: str) -> Block:
    buttons = {
        f"{name}_button": {"text": {"type": "plain_text", "text": words}, "value": f"{request_id}:{value}"}
        for name, words, value in (("positive", "Good answer", "up"), ("negative", "Bad answer", "down"))
    }
    return {
        "type": "context_actions",
        "elements": [{"type": "feedback_buttons", "action_id": "feedback", **buttons}],
    }
