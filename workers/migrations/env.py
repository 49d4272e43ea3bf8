"""Run the revisions on the connection that `workers.state` hands over."""

import importlib
from typing import Any

from alembic import context
from sqlalchemy import Float, MetaData

from knowledge.tables import metadata

# Each puts its tables into the metadata, and brings what reads queries and documents: only to compare are they needed.
HOLDERS = (
    "knowledge.database.audit",
    "knowledge.database.choices",
    "knowledge.database.review",
    "knowledge.documents.tables",
    "knowledge.web.kept",
    "workers.request",
    "workers.schedule",
    "workers.steps",
)


def tables() -> MetaData:
    """Return all tables as the code has them."""
    for each in HOLDERS:
        importlib.import_module(each)
    return metadata


def differs(_context: object, _there: object, _asked: object, found: Any, wanted: Any) -> bool | None:
    """Call no two kinds of floating point different: MySQL says DOUBLE where it was told FLOAT(53)."""
    return False if isinstance(found, Float) and isinstance(wanted, Float) else None


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables() if context.config.attributes["comparing"] else None,
    compare_type=differs,
    render_as_batch=True,  # SQLite cannot alter a column; it copies the table.
)
with context.begin_transaction():
    context.run_migrations()
