"""Keep what is known of each reply's way into Slack, so that it is posted exactly once.

Slack has no idempotency key. So a post is noted before it is tried; whoever finds such a note without a result
looks before posting again; the first to save where the reply stands wins, and a loser deletes its own.
"""

import time
import uuid
from collections.abc import Callable

from sqlalchemy import ColumnElement, Engine, and_, or_

from workers.request import Claim, Request
from workers.rows import Rows, answered, apology, columns, fence, freed

PATIENCE = 6 * 3600.0  # How long a reply is worth delivering.
SWEEPS = (15.0, 60.0)  # Seconds after a contested post at which the thread is looked at again.


class Deliveries:
    """The part of the ledger that `ready` requests go through."""

    def __init__(self, engine: Engine, *, lease_seconds: float, clock: Callable[[], float] = time.time) -> None:
        self.rows = Rows(engine)
        self.lease_seconds = lease_seconds
        self.clock = clock

    def claim(self, id: str) -> Claim | None:  # noqa: A002 - the name that the table and Slack's payloads use
        """Take a saved reply for one try at delivering it, or return None: taken, not due, or delivered."""
        now, token = self.clock(), uuid.uuid4().hex
        free = (columns.state == "ready", columns.lease_until < now, columns.next_at <= now)
        lease = {"lease_token": token, "lease_until": now + self.lease_seconds}
        if not self.rows.change(columns.id == id, *free, **lease, posts=columns.posts + 1):
            return None
        found = self.rows.all(columns.id == id, columns.lease_token == token)
        return Claim(found[0], token) if found else None

    def heartbeat(self, claim: Claim) -> bool:
        """Extend the lease; False when the claim no longer stands."""
        return self.rows.change(*fence(claim, "ready"), lease_until=self.clock() + self.lease_seconds)

    def tried(self, claim: Claim) -> bool:
        """Note, before it is done, that something is about to be posted; False when the claim no longer stands."""
        return self.rows.change(*_either(claim), post_tried=True)

    def untried(self, claim: Claim) -> bool:
        """Take the note back: nothing was posted."""
        return self.rows.change(*_either(claim), columns.reply_ts == "", post_tried=False)

    def posted(self, id: str, channel: str, ts: str) -> bool:  # noqa: A002
        """Save where the reply stands; False when another saved it first."""
        return self.rows.change(columns.id == id, columns.reply_ts == "", reply_channel=channel, reply_ts=ts)

    def lost(self, id: str, ts: str) -> bool:  # noqa: A002
        """Forget the place of a reply that somebody deleted from Slack."""
        where = (columns.id == id, columns.reply_ts == ts)
        return self.rows.change(*where, reply_channel="", reply_ts="", post_tried=False)

    def contested(self, id: str) -> None:  # noqa: A002
        """Note that the reply may stand in Slack more than once, for the sweep to look at."""
        self.rows.change(columns.id == id, contested_at=self.clock(), checked=0)

    def delivered(self, claim: Claim) -> bool:
        """End the request: its reply stands."""
        done = {"state": columns.outcome, "done_at": self.clock(), "lease_token": "", "lease_until": 0.0}
        return self.rows.change(*fence(claim, "ready"), **done)

    def later(self, claim: Claim, error: str, *, after: float) -> bool:
        """Try again `after` seconds from now, unless the reply is too old to be worth it."""
        now = self.clock()
        if now - claim.request.ready_at > PATIENCE:
            return self.refused(claim, error)
        changes = freed(now + after) | {"state": "ready", "error": error}
        return self.rows.change(*fence(claim, "ready"), **changes)

    def refused(self, claim: Claim, error: str) -> bool:
        """End the request as failed: Slack will never take the reply."""
        done = {"state": "failed", "done_at": self.clock(), "lease_token": "", "lease_until": 0.0, "error": error}
        return self.rows.change(*fence(claim, "ready"), **done)

    def apologise(self, claim: Claim, words: str, *, error: str) -> bool:
        """Put an apology in the place of a reply that cannot be shown; one apology that cannot is enough."""
        request = claim.request
        if request.reply and request.reply["type"] == "failure":
            return self.refused(claim, error)
        changes = answered(self.clock(), apology(request, words), outcome="failed") | {"error": error}
        return self.rows.change(*fence(claim, "ready"), **changes)

    def suspects(self) -> tuple[Request, ...]:
        """Return the finished requests whose place in Slack is due for another look."""
        now = self.clock()
        due = [
            and_(columns.checked == sweep, columns.contested_at < now - seconds) for sweep, seconds in enumerate(SWEEPS)
        ]
        finished = columns.state.in_(("answered", "failed", "cancelled"))
        return self.rows.all(columns.contested_at > 0, columns.post_tried, finished, or_(*due), limit=50)

    def checked(self, request: Request) -> bool:
        """Count a look; False when another janitor has counted it first."""
        same = (columns.id == request.id, columns.checked == request.checked)
        return self.rows.change(*same, checked=request.checked + 1)


def _either(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    return (columns.id == claim.id, columns.lease_token == claim.token, columns.state.in_(("running", "ready")))
