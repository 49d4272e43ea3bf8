"""Work out what an audience sees of the library, and how much of what it asks for is hidden from it."""

import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from knowledge.documents.chunk_store import ChunkStore
from knowledge.documents.fieldbook import FieldBook
from knowledge.documents.lineage import FIELDS, Lineage, lineage
from knowledge.documents.places import Places
from knowledge.documents.resolve import CLOSE, Naming, resolve
from knowledge.documents.search import by_words, ids_array
from knowledge.documents.snapshot import Snapshot
from knowledge.documents.store import Record, Store
from knowledge.documents.vectors import Ids
from knowledge.types import Audience, Document

MOST_HIDDEN = 3  # The count of hidden documents stops here: a bigger one would tell what nobody may know.
MOST_VIEWS = 200
TOP = 20  # Hits among which hidden documents are counted.


@dataclass(frozen=True)
class View:
    """What one audience sees, at one version of the library."""

    documents: Mapping[int, Document]
    namings: Mapping[int, Naming]
    chunks: Ids
    hidden: Mapping[int, Naming]
    lineage: Lineage

    def current(self, chosen: Sequence[int], outdated: Collection[str]) -> tuple[int, ...]:
        """Return of some documents those that are current; an older one where it alone is chosen."""
        ids = {self.documents[each].id for each in chosen}
        newest = {each: self.lineage.successor(each) for each in ids & set(outdated)}
        passed = {older for older, link in newest.items() if link and link.newer.id in ids}
        return tuple(each for each in chosen if self.documents[each].id not in passed)


class Views:
    """What each audience sees, worked out once for each version of the library."""

    def __init__(self, store: Store, chunks: ChunkStore, places: Places, book: FieldBook) -> None:
        self._store = store
        self._chunks = chunks
        self._places = places
        self._book = book
        self._views: dict[frozenset[str], View] = {}
        self._version = -1
        self._guard = threading.Lock()

    def of(self, audience: Audience) -> View:
        """Return what an audience sees now; one small query tells whether what was worked out before still holds."""
        version = self._places.version()
        with self._guard:
            if version != self._version:
                self._views, self._version = {}, version
            known = self._views.get(audience.places)
        if known is not None:
            return known
        names, placed = self._places.visible(audience), self._places.placed()
        documents, namings, hidden = {}, {}, {}
        for record in self._store.records():
            if record.id in names:
                name = names[record.id] or record.name
                documents[record.number] = Document(record.id, name, record.title, record.parties, record.pages)
                namings[record.number] = _naming(record, name)
            elif record.id in placed:
                hidden[record.number] = _naming(record, record.name)
        chunks = ids_array(self._chunks.chunk_ids_of([each.id for each in documents.values()]))
        links = lineage(documents.values(), self._book.of([each.id for each in documents.values()], FIELDS))
        view = View(documents=documents, namings=namings, chunks=chunks, hidden=hidden, lineage=links)
        with self._guard:
            if self._version == version:
                if len(self._views) >= MOST_VIEWS:
                    self._views.clear()
                self._views[audience.places] = view
        return view

    def hidden(self, question: str, view: View, snapshot: Snapshot | None, *, best: float) -> int:
        """Return how many documents outside the audience the question means, up to a handful.

        Those that it names at least as well as those to be seen; if it names none, those that say it better.
        """
        if not view.hidden:
            return 0
        named = resolve(question, [*view.namings.values(), *view.hidden.values()])
        meant = {number for number, score in named.scores if score >= max(named.enough, CLOSE * best)}
        if not meant and snapshot is not None:
            everything = [*view.documents, *view.hidden]
            hits = by_words(snapshot, question, everything, limit=TOP)
            chunks = self._chunks.chunks(each for each, _ in hits)
            found = [(chunks[each].document_id, score) for each, score in hits if each in chunks]
            seen = {document.id for document in view.documents.values()}
            best_seen = max((score for of, score in found if of in seen), default=0.0)
            return min(MOST_HIDDEN, len({of for of, score in found if of not in seen and score > best_seen}))
        return min(MOST_HIDDEN, len(meant & view.hidden.keys()))


def _naming(record: Record, name: str) -> Naming:
    return Naming.of(record.number, title=record.title, parties=record.parties, names=(name,), opening=record.opening)
