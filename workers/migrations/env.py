"""Run the revisions on the connection that `workers.state` hands over."""

from alembic import context

import knowledge.documents.store  # noqa: F401 - puts its tables into the metadata
import workers.request
import workers.steps  # noqa: F401 - as above
from knowledge.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_type=True,
    render_as_batch=True,  # SQLite cannot alter a column; it copies the table.
)
with context.begin_transaction():
    context.run_migrations()
