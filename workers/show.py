"""Show a citation on its page: draw the picture, put it into the thread."""

import logging
from typing import TYPE_CHECKING

from knowledge.errors import NotAllowedError, UserError
from knowledge.types import Answer, Citation
from workers.answer import deliver_soon
from workers.attempt import Attempt
from workers.audience import audience_of
from workers.celery import app
from workers.posting import address
from workers.request import Request

if TYPE_CHECKING:
    from workers.wiring import Services

log = logging.getLogger(__name__)

NOT_HERE = "That answer was given elsewhere, so I do not show its sources here."
NOT_ANY_MORE = "That answer has no such source any more."


@app.task(name="workers.deliver.show")  # type: ignore[untyped-decorator, unused-ignore]
def show(*, v: int, id: str) -> None:  # noqa: A002 - the payload's version and the request
    """Show a page; running twice shows it once."""
    if v == 1:
        show_page(id, app.services)


def show_page(id: str, services: "Services") -> None:  # noqa: A002
    """Upload the picture that a press on `Show on page` asks for, unless somebody else does."""
    ledger = services.ledger
    claim = ledger.claim(id)
    if claim is None:
        return
    with Attempt(ledger, claim):
        _upload(claim.request, services)
        ledger.ready(claim, {"type": "silence"})
    deliver_soon(id, services)


def citation_of(answer: Answer, which: str) -> Citation:
    """Return the source that `which` names: `c1` is the first citation, `n1` the first of the nearest.

    Raises:
        UserError: there is no such source.
    """
    found = {"c": answer.citations, "n": answer.nearest}.get(which[:1], ())
    number = int(which[1:]) if which[1:].isdecimal() else 0
    if not 0 < number <= len(found):
        raise UserError(NOT_ANY_MORE)
    return found[number - 1]


def _upload(request: Request, services: "Services") -> None:
    answer = _answer(request, services)
    citation = citation_of(answer, request.item)
    here = (citation.document_id, citation.page)
    quotes = [each.quote for each in (*answer.citations, *answer.nearest) if (each.document_id, each.page) == here]
    quotes = [citation.quote, *(quote for quote in quotes if quote != citation.quote)]
    whole = bool(request.detail.get("whole"))
    # Whoever presses decides what may be seen, together with everyone who can read the thread.
    picture = services.shower.picture(
        citation.document_id,
        page=citation.page,
        quotes=quotes if request.item.startswith("c") else quotes[:1],
        audience=audience_of(request, services.slack),
        whole=whole,
    )
    channel, name = address(request, services.slack), f"page-{citation.page}-{request.reference}.png"
    if request.attempts > 1 and _stands(request, channel, name, services):
        return
    title = f"{citation.document}, page {citation.page}"
    if picture.whole and not whole and not picture.found:
        title += " (its words cannot be marked: is it a scan?)"
    words = f"{'The page' if picture.whole else 'The passage on the page'}: {citation.quote}"
    services.slack.upload(channel, name, picture.png, thread_ts=request.reply_thread, title=title, alt=words[:1000])


def _answer(request: Request, services: "Services") -> Answer:
    answered = services.ledger.get(str(request.detail.get("of")))
    reply = answered.reply if answered else None
    if answered is None or reply is None or reply.get("type") != "answer":
        raise UserError(NOT_ANY_MORE)
    if request.channel not in {answered.channel, answered.reply_channel}:
        raise NotAllowedError(NOT_HERE)
    return Answer.from_json({name: value for name, value in reply.items() if name != "type"})


def _stands(request: Request, channel: str, name: str, services: "Services") -> bool:
    """Tell whether an attempt that died after its upload has left the picture in the thread."""
    thread = services.slack.replies(channel, request.reply_thread)
    return any(name in message.files for message in thread)
