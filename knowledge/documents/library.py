"""The library: what the rest of the program keeps documents in and finds passages with."""

import hashlib
import os
import time
from collections.abc import Callable, Collection, Sequence
from itertools import accumulate
from pathlib import Path

from langchain_core.documents import Document as FoundDocument
from langchain_core.embeddings import Embeddings
from sqlalchemy.engine import Engine

from knowledge.documents import graph
from knowledge.documents.apart import asked_apart
from knowledge.documents.cells import Table
from knowledge.documents.chunk import split
from knowledge.documents.chunk_store import ChunkStore
from knowledge.documents.fieldbook import FieldBook
from knowledge.documents.fields import extract
from knowledge.documents.generations import Generations
from knowledge.documents.lineage import Lineage
from knowledge.documents.places import Places
from knowledge.documents.read import LIMITS, ReadLimits, read
from knowledge.documents.resolve import resolve, touches
from knowledge.documents.search import (
    Embedder,
    Judge,
    LibraryRetriever,
    Search,
    confidence,
    ids_array,
    judged,
    prefer,
    rank,
)
from knowledge.documents.snapshot import Snapshots
from knowledge.documents.stock import LibraryStatus, Rehearsal, stock
from knowledge.documents.store import Record, Store, Told
from knowledge.documents.table_store import TableStore
from knowledge.documents.title import title_and_parties
from knowledge.documents.vectors import unit
from knowledge.documents.view import View, Views
from knowledge.errors import UnavailableError, UnreadableFileError
from knowledge.types import Audience, Document, Page, Passage, Receipt

OPENING = 1000  # Characters of a document's beginning.
OPENING_CHUNKS = 4
REHEARSED = 32  # Passages that are embedded to know how long all would take.

__all__ = ["Library", "LibraryStatus", "ReadLimits", "Search"]


