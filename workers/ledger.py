"""Keep every request from the moment it is heard until its reply stands: nothing is lost, nothing done twice.

A worker may write only while it holds a claim: each write names the claim's token, so that one which slept
past its lease changes nothing when it wakes.
"""

import json
import time
import uuid
from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    Table,
    Update,
    and_,
    case,
    delete,
    exists,
    func,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects import mysql, sqlite

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
from workers.state import transact

ATTEMPTS = 4
QUESTION_DEADLINE = 15 * 60.0  # Nobody waits longer for an answer; files and reindexing show progress instead.
REMEMBER_EVENTS = 2 * 24 * 3600.0
ORDERED = ("question", "file")  # What a thread must answer in the order in which it was said.

columns = requests.c


class Ledger:
    """The table of requests; several processes may use it at once."""

    def __init__(self, engine: Engine, *, lease_seconds: float = 30.0, clock: Callable[[], float] = time.time) -> None:
        self.engine = engine
        self.lease_seconds = lease_seconds
        self.clock = clock

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
            _insert(connection, requests, values)
            same = [columns[name] == values[name] for name in ("team", "channel", "message_ts", "kind", "item")]
            # A locking read, as MySQL's snapshot may be older than the row that won.
            found = connection.scalars(select(columns.id).where(*same).with_for_update()).one()
            if event_id:
                event = {"event_id": event_id, "request_id": found, "seen_at": now}
                _insert(connection, events, event)
            return Received(found, new=found == values["id"])

        return transact(self.engine, work)

    def enqueued(self, id: str) -> None:  # noqa: A002 - the name that the table and Slack's payloads use
        """Note that the broker has the request's id."""
        state = case((columns.state == "received", "queued"), else_=columns.state)
        self._changed(update(requests).where(columns.id == id).values(enqueued_at=self.clock(), state=state))

    def cancel(self, team: str, channel: str, message_ts: str) -> bool:
        """Drop the unfinished requests of a message; a worker that holds one learns it at its next heartbeat."""
        return self._cancel(columns.team == team, columns.channel == channel, columns.message_ts == message_ts)

    def cancel_thread(self, team: str, channel: str, thread_ts: str) -> bool:
        """Drop the unfinished questions of a thread."""
        place = (columns.team == team, columns.channel == channel, columns.thread == thread_ts)
        return self._cancel(*place, columns.kind == "question")

    def feedback(self, request_id: str, user: str, value: str) -> None:
        """Keep what `user` thinks of a reply; the last word counts."""
        values = {"request_id": request_id, "user": user, "value": value, "at": self.clock()}
        transact(self.engine, lambda connection: _insert(connection, feedback, values, replace=("value", "at")))

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
            fence = (columns.id == id, free, columns.attempts < ATTEMPTS, _turn_of(row))
            lease = {"lease_token": token, "lease_until": now + self.lease_seconds}
            taken = connection.execute(
                update(requests).where(*fence).values(state="running", attempts=columns.attempts + 1, **lease)
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

    def holds(self, claim: Claim) -> bool:
        """Return whether the claim still stands, changing nothing."""
        stands = select(columns.id).where(*_fence(claim), columns.lease_until >= self.clock())
        return transact(self.engine, lambda connection: connection.scalar(stands)) is not None

    def stage(self, claim: Claim, words: str) -> bool:
        """Save what is being done now, in words for the asker."""
        return self._fenced(claim, stage=words[:255])

    def partial(self, claim: Claim, text: str) -> bool:
        """Save the part of the answer that is already checked."""
        return self._fenced(claim, partial=text)

    def ready(self, claim: Claim, reply: dict[str, Any]) -> bool:
        """Save the reply, before anything is posted."""
        return self._fenced(claim, **self._reply(reply, outcome="answered"))

    def fail(self, claim: Claim, words: str, *, error: str) -> bool:
        """Save an apology that says why, delivered like any reply; the request ends as `failed`."""
        return self._fenced(claim, **self._reply(_apology(claim.request, words), outcome="failed"), error=error)

    def again(self, claim: Claim, error: str, *, after: float) -> bool:
        """Give the request back, to be tried again `after` seconds from now."""
        return self._fenced(claim, **self._free(after), error=error)

    def release(self, claim: Claim, words: str = "") -> bool:
        """Give the request back for its next step: it has made progress, so its attempts start afresh."""
        return self._fenced(claim, **self._free(0.0), attempts=0, stage=words[:255])

    def abandon(self, claim: Claim) -> bool:
        """End a request that nobody waits for any more; nothing is posted."""
        return self._fenced(claim, state="cancelled", done_at=self.clock(), lease_token="", lease_until=0.0)

    # What is asked of the ledger

    def get(self, id: str) -> Request | None:  # noqa: A002
        """Return the request, or None."""
        row = self._row(select(requests).where(columns.id == id))
        return request_of(row) if row is not None else None

    def find(self, team: str, channel: str, message_ts: str) -> tuple[Request, ...]:
        """Return the requests of a message."""
        return self._all(columns.team == team, columns.channel == channel, columns.message_ts == message_ts)

    def replied(self, channel: str, reply_ts: str) -> Request | None:
        """Return the request whose reply stands at `reply_ts`."""
        found = self._all(columns.reply_channel == channel, columns.reply_ts == reply_ts)
        return found[0] if found else None

    def thread(self, team: str, channel: str, thread_ts: str) -> tuple[Request, ...]:
        """Return the requests of a thread, oldest first."""
        return self._all(columns.team == team, columns.channel == channel, columns.thread == thread_ts)

    def in_thread(self, team: str, channel: str, thread_ts: str) -> bool:
        """Return whether Teller was asked, or given a file, in that thread."""
        return any(each.kind in ORDERED and each.state != "cancelled" for each in self.thread(team, channel, thread_ts))

    def ahead(self, id: str) -> int:  # noqa: A002
        """Return how many questions will be worked on before this one."""
        mine = select(columns.number).where(columns.id == id).scalar_subquery()
        older = select(func.count()).where(
            columns.kind == "question", columns.state.in_((*WAITING, "running")), columns.number < mine
        )
        return transact(self.engine, lambda connection: connection.scalar(older)) or 0

    def waiting(self) -> tuple[Request, ...]:
        """Return the questions that nobody works on yet, oldest first."""
        return self._all(columns.kind == "question", columns.state.in_(WAITING))

    def oldest_waiting(self) -> float:
        """Return for how many seconds the oldest question has waited; 0 when none does."""
        oldest = select(func.min(columns.created_at)).where(columns.kind == "question", columns.state.in_(WAITING))
        found = transact(self.engine, lambda connection: connection.scalar(oldest))
        return max(0.0, self.clock() - found) if found else 0.0

    def counts(self) -> dict[str, int]:
        """Return how many requests are in each state."""
        query = select(columns.state, func.count()).group_by(columns.state)
        rows = transact(self.engine, lambda connection: connection.execute(query).all())
        return {state: count for state, count in rows}  # noqa: C416 - rows are not pairs to mypy

    # What the janitor does

    def due(self, *, patience: float = 60.0, limit: int = 200) -> tuple[Request, ...]:
        """Return what should be in the broker and may not be: never queued, given back, orphaned, or undelivered.

        A request that was queued within `patience` seconds is left alone.
        """
        now = self.clock()
        forgotten = columns.enqueued_at < now - patience
        waiting = and_(columns.state.in_(WAITING), columns.next_at <= now, forgotten, ~_behind_another())
        orphaned = and_(
            columns.state == "running",
            columns.lease_until < now,
            or_(columns.enqueued_at < columns.lease_until, forgotten),
        )
        undelivered = and_(columns.state == "ready", columns.next_at <= now, columns.lease_until < now, forgotten)
        return self._all(or_(waiting, orphaned, undelivered), limit=limit)

    def fail_hopeless(self) -> tuple[str, ...]:
        """Give up what failed too often or took too long; each ends with an apology that is due for delivery."""
        now = self.clock()
        unclaimed = or_(columns.state.in_(WAITING), and_(columns.state == "running", columns.lease_until < now))
        poisoned = and_(columns.attempts >= ATTEMPTS, unclaimed)
        overdue = and_(
            columns.kind == "question",
            columns.state.in_((*WAITING, "running")),
            columns.created_at < now - QUESTION_DEADLINE,
            ~_behind_another("file"),
        )
        failed = []
        for reason, words in (
            (poisoned, "I tried this several times and could not finish it. The error has been noted."),
            (overdue, "This took longer than fifteen minutes, so I stopped. Please ask again."),
        ):
            for request in self._all(reason):
                same = (columns.state == request.state, columns.lease_until == request.lease_until)
                error = request.error or f"given up after {request.attempts} attempts"
                changes = self._reply(_apology(request, words), outcome="failed") | {"error": error}
                if self._changed(update(requests).where(columns.id == request.id, *same).values(**changes)):
                    failed.append(request.id)
        return tuple(failed)

    def forget_events(self) -> None:
        """Drop the ids of events that Slack will not send again."""
        old = delete(events).where(events.c.seen_at < self.clock() - REMEMBER_EVENTS)
        transact(self.engine, lambda connection: connection.execute(old))

    # How it is written

    def _cancel(self, *which: ColumnElement[bool]) -> bool:
        dropped = {"state": "cancelled", "done_at": self.clock(), "lease_token": "", "lease_until": 0.0}
        dropped |= {"contested_at": self.clock(), "checked": 0}  # The sweep removes what was already posted.
        return self._changed(update(requests).where(*which, columns.state.in_(UNFINISHED)).values(**dropped))

    def _fenced(self, claim: Claim, **changes: Any) -> bool:
        return self._changed(update(requests).where(*_fence(claim)).values(**changes))

    def _changed(self, statement: Update) -> bool:
        return transact(self.engine, lambda connection: connection.execute(statement).rowcount > 0)

    def _row(self, query: Select[Any]) -> Row[Any] | None:
        return transact(self.engine, lambda connection: connection.execute(query).one_or_none())

    def _all(self, *which: ColumnElement[bool], limit: int = 1000) -> tuple[Request, ...]:
        query = select(requests).where(*which).order_by(columns.number).limit(limit)
        return tuple(map(request_of, transact(self.engine, lambda connection: connection.execute(query).all())))

    def _free(self, after: float) -> dict[str, Any]:
        lease = {"lease_token": "", "lease_until": 0.0}
        return lease | {"state": "queued", "next_at": self.clock() + after, "enqueued_at": 0.0}

    def _reply(self, reply: dict[str, Any], *, outcome: str) -> dict[str, Any]:
        now = self.clock()
        saved = {"reply": json.dumps(reply, ensure_ascii=False), "outcome": outcome, "ready_at": now, "stage": ""}
        return self._free(0.0) | saved | {"state": "ready", "next_at": now}


def _apology(request: Request, words: str) -> dict[str, Any]:
    return {"type": "failure", "text": words, "reference": request.reference}


def _fence(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    return (columns.id == claim.id, columns.lease_token == claim.token, columns.state == "running")


def _turn_of(row: Row[Any]) -> ColumnElement[bool]:
    if row.kind not in ORDERED:
        return true()
    same = [columns[name] == getattr(row, name) for name in ("team", "channel", "thread")]
    before = (columns.number < row.number, columns.state.in_(UNFINISHED), columns.kind.in_(ORDERED))
    # MySQL lets an update look at its own table only through a derived table, which the limit keeps it from merging.
    older = select(columns.number).where(*same, *before).limit(1).subquery()
    return ~exists(select(older.c.number))


def _behind_another(*kinds: str) -> ColumnElement[bool]:
    older = requests.alias()
    same = [older.c[name] == columns[name] for name in ("team", "channel", "thread")]
    before = (older.c.number < columns.number, older.c.state.in_(UNFINISHED), older.c.kind.in_(kinds or ORDERED))
    return and_(columns.kind.in_(ORDERED), exists(select(older.c.number).where(*same, *before)))


def _insert(connection: Connection, table: Table, values: dict[str, Any], *, replace: tuple[str, ...] = ()) -> None:
    """Insert a row unless its key is taken; then change only the columns named in `replace`."""
    if connection.dialect.name == "sqlite":
        statement = sqlite.insert(table).values(**values)
        changed = {name: statement.excluded[name] for name in replace}
        keys = list(table.primary_key.columns)
        connection.execute(
            statement.on_conflict_do_update(index_elements=keys, set_=changed)
            if replace
            else statement.on_conflict_do_nothing()
        )
    else:
        same = {key.name: key for key in table.primary_key.columns}
        changed = {name: values[name] for name in replace} or same
        connection.execute(mysql.insert(table).values(**values).on_duplicate_key_update(**changed))
