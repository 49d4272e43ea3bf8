"""Keep crawls and the pages that they brought."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision: str = "r0007"
down_revision: str | None = "r0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

LONG = sa.Text().with_variant(mysql.LONGTEXT(), "mariadb").with_variant(mysql.LONGTEXT(), "mysql")


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "crawl",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("channel_type", sa.String(length=16), nullable=False),
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("url", LONG, nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("period", sa.Double(), nullable=False),
        sa.Column("next_at", sa.Double(), nullable=False),
        sa.Column("stopped_at", sa.Double(), nullable=False),
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crawl")),
    )
    with op.batch_alter_table("crawl", schema=None) as batch_op:
        batch_op.create_index("ix_crawl_due", ["stopped_at", "next_at"], unique=False)
        batch_op.create_index("ix_crawl_place", ["team", "channel"], unique=False)
    op.create_table(
        "web_page",
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("page", sa.String(length=12), nullable=False),
        sa.Column("start", sa.String(length=12), nullable=False),
        sa.Column("url", LONG, nullable=False),
        sa.Column("etag", sa.String(length=255), nullable=False),
        sa.Column("modified", sa.String(length=255), nullable=False),
        sa.Column("links", LONG, nullable=False),
        sa.Column("checked_at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("place", "page", name=op.f("pk_web_page")),
    )


def downgrade() -> None:
    """Change them back."""
    op.drop_table("web_page")
    with op.batch_alter_table("crawl", schema=None) as batch_op:
        batch_op.drop_index("ix_crawl_place")
        batch_op.drop_index("ix_crawl_due")
    op.drop_table("crawl")
