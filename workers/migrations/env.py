"""Run the revisions on the connection that `workers.state` hands over."""

from typing import Any

from alembic import context
from sqlalchemy import Float

import knowledge.database.audit
import knowledge.database.choices
import knowledge.database.pairs
import knowledge.documents.tables  # noqa: F401 - each puts its tables into the metadata
import workers.request
import workers.steps  # noqa: F401 - as above
from knowledge.tables import metadata


def differs(_context: object, _there: object, _asked: object, found: Any, wanted: Any) -> bool | None:
    """Call no two kinds of floating point different: MySQL says DOUBLE where it was told FLOAT(53)."""
    return False if isinstance(found, Float) and isinstance(wanted, Float) else None


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_type=differs,
    render_as_batch=True,  # SQLite cannot alter a column; it copies the table.
)
with context.begin_transaction():
    context.run_migrations()
