"""Keep the fields of documents, and corrections of them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision: str = "r0006"
down_revision: str | None = "r0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

LONG = sa.Text().with_variant(mysql.LONGTEXT(), "mariadb").with_variant(mysql.LONGTEXT(), "mysql")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "document_field",
        sa.Column("document", KEY, nullable=False),
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("value", LONG, nullable=False),
        sa.Column("words", LONG, nullable=False),
        sa.Column("confidence", sa.Float(precision=53), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.number"], name=op.f("fk_document_field_document")),
        sa.PrimaryKeyConstraint("document", "generation", "name", name=op.f("pk_document_field")),
    )
    op.create_table(
        "field_correction",
        sa.Column("number", KEY, autoincrement=True, nullable=False),
        sa.Column("document_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("value", LONG, nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("author_name", sa.String(length=255), nullable=False),
        sa.Column("corrected_at", sa.Float(precision=53), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_field_correction_document_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_field_correction")),
    )
    with op.batch_alter_table("field_correction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_field_correction_document_id"), ["document_id"], unique=False)


def downgrade() -> None:
    """Undo the change."""
    with op.batch_alter_table("field_correction", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_field_correction_document_id"))
    op.drop_table("field_correction")
    op.drop_table("document_field")
