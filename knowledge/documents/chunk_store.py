"""Keep chunks and their vectors in SQL: what the index is made from."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import and_, bindparam, func, select, update
from sqlalchemy.engine import Engine

from knowledge.documents.tables import chunk, document
from knowledge.types import Chunk

BATCH = 500  # Values in one IN (…): far under every database's limit.


class ChunkStore:
    """The chunks of all documents."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def chunks(self, ids: Iterable[int]) -> dict[int, Chunk]:
        """Return chunks by id; ids that are gone are left out."""
        wanted = list(ids)
        found = {}
        with self._engine.connect() as connection:
            for batch in _batches(wanted):
                rows = connection.execute(_chunks().where(chunk.c.id.in_(batch)))
                found.update({row.id: _chunk(row) for row in rows})
        return found

    def chunk_count(self, number: int, generation: int) -> int:
        """Return how many chunks a document has in a generation."""
        query = select(func.count()).where(chunk.c.document == number, chunk.c.generation == generation)
        with self._engine.connect() as connection:
            return connection.scalar(query) or 0

    def chunk_ids(self, chosen: dict[int, int]) -> list[int]:
        """Return the ids of the chunks of each document's chosen generation."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(chunk.c.id, chunk.c.document, chunk.c.generation).order_by(chunk.c.id))
            return [row.id for row in rows if chosen.get(row.document) == row.generation]

    def chunk_ids_of(self, ids: Collection[str]) -> list[int]:
        """Return the ids of all chunks of some documents."""
        found: list[int] = []
        with self._engine.connect() as connection:
            for batch in _batches(sorted(ids)):
                query = (
                    select(chunk.c.id)
                    .join(document, document.c.number == chunk.c.document)
                    .where(document.c.id.in_(batch))
                )
                found.extend(connection.scalars(query))
        return found

    def unembedded(self, document_id: str, embedder: str, *, limit: int) -> tuple[int, list[Chunk]]:
        """Return how many chunks of the newest generation lack a vector of `embedder`, and the first of them."""
        with self._engine.connect() as connection:
            record = connection.execute(select(document.c.number).where(document.c.id == document_id)).one_or_none()
            if record is None:
                return 0, []
            newest = select(func.max(chunk.c.generation)).where(chunk.c.document == record.number).scalar_subquery()
            lacking = and_(chunk.c.document == record.number, chunk.c.generation == newest, lacks(embedder))
            count = connection.scalar(select(func.count()).where(lacking)) or 0
            rows = connection.execute(_chunks().where(lacking).order_by(chunk.c.ordinal).limit(limit))
            return count, [_chunk(row) for row in rows]

    def waiting(self, embedder: str, *, sample: int) -> tuple[int, int, list[Chunk]]:
        """Return how many chunks there are, how many lack a vector of `embedder`, and some of any."""
        with self._engine.connect() as connection:
            every = connection.scalar(select(func.count()).select_from(chunk)) or 0
            lacking = connection.scalar(select(func.count()).where(lacks(embedder))) or 0
            rows = connection.execute(_chunks().order_by(chunk.c.id).limit(sample))
            return every, lacking, [_chunk(row) for row in rows]

    def set_vectors(self, vectors: dict[int, bytes], embedder: str) -> None:
        """Write chunks' vectors."""
        if not vectors:
            return
        statement = (
            update(chunk).where(chunk.c.id == bindparam("of")).values(vector=bindparam("new"), embedder=embedder)
        )
        with self._engine.begin() as connection:
            connection.execute(statement, [{"of": each, "new": vector} for each, vector in vectors.items()])

    def vectors(self, ids: Sequence[int]) -> Iterator[tuple[list[int], list[bytes]]]:
        """Yield ids and vectors in batches."""
        for batch in _batches(ids):
            query = select(chunk.c.id, chunk.c.vector).where(chunk.c.id.in_(batch), chunk.c.vector.is_not(None))
            with self._engine.connect() as connection:
                rows = connection.execute(query).all()
            yield [row.id for row in rows], [row.vector for row in rows]

    def texts(self, ids: Sequence[int]) -> Iterator[Sequence[Any]]:
        """Yield rows of id, document number, heading and text in batches."""
        for batch in _batches(ids):
            query = select(chunk.c.id, chunk.c.document, chunk.c.heading, chunk.c.text).where(chunk.c.id.in_(batch))
            with self._engine.connect() as connection:
                yield connection.execute(query).all()


def lacks(embedder: str) -> Any:
    """Return the condition that a chunk has no vector of `embedder`."""
    return chunk.c.embedder != embedder  # Empty until there is a vector.


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


def _batches(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), BATCH):
        yield values[start : start + BATCH]
