"""Find what is due, what is hopeless, and how long people have waited."""

import time
from collections.abc import Callable

from sqlalchemy import Engine, and_, delete, func, or_, select

from workers.request import WAITING, Request, events
from workers.rows import Rows, answered, apology, behind_another, columns
from workers.state import transact

ATTEMPTS = 4
QUESTION_DEADLINE = 15 * 60.0  # Nobody waits longer for an answer; files and reindexing show progress instead.
EVENT_MEMORY = 2 * 24 * 3600.0


class Backlog:
    """The unfinished part of the ledger, as the janitor and `teller status` see it."""

    def __init__(self, engine: Engine, *, clock: Callable[[], float] = time.time) -> None:
        self.engine = engine
        self.rows = Rows(engine)
        self.clock = clock

    def due(self, *, patience: float = 60.0, limit: int = 200) -> tuple[Request, ...]:
        """Return what should be in the broker and may not be: never queued, given back, orphaned, or undelivered.

        A request that was queued within `patience` seconds is left alone.
        """
        now = self.clock()
        forgotten = columns.enqueued_at < now - patience
        waiting = and_(columns.state.in_(WAITING), columns.next_at <= now, forgotten, ~behind_another())
        orphaned = and_(
            columns.state == "running",
            columns.lease_until < now,
            or_(columns.enqueued_at < columns.lease_until, forgotten),
        )
        undelivered = and_(columns.state == "ready", columns.next_at <= now, columns.lease_until < now, forgotten)
        return self.rows.all(or_(waiting, orphaned, undelivered), limit=limit)

    def fail_hopeless(self) -> tuple[str, ...]:
        """Give up what failed too often or took too long; each ends with an apology that is due for delivery."""
        now = self.clock()
        unclaimed = or_(columns.state.in_(WAITING), and_(columns.state == "running", columns.lease_until < now))
        poisoned = and_(columns.attempts >= ATTEMPTS, unclaimed)
        overdue = and_(
            columns.kind == "question",
            columns.state.in_((*WAITING, "running")),
            columns.created_at < now - QUESTION_DEADLINE,
            ~behind_another("file"),
        )
        tired = "I tried this several times and could not finish it. The error has been noted."
        late = "This took longer than fifteen minutes, so I stopped. Please ask again."
        failed = [
            each.id for each in self.rows.all(poisoned) if self._give_up(each, each.detail.get("trouble") or tired)
        ]
        failed += [each.id for each in self.rows.all(overdue) if self._is_late(each) and self._give_up(each, late)]
        return tuple(failed)

    def _is_late(self, request: Request) -> bool:
        """Count a question's time from when the last file that it had to wait for was read."""
        same = (columns.team == request.team, columns.channel == request.channel)
        thread = columns.thread == (request.thread_ts or request.message_ts)
        files = self.rows.all(*same, thread, columns.kind == "file")
        return all(each.done_at < self.clock() - QUESTION_DEADLINE for each in files)

    def _give_up(self, request: Request, words: str) -> bool:
        same = (columns.state == request.state, columns.lease_until == request.lease_until)
        changes = answered(self.clock(), apology(request, words), outcome="failed")
        error = request.error or f"given up after {request.attempts} attempts"
        return self.rows.change(columns.id == request.id, *same, **changes, error=error)

    def waiting(self) -> tuple[Request, ...]:
        """Return the questions that nobody works on yet, oldest first."""
        return self.rows.all(columns.kind == "question", columns.state.in_(WAITING))

    def oldest_waiting(self) -> float:
        """Return for how many seconds the oldest question has waited; 0 when none does."""
        oldest = select(func.min(columns.created_at)).where(columns.kind == "question", columns.state.in_(WAITING))
        found = transact(self.engine, lambda connection: connection.scalar(oldest))
        return max(0.0, self.clock() - found) if found else 0.0

    def last_finished(self) -> float | None:
        """Return when a question was last finished, whichever way; None when none ever was."""
        latest = select(func.max(columns.done_at)).where(columns.kind == "question", columns.done_at > 0)
        found = transact(self.engine, lambda connection: connection.scalar(latest))
        return None if found is None else float(found)

    def first_answered(self, since: float) -> tuple[float, float] | None:
        """Return when the question answered first was asked and answered, of those asked after `since`."""
        times = select(columns.created_at, columns.done_at)
        asked = times.where(columns.kind == "question", columns.state == "answered", columns.created_at >= since)
        first = asked.order_by(columns.done_at).limit(1)
        row = transact(self.engine, lambda connection: connection.execute(first).first())
        return None if row is None else (float(row[0]), float(row[1]))

    def ahead(self, id: str) -> int:  # noqa: A002 - the name that the table and Slack's payloads use
        """Return how many questions will be worked on before this one."""
        mine = select(columns.number).where(columns.id == id).scalar_subquery()
        earlier = (columns.state.in_((*WAITING, "running")), columns.number < mine)
        older = select(func.count()).where(columns.kind == "question", *earlier)
        return transact(self.engine, lambda connection: connection.scalar(older)) or 0

    def counts(self) -> dict[str, int]:
        """Return how many requests are in each state."""
        query = select(columns.state, func.count()).group_by(columns.state)
        rows = transact(self.engine, lambda connection: connection.execute(query).all())
        return {state: count for state, count in rows}  # noqa: C416 - rows are not pairs to mypy

    def forget_events(self) -> None:
        """Drop the ids of events that Slack will not send again."""
        old = delete(events).where(events.c.seen_at < self.clock() - EVENT_MEMORY)
        transact(self.engine, lambda connection: connection.execute(old))
