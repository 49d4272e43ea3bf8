"""Find among the queries that people have verified those that fit a question, and tell which have gone stale."""

import hashlib
import threading
import time
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings
from sqlalchemy.engine import Engine

from knowledge.database.catalog import Catalog
from knowledge.database.names import stemmed
from knowledge.database.review import VERIFIED, WAITING, Pair, Review, verified_query
from knowledge.errors import UserError

LEAST = 0.55  # Below this two questions have little to do with each other.


class Pairs(Review):
    """The pairs of one database."""

    def __init__(self, engine: Engine, embeddings: Embeddings | None = None) -> None:
        """Keep them in Teller's own database at `engine`; find similar ones by `embeddings`."""
        super().__init__(engine)
        self._embeddings = embeddings
        self._vectors: dict[str, np.ndarray] = {}
        self._lock = threading.Lock()

    def all(self, catalog: Catalog, *, state: str = VERIFIED) -> list[Pair]:
        """Return the pairs of one state, newest first; those that have gone stale say so."""
        return [_seen(pair, catalog) for pair in self.newest(state)]

    def mark(self, catalog: Catalog) -> None:
        """Note which pairs have gone stale, and since when, for those who do not read the catalogue."""
        for state in (WAITING, VERIFIED):
            for pair in self.newest(state):
                if (seen := _seen(pair, catalog)) != pair:
                    same = (verified_query.c.number == pair.number, verified_query.c.fingerprint == pair.fingerprint)
                    self.change(*same, stale_at=seen.stale_at)

    def similar(self, question: str, catalog: Catalog, *, limit: int = 2) -> list[tuple[Pair, float]]:
        """Return the verified pairs most like a question, with how like from 0 to 1; stale ones are left out."""
        return [each for each in self.alike(question, catalog) if not each[0].stale][:limit]

    def alike(self, question: str, catalog: Catalog) -> list[tuple[Pair, float]]:
        """Return all verified pairs like a question, the most alike first, those gone stale among them."""
        scored = [(pair, self._alike(question, pair.question)) for pair in self.all(catalog)]
        return sorted((each for each in scored if each[1] >= LEAST), key=lambda each: -each[1])

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


def _seen(pair: Pair, catalog: Catalog) -> Pair:
    """Return a pair as it stands before what the tables mean now."""
    if fingerprint(catalog, pair.tables) == pair.fingerprint:
        return replace(pair, stale_at=0.0)
    return replace(pair, stale_at=pair.stale_at or time.time())
