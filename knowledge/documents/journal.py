"""Note each page of a file as it is read, so that a reading that was cut short goes on where it was."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from knowledge.documents.cells import Table
from knowledge.documents.child import PageRead, Progress


class Journal:
    """The pages read so far: one line of JSON each; without a path nothing is noted."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def progress(self) -> Progress:
        """Return how far an earlier reading of the same file came."""
        progress = Progress()
        if self._path is None or not self._path.is_file():
            return progress
        lines = self._path.read_text(encoding="utf-8").splitlines()
        for at, line in enumerate(lines):
            try:
                noted = json.loads(line)
            except ValueError:  # The line at which a worker was killed: what is noted next must not run into it.
                self._path.write_text("".join(f"{each}\n" for each in lines[:at]), encoding="utf-8")
                break
            progress.count = noted["count"]
            progress.pages[noted["number"]] = _page(noted["page"])
        progress.complete = bool(progress.count) and len(progress.pages) == progress.count
        return progress

    def add(self, number: int, page: PageRead, count: int) -> None:
        """Note a page of `count`."""
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"number": number, "count": count, "page": asdict(page)}) + "\n")

    def forget(self) -> None:
        """Remove what was noted: the file has been read."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)


def _page(noted: dict[str, Any]) -> PageRead:
    tables = noted.get("tables")
    return PageRead(**{**noted, "tables": None if tables is None else tuple(map(Table.from_json, tables))})
