"""Keep every request from the moment it is heard until its reply stands: nothing is lost, nothing done twice.

A worker may write only while it holds a claim: each write names the claim's token, so that one which slept
past its lease changes nothing when it wakes.
"""

import json
import time
import uuid
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, case, or_, select, update

from workers.backlog import ATTEMPTS, Backlog
from workers.deliveries import Deliveries
from workers.request import (
    UNFINISHED,
    WAITING,
    ChannelType,
    Claim,
    Kind,
    Received,
    Request,
    events,
    feedback,
    request_of,
    requests,
)
from workers.rows import ORDERED, Rows, answered, apology, columns, fence, freed, insert, turn_of
from workers.state import transact

__all__ = ["Claim", "Kind", "Ledger", "Received", "Request"]

STOPPED = {"type": "stopped"}  # What was said until then is in the row.


class Ledger:
    """The table of requests; several processes may use it at once."""

    def __init__(self, engine: Engine, *, lease_seconds: float = 30.0, clock: Callable[[], float] = time.time) -> None:
        self.engine = engine
        self.lease_seconds = lease_seconds
        self.clock = clock
        self.rows = Rows(engine)
        self.backlog = Backlog(engine, clock=clock)
        self.deliveries = Deliveries(engine, lease_seconds=lease_seconds, clock=clock)

    # What is heard

    def receive(
        self,
        *,
        kind: Kind,
        team: str,
        channel: str,
        channel_type: ChannelType,
        message_ts: str,
        user: str,
        text: str = "",
        thread_ts: str = "",
        item: str = "",
        detail: dict[str, Any] | None = None,
        event_id: str = "",
    ) -> Received:
        """Write down a request, once: an event or a message seen before gives the request already there.

        Raises:
            TransientError: the database refused, and nothing was written.
        """
        now = self.clock()
        values = {
            "id": uuid.uuid4().hex, "kind": kind, "team": team, "channel": channel, "channel_type": channel_type,
            "message_ts": message_ts, "item": item, "thread_ts": thread_ts, "thread": thread_ts or message_ts,
            "user": user, "text": text, "detail": json.dumps(detail or {}), "state": "received", "attempts": 0,
            "lease_token": "", "lease_until": 0.0, "next_at": now, "enqueued_at": 0.0, "stage": "", "partial": "",
            "reply": None, "outcome": "answered", "error": "", "post_tried": False, "posts": 0, "reply_channel": "",
            "reply_ts": "", "contested_at": 0.0, "checked": 0, "created_at": now, "ready_at": 0.0, "done_at": 0.0,
        }  # fmt: skip

        def work(connection: Connection) -> Received:
            if event_id:
                seen = connection.scalar(select(events.c.request_id).where(events.c.event_id == event_id))
                if seen is not None:
                    return Received(seen, new=False)
            insert(connection, requests, values)
            same = [columns[name] == values[name] for name in ("team", "channel", "message_ts", "kind", "item")]
            # A locking read, as MySQL's snapshot may be older than the row that won.
            found = connection.scalars(select(columns.id).where(*same).with_for_update()).one()
            if event_id:
                event = {"event_id": event_id, "request_id": found, "seen_at": now}
                insert(connection, events, event)
            return Received(found, new=found == values["id"])

        return transact(self.engine, work)

    def enqueued(self, id: str) -> None:  # noqa: A002 - the name that the table and Slack's payloads use
        """Note that the broker has the request's id."""
        state = case((columns.state == "received", "queued"), else_=columns.state)
        self.rows.change(columns.id == id, enqueued_at=self.clock(), state=state)

    def cancel(self, team: str, channel: str, message_ts: str) -> bool:
        """Drop the unfinished requests of a message; a worker that holds one sees it within a second."""
        return self._cancel(columns.team == team, columns.channel == channel, columns.message_ts == message_ts)

    def stop_thread(self, team: str, channel: str, thread_ts: str) -> bool:
        """Stop answering in a thread; what was said until then stays, with a word that says so."""
        return self._stop(columns.team == team, columns.channel == channel, columns.thread == thread_ts)

    def stop(self, id: str) -> bool:  # noqa: A002
        """Stop answering one question, as above; False when it is answered already."""
        return self._stop(columns.id == id)

    def feedback(self, request_id: str, user: str, value: str, *, reason: str = "", comment: str = "") -> None:
        """Keep what `user` thinks of a reply, and why; the last word counts."""
        said = {"value": value, "at": self.clock(), "reason": reason[:32], "comment": comment}
        values = {"request_id": request_id, "user": user, **said}
        transact(self.engine, lambda connection: insert(connection, feedback, values, replace=tuple(said)))

    # What is worked on

    def claim(self, id: str) -> Claim | None:  # noqa: A002
        """Take the request for one attempt, or return None: taken, not due, finished, or not its thread's turn."""
        now, token = self.clock(), uuid.uuid4().hex
        free = or_(
            and_(columns.state.in_(WAITING), columns.next_at <= now),
            and_(columns.state == "running", columns.lease_until < now),
        )

        def work(connection: Connection) -> Request | None:
            row = connection.execute(select(requests).where(columns.id == id)).one_or_none()
            if row is None:
                return None
            mine = (columns.id == id, free, columns.attempts < ATTEMPTS, turn_of(row))
            lease = {"lease_token": token, "lease_until": now + self.lease_seconds}
            taken = connection.execute(
                update(requests).where(*mine).values(state="running", attempts=columns.attempts + 1, **lease)
            )
            if not taken.rowcount:
                # Not its turn: forget that it was queued, so that the janitor queues it once it is.
                connection.execute(
                    update(requests).where(columns.id == id, columns.state.in_(WAITING)).values(enqueued_at=0.0)
                )
                return None
            return request_of(connection.execute(select(requests).where(columns.id == id)).one())

        request = transact(self.engine, work)
        return Claim(request, token) if request else None

    def heartbeat(self, claim: Claim) -> bool:
        """Extend the lease; False when the claim no longer stands."""
        return self._fenced(claim, lease_until=self.clock() + self.lease_seconds)

    def stands(self, claim: Claim) -> bool:
        """Return whether the claim still stands: a cheap look, for those who look often."""
        query = select(columns.number).where(*fence(claim))
        return transact(self.engine, lambda connection: connection.scalar(query)) is not None

    def stage(self, claim: Claim, words: str) -> bool:
        """Save what is being done now, in words for the asker."""
        return self._fenced(claim, stage=words[:255])

    def partial(self, claim: Claim, text: str) -> bool:
        """Save the part of the answer that is already checked."""
        return self._fenced(claim, partial=text)

    def note(self, claim: Claim, **more: Any) -> bool:
        """Add to the request's detail what its next steps need to know."""
        detail = json.dumps({**claim.request.detail, **more}, ensure_ascii=False)
        return self._fenced(claim, detail=detail)

    def ready(self, claim: Claim, reply: dict[str, Any]) -> bool:
        """Save the reply, before anything is posted."""
        return self._fenced(claim, **answered(self.clock(), reply, outcome="answered"))

    def fail(self, claim: Claim, words: str, *, error: str) -> bool:
        """Save an apology that says why, delivered like any reply; the request ends as `failed`."""
        reply = apology(claim.request, words)
        return self._fenced(claim, **answered(self.clock(), reply, outcome="failed"), error=error)

    def again(self, claim: Claim, error: str, *, after: float) -> bool:
        """Give the request back, to be tried again `after` seconds from now."""
        return self._fenced(claim, **freed(self.clock() + after), error=error)

    def release(self, claim: Claim, *, after: float = 0.0) -> bool:
        """Give the request back for its next step: it has made progress, so its attempts start afresh."""
        return self._fenced(claim, **freed(self.clock() + after), attempts=0)

    def abandon(self, claim: Claim) -> bool:
        """End a request that nobody waits for any more; nothing is posted."""
        return self._fenced(claim, state="cancelled", done_at=self.clock(), lease_token="", lease_until=0.0)

    # What is asked of the ledger

    def get(self, id: str) -> Request | None:  # noqa: A002
        """Return the request, or None."""
        found = self.rows.all(columns.id == id)
        return found[0] if found else None

    def find(self, team: str, channel: str, message_ts: str) -> tuple[Request, ...]:
        """Return the requests of a message."""
        return self.rows.all(columns.team == team, columns.channel == channel, columns.message_ts == message_ts)

    def thread(self, team: str, channel: str, thread_ts: str) -> tuple[Request, ...]:
        """Return the requests of a thread, oldest first."""
        return self.rows.all(columns.team == team, columns.channel == channel, columns.thread == thread_ts)

    def in_thread(self, team: str, channel: str, thread_ts: str) -> bool:
        """Return whether Teller was asked, or given a file, in that thread."""
        return any(each.kind in ORDERED and each.state != "cancelled" for each in self.thread(team, channel, thread_ts))

    def in_work(self, kind: Kind) -> tuple[Request, ...]:
        """Return the requests of a kind that are waiting or being worked on."""
        return self.rows.all(columns.kind == kind, columns.state.in_((*WAITING, "running")))

    def ahead(self, id: str) -> int:  # noqa: A002
        """Return how many questions will be worked on before this one."""
        return self.backlog.ahead(id)

    def oldest_waiting(self) -> float:
        """Return for how many seconds the oldest question has waited; 0 when none does."""
        return self.backlog.oldest_waiting()

    def counts(self) -> dict[str, int]:
        """Return how many requests are in each state."""
        return self.backlog.counts()

    def _stop(self, *which: ColumnElement[bool]) -> bool:
        changes = answered(self.clock(), STOPPED, outcome="cancelled")
        return self.rows.change(*which, columns.kind == "question", columns.state.in_((*WAITING, "running")), **changes)

    def _cancel(self, *which: ColumnElement[bool]) -> bool:
        dropped: dict[str, Any] = {
            "state": "cancelled",
            "reply": None,
            "done_at": self.clock(),
            "lease_token": "",
            "lease_until": 0.0,
        }
        dropped |= {"contested_at": self.clock(), "checked": 0}  # So that the sweep removes what was already posted.
        return self.rows.change(*which, columns.state.in_(UNFINISHED), **dropped)

    def _fenced(self, claim: Claim, **changes: Any) -> bool:
        return self.rows.change(*fence(claim), **changes)
