"""Keep a row of every query that was tried on the bank's data."""

import time
from dataclasses import dataclass, field

from sqlalchemy import BigInteger, Boolean, Column, Double, Index, Integer, String, Table, insert
from sqlalchemy.engine import Engine
from sqlalchemy.exc import InterfaceError, OperationalError

from knowledge.errors import TransientError
from knowledge.tables import LongText, metadata

query_audit = Table(
    "query_audit",
    metadata,
    Column("number", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True),
    Column("at", Double, nullable=False),
    Column("user", String(64), nullable=False),
    Column("question", LongText, nullable=False),
    Column("asked", LongText, nullable=False),
    Column("ran", LongText, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("rows_shown", Integer, nullable=False),
    Column("cut", Boolean, nullable=False),
    Column("seconds", Double, nullable=False),
    Column("cost", Double, nullable=False),
    Index("ix_query_audit_at", "at"),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One query as written and as run; `outcome` is `ran`, `refused` or `failed`, `reason` one word on why."""

    user: str
    question: str
    asked: str
    ran: str
    outcome: str
    reason: str
    rows: int = 0
    cut: bool = False
    seconds: float = 0.0
    cost: float = 0.0
    at: float = field(default_factory=time.time)


class Audit:
    """The record in Teller's own database: rows are added and never changed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __call__(self, attempt: Attempt) -> None:
        """Add a row.

        Raises:
            TransientError: the database is down; what cannot be recorded is not shown.
        """
        row = insert(query_audit).values(
            at=attempt.at, user=attempt.user[:64], question=attempt.question, asked=attempt.asked, ran=attempt.ran,
            outcome=attempt.outcome, reason=attempt.reason, rows_shown=attempt.rows, cut=attempt.cut,
            seconds=attempt.seconds, cost=attempt.cost,
        )  # fmt: skip
        try:
            with self._engine.begin() as connection:
                connection.execute(row)
        except (OperationalError, InterfaceError) as error:
            raise TransientError(f"The database refused: {error}", after=5) from error
