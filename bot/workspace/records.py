"""Keep the workspace's records on disk, so that a restart continues the conversation."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Records:
    """Named JSON records in one SQLite file; every write is durable when the call returns."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS records"
            " (kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID"
        )

    def all(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the id and body of every record of `kind`, in order of id."""
        rows = self._database.execute("SELECT id, body FROM records WHERE kind = ? ORDER BY id", (kind,))
        for record, body in rows.fetchall():
            yield record, json.loads(body)

    def save(self, kind: str, record: str, body: dict[str, Any]) -> None:
        """Write or replace one record."""
        self._database.execute(
            "INSERT INTO records VALUES (?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body",
            (kind, record, json.dumps(body, ensure_ascii=False)),
        )

    def remove(self, kind: str, record: str) -> None:
        """Forget one record."""
        self._database.execute("DELETE FROM records WHERE kind = ? AND id = ?", (kind, record))

    def close(self) -> None:
        """Close the file."""
        self._database.close()
