"""Let an admin make a query verified that another one has corrected."""

from typing import TYPE_CHECKING

from knowledge.errors import NotAllowedError
from workers.answer import asker_of, deliver_soon
from workers.attempt import Attempt
from workers.celery import app
from workers.correct import ADMINS_ONLY
from workers.roles import ADMIN

if TYPE_CHECKING:
    from workers.wiring import Services


@app.task(name="workers.deliver.approve")  # type: ignore[untyped-decorator, unused-ignore]
def approve(*, v: int, id: str) -> None:  # noqa: A002 - the payload's version and the request
    """Make a corrected query verified; running twice makes it so once."""
    if v == 1:
        approve_pair(id, app.services)


def approve_pair(id: str, services: "Services") -> None:  # noqa: A002
    """Approve the query that a press names, when the one who pressed is an admin and not its author."""
    from knowledge.database.pairs import VERIFIED, Pairs  # noqa: PLC0415 - brings what reads queries

    ledger = services.ledger
    claim = ledger.claim(id)
    if claim is None:
        return
    request = claim.request
    with Attempt(ledger, claim):
        if ADMIN not in asker_of(request, services.slack, services.roles).roles:
            raise NotAllowedError(ADMINS_ONLY)
        number = int(request.detail["pair"])
        pairs = Pairs(services.engine)
        known = pairs.get(number)
        again = known is not None and known.state == VERIFIED and known.reviewer == request.user
        if not again:  # An attempt that died may have done it.
            pairs.approve(number, reviewer=request.user)
        words = "Verified. The next who asks this gets the same query, with a badge that says who approved it and when."
        ledger.ready(claim, {"type": "notice", "text": words})
    deliver_soon(id, services)
