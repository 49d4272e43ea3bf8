"""Keep generations apart: each reading of a document is one, and one of them is current."""

from sqlalchemy import Connection, and_, case, delete, func, select, update
from sqlalchemy.engine import Engine

from knowledge.documents.chunk_store import lacks
from knowledge.documents.places import bump
from knowledge.documents.tables import chunk, document, document_field, document_table, page


class Generations:
    """The generations of all documents."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def next(self) -> int:
        """Return a generation that no chunk has yet."""
        with self._engine.connect() as connection:
            newest = connection.scalar(select(func.max(page.c.generation)))
        return 1 if newest is None else newest + 1

    def has(self, number: int, generation: int) -> bool:
        """Return whether a document was read in a generation."""
        query = select(func.count()).where(page.c.document == number, page.c.generation == generation)
        with self._engine.connect() as connection:
            return bool(connection.scalar(query))

    def complete(self, embedder: str, generation: int | None) -> dict[int, int]:
        """Return document number → the generation to publish: `generation` where complete, else the current one.

        Only chunks that all have a vector of `embedder` count as complete.
        """
        query = select(
            chunk.c.document,
            chunk.c.generation,
            func.sum(case((lacks(embedder), 1), else_=0)),
        ).group_by(chunk.c.document, chunk.c.generation)
        with self._engine.connect() as connection:
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

    def switch(self, chosen: dict[int, int]) -> None:
        """Make the chosen generations the current ones and drop the others of those documents."""
        with self._engine.begin() as connection:
            stale = [
                (number, generation)
                for number, generation in connection.execute(select(page.c.document, page.c.generation).distinct())
                if number in chosen and chosen[number] > generation
            ]
            for number, generation in chosen.items():
                moved = and_(document.c.number == number, document.c.generation != generation)
                connection.execute(update(document).where(moved).values(generation=generation))
            for number, generation in stale:
                delete_generation(connection, number, generation)
            bump(connection)


def delete_generation(connection: Connection, number: int, generation: int) -> None:
    """Remove the pages, chunks, fields and tables that a document has in a generation, in the caller's transaction."""
    for table in (page, chunk, document_field, document_table):
        connection.execute(delete(table).where(table.c.document == number, table.c.generation == generation))
