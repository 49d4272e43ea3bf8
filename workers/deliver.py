"""Deliver saved replies to Slack, and hide deleted files: the quick work."""

import logging
import random
from typing import TYPE_CHECKING

from knowledge.documents.store import Store
from knowledge.errors import TransientError
from workers.attempt import Heartbeat
from workers.celery import app, send
from workers.ledger import Ledger
from workers.posting import Poster
from workers.progress import show_status
from workers.render import render
from workers.request import Claim
from workers.slack import Slack, SlackRefusedError

if TYPE_CHECKING:
    from workers.wiring import Services

log = logging.getLogger(__name__)

SLOWEST = 60.0


@app.task  # type: ignore[untyped-decorator, unused-ignore]
def deliver(*, v: int, id: str) -> None:  # noqa: A002 - the payload's version and the request
    """Deliver the reply of a request; running twice delivers it once."""
    if v == 1:
        deliver_reply(id, app.services.ledger, app.services.slack)


@app.task  # type: ignore[untyped-decorator, unused-ignore]
def withdraw(*, v: int, id: str) -> None:  # noqa: A002
    """Hide a deleted file from every answer at once, and have what is left of it removed."""
    if v == 1:
        withdraw_file(id, app.services)


def deliver_reply(id: str, ledger: Ledger, slack: Slack) -> None:  # noqa: A002
    """Make the saved reply stand in Slack, or note when to try again."""
    claim = ledger.deliveries.claim(id)
    if claim is None:
        return
    with Heartbeat(lambda: ledger.deliveries.heartbeat(claim), seconds=ledger.lease_seconds / 3):
        try:
            delivered = _deliver(claim, ledger, slack)
        except SlackRefusedError as error:
            log.warning("The reply to %s cannot be delivered: %s", claim.request.reference, error)
            ledger.deliveries.refused(claim, str(error))
        except TransientError as error:
            wait = max(error.after, min(SLOWEST, 2.0**claim.request.posts)) + random.uniform(0, 1)  # noqa: S311
            log.info("The reply to %s is tried again in %.0f s: %s", claim.request.reference, wait, error)
            ledger.deliveries.later(claim, str(error), after=wait)
        else:
            if delivered and ledger.deliveries.delivered(claim):
                show_status(slack, claim, "")


def _deliver(claim: Claim, ledger: Ledger, slack: Slack) -> bool:
    request = claim.request
    if request.reply is None or request.kind == "removal" or request.channel_type == "cli":
        return True  # Nobody waits for it in Slack.
    first, *rest = render(request.reply, request.id)
    poster = Poster(slack, ledger, claim)
    if not poster.put(first):
        return False
    poster.put_rest(rest)
    if request.attempts > 1:
        # An earlier attempt that only slept may still write its unfinished text over this.
        ledger.deliveries.contested(request.id)
    return True


def withdraw_file(id: str, services: "Services") -> None:  # noqa: A002
    """Hide the file that a removal names; its bytes are removed by the process that writes the index."""
    request = services.ledger.get(id)
    if request is not None:
        Store(services.engine).withdraw(request.item)
        send("workers.index.index", id)
