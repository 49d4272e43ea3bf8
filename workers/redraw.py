"""Draw the rows of an answer in another way, as a press on one of its buttons asks."""

import logging
from typing import TYPE_CHECKING

from knowledge.errors import NotAllowedError, UserError
from knowledge.types import Answer
from workers.answer import deliver_soon
from workers.attempt import Attempt
from workers.celery import app
from workers.request import Request

if TYPE_CHECKING:
    from workers.wiring import Services

log = logging.getLogger(__name__)

NOT_ANY_MORE = "That answer has no rows to draw any more."
NOT_HERE = "That answer was given elsewhere, so I do not draw it here."
NO_SUCH_CHART = "These rows cannot be drawn as a {wish}: it takes numbers, and names or dates to set them against."


@app.task(name="workers.deliver.redraw")  # type: ignore[untyped-decorator, unused-ignore]
def redraw(*, v: int, id: str) -> None:  # noqa: A002 - the payload's version and the request
    """Draw a chart; running twice draws it once."""
    if v == 1:
        redraw_answer(id, app.services)


def redraw_answer(id: str, services: "Services") -> None:  # noqa: A002
    """Save as reply the chart, or the table, that was wished for, unless somebody else does."""
    ledger = services.ledger
    claim = ledger.claim(id)
    if claim is None:
        return
    with Attempt(ledger, claim):
        of = str(claim.request.detail.get("of"))
        drawn = redrawn(answered(claim.request, ledger.get(of)), claim.request.item.partition(":")[0])
        ledger.ready(claim, {"type": "chart", "of": of, **drawn.to_json()})
    deliver_soon(id, services)


def answered(request: Request, asked: Request | None) -> Answer:
    """Return the answer that a press is about.

    Raises:
        UserError: there is none any more, or it was given in another place.
    """
    reply = asked.reply if asked else None
    if asked is None or reply is None or reply.get("type") != "answer":
        raise UserError(NOT_ANY_MORE)
    if request.channel not in {asked.channel, asked.reply_channel}:
        raise NotAllowedError(NOT_HERE)
    return Answer.from_json({name: value for name, value in reply.items() if name != "type"})


def redrawn(answer: Answer, wish: str) -> Answer:
    """Return the rows of an answer as a chart of the kind `wish`, or as a table.

    Raises:
        UserError: they cannot be drawn so.
    """
    from knowledge.database.chart import Chart, chart_of  # noqa: PLC0415 - brings what draws, which few need

    if answer.table is None:
        raise UserError(NOT_ANY_MORE)
    if wish == "table":
        return Answer("", route="data", table=answer.table)
    title = Chart.from_json(answer.chart).title if answer.chart else ""
    chart = chart_of(answer.table, f"as a {wish} chart", title=title)
    if chart is None:
        raise UserError(NO_SUCH_CHART.format(wish=wish))
    return Answer("", route="data", chart=chart.to_json())
