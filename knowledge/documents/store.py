"""Keep documents, pages, chunks and places in SQL: what the index is made from and who may see it."""

import hashlib
import json
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.engine import Engine

from knowledge.documents.chunk import Piece
from knowledge.documents.read import Reading
from knowledge.tables import LongBytes, LongText, metadata
from knowledge.types import Audience, Chunk

Key = BigInteger().with_variant(Integer(), "sqlite")
BATCH = 500  # Values in one IN (…): far under every database's limit.
OPENING = 3000  # Characters of the first pages that a document's name is looked for in.

# A number is never used twice: an older snapshot may still hold what had it before.
document = Table(
    "document",
    metadata,
    Column("number", Key, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("name", String(255), nullable=False, default=""),
    Column("title", String(500), nullable=False, default=""),
    Column("parties", LongText, nullable=False, default="[]"),
    Column("opening", LongText, nullable=False, default=""),
    Column("pages", Integer, nullable=False, default=0),
    Column("bytes", BigInteger, nullable=False, default=0),
    Column("empty_pages", LongText, nullable=False, default="[]"),
    Column("failed_pages", LongText, nullable=False, default="[]"),
    Column("generation", Integer, nullable=True),
    Column("kept_at", Float(53), nullable=False),
    sqlite_autoincrement=True,
)
page = Table(
    "page",
    metadata,
    Column("document", Key, ForeignKey("document.number"), primary_key=True),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("start", Integer, nullable=False),
    Column("text", LongText, nullable=False),
)
chunk = Table(
    "chunk",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("document", Key, ForeignKey("document.number"), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("page", Integer, nullable=False),
    Column("last_page", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("stop", Integer, nullable=False),
    Column("heading", String(500), nullable=False),
    Column("text", LongText, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("embedder", String(100), nullable=False, default=""),
    Column("vector", LongBytes, nullable=True),
    UniqueConstraint("document", "generation", "ordinal"),
    sqlite_autoincrement=True,
)
document_place = Table(
    "document_place",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("document_id", String(64), ForeignKey("document.id"), nullable=False),
    Column("place", String(64), nullable=False),
    Column("file_id", String(64), nullable=False, default=""),
    Column("user", String(64), nullable=False, default=""),
    Column("name", String(255), nullable=False, default=""),
    Column("placed_at", Float(53), nullable=False),
    Column("withdrawn_at", Float(53), nullable=True),
    UniqueConstraint("document_id", "place", "file_id"),
    Index(None, "place"),
    Index(None, "file_id"),
)
# A file can be deleted while it is still being read: it must not become visible afterwards.
withdrawn_file = Table(
    "withdrawn_file",
    metadata,
    Column("file_id", String(64), primary_key=True),
    Column("withdrawn_at", Float(53), nullable=False),
)
library_state = Table(
    "library_state",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Record:
    """A document as the store knows it; `generation` is None until it has been read."""

    number: int
    id: str
    name: str
    title: str
    parties: tuple[str, ...]
    opening: str
    pages: int
    empty_pages: tuple[int, ...]
    failed_pages: tuple[int, ...]
    generation: int | None


class Store:
    """The tables, and every statement that touches them."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    # Documents

    def keep(self, document_id: str, *, size: int) -> None:
        """Note that the bytes of `document_id` are kept."""
        with self.engine.begin() as connection:
            if connection.scalar(select(document.c.number).where(document.c.id == document_id)) is None:
                connection.execute(insert(document).values(id=document_id, bytes=size, kept_at=time.time()))

    def record(self, document_id: str) -> Record | None:
        """Return what is known of a document."""
        with self.engine.connect() as connection:
            row = connection.execute(_records().where(document.c.id == document_id)).one_or_none()
            return _record(row) if row else None

    def records(self) -> tuple[Record, ...]:
        """Return every document that has been read, oldest first."""
        with self.engine.connect() as connection:
            rows = connection.execute(_records().where(document.c.generation.is_not(None)).order_by(document.c.number))
            return tuple(map(_record, rows))

    def kept(self) -> tuple[str, ...]:
        """Return the ids of every document whose bytes are kept, oldest first."""
        with self.engine.connect() as connection:
            return tuple(connection.scalars(select(document.c.id).order_by(document.c.number)))

    def write(
        self,
        record: Record,
        reading: Reading,
        pieces: Sequence[Piece],
        *,
        name: str,
        title: str,
        parties: Sequence[str],
        generation: int,
    ) -> None:
        """Write what was read of a document in one transaction; chunks whose words were known keep their vectors."""
        number = record.number
        with self.engine.begin() as connection:
            known = _known_vectors(connection, number)
            _delete_generations(connection, number, page.c.generation == generation, chunk.c.generation == generation)
            pages = [
                {
                    "document": number,
                    "generation": generation,
                    "number": each.number,
                    "start": each.start,
                    "text": each.text,
                }
                for each in reading.pages
            ]
            connection.execute(insert(page), pages)
            chunks = []
            for ordinal, piece in enumerate(pieces):
                digest = hashlib.sha256(piece.embedded.encode()).hexdigest()
                embedder, vector = known.get(digest, ("", None))
                chunks.append(
                    {
                        "document": number,
                        "generation": generation,
                        "ordinal": ordinal,
                        "page": piece.page,
                        "last_page": piece.last_page,
                        "start": piece.start,
                        "stop": piece.end,
                        "heading": piece.heading[:500],
                        "text": piece.text,
                        "digest": digest,
                        "embedder": embedder,
                        "vector": vector,
                    }
                )
            if chunks:
                connection.execute(insert(chunk), chunks)
            opening = "\n".join(each.text for each in reading.pages[:3])[:OPENING]
            facts: dict[str, Any] = {
                "title": title[:500],
                "parties": json.dumps(list(parties)),
                "opening": opening,
                "pages": len(reading.pages),
                "empty_pages": json.dumps(reading.empty_pages),
                "failed_pages": json.dumps(reading.failed_pages),
            }
            if name:
                facts["name"] = name[:255]
            if record.generation is None:
                facts["generation"] = generation
            connection.execute(update(document).where(document.c.number == number).values(facts))
            bump(connection)

    def purge(self, document_id: str) -> None:
        """Remove every row of a document."""
        with self.engine.begin() as connection:
            if connection.dialect.name == "sqlite":
                connection.execute(text("PRAGMA secure_delete=ON"))
            number = connection.scalar(select(document.c.number).where(document.c.id == document_id))
            if number is None:
                return
            for table in (page, chunk):
                connection.execute(delete(table).where(table.c.document == number))
            connection.execute(delete(document_place).where(document_place.c.document_id == document_id))
            connection.execute(delete(document).where(document.c.number == number))
            bump(connection)
        if self.engine.dialect.name == "sqlite":
            # Pages already overwritten in the database would otherwise live on in the write-ahead log.
            with self.engine.connect() as connection:
                connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))

    # Chunks

    def page_text(self, document_id: str, number: int) -> str:
        """Return the text of one page, "" when there is none."""
        query = (
            select(page.c.text)
            .join(document, and_(document.c.number == page.c.document, document.c.generation == page.c.generation))
            .where(document.c.id == document_id, page.c.number == number)
        )
        with self.engine.connect() as connection:
            return connection.scalar(query) or ""

    def chunks(self, ids: Iterable[int]) -> dict[int, Chunk]:
        """Return chunks by id; ids that are gone are left out."""
        wanted = list(ids)
        found = {}
        with self.engine.connect() as connection:
            for batch in _batches(wanted):
                rows = connection.execute(_chunks().where(chunk.c.id.in_(batch)))
                found.update({row.id: _chunk(row) for row in rows})
        return found

    def chunk_count(self, number: int, generation: int) -> int:
        """Return how many chunks a document has in a generation."""
        query = select(func.count()).where(chunk.c.document == number, chunk.c.generation == generation)
        with self.engine.connect() as connection:
            return connection.scalar(query) or 0

    def has_generation(self, number: int, generation: int) -> bool:
        """Return whether a document was read in a generation."""
        query = select(func.count()).where(page.c.document == number, page.c.generation == generation)
        with self.engine.connect() as connection:
            return bool(connection.scalar(query))

    def unembedded(self, document_id: str, embedder: str, *, limit: int) -> tuple[int, list[Chunk]]:
        """Return how many chunks of the newest generation lack a vector of `embedder`, and the first of them."""
        with self.engine.connect() as connection:
            record = connection.execute(select(document.c.number).where(document.c.id == document_id)).one_or_none()
            if record is None:
                return 0, []
            newest = select(func.max(chunk.c.generation)).where(chunk.c.document == record.number).scalar_subquery()
            lacking = and_(chunk.c.document == record.number, chunk.c.generation == newest, _lacks(embedder))
            count = connection.scalar(select(func.count()).where(lacking)) or 0
            rows = connection.execute(_chunks().where(lacking).order_by(chunk.c.ordinal).limit(limit))
            return count, [_chunk(row) for row in rows]

    def set_vectors(self, vectors: dict[int, bytes], embedder: str) -> None:
        """Write chunks' vectors."""
        if not vectors:
            return
        statement = (
            update(chunk).where(chunk.c.id == bindparam("of")).values(vector=bindparam("new"), embedder=embedder)
        )
        with self.engine.begin() as connection:
            connection.execute(statement, [{"of": each, "new": vector} for each, vector in vectors.items()])

    def vectors(self, ids: Sequence[int]) -> Iterator[tuple[list[int], list[bytes]]]:
        """Yield ids and vectors in batches."""
        for batch in _batches(ids):
            query = select(chunk.c.id, chunk.c.vector).where(chunk.c.id.in_(batch), chunk.c.vector.is_not(None))
            with self.engine.connect() as connection:
                rows = connection.execute(query).all()
            yield [row.id for row in rows], [row.vector for row in rows]

    def texts(self, ids: Sequence[int]) -> Iterator[Sequence[Any]]:
        """Yield rows of id, document number, heading and text in batches."""
        for batch in _batches(ids):
            query = select(chunk.c.id, chunk.c.document, chunk.c.heading, chunk.c.text).where(chunk.c.id.in_(batch))
            with self.engine.connect() as connection:
                yield connection.execute(query).all()

    # Generations

    def next_generation(self) -> int:
        """Return a generation that no chunk has yet."""
        with self.engine.connect() as connection:
            newest = connection.scalar(select(func.max(page.c.generation)))
        return 1 if newest is None else newest + 1

    def complete(self, embedder: str, generation: int | None) -> dict[int, int]:
        """Return document number → the generation to publish: `generation` where complete, else the current one.

        Only chunks that all have a vector of `embedder` count as complete.
        """
        query = select(
            chunk.c.document,
            chunk.c.generation,
            func.sum(_case_lacking(embedder)),
        ).group_by(chunk.c.document, chunk.c.generation)
        with self.engine.connect() as connection:
            lacking = {(row[0], row[1]): int(row[2]) for row in connection.execute(query)}
            current = dict(
                connection.execute(
                    select(document.c.number, document.c.generation).where(document.c.generation.is_not(None))
                ).all()
            )
        chosen = {}
        for number, now in current.items():
            for each in (generation, now):
                if each is not None and lacking.get((number, each)) == 0:
                    chosen[number] = each
                    break
        return chosen

    def chunk_ids(self, chosen: dict[int, int]) -> list[int]:
        """Return the ids of the chunks of each document's chosen generation."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(chunk.c.id, chunk.c.document, chunk.c.generation).order_by(chunk.c.id))
            return [row.id for row in rows if chosen.get(row.document) == row.generation]

    def switch(self, chosen: dict[int, int]) -> None:
        """Make the chosen generations the current ones and drop the others of those documents."""
        with self.engine.begin() as connection:
            stale = [
                (number, generation)
                for number, generation in connection.execute(select(page.c.document, page.c.generation).distinct())
                if number in chosen and chosen[number] > generation
            ]
            for number, generation in chosen.items():
                moved = and_(document.c.number == number, document.c.generation != generation)
                connection.execute(update(document).where(moved).values(generation=generation))
            for number, generation in stale:
                _delete_generations(
                    connection, number, page.c.generation == generation, chunk.c.generation == generation
                )
            bump(connection)

    # Places

    def place(self, document_id: str, place: str, *, file_id: str, user: str, name: str) -> None:
        """Make a document visible in a place, unless the file was withdrawn before."""
        where = and_(
            document_place.c.document_id == document_id,
            document_place.c.place == place,
            document_place.c.file_id == file_id,
        )
        with self.engine.begin() as connection:
            gone = connection.scalar(select(withdrawn_file.c.withdrawn_at).where(withdrawn_file.c.file_id == file_id))
            if gone is None and connection.scalar(select(document_place.c.id).where(where)) is None:
                values = {
                    "document_id": document_id,
                    "place": place,
                    "file_id": file_id,
                    "user": user,
                    "name": name[:255],
                }
                connection.execute(insert(document_place).values(**values, placed_at=time.time()))
                bump(connection)

    def withdraw(self, file_id: str) -> tuple[str, ...]:
        """Hide the file's documents in all places; return those that have no place left."""
        now = time.time()
        with self.engine.begin() as connection:
            if connection.scalar(select(withdrawn_file.c.file_id).where(withdrawn_file.c.file_id == file_id)) is None:
                connection.execute(insert(withdrawn_file).values(file_id=file_id, withdrawn_at=now))
            of_file = document_place.c.file_id == file_id
            ids = set(connection.scalars(select(document_place.c.document_id).where(of_file)))
            live = and_(of_file, document_place.c.withdrawn_at.is_(None))
            connection.execute(update(document_place).where(live).values(withdrawn_at=now))
            bump(connection)
            placed = set(
                connection.scalars(
                    select(document_place.c.document_id).where(
                        document_place.c.document_id.in_(ids), document_place.c.withdrawn_at.is_(None)
                    )
                )
            )
        return tuple(sorted(ids - placed))

    def visible(self, audience: Audience) -> dict[str, str]:
        """Return document id → the name it has in the places of `audience`."""
        query = (
            select(document_place.c.document_id, document_place.c.name)
            .where(document_place.c.place.in_(sorted(audience.places)), document_place.c.withdrawn_at.is_(None))
            .order_by(document_place.c.id.desc())
        )
        with self.engine.connect() as connection:
            return {row.document_id: row.name for row in connection.execute(query)}

    def placed(self) -> frozenset[str]:
        """Return the ids of all documents that are visible somewhere."""
        query = select(document_place.c.document_id).where(document_place.c.withdrawn_at.is_(None)).distinct()
        with self.engine.connect() as connection:
            return frozenset(connection.scalars(query))

    def document_of_file(self, file_id: str) -> str | None:
        """Return the document that a file is, if it is visible anywhere."""
        query = select(document_place.c.document_id).where(
            document_place.c.file_id == file_id, document_place.c.withdrawn_at.is_(None)
        )
        with self.engine.connect() as connection:
            return connection.scalar(query.limit(1)) if file_id else None

    def version(self) -> int:
        """Return the counter that every change of what is visible moves on."""
        with self.engine.connect() as connection:
            query = select(library_state.c.value).where(library_state.c.name == "version")
            return connection.scalar(query) or 0

    def chunk_ids_of(self, ids: Collection[str]) -> list[int]:
        """Return the ids of all chunks of some documents."""
        found: list[int] = []
        with self.engine.connect() as connection:
            for batch in _batches(sorted(ids)):
                query = (
                    select(chunk.c.id)
                    .join(document, document.c.number == chunk.c.document)
                    .where(document.c.id.in_(batch))
                )
                found.extend(connection.scalars(query))
        return found


def bump(connection: Connection) -> None:
    """Move the library's version on, in the transaction that changes what is visible."""
    moved = connection.execute(
        update(library_state).where(library_state.c.name == "version").values(value=library_state.c.value + 1)
    )
    if not moved.rowcount:
        connection.execute(insert(library_state).values(name="version", value=1))


def _records() -> Any:
    return select(
        document.c.number,
        document.c.id,
        document.c.name,
        document.c.title,
        document.c.parties,
        document.c.opening,
        document.c.pages,
        document.c.empty_pages,
        document.c.failed_pages,
        document.c.generation,
    )


def _record(row: Any) -> Record:
    return Record(
        number=row.number,
        id=row.id,
        name=row.name,
        title=row.title,
        parties=tuple(json.loads(row.parties)),
        opening=row.opening,
        pages=row.pages,
        empty_pages=tuple(json.loads(row.empty_pages)),
        failed_pages=tuple(json.loads(row.failed_pages)),
        generation=row.generation,
    )


def _chunks() -> Any:
    return select(
        chunk.c.id,
        document.c.id.label("document_id"),
        chunk.c.ordinal,
        chunk.c.page,
        chunk.c.last_page,
        chunk.c.start,
        chunk.c.stop,
        chunk.c.heading,
        chunk.c.text,
    ).join(document, document.c.number == chunk.c.document)


def _chunk(row: Any) -> Chunk:
    return Chunk(
        id=row.id,
        document_id=row.document_id,
        ordinal=row.ordinal,
        page=row.page,
        last_page=row.last_page,
        start=row.start,
        end=row.stop,
        heading=row.heading,
        text=row.text,
    )


def _lacks(embedder: str) -> Any:
    return chunk.c.embedder != embedder  # Empty until there is a vector.


def _case_lacking(embedder: str) -> Any:
    return case((_lacks(embedder), 1), else_=0)


def _known_vectors(connection: Connection, number: int) -> dict[str, tuple[str, bytes]]:
    query = select(chunk.c.digest, chunk.c.embedder, chunk.c.vector).where(
        chunk.c.document == number, chunk.c.vector.is_not(None)
    )
    return {row.digest: (row.embedder, row.vector) for row in connection.execute(query.order_by(chunk.c.id))}


def _delete_generations(connection: Connection, number: int, pages: Any, chunks: Any) -> None:
    connection.execute(delete(page).where(page.c.document == number, pages))
    connection.execute(delete(chunk).where(chunk.c.document == number, chunks))


def _batches(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), BATCH):
        yield values[start : start + BATCH]
