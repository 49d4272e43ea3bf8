"""Keep corrected queries and what people have chosen for ambiguous words."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision: str = "r0004"
down_revision: str | None = "r0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _long() -> sa.Text:
    return sa.Text().with_variant(mysql.LONGTEXT(), "mariadb").with_variant(mysql.LONGTEXT(), "mysql")


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "verified_query",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("question", _long(), nullable=False),
        sa.Column("sql", _long(), nullable=False),
        sa.Column("tables", _long(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", _long(), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("proposed_at", sa.Double(), nullable=False),
        sa.Column("reviewer", sa.String(length=64), nullable=False),
        sa.Column("reviewed_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_verified_query")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("verified_query", schema=None) as batch_op:
        batch_op.create_index("ix_verified_query_state", ["state"], unique=False)
    op.create_table(
        "data_choice",
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("user", "name", name=op.f("pk_data_choice")),
    )


def downgrade() -> None:
    """Undo the change."""
    op.drop_table("data_choice")
    with op.batch_alter_table("verified_query", schema=None) as batch_op:
        batch_op.drop_index("ix_verified_query_state")
    op.drop_table("verified_query")
