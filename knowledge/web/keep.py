"""Keep a site's pages in the library: new ones read, changed ones read again, vanished ones removed."""

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.engine import Engine

from knowledge.documents.places import Places
from knowledge.errors import UnreadableFileError
from knowledge.web.crawl import Crawler, Stamp, Visit, Walk
from knowledge.web.kept import Kept, KeptPages, new_file_id
from knowledge.web.tally import Tally

if TYPE_CHECKING:
    from knowledge.documents.library import Library  # It brings the index, which not every process may load.

LEAST = 80  # Characters of a page that says something.
BATCH = 200
LONGEST = 220  # Characters of an address, for the name of a document holds no more.


@dataclass(frozen=True, slots=True)
class _Fresh:
    url: str
    document_id: str
    before: Kept | None
    stamp: Stamp


class Keeper:
    """Brings the pages of sites into the library, visible in one place."""

    def __init__(
        self, library: "Library", engine: Engine, crawler: Crawler, *, today: Callable[[], date] = date.today
    ) -> None:
        self._library = library
        self._places = Places(engine)
        self._kept = KeptPages(engine)
        self._crawler = crawler
        self._today = today

    def step(self, walk: Walk, tally: Tally, place: str, *, user: str, pages: int) -> Tally:
        """Visit the next addresses of a crawl, at most so many, and keep what they say."""
        if not walk.waiting:
            walk.sweep(self._kept.brought_by(place, walk.start))
        fresh: list[_Fresh] = []
        with closing(self._crawler.visits(walk, kept=lambda url: self._stamp(place, url))) as visits:
            for visit in islice(visits, 1 if self.wait(walk) else pages):
                tally = self._take(visit, tally, place, fresh, walk.start)
        if fresh:
            self._library.publish()
        for page in fresh:
            file_id = new_file_id(page.url, page.document_id)
            shown = page.url if len(page.url) <= LONGEST else f"{page.url[:LONGEST]}…"
            name = f"{shown} (read {self._today().isoformat()})"
            self._library.place(page.document_id, place, file_id=file_id, user=user, name=name)
            self._kept.note(place, page.url, page.stamp, start=walk.start)
        self._withdraw([page.before for page in fresh if page.before])
        return tally

    def wait(self, walk: Walk) -> float:
        """Return for how many seconds the site asks to be left alone after a step."""
        return self._crawler.wait(walk)

    def forget(self, start: str, place: str) -> int:
        """Remove the pages that the crawl from `start` brought; return how many there were."""
        urls = self._kept.brought_by(place, start)
        found = [self._kept.find(place, url) for url in urls]
        self._withdraw([each for each in found if each])
        for url in urls:
            self._kept.forget(place, url)
        return sum(each is not None for each in found)

    def _stamp(self, place: str, url: str) -> Stamp | None:
        kept = self._kept.find(place, url)
        return kept.stamp if kept else None

    def _take(self, visit: Visit, tally: Tally, place: str, fresh: list[_Fresh], start: str) -> Tally:
        url, before = visit.url, self._kept.find(place, visit.url)
        content, suffix = _content(visit)
        silent = visit.page is not None and not content
        if before and (visit.gone or visit.unwanted or silent):
            self._withdraw([before])
            self._kept.forget(place, url)
            return replace(tally, gone=tally.gone + 1)
        if before and (visit.same or before.document_id == hashlib.sha256(content).hexdigest()):
            self._kept.note(place, url, visit.stamp, start=start)
            return replace(tally, same=tally.same + 1)
        if not content:
            return tally.leave_out(url, visit.why or "it says nothing")
        try:
            fresh.append(_Fresh(url, self._read(content, suffix), before, visit.stamp))
        except UnreadableFileError as error:
            return tally.leave_out(url, str(error))
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

    def _withdraw(self, pages: Sequence[Kept]) -> None:
        """Hide pages at once and remove what is left of them from files, rows and snapshots."""
        orphans = {document for page in pages for document in self._places.withdraw(page.file_id)}
        orphans -= self._places.placed()
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
