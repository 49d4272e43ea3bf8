"""Keep the tables of documents in SQL, each as it was read."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Connection, and_, insert, select
from sqlalchemy.engine import Engine

from knowledge.documents.cells import Table
from knowledge.documents.tables import document, document_table


def write_tables(connection: Connection, number: int, generation: int, tables: Sequence[Table]) -> None:
    """Write the tables of a document, in the caller's transaction."""
    rows = [
        {
            "document": number,
            "generation": generation,
            "ordinal": ordinal,
            "page": table.page,
            "body": json.dumps(asdict(table), ensure_ascii=False, separators=(",", ":")),
        }
        for ordinal, table in enumerate(tables)
    ]
    if rows:
        connection.execute(insert(document_table), rows)


class TableStore:
    """The tables of documents, in the order in which they stand there."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def tables(self, document_id: str) -> tuple[Table, ...]:
        """Return the tables of a document as it is read now."""
        current = and_(
            document.c.number == document_table.c.document, document.c.generation == document_table.c.generation
        )
        query = select(document_table.c.body).join(document, current).where(document.c.id == document_id)
        with self._engine.connect() as connection:
            bodies = connection.scalars(query.order_by(document_table.c.ordinal))
            return tuple(Table.from_json(json.loads(body)) for body in bodies)
