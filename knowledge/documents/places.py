"""Keep who may see a document: the places it is in, what was withdrawn, and the counter of such changes."""

import time
from dataclasses import dataclass

from sqlalchemy import Connection, and_, insert, select, update
from sqlalchemy.engine import Engine

from knowledge.documents.tables import document_place, library_state, withdrawn_file
from knowledge.types import Audience


@dataclass(frozen=True, slots=True)
class Placed:
    """A document in a place: the name it has there, who shared it, and when, in seconds since 1970."""

    document_id: str
    name: str
    user: str
    placed_at: float


class Places:
    """The places that documents are visible in."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def place(self, document_id: str, place: str, *, file_id: str, user: str, name: str) -> None:
        """Make a document visible in a place, unless the file was withdrawn before."""
        where = and_(
            document_place.c.document_id == document_id,
            document_place.c.place == place,
            document_place.c.file_id == file_id,
        )
        with self._engine.begin() as connection:
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
        with self._engine.begin() as connection:
            if connection.scalar(select(withdrawn_file.c.file_id).where(withdrawn_file.c.file_id == file_id)) is None:
                connection.execute(insert(withdrawn_file).values(file_id=file_id, withdrawn_at=now))
            of_file = document_place.c.file_id == file_id
            ids = set(connection.scalars(select(document_place.c.document_id).where(of_file)))
            live = and_(of_file, document_place.c.withdrawn_at.is_(None))
            connection.execute(update(document_place).where(live).values(withdrawn_at=now))
            bump(connection)
            return _orphans(connection, ids)

    def take_out(self, document_id: str, place: str) -> tuple[str, ...]:
        """Hide a document in one place; return it when it has no place left."""
        there = and_(document_place.c.document_id == document_id, document_place.c.place == place)
        live = and_(there, document_place.c.withdrawn_at.is_(None))
        with self._engine.begin() as connection:
            connection.execute(update(document_place).where(live).values(withdrawn_at=time.time()))
            bump(connection)
            return _orphans(connection, {document_id})

    def listed(self, place: str) -> list[Placed]:
        """Return the documents of one place, newest first."""
        columns = document_place.c
        query = (
            select(columns.document_id, columns.name, columns.user, columns.placed_at)
            .where(columns.place == place, columns.withdrawn_at.is_(None))
            .order_by(columns.placed_at.desc(), columns.id.desc())
        )
        with self._engine.connect() as connection:
            return [Placed(*row) for row in connection.execute(query)]

    def visible(self, audience: Audience) -> dict[str, str]:
        """Return document id → the name it has in the places of `audience`."""
        query = (
            select(document_place.c.document_id, document_place.c.name)
            .where(document_place.c.place.in_(sorted(audience.places)), document_place.c.withdrawn_at.is_(None))
            .order_by(document_place.c.id.desc())
        )
        with self._engine.connect() as connection:
            return {row.document_id: row.name for row in connection.execute(query)}

    def placed(self) -> frozenset[str]:
        """Return the ids of all documents that are visible somewhere."""
        query = select(document_place.c.document_id).where(document_place.c.withdrawn_at.is_(None)).distinct()
        with self._engine.connect() as connection:
            return frozenset(connection.scalars(query))

    def document_of_file(self, file_id: str) -> str | None:
        """Return the document that a file is, if it is visible anywhere."""
        query = select(document_place.c.document_id).where(
            document_place.c.file_id == file_id, document_place.c.withdrawn_at.is_(None)
        )
        with self._engine.connect() as connection:
            return connection.scalar(query.limit(1)) if file_id else None

    def version(self) -> int:
        """Return the counter that every change of what is visible moves on."""
        with self._engine.connect() as connection:
            query = select(library_state.c.value).where(library_state.c.name == "version")
            return connection.scalar(query) or 0


def _orphans(connection: Connection, ids: set[str]) -> tuple[str, ...]:
    placed = connection.scalars(
        select(document_place.c.document_id).where(
            document_place.c.document_id.in_(ids), document_place.c.withdrawn_at.is_(None)
        )
    )
    return tuple(sorted(ids - set(placed)))


def bump(connection: Connection) -> None:
    """Move the library's version on, in the transaction that changes what is visible."""
    moved = connection.execute(
        update(library_state).where(library_state.c.name == "version").values(value=library_state.c.value + 1)
    )
    if not moved.rowcount:
        connection.execute(insert(library_state).values(name="version", value=1))
