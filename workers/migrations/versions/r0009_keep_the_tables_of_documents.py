"""Keep the tables of documents."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision: str = "r0009"
down_revision: str | None = "r0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

LONG = sa.Text().with_variant(mysql.LONGTEXT(), "mariadb").with_variant(mysql.LONGTEXT(), "mysql")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "document_table",
        sa.Column("document", KEY, nullable=False),
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("body", LONG, nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.number"], name=op.f("fk_document_table_document")),
        sa.PrimaryKeyConstraint("document", "generation", "ordinal", name=op.f("pk_document_table")),
    )


def downgrade() -> None:
    """Undo the change."""
    op.drop_table("document_table")
