"""Deliver saved replies to Slack, and hide deleted files: the quick work."""

import logging
import random
from types import TracebackType
from typing import TYPE_CHECKING

from knowledge.documents.places import Places
from knowledge.errors import TransientError
from workers.attach import attach, attachments_of
from workers.attempt import APOLOGY, Heartbeat
from workers.celery import app, send
from workers.ledger import Ledger
from workers.posting import Poster
from workers.progress import clear_status
from workers.removal import hide
from workers.render import render_request
from workers.request import Claim
from workers.slack import RateLimitedError, Slack, SlackRefusedError

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
    with Delivery(ledger, claim):
        if _deliver(claim, ledger, slack) and ledger.deliveries.delivered(claim):
            clear_status(slack, claim.request)


class Delivery:
    """One try at delivering a claimed reply: refused for good, tried again later, or a bug, which is apologised for."""

    def __init__(self, ledger: Ledger, claim: Claim) -> None:
        self.deliveries = ledger.deliveries
        self.claim = claim
        self._heartbeat = Heartbeat(lambda: self.deliveries.heartbeat(claim), seconds=ledger.lease_seconds / 3)

    def __enter__(self) -> None:
        self._heartbeat.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self._heartbeat.__exit__()
        request = self.claim.request
        if isinstance(error, SlackRefusedError):
            log.warning("The reply to %s cannot be delivered: %s", request.reference, error)
            self.deliveries.refused(self.claim, str(error))
            return True
        if isinstance(error, TransientError):
            limited = isinstance(error, RateLimitedError)  # Slack has said when; its word is better than a guess.
            wait = error.after if limited else max(error.after, min(SLOWEST, 2.0**request.posts))
            wait += random.uniform(0, 1)  # noqa: S311 - spreads them out
            log.info("The reply to %s is tried again in %.0f s: %s", request.reference, wait, error)
            self.deliveries.later(self.claim, str(error), after=wait)
            return True
        if isinstance(error, Exception):
            log.error("The reply to %s met a bug", request.reference, exc_info=error)
            self.deliveries.apologise(self.claim, APOLOGY, error=f"{type(error).__name__}: {error}")
        return False


def _deliver(claim: Claim, ledger: Ledger, slack: Slack) -> bool:
    request = claim.request
    if request.reply is None or request.reply["type"] == "silence" or request.channel_type == "cli":
        return True  # Nobody waits for it in Slack.
    first, *rest = render_request(request)
    poster = Poster(slack, ledger, claim)
    if not poster.put(first, final=True):
        return False
    poster.put_rest(rest)
    attach(request, attachments_of(request, charts_refused=poster.simplified), slack=slack, ledger=ledger)
    if request.attempts > 1:
        # An earlier attempt that only slept may still write its unfinished text over this.
        ledger.deliveries.contested(request.id)
    return True


def withdraw_file(id: str, services: "Services") -> None:  # noqa: A002
    """Hide the file that a removal names; its bytes are removed by the process that writes the index."""
    request = services.ledger.get(id)
    if request is not None:
        hide(request, Places(services.engine))
        send("workers.index.index", id)