class Library:
    """Documents in, passages out. One process writes; any number read, and notice what was written."""

    def __init__(
        self,
        engine: Engine,
        folder: Path,
        embeddings: Embeddings,
        *,
        limits: ReadLimits = LIMITS,
        graph_from: int = graph.FROM,
        judge: Judge | None = None,
    ) -> None:
        """Keep everything in `engine` and `folder`; from so many chunks on vectors are searched by way of a graph.

        `judge` ranks the first passages of a search anew.
        """
        self._store = Store(engine)
        self._chunks = ChunkStore(engine)
        self._tables = TableStore(engine)
        self._generations = Generations(engine)
        self._places = Places(engine)
        self._views = Views(self._store, self._chunks, self._places, FieldBook(engine))
        self._files = folder / "files"
        self._files.mkdir(parents=True, exist_ok=True)
        self._embeddings = embeddings
        self._embedder = embedder_name(embeddings)
        self._asker = Embedder(embeddings)
        self._limits = limits
        self._judge = judge
        self._snapshots = Snapshots(folder / "index", embeddings, fetch=self._fetch, graph_from=graph_from)

    # Writing

    def keep(self, path: Path) -> str:
        """Keep the bytes of a file; return its document's id, the sha256 of them.

        Raises:
            UnreadableFileError: it is too large to keep.
        """
        if path.stat().st_size > self._limits.bytes:
            read(path, name=path.name, limits=self._limits)  # Says so, in the words for it.
        with path.open("rb") as file:
            document_id = hashlib.file_digest(file, "sha256").hexdigest()
        kept = self._files / document_id
        if not kept.exists():
            arriving = self._files / f".{document_id}.{os.getpid()}"
            arriving.write_bytes(path.read_bytes())
            arriving.replace(kept)
        self._store.keep(document_id, size=kept.stat().st_size)
        return document_id

    def read(
        self,
        document_id: str,
        *,
        name: str,
        generation: int | None = None,
        on_page: Callable[[int, int], None] = lambda _read, _of: None,
    ) -> Receipt:
        """Read a kept file into pages and chunks, not yet searchable; in a new `generation`, beside the older ones.

        A reading that was cut short goes on where it was; `on_page` hears how many pages are read, and of how many.

        Raises:
            UnreadableFileError: with words that say what to do.
        """
        began = time.monotonic()
        record = self._store.record(document_id)
        path = self._files / document_id
        if record is None or not path.is_file():
            raise UnreadableFileError(f"“{name}” is not kept here any more. Please upload it again.", reason="empty")
        name = name or record.name
        wanted = generation if generation is not None else record.generation
        if wanted is not None and self._generations.has(record.number, wanted):
            return self._receipt(record, name, wanted, known=generation is None, seconds=time.monotonic() - began)
        journal = self._files.parent / "reading" / f"{document_id}.{wanted or 0}.jsonl"
        reading = read(path, name=name, limits=self._limits, journal=journal, on_page=on_page)
        title, parties = title_and_parties(reading.pages, name=name)
        generation = 0 if wanted is None else wanted
        fields, pieces = extract(reading.pages, title=title, parties=parties), split(reading.pages, reading.tables)
        told = Told(name, title, parties, fields)
        self._store.write(record, reading, pieces, told, generation=generation)
        written = self._store.record(document_id)
        assert written is not None  # noqa: S101 - written by the line before.
        return self._receipt(written, name, generation, known=False, seconds=time.monotonic() - began)

    def embed(self, document_id: str, *, limit: int = 200) -> int:
        """Embed the next chunks of a document that have no vector; return how many are left."""
        waiting, chunks = self._chunks.unembedded(document_id, self._embedder, limit=limit)
        if not chunks:
            return 0
        rows = unit(self._embeddings.embed_documents([chunk.embedded for chunk in chunks]))
        vectors = {chunk.id: row.tobytes() for chunk, row in zip(chunks, rows, strict=True)}
        self._chunks.set_vectors(vectors, self._embedder)
        return waiting - len(chunks)

    def publish(self, *, generation: int | None = None) -> None:
        """Make what is read and embedded searchable, in one atomic switch; chunks of `generation` replace the older.

        Raises:
            UnavailableError: the new index would be worse than the old, which stays.
        """
        with self._snapshots.writing():
            chosen = self._generations.complete(self._embedder, generation)
            published = self._snapshots.manifest()
            numbers = {record.number for record in self._store.records()}
            lost = (set(published.documents) & numbers) - chosen.keys() if published else set()
            if lost:
                raise UnavailableError(
                    f"The index was not replaced: {len(lost)} documents are not embedded by {self._embedder} yet. "
                    "An admin can embed them with /reindex."
                )
            self._snapshots.publish(self._chunks, chosen, embedder=self._embedder)
            self._generations.switch(chosen)
            self._snapshots.clean(numbers)

    def place(self, document_id: str, place: str, *, file_id: str = "", user: str = "", name: str = "") -> None:
        """Let those who can read `place` find a document; a file that was withdrawn before stays hidden."""
        self._places.place(document_id, place, file_id=file_id, user=user, name=name)

    def withdraw(self, *, file_id: str) -> tuple[str, ...]:
        """Hide a deleted file at once, in every process; return the documents that have no place left."""
        return self._places.withdraw(file_id)

    def purge(self, document_id: str) -> None:
        """Remove a document's bytes and rows; the next `publish` removes its vectors and words from every snapshot."""
        (self._files / document_id).unlink(missing_ok=True)
        for journal in (self._files.parent / "reading").glob(f"{document_id}.*"):
            journal.unlink()
        self._store.purge(document_id)

    def rebuild_plan(self) -> tuple[str, ...]:
        """Return the documents to read again for /reindex, into `next_generation`."""
        return tuple(record.id for record in self._store.records())

    def next_generation(self) -> int:
        """Return the generation for a new /reindex: pass it to every `read` of it, and at last to `publish`."""
        return self._generations.next()

    def rehearse(self) -> Rehearsal:
        """Return what /reindex would come to, by embedding some passages and keeping nothing."""
        every, waiting, chunks = self._chunks.waiting(self._embedder, sample=REHEARSED)
        began = time.monotonic()
        rows = self._embeddings.embed_documents([chunk.embedded for chunk in chunks])
        each = (time.monotonic() - began) / max(1, len(chunks))
        status = self.status()
        return Rehearsal(
            documents=status.documents,
            pages=status.pages,
            chunks=every,
            waiting=waiting,
            before=status.embedder,
            embedder=self._embedder,
            seconds=each * waiting,
            bytes=every * 4 * (len(rows[0]) if rows else 0),
        )

    # Reading

    def documents(self, audience: Audience) -> tuple[Document, ...]:
        """Return the documents that an audience may see, by name."""
        return tuple(sorted(self._views.of(audience).documents.values(), key=lambda each: (each.name.lower(), each.id)))

    def document_of_file(self, file_id: str) -> str | None:
        """Return the document that an uploaded file is, if it is still placed anywhere."""
        return self._places.document_of_file(file_id)

    def page_text(self, document_id: str, page: int) -> str:
        """Return the text of one page, "" when there is none."""
        return self._store.page_text(document_id, page)

    def pages(self, document_id: str) -> tuple[Page, ...]:
        """Return all pages of a document, none when it is not kept."""
        return self._store.pages(document_id)

    def keeps(self, document_id: str) -> bool:
        """Tell whether a document is kept, whoever may see it."""
        return self._store.record(document_id) is not None

    def lineage(self, audience: Audience) -> Lineage:
        """Return which documents change which, of those that an audience may see."""
        return self._views.of(audience).lineage

    def tables(self, document_id: str, audience: Audience) -> tuple[Table, ...]:
        """Return the tables of a document, in their order, to those who may see it."""
        seen = any(each.id == document_id for each in self._views.of(audience).documents.values())
        return self._tables.tables(document_id) if seen else ()

    def search(self, question: str, audience: Audience, *, within: Collection[str] = (), limit: int = 12) -> Search:
        """Return the passages that answer a question best, of documents that everyone in the audience may see.

        The documents `within` are searched alone; failing those, the documents that the question names; failing those,
        all. Of a document's versions the current one comes first, unless an earlier one is asked for.
        """
        snapshot = self._snapshots.current()
        view = self._views.of(audience)
        named = resolve(question, [*view.namings.values()])
        inside = tuple(number for number, document in view.documents.items() if document.id in set(within))
        outdated = view.lineage.outdated(question)
        chosen = inside or view.current(named.chosen(), outdated)
        order = [number for number, _ in named.scores]
        chosen = tuple(sorted(chosen, key=lambda each: order.index(each) if each in order else len(order)))
        hidden = self._views.hidden(question, view, snapshot, best=named.best if chosen else 0.0)
        documents = tuple(view.documents[each] for each in chosen)
        if snapshot is None or not view.documents:
            return Search(documents=documents, hidden=hidden)
        freed = asked_apart(question, [view.namings[each] for each in chosen])
        numbers = chosen or tuple(view.documents)
        chunks = ids_array(self._chunks.chunk_ids_of([each.id for each in documents])) if chosen else view.chunks
        same = snapshot.manifest.embedder == self._embedder
        ranking = rank(snapshot, self._asker if same else None, freed, documents=numbers, chunks=chunks)
        timely = {view.documents[each].id for each in named.timely & set(numbers)}
        passages = prefer(
            self._passages(ranking.hits[: limit * 2], view), timely=timely, outdated=() if inside else outdated
        )
        if self._judge is not None:
            passages = judged(freed, passages, self._judge)
        passages = passages[:limit]
        if not chosen:
            documents = tuple({passage.document.id: passage.document for passage in passages}.values())
        return Search(
            passages=passages, documents=documents, hidden=hidden, confidence=confidence(freed, ranking, passages)
        )

    def names(self, question: str, audience: Audience) -> bool:
        """Tell whether a question names a document that the audience may see."""
        return bool(resolve(question, [*self._views.of(audience).namings.values()]).chosen())

    def touches(self, question: str, audience: Audience) -> bool:
        """Tell whether a question has words of the title of a document that the audience may see."""
        return touches(question, (each.title for each in self._views.of(audience).documents.values()))

    def opening(self, document_id: str, audience: Audience, *, characters: int = OPENING) -> tuple[Passage, ...]:
        """Return how a document begins, where parties, roles and dates stand, to those who may see it."""
        view = self._views.of(audience)
        if all(each.id != document_id for each in view.documents.values()):
            return ()
        seen = set(view.chunks.tolist())
        first = sorted(each for each in self._chunks.chunk_ids_of([document_id]) if each in seen)[:OPENING_CHUNKS]
        passages = self._passages([(each, 0.0) for each in first], view)
        ends = accumulate(len(passage.chunk.text) for passage in passages)
        return tuple(passage for passage, end in zip(passages, ends, strict=True) if end <= characters) or passages[:1]

    def retriever(self, audience: Audience, *, within: Collection[str] = (), limit: int = 12) -> LibraryRetriever:
        """Return the search for one audience as a LangChain retriever."""
        return LibraryRetriever(find=lambda question: self.search(question, audience, within=within, limit=limit))

    def status(self) -> LibraryStatus:
        """Return what the library holds."""
        return stock(self._store.records(), self._snapshots.manifest(), self._embedder)

    # Inside

    def _passages(self, hits: Sequence[tuple[int, float]], view: View) -> tuple[Passage, ...]:
        documents = {document.id: document for document in view.documents.values()}
        chunks = self._chunks.chunks(each for each, _ in hits)
        # Read from SQL after the search: what was withdrawn or replaced meanwhile is left out.
        return tuple(
            Passage(chunks[each], documents[chunks[each].document_id], score)
            for each, score in hits
            if each in chunks and chunks[each].document_id in documents
        )

    def _fetch(self, ids: Sequence[int]) -> Sequence[FoundDocument]:
        chunks = self._chunks.chunks(ids)
        return [
            FoundDocument(
                page_content=chunks[each].text,
                metadata={"document_id": chunks[each].document_id, "page": chunks[each].page},
                id=str(each),
            )
            for each in ids
            if each in chunks
        ]

    def _receipt(self, record: Record, name: str, generation: int, *, known: bool, seconds: float) -> Receipt:
        return Receipt(
            document_id=record.id,
            name=name,
            title=record.title,
            pages=record.pages,
            chunks=self._chunks.chunk_count(record.number, generation),
            empty_pages=record.empty_pages,
            failed_pages=record.failed_pages,
            known_before=known,
            seconds=round(seconds, 3),
            recognised=record.recognised,
            reasons=record.reasons,
            tables=record.tables,
            untold=record.untold,
        )


def embedder_name(embeddings: Embeddings) -> str:
    """Return the name by which a snapshot knows what made its vectors."""
    named = getattr(embeddings, "name", "") or getattr(embeddings, "model_name", "") or type(embeddings).__name__
    return Path(str(named)).name[:100]
