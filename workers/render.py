"""Turn a saved reply into Slack messages."""

import re
from typing import Any, NamedTuple

from knowledge.database.chart_block import alt
from knowledge.types import Answer, Citation, Receipt
from workers.blocks import (
    SECTION,
    Block,
    actions,
    button,
    context,
    cut,
    inline,
    markup,
    messages,
    mrkdwn,
    pieces,
    safe,
    section,
    unmarked,
)
from workers.render_data import chart_of_answer, data_blocks, data_buttons, wish_buttons
from workers.request import Request

QUOTE = 300  # Characters, cut between words.
SOURCES = 12
STOPPED = "Stopped. Ask again whenever you like."


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
            return (_receipt(content, request_id),)
        case "unreadable":
            return (_plain(f":warning: {safe(reply['text'])}", name=reply.get("name", "")),)
        case "chart":
            of = str(content.pop("of"))
            return _chart(Answer.from_json(content), of)
        case "stopped":
            return (_stopped(content.get("text", "")),)
        case "failure":
            return (_plain(f":warning: {safe(reply['text'])}", reference=reply.get("reference", "")),)
        case _:
            return (_plain(safe(reply["text"])),)


def render_request(request: Request) -> tuple[Rendered, ...]:
    """Return the messages that show the saved reply of a request."""
    reply = request.reply or {}
    if reply.get("type") == "stopped":
        reply = {**reply, "text": request.partial}
    first, *rest = render(reply, request.id)
    if chosen := request.detail.get("chosen"):  # What was asked stands nowhere in the thread.
        first = first._replace(blocks=[context(f"_{inline(chosen, 150)}_"), *first.blocks])
    if pair := request.detail.get("pair"):
        approve = button("Approve as verified", "approve", f"{request.id}:{pair}", style="primary")
        first = first._replace(blocks=[*first.blocks, actions(approve)])
    return (first, *rest)


def render_stage(words: str, request_id: str) -> Rendered:
    """Return the message that says what is being done, where Slack has no other place for it."""
    return Rendered(f"{words} …", [context(f"_{inline(words, 150)} …_"), actions(stop_button(request_id))])


def render_partial(text: str, request_id: str = "") -> Rendered:
    """Return the message that shows the checked beginning of an answer that is still being written."""
    shown = markup(text)
    blocks = [*map(section, pieces(shown, SECTION)[:3]), context("_still writing …_")]
    return Rendered(cut(shown, SECTION), [*blocks, *([actions(stop_button(request_id))] if request_id else [])])


def stream_text(text: str) -> str:
    """Return of the checked beginning of an answer what will stay where it is: clauses are quoted after the rest."""
    return safe(re.split(r"\n(?=“)", text)[0].strip())


def stop_button(request_id: str) -> Block:
    """Return the button that stops the answer of a request."""
    return button("Stop", "stop", request_id)


def _stopped(text: str) -> Rendered:
    if not text:
        return _plain(STOPPED)
    shown = markup(text)
    return Rendered(
        f"{cut(shown, SECTION)}\n({STOPPED})", [*map(section, pieces(shown, SECTION)[:3]), context(STOPPED)]
    )


def _answer(answer: Answer, request_id: str) -> tuple[Rendered, ...]:
    text = unmarked(answer.text) if answer.route == "data" else markup(answer.text)
    blocks: list[Block] = [section(piece) for piece in pieces(text, SECTION)]
    if answer.refused:
        blocks += _nearest(answer, request_id)
    blocks += _sources(answer.citations, request_id, "c")
    if request_id:
        blocks += _pages(answer.citations[:SOURCES], request_id)
    blocks += data_blocks(answer)
    notes = [*([] if answer.refused else _checks(answer)), *_hidden(answer.hidden_sources)]
    if notes:
        blocks.append(context("  ·  ".join(notes)))
    if request_id:
        blocks += [*data_buttons(answer, request_id), _thumbs(request_id)]
    names = dict.fromkeys(inline(citation.document, 80) for citation in answer.citations)
    summary = cut(text, SECTION) + (f"\nSources: {cut(', '.join(names), 900)}" if names else "")
    shared = list(messages(blocks))
    return tuple(
        Rendered(summary if number == 0 else f"(continued, {number + 1} of {len(shared)})", part)
        for number, part in enumerate(shared)
    )


def _chart(answer: Answer, of: str) -> tuple[Rendered, ...]:
    chart = chart_of_answer(answer)
    head = inline(chart.title, 200) if chart else "The rows"
    blocks = [section(f"*{head}*"), *data_blocks(answer)]
    if chart and chart.notes:
        blocks.append(context(inline("; ".join(chart.notes), 500)))
    return (Rendered(safe(alt(chart)) if chart else head, [*blocks, actions(*wish_buttons(of))]),)


def _sources(citations: tuple[Citation, ...], request_id: str, kind: str) -> list[Block]:
    """Return the sources, each with a button that shows it on its page; `kind` tells citations from the nearest."""
    blocks = []
    for number, each in enumerate(citations[:SOURCES], start=1):
        block = section(_source(number, each))
        if request_id and _has_pages(each):
            block["accessory"] = button("Show on page", f"show_{kind}{number}", f"{request_id}:{kind}{number}")
        blocks.append(block)
    if len(citations) > SOURCES:
        blocks.append(context(f"and {len(citations) - SOURCES} more sources"))
    return blocks


