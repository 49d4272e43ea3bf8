"""Keep questions whose SQL a person has corrected and another has approved."""

import hashlib
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings
from sqlalchemy import BigInteger, Column, Double, Index, Integer, String, Table, insert, select, update
from sqlalchemy.engine import Engine, Row
from sqlalchemy.exc import InterfaceError, OperationalError

from knowledge.database.catalog import Catalog
from knowledge.database.names import stemmed
from knowledge.errors import NotAllowedError, TransientError, UserError
from knowledge.tables import LongText, metadata

WAITING, VERIFIED, REJECTED = "waiting", "verified", "rejected"
LEAST = 0.55  # Below this two questions have little to do with each other.

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
    Index("ix_verified_query_state", "state"),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True, slots=True)
class Pair:
    """A question with its corrected SQL; `stale` when the schema or its meaning has changed under it."""

    number: int
    question: str
    sql: str
    tables: tuple[str, ...]
    state: str
    reason: str
    author: str
    proposed_at: float
    reviewer: str
    reviewed_at: float
    stale: bool = False


class Pairs:
    """The pairs of one database."""

    def __init__(self, engine: Engine, embeddings: Embeddings | None = None) -> None:
        """Keep them in Teller's own database at `engine`; find similar ones by `embeddings`."""
        self._engine = engine
        self._embeddings = embeddings
        self._vectors: dict[str, np.ndarray] = {}
        self._lock = threading.Lock()

    def propose(
        self, question: str, sql: str, *, catalog: Catalog, tables: Iterable[str], author: str, reason: str = ""
    ) -> int:
        """Keep a corrected query until a reviewer has looked at it; return its number."""
        used = sorted({each.lower() for each in tables})
        values = {
            "question": " ".join(question.split()),
            "sql": sql,
            "tables": " ".join(used),
            "fingerprint": fingerprint(catalog, used),
            "state": WAITING,
            "reason": reason,
            "author": author,
            "proposed_at": time.time(),
            "reviewer": "",
            "reviewed_at": 0.0,
        }
        try:
            with self._engine.begin() as connection:
                made = connection.execute(insert(verified_query).values(values)).inserted_primary_key
        except (OperationalError, InterfaceError) as error:
            raise TransientError(f"The database refused: {error}", after=5) from error
        return int(made[0]) if made else 0

    def approve(self, number: int, *, reviewer: str) -> Pair:
        """Let a waiting query count as verified.

        Raises:
            NotAllowedError: the reviewer wrote it.
            UserError: it is not waiting any more.
        """
        return self._review(number, VERIFIED, reviewer)

    def reject(self, number: int, *, reviewer: str) -> Pair:
        """Put a waiting query aside.

        Raises:
            NotAllowedError, UserError: as `approve` does.
        """
        return self._review(number, REJECTED, reviewer)

    def get(self, number: int, catalog: Catalog | None = None) -> Pair | None:
        """Return one pair."""
        rows = self._rows(verified_query.c.number == number)
        return _pair(rows[0], catalog) if rows else None

    def all(self, catalog: Catalog, *, state: str = VERIFIED) -> list[Pair]:
        """Return the pairs of one state, newest first; those that have gone stale say so."""
        return [_pair(row, catalog) for row in reversed(self._rows(verified_query.c.state == state))]

    def similar(self, question: str, catalog: Catalog, *, limit: int = 2) -> list[tuple[Pair, float]]:
        """Return the verified pairs most like a question, with how like from 0 to 1; stale ones are left out."""
        pairs = [each for each in self.all(catalog) if not each.stale]
        if not pairs:
            return []
        scored = [(pair, self._alike(question, pair.question)) for pair in pairs]
        scored = [(pair, score) for pair, score in scored if score >= LEAST]
        return sorted(scored, key=lambda each: -each[1])[:limit]

    def _alike(self, question: str, other: str) -> float:
        if same_words(question, other):
            return 1.0
        if self._embeddings is None:
            first, second = set(stemmed(question)), set(stemmed(other))
            return len(first & second) / max(1, len(first | second))
        return float(np.clip(self._vector(question) @ self._vector(other), 0.0, 0.999))

    def _vector(self, text: str) -> Any:
        if self._embeddings is None:
            raise UserError("There is no embedder.")
        with self._lock:
            if text not in self._vectors:
                if len(self._vectors) > 2000:
                    self._vectors.clear()
                self._vectors[text] = np.asarray(self._embeddings.embed_query(text))
            return self._vectors[text]

    def _review(self, number: int, state: str, reviewer: str) -> Pair:
        pair = self.get(number)
        if pair is None or pair.state != WAITING:
            raise UserError("That correction is not waiting for a review any more.")
        if not reviewer or pair.author == reviewer:
            raise NotAllowedError("A correction is approved by someone other than its author.")
        change = (
            update(verified_query)
            .where(verified_query.c.number == number, verified_query.c.state == WAITING)
            .values(state=state, reviewer=reviewer, reviewed_at=time.time())
        )
        try:
            with self._engine.begin() as connection:
                changed = connection.execute(change).rowcount
        except (OperationalError, InterfaceError) as error:
            raise TransientError(f"The database refused: {error}", after=5) from error
        reviewed = self.get(number)
        if not changed or reviewed is None:
            raise UserError("That correction is not waiting for a review any more.")
        return reviewed

    def _rows(self, condition: Any) -> Sequence[Row[Any]]:
        try:
            with self._engine.connect() as connection:
                return connection.execute(
                    select(verified_query).where(condition).order_by(verified_query.c.number)
                ).all()
        except (OperationalError, InterfaceError) as error:
            raise TransientError(f"The database refused: {error}", after=5) from error


def fingerprint(catalog: Catalog, tables: Iterable[str]) -> str:
    """Return a name for all that gives SQL over some tables its meaning: their columns and what the file says."""
    said: list[tuple[str, object]] = []
    for name in sorted({each.lower() for each in tables}):
        relation = catalog.relations.get(name)
        said.append((name, [(each.name, each.type) for each in relation.columns.values()] if relation else None))
        said.append((name, repr(catalog.semantics.tables.get(name))))
        said += [(name, repr(each)) for each in catalog.semantics.metrics if each.table == name]
    return hashlib.sha256(repr((said, catalog.semantics.fiscal_start)).encode()).hexdigest()


def same_words(first: str, second: str) -> bool:
    """Tell whether two questions are one but for case, spaces and the mark at the end."""

    def bare(text: str) -> str:
        return " ".join(text.casefold().replace("?", " ").replace("!", " ").strip(" .").split())

    return bare(first) == bare(second)


def _pair(row: Row[Any], catalog: Catalog | None) -> Pair:
    data = row._mapping  # noqa: SLF001 - the documented name of a row's mapping
    tables = tuple(data["tables"].split())
    return Pair(
        tables=tables,
        stale=catalog is not None and fingerprint(catalog, tables) != data["fingerprint"],
        **{
            name: data[name]
            for name in (
                "number", "question", "sql", "state", "reason", "author", "proposed_at", "reviewer", "reviewed_at",
            )
        },
    )  # fmt: skip
