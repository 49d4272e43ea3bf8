"""Keep queries that people have corrected until others have looked at them: what waits, what counts, who decided."""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Double, Index, Integer, String, Table, func, insert, select, update
from sqlalchemy.engine import Connection, Engine, Row
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError

from knowledge.errors import NotAllowedError, TransientError, UserError
from knowledge.tables import LongText, metadata

WAITING, VERIFIED, REJECTED, RETIRED = "waiting", "verified", "rejected", "retired"
NOT_WAITING = "That query is not waiting for a review any more."
NOT_VERIFIED = "That query does not count as verified any more."
NOT_ONE_S_OWN = "A correction is approved by someone other than its author."

verified_query = Table(
    "verified_query",
    metadata,
    Column("number", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True),
    Column("question", LongText, nullable=False),
    Column("sql", LongText, nullable=False),
    Column("tables", LongText, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", LongText, nullable=False),
    Column("author", String(64), nullable=False),
    Column("proposed_at", Double, nullable=False),
    Column("reviewer", String(64), nullable=False),
    Column("reviewed_at", Double, nullable=False),
    Column("request", String(32), nullable=True),  # The question that it answered, which is answered once.
    Column("stale_at", Double, nullable=False, server_default="0"),
    Index("ix_verified_query_state", "state"),
    Index("ix_verified_query_request", "request", unique=True),
    sqlite_autoincrement=True,
)
_COLUMNS = verified_query.c


@dataclass(frozen=True, slots=True)
class Pair:
    """A question with its corrected SQL.

    `fingerprint` names what its `tables` meant when it was last looked at; `stale_at` is when they were found to have
    changed since, 0 while they have not.
    """

    number: int
    question: str
    sql: str
    tables: tuple[str, ...]
    fingerprint: str
    state: str
    reason: str
    author: str
    proposed_at: float
    reviewer: str
    reviewed_at: float
    request: str = ""
    stale_at: float = 0.0

    @property
    def stale(self) -> bool:
        """Return whether the tables, or what they mean, have changed under it."""
        return self.stale_at > 0

    @property
    def reviewed_on(self) -> str:
        """Return the day on which somebody decided."""
        return day(self.reviewed_at)


class Review:
    """The corrected queries and what people have decided about them."""

    def __init__(self, engine: Engine) -> None:
        """Keep them in Teller's own database at `engine`."""
        self._engine = engine

    def propose(
        self,
        question: str,
        sql: str,
        *,
        tables: Iterable[str],
        fingerprint: str,
        author: str,
        reason: str = "",
        request: str = "",
    ) -> int:
        """Keep a query until a reviewer has looked at it; return its number.

        A `request` proposes one: proposed again, its query takes the place of the first while that one waits.
        """
        what = {"sql": sql, "tables": " ".join(sorted({each.lower() for each in tables})), "fingerprint": fingerprint}
        values = {
            **what,
            "question": " ".join(question.split()),
            "state": WAITING,
            "reason": reason,
            "author": author,
            "proposed_at": time.time(),
            "reviewer": "",
            "reviewed_at": 0.0,
            "request": request or None,
            "stale_at": 0.0,
        }
        try:
            with self._transaction() as connection:
                made = connection.execute(insert(verified_query).values(values)).inserted_primary_key
                return int(made[0]) if made else 0
        except IntegrityError:
            mine = (_COLUMNS.request == request, _COLUMNS.state == WAITING)
            with self._transaction() as connection:
                connection.execute(update(verified_query).where(*mine).values(what))
                number = select(_COLUMNS.number).where(_COLUMNS.request == request)
                return int(connection.execute(number).scalar_one())

    def approve(self, number: int, *, reviewer: str) -> Pair:
        """Let a waiting query count as verified.

        Raises:
            NotAllowedError: the reviewer wrote it.
            UserError: it is not waiting any more.
        """
        return self._decide(number, WAITING, NOT_WAITING, reviewer, state=VERIFIED)

    def reject(self, number: int, *, reviewer: str) -> Pair:
        """Put a waiting query aside.

        Raises:
            NotAllowedError, UserError: as `approve` does.
        """
        return self._decide(number, WAITING, NOT_WAITING, reviewer, state=REJECTED)

    def renew(self, number: int, *, reviewer: str, tables: Iterable[str], fingerprint: str) -> Pair:
        """Let a verified query count again, by what its tables mean now.

        Raises:
            NotAllowedError: the reviewer wrote it.
            UserError: it is not verified any more.
        """
        used = " ".join(sorted({each.lower() for each in tables}))
        return self._decide(
            number, VERIFIED, NOT_VERIFIED, reviewer, tables=used, fingerprint=fingerprint, stale_at=0.0
        )

    def retire(self, number: int, *, reviewer: str) -> Pair:
        """Let a verified query count no more; its author may do that too.

        Raises:
            UserError: it is not verified any more.
        """
        return self._decide(number, VERIFIED, NOT_VERIFIED, reviewer, own=True, state=RETIRED)

    def get(self, number: int) -> Pair | None:
        """Return one query with its question."""
        found = self.rows(_COLUMNS.number == number)
        return found[0] if found else None

    def newest(self, state: str, *, limit: int | None = None) -> list[Pair]:
        """Return the queries of one state, those decided or proposed last first."""
        latest = _COLUMNS.proposed_at if state == WAITING else _COLUMNS.reviewed_at
        return self.rows(_COLUMNS.state == state, order=(latest.desc(), _COLUMNS.number.desc()), limit=limit)

    def count(self, state: str) -> int:
        """Return how many queries are in one state."""
        with self._transaction() as connection:
            return int(
                connection.scalar(select(func.count()).select_from(verified_query).where(_COLUMNS.state == state)) or 0
            )

    def rows(self, *which: Any, order: Sequence[Any] = (_COLUMNS.number,), limit: int | None = None) -> list[Pair]:
        """Return the queries that meet conditions, oldest first unless told otherwise."""
        with self._transaction() as connection:
            found = connection.execute(select(verified_query).where(*which).order_by(*order).limit(limit)).all()
        return [_pair(row) for row in found]

    def change(self, *which: Any, **values: Any) -> bool:
        """Write values into the queries that meet conditions; False when there are none."""
        with self._transaction() as connection:
            return bool(connection.execute(update(verified_query).where(*which).values(values)).rowcount)

    def _decide(self, number: int, before: str, gone: str, reviewer: str, *, own: bool = False, **values: Any) -> Pair:
        pair = self.get(number)
        if pair is None or pair.state != before:
            raise UserError(gone)
        if not reviewer or (pair.author == reviewer and not own):
            raise NotAllowedError(NOT_ONE_S_OWN)
        still = (_COLUMNS.number == number, _COLUMNS.state == before)
        decided = self.change(*still, reviewer=reviewer, reviewed_at=time.time(), **values) and self.get(number)
        if not decided:
            raise UserError(gone)
        return decided

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except (OperationalError, InterfaceError) as error:
            raise TransientError(f"The database refused: {error}", after=5) from error


def day(seconds: float) -> str:
    """Return the day of a moment."""
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()


def _pair(row: Row[Any]) -> Pair:
    values = row._asdict()
    return Pair(**{**values, "tables": tuple(values["tables"].split()), "request": values["request"] or ""})
