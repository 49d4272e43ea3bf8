"""Keep documents in SQL: what is known of each, its pages, and what was read of it."""

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, select, text, update
from sqlalchemy.engine import Engine

from knowledge.documents.chunk import Piece
from knowledge.documents.fieldbook import write_fields
from knowledge.documents.fields import Field
from knowledge.documents.generations import delete_generation
from knowledge.documents.places import bump
from knowledge.documents.read import Reading
from knowledge.documents.table_store import write_tables
from knowledge.documents.tables import (
    chunk,
    document,
    document_field,
    document_place,
    document_table,
    field_correction,
    page,
)
from knowledge.types import Page

OPENING = 3000  # Characters of the first pages that a document's name is looked for in.


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
    recognised: tuple[tuple[int, float], ...] = ()
    reasons: tuple[tuple[int, str], ...] = ()
    tables: int = 0
    untold: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What a document is called, whose it is, and the fields that it states."""

    name: str
    title: str
    parties: tuple[str, ...]
    fields: tuple[Field, ...] = ()


class Store:
    """The documents, and what was read of them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, document_id: str, *, size: int) -> None:
        """Note that the bytes of `document_id` are kept."""
        with self._engine.begin() as connection:
            if connection.scalar(select(document.c.number).where(document.c.id == document_id)) is None:
                connection.execute(insert(document).values(id=document_id, bytes=size, kept_at=time.time()))

    def record(self, document_id: str) -> Record | None:
        """Return what is known of a document."""
        with self._engine.connect() as connection:
            row = connection.execute(_records().where(document.c.id == document_id)).one_or_none()
            return _record(row) if row else None

    def records(self) -> tuple[Record, ...]:
        """Return every document that has been read, oldest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(_records().where(document.c.generation.is_not(None)).order_by(document.c.number))
            return tuple(map(_record, rows))

    def kept(self) -> tuple[str, ...]:
        """Return the ids of every document whose bytes are kept, oldest first."""
        with self._engine.connect() as connection:
            return tuple(connection.scalars(select(document.c.id).order_by(document.c.number)))

    def page_text(self, document_id: str, number: int) -> str:
        """Return the text of one page, "" when there is none."""
        query = (
            select(page.c.text)
            .join(document, and_(document.c.number == page.c.document, document.c.generation == page.c.generation))
            .where(document.c.id == document_id, page.c.number == number)
        )
        with self._engine.connect() as connection:
            return connection.scalar(query) or ""

    def pages(self, document_id: str) -> tuple[Page, ...]:
        """Return all pages of a document in their order."""
        query = (
            select(page.c.number, page.c.text, page.c.start)
            .join(document, and_(document.c.number == page.c.document, document.c.generation == page.c.generation))
            .where(document.c.id == document_id)
            .order_by(page.c.number)
        )
        with self._engine.connect() as connection:
            return tuple(Page(row.number, row.text, row.start) for row in connection.execute(query))

    def write(
        self,
        record: Record,
        reading: Reading,
        pieces: Sequence[Piece],
        told: Told,
        *,
        generation: int,
    ) -> None:
        """Write what was read of a document in one transaction; chunks whose words were known keep their vectors."""
        number = record.number
        with self._engine.begin() as connection:
            known = _known_vectors(connection, number)
            delete_generation(connection, number, generation)
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
            write_fields(connection, number, generation, told.fields)
            write_tables(connection, number, generation, reading.tables)
            opening = "\n".join(each.text for each in reading.pages[:3])[:OPENING]
            facts: dict[str, Any] = {
                "title": told.title[:500],
                "parties": json.dumps(list(told.parties)),
                "opening": opening,
                "pages": len(reading.pages),
                "empty_pages": json.dumps(reading.empty_pages),
                "failed_pages": json.dumps(reading.failed_pages),
                "reading": json.dumps(
                    {
                        "recognised": reading.recognised,
                        "reasons": reading.reasons,
                        "tables": len(reading.tables),
                        "untold": reading.untold,
                    }
                ),
            }
            if told.name:
                facts["name"] = told.name[:255]
            if record.generation is None:
                facts["generation"] = generation
            connection.execute(update(document).where(document.c.number == number).values(facts))
            bump(connection)

    def purge(self, document_id: str) -> None:
        """Remove every row of a document."""
        with self._engine.begin() as connection:
            if connection.dialect.name == "sqlite":
                connection.execute(text("PRAGMA secure_delete=ON"))
            number = connection.scalar(select(document.c.number).where(document.c.id == document_id))
            if number is None:
                return
            for table in (page, chunk, document_field, document_table):
                connection.execute(delete(table).where(table.c.document == number))
            for placed in (document_place, field_correction):
                connection.execute(delete(placed).where(placed.c.document_id == document_id))
            connection.execute(delete(document).where(document.c.number == number))
            bump(connection)
        if self._engine.dialect.name == "sqlite":
            # Pages already overwritten in the database would otherwise live on in the write-ahead log.
            with self._engine.connect() as connection:
                connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))


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
        document.c.reading,
    )


def _record(row: Any) -> Record:
    told = json.loads(row.reading or "{}")
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
        recognised=tuple((int(number), float(sure)) for number, sure in told.get("recognised", ())),
        reasons=tuple((int(number), str(why)) for number, why in told.get("reasons", ())),
        tables=int(told.get("tables", 0)),
        untold=tuple(map(int, told.get("untold", ()))),
    )


def _known_vectors(connection: Connection, number: int) -> dict[str, tuple[str, bytes]]:
    query = select(chunk.c.digest, chunk.c.embedder, chunk.c.vector).where(
        chunk.c.document == number, chunk.c.vector.is_not(None)
    )
    return {row.digest: (row.embedder, row.vector) for row in connection.execute(query.order_by(chunk.c.id))}