def _source(number: int, citation: Citation) -> str:
    page = "PDF page" if citation.document.lower().endswith(".pdf") else "page"
    parts = [f"*[{number}] {inline(citation.document, 120)}*", f"{page} {citation.page}"]
    heading = citation.heading.rsplit(" › ", 1)[-1]  # The whole path is for the search; a reader wants the clause.
    if heading:
        parts.append(f"_{inline(heading, 120)}_")
    return f"{' · '.join(parts)}\n> {inline(citation.quote, QUOTE)}"


def _pages(citations: tuple[Citation, ...], request_id: str) -> list[Block]:
    """Return the buttons that open the whole pages of the sources."""
    first = {(each.document_id, each.page): number for number, each in reversed([*enumerate(citations, 1)])}
    buttons = [
        button(f"Open [{number}], page {page}", f"show_whole_c{number}", f"{request_id}:c{number}")
        for (_, page), number in sorted(first.items(), key=lambda each: each[1])
        if _has_pages(citations[number - 1])
    ]
    return [actions(*buttons[:5])] if buttons else []


def _has_pages(citation: Citation) -> bool:
    return citation.document.lower().endswith(".pdf")


def _nearest(answer: Answer, request_id: str) -> list[Block]:
    blocks: list[Block] = []
    if answer.nearest:
        blocks.append(section("*The nearest that I found:*"))
        blocks += _sources(answer.nearest[:3], request_id, "n")
    if answer.searched:
        names = ", ".join(inline(name, 80) for name in answer.searched[:8])
        more = f" and {len(answer.searched) - 8} more" if len(answer.searched) > 8 else ""
        blocks.append(context(f"Searched: {names}{more}"))
    return blocks


def _checks(answer: Answer) -> list[str]:
    if answer.code:
        return [":warning: Worked out by generated code, not by a checked query"]
    failed = [each for each in answer.checks if not each.passed]
    if failed:
        return [f":warning: not verified: {inline(each.detail or each.name, 150)}" for each in failed]
    against = "the result" if answer.table and not answer.citations else "the pages"
    return [f"{'Numbers' if against == 'the result' else 'Quotes and numbers'} checked against {against}"] * bool(
        answer.checks
    )


def _hidden(count: int) -> list[str]:
    if not count:
        return []
    return [f"{count} {'source' if count == 1 else 'sources'} hidden here, ask me in a direct message"]


def _receipt(content: dict[str, Any], request_id: str) -> Rendered:
    fields = Receipt.__dataclass_fields__
    receipt = Receipt.from_json({name: value for name, value in content.items() if name in fields})
    pages = f"{receipt.pages} {'page' if receipt.pages == 1 else 'pages'}"
    head = "I knew this document already" if receipt.known_before else "I have read this document"
    lines = [f"*{inline(receipt.name, 150)}*"]
    if receipt.title and receipt.title != receipt.name:
        lines.append(inline(receipt.title, 200))
    facts = [f"*Pages*\n{receipt.pages}"]
    if receipt.tables:
        facts.append(f"*Tables*\n{receipt.tables}")
    if receipt.untold:
        facts.append(f"*Pages whose tables I read as plain text*\n{_numbers(receipt.untold)}")
    if receipt.recognised:
        sure = min(share for _, share in receipt.recognised)
        numbers = _numbers(tuple(number for number, _ in receipt.recognised))
        facts.append(f"*Pages read by text recognition*\n{numbers}, at least {sure:.0%} sure")
    if receipt.empty_pages:
        facts.append(f"*Pages without text*\n{_numbers(receipt.empty_pages)}")
    if receipt.failed_pages:
        why = "; ".join(dict.fromkeys(reason for _, reason in receipt.reasons))
        told = f" ({inline(why, 150)})" if why else ""
        facts.append(f"*Pages that I could not read*\n{_numbers(receipt.failed_pages)}{told}")
    if content.get("audience_words"):
        facts.append(f"*Who can ask about it*\n{inline(content['audience_words'], 200)}")
    blocks: list[Block] = [
        section(f":page_facing_up: {head}.\n" + "\n".join(lines)),
        {"type": "section", "fields": [mrkdwn(fact) for fact in facts]},
    ]
    if standing := content.get("standing"):
        blocks.append(section("\n".join(inline(line, 500) for line in standing)))
        blocks += [actions(button("Correct this", "amend", request_id))] if request_id else []
    blocks.append(context("Ask about it in this thread."))
    return Rendered(f"{head}: {inline(receipt.name, 150)}, {pages}", blocks)


def _plain(text: str, *, name: str = "", reference: str = "") -> Rendered:
    notes = [inline(name, 150)] if name else []
    notes += [f"Reference `{inline(reference, 40)}`"] if reference else []
    blocks: list[Block] = [section(piece) for piece in pieces(text, SECTION)[:3]]
    if notes:
        blocks.append(context("  ·  ".join(notes)))
    return Rendered(cut(text, SECTION) + (f" ({', '.join(notes)})" if notes else ""), blocks)


def _numbers(pages: tuple[int, ...]) -> str:
    shown = ", ".join(map(str, pages[:20]))
    return shown + (f" and {len(pages) - 20} more" if len(pages) > 20 else "")


def _thumbs(request_id: str) -> Block:
    buttons = {
        f"{name}_button": {"text": {"type": "plain_text", "text": words}, "value": f"{request_id}:{value}"}
        for name, words, value in (("positive", "Good answer", "up"), ("negative", "Bad answer", "down"))
    }
    return {
        "type": "context_actions",
        "elements": [{"type": "feedback_buttons", "action_id": "feedback", **buttons}],
    }
