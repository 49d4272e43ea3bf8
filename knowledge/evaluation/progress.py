"""Let a long evaluation be stopped and taken up again: results, samples and vectors that outlive a run."""

import hashlib
import json
import random
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from langchain_core.embeddings import Embeddings

SEED = 20261122
Progress = Callable[[str], None]
Item = TypeVar("Item")


def sample(items: Sequence[Item], limit: int | None) -> list[Item]:
    """Return `limit` items chosen by the fixed seed, in their order; all of them without a limit."""
    if limit is None or limit >= len(items):
        return list(items)
    chosen = set(random.Random(SEED).sample(range(len(items)), limit))  # noqa: S311 - a sample, not a secret.
    return [item for at, item in enumerate(items) if at in chosen]


def version_of(paths: Iterable[Path], *more: object) -> str:
    """Return a short name for the state of some files and settings."""
    digest = hashlib.sha256(repr(more).encode())
    for path in sorted(paths):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


class Results:
    """What was found for each case so far: one line of JSON each, the file as long as the run has come."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._known: dict[str, dict[str, Any]] = {}
        if path.is_file():
            if not path.read_bytes().endswith(b"\n"):
                with path.open("a", encoding="utf-8") as file:
                    file.write("\n")  # The line at which a run was killed spoils no other.
            for line in path.read_text(encoding="utf-8").splitlines():
                try:
                    entry = json.loads(line)
                except ValueError:
                    continue
                self._known[entry["case"]] = entry["result"]

    def get(self, case: str) -> dict[str, Any] | None:
        """Return what was found for a case in this or an earlier run."""
        return self._known.get(case)

    def add(self, case: str, result: Mapping[str, Any]) -> None:
        """Note what was found for a case."""
        self._known[case] = dict(result)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"case": case, "result": result}) + "\n")


class RememberedEmbeddings(Embeddings):
    """Embeddings that keep every vector in a file, so that what was embedded once is not embedded again."""

    def __init__(self, embeddings: Embeddings, path: Path, *, name: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.name = name
        self._embeddings = embeddings
        self._path = path
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("CREATE TABLE IF NOT EXISTS vector (of TEXT PRIMARY KEY, floats BLOB NOT NULL)")

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return the vectors of texts, working out only those not known."""
        keys = [hashlib.sha256(f"{self.name}\n{text}".encode()).hexdigest() for text in texts]
        with closing(sqlite3.connect(self._path)) as connection, connection:
            known: dict[str, bytes] = {}
            for key in set(keys):
                for (floats,) in connection.execute("SELECT floats FROM vector WHERE of = ?", (key,)):
                    known[key] = floats
            new = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
            if new:
                vectors = self._embeddings.embed_documents(list(new.values()))
                made = {key: np.asarray(row, dtype=np.float32).tobytes() for key, row in zip(new, vectors, strict=True)}
                connection.executemany("INSERT OR REPLACE INTO vector VALUES (?, ?)", made.items())
                known |= made
        return [np.frombuffer(known[key], dtype=np.float32).tolist() for key in keys]

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of a question."""
        return self.embed_documents([text])[0]
