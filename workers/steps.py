"""Keep the steps of long work, so that a worker that dies loses one step and not the whole."""

from collections.abc import Iterable

from sqlalchemy import Boolean, Column, Connection, Engine, Integer, String, Table, func, select, update

from knowledge.tables import LongText, metadata
from workers.rows import insert
from workers.state import transact

steps = Table(
    "steps",
    metadata,
    Column("request_id", String(32), primary_key=True),
    Column("name", String(128), primary_key=True),
    Column("ordinal", Integer, nullable=False),
    Column("done", Boolean, nullable=False),
    Column("note", LongText, nullable=False),
)

columns = steps.c


class Steps:
    """The steps of each request, taken in order."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def plan(self, request_id: str, names: Iterable[str]) -> None:
        """Add steps after those that are planned already; one that is known is left as it is."""
        first = self.count(request_id)[1]
        rows = [
            {"request_id": request_id, "name": name, "ordinal": ordinal, "done": False, "note": ""}
            for ordinal, name in enumerate(names, first)
        ]

        def work(connection: Connection) -> None:
            for row in rows:
                insert(connection, steps, row)

        transact(self.engine, work)

    def next(self, request_id: str) -> str | None:
        """Return the first step that is not done, or None."""
        query = (
            select(columns.name)
            .where(columns.request_id == request_id, ~columns.done)
            .order_by(columns.ordinal)
            .limit(1)
        )
        return transact(self.engine, lambda connection: connection.scalar(query))

    def done(self, request_id: str, name: str, note: str = "") -> None:
        """Note that a step is done; `note` says what went wrong with it, if anything."""
        changes = update(steps).where(columns.request_id == request_id, columns.name == name)
        transact(self.engine, lambda connection: connection.execute(changes.values(done=True, note=note)))

    def notes(self, request_id: str) -> tuple[str, ...]:
        """Return what went wrong, step by step."""
        query = select(columns.note).where(columns.request_id == request_id, columns.note != "")
        found = transact(self.engine, lambda connection: connection.scalars(query.order_by(columns.ordinal)).all())
        return tuple(found)

    def count(self, request_id: str) -> tuple[int, int]:
        """Return how many steps are done, and how many there are."""
        mine = columns.request_id == request_id
        every = select(func.count()).where(mine)
        finished = select(func.count()).where(mine, columns.done)
        return transact(
            self.engine, lambda connection: (connection.scalar(finished) or 0, connection.scalar(every) or 0)
        )
