"""Keep why an answer was bad."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision: str = "r0002"
down_revision: str | None = "r0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

LONG = sa.Text().with_variant(mysql.LONGTEXT(), "mariadb").with_variant(mysql.LONGTEXT(), "mysql")


def upgrade() -> None:
    """Change the tables."""
    with op.batch_alter_table("feedback", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reason", sa.String(length=32), server_default="", nullable=False))
        batch_op.add_column(sa.Column("comment", LONG, nullable=True))


def downgrade() -> None:
    """Change them back."""
    with op.batch_alter_table("feedback", schema=None) as batch_op:
        batch_op.drop_column("comment")
        batch_op.drop_column("reason")
