"""Keep which question proposed a query for review, and since when a query is stale."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "r0008"
down_revision: str | None = "r0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Change the tables."""
    with op.batch_alter_table("verified_query", schema=None) as batch_op:
        batch_op.add_column(sa.Column("request", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("stale_at", sa.Double(), server_default="0", nullable=False))
        batch_op.create_index("ix_verified_query_request", ["request"], unique=True)


def downgrade() -> None:
    """Undo the change."""
    with op.batch_alter_table("verified_query", schema=None) as batch_op:
        batch_op.drop_index("ix_verified_query_request")
        batch_op.drop_column("stale_at")
        batch_op.drop_column("request")
