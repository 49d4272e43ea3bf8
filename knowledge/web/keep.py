"""Keep a site's pages in the library: new ones read, changed ones read again, vanished ones removed."""

import hashlib
import re
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import select
from sqlalchemy.engine import Engine

from knowledge.documents.places import Places
from knowledge.documents.tables import document_place
from knowledge.errors import UnreadableFileError
from knowledge.web.crawl import Crawler, Visit, Walk

if TYPE_CHECKING:
    from knowledge.documents.library import Library  # It brings the index, which not every process may load.

LEAST = 80  # Characters of a page that says something.
_READ = re.compile(r" \(read \d{4}-\d{2}-\d{2}\)$")
BATCH = 200
LONGEST = 220  # Characters of an address, for the name of a document holds no more.


@dataclass(frozen=True, slots=True)
class Tally:
    """What came of a crawl so far; `skipped` are addresses with why, the first few."""

    new: int = 0
    changed: int = 0
    same: int = 0
    gone: int = 0
    left_out: int = 0
    skipped: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__} | {"skipped": list(self.skipped)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Make the tally that `to_json` wrote."""
        return cls(**{**data, "skipped": tuple(data["skipped"])})

    @property
    def words(self) -> str:
        """Return the tally as a person would tell it."""
        told = f"{self.new} new, {self.changed} changed, {self.same} the same, {self.gone} gone"
        return told + (f", {self.left_out} left out" if self.left_out else "")


@dataclass(frozen=True, slots=True)
class _Kept:
    document_id: str
    file_id: str


@dataclass(frozen=True, slots=True)
class _Fresh:
    url: str
    document_id: str
    before: _Kept | None


class Keeper:
    """Brings the pages of sites into the library, visible in one place."""

    def __init__(
        self, library: "Library", engine: Engine, crawler: Crawler, *, today: Callable[[], date] = date.today
    ) -> None:
        self._library = library
        self._engine = engine
        self._places = Places(engine)
        self._crawler = crawler
        self._today = today

    def step(self, walk: Walk, tally: Tally, place: str, *, user: str, pages: int) -> Tally:
        """Visit the next addresses of a crawl, at most so many, and keep what they say."""
        fresh: list[_Fresh] = []
        for visit in islice(self._crawler.visits(walk), pages):
            tally = self._take(visit, tally, place, fresh)
        if fresh:
            self._library.publish()
        for page in fresh:
            file_id = _file_id(page.url, page.document_id)
            name = f"{page.url} (read {self._today().isoformat()})"
            self._library.place(page.document_id, place, file_id=file_id, user=user, name=name)
            self._forget([page.before] if page.before else [])
        return tally

    def sweep(self, walk: Walk, tally: Tally, place: str) -> Tally:
        """Remove, at a crawl's end, the pages of the site that it did not come to and that are gone."""
        for url in self.known(walk.start, place):
            if url not in walk.seen:
                walk.seen.append(url)
                if self._crawler.visit(url).gone:
                    tally = self._drop(url, tally, place)
        return tally

    def known(self, start: str, place: str) -> dict[str, _Kept]:
        """Return the addresses of a site's pages that are kept in a place, the latest of each."""
        where = (
            document_place.c.place == place,
            document_place.c.file_id.like(f"web:{_site(start)}:%"),
            document_place.c.withdrawn_at.is_(None),
        )
        columns = (document_place.c.name, document_place.c.document_id, document_place.c.file_id)
        with self._engine.connect() as connection:
            rows = connection.execute(select(*columns).where(*where).order_by(document_place.c.id)).all()
        return {_READ.sub("", row.name): _Kept(row.document_id, row.file_id) for row in rows}

    def _take(self, visit: Visit, tally: Tally, place: str, fresh: list[_Fresh]) -> Tally:
        url = visit.url[:LONGEST]
        if visit.gone:
            return self._drop(url, tally, place)
        content, suffix = _content(visit)
        if not content:
            return _left_out(tally, visit.url, visit.why or "it says nothing")
        before = self.known(url, place).get(url)
        if before and before.document_id == hashlib.sha256(content).hexdigest():
            return replace(tally, same=tally.same + 1)
        try:
            fresh.append(_Fresh(url, self._read(content, suffix), before))
        except UnreadableFileError as error:
            return _left_out(tally, visit.url, str(error))
        return replace(tally, changed=tally.changed + 1) if before else replace(tally, new=tally.new + 1)

    def _read(self, content: bytes, suffix: str) -> str:
        """Read a page into the library, not yet searchable, and return its document's id."""
        with tempfile.TemporaryDirectory(prefix="teller-") as folder:
            path = Path(folder) / f"page{suffix}"
            path.write_bytes(content)
            document = self._library.keep(path)
        try:
            self._library.read(document, name=f"page{suffix}")
        except UnreadableFileError:
            if document not in self._places.placed():
                self._library.purge(document)
            raise
        while self._library.embed(document, limit=BATCH):
            pass
        return document

    def _drop(self, url: str, tally: Tally, place: str) -> Tally:
        kept = self.known(url, place).get(url)
        if kept is None:
            return _left_out(tally, url, "gone")
        self._forget([kept])
        return replace(tally, gone=tally.gone + 1)

    def _forget(self, pages: Sequence[_Kept]) -> None:
        """Hide pages at once and remove what is left of them from files, rows and snapshots."""
        orphans = [document for page in pages for document in self._places.withdraw(page.file_id)]
        for document in orphans:
            self._library.purge(document)
        if orphans:
            self._library.publish()


def _content(visit: Visit) -> tuple[bytes, str]:
    if visit.data:
        return visit.data, visit.suffix
    if visit.page is None or len(visit.page.text) < LEAST:
        return b"", ""
    title = visit.page.title
    text = visit.page.text if visit.page.text.startswith(title) else f"{title}\n\n{visit.page.text}"
    return text.encode(), ".txt"


def _left_out(tally: Tally, url: str, why: str) -> Tally:
    told = (*tally.skipped, f"{url}: {why}")[:20]
    return replace(tally, left_out=tally.left_out + 1, skipped=told)


def _site(url: str) -> str:
    host = url.split("/")[2].removeprefix("www.")
    return hashlib.sha256(host.encode()).hexdigest()[:12]


def _file_id(url: str, document: str) -> str:
    """Return the name under which a version of a page is placed: one that was withdrawn never comes back as it was."""
    page = hashlib.sha256(url.encode()).hexdigest()[:12]
    return f"web:{_site(url)}:{page}:{document[:12]}:{time.time_ns() // 1_000_000}"
