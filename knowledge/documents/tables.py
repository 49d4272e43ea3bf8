"""Define the tables of documents, their pages and chunks, and the places that may see them."""

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from knowledge.tables import LongBytes, LongText, metadata

Key = BigInteger().with_variant(Integer(), "sqlite")

# A number is never used twice: an older snapshot may still hold what had it before.
document = Table(
    "document",
    metadata,
    Column("number", Key, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("name", String(255), nullable=False, default=""),
    Column("title", String(500), nullable=False, default=""),
    Column("parties", LongText, nullable=False, default="[]"),
    Column("opening", LongText, nullable=False, default=""),
    Column("pages", Integer, nullable=False, default=0),
    Column("bytes", BigInteger, nullable=False, default=0),
    Column("empty_pages", LongText, nullable=False, default="[]"),
    Column("failed_pages", LongText, nullable=False, default="[]"),
    Column("generation", Integer, nullable=True),
    Column("reading", LongText, nullable=True),
    Column("kept_at", Float(53), nullable=False),
    sqlite_autoincrement=True,
)
page = Table(
    "page",
    metadata,
    Column("document", Key, ForeignKey("document.number"), primary_key=True),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("start", Integer, nullable=False),
    Column("text", LongText, nullable=False),
)
chunk = Table(
    "chunk",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("document", Key, ForeignKey("document.number"), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("page", Integer, nullable=False),
    Column("last_page", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("stop", Integer, nullable=False),
    Column("heading", String(500), nullable=False),
    Column("text", LongText, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("embedder", String(100), nullable=False, default=""),
    Column("vector", LongBytes, nullable=True),
    UniqueConstraint("document", "generation", "ordinal"),
    sqlite_autoincrement=True,
)
document_table = Table(
    "document_table",
    metadata,
    Column("document", Key, ForeignKey("document.number"), primary_key=True),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("page", Integer, nullable=False),
    Column("body", LongText, nullable=False),
)
document_field = Table(
    "document_field",
    metadata,
    Column("document", Key, ForeignKey("document.number"), primary_key=True),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("name", String(16), primary_key=True),
    Column("value", LongText, nullable=False),
    Column("words", LongText, nullable=False),
    Column("confidence", Float(53), nullable=False),
)
# What people say instead; the newest row of a field counts, an empty one gives the word back to the document.
field_correction = Table(
    "field_correction",
    metadata,
    Column("number", Key, primary_key=True, autoincrement=True),
    Column("document_id", String(64), ForeignKey("document.id"), nullable=False),
    Column("name", String(16), nullable=False),
    Column("value", LongText, nullable=False),
    Column("author", String(64), nullable=False),
    Column("author_name", String(255), nullable=False),
    Column("corrected_at", Float(53), nullable=False),
    Index(None, "document_id"),
)
document_place = Table(
    "document_place",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("document_id", String(64), ForeignKey("document.id"), nullable=False),
    Column("place", String(64), nullable=False),
    Column("file_id", String(64), nullable=False, default=""),
    Column("user", String(64), nullable=False, default=""),
    Column("name", String(255), nullable=False, default=""),
    Column("placed_at", Float(53), nullable=False),
    Column("withdrawn_at", Float(53), nullable=True),
    UniqueConstraint("document_id", "place", "file_id"),
    Index(None, "place"),
    Index(None, "file_id"),
)
# A file can be deleted while it is still being read: it must not become visible afterwards.
withdrawn_file = Table(
    "withdrawn_file",
    metadata,
    Column("file_id", String(64), primary_key=True),
    Column("withdrawn_at", Float(53), nullable=False),
)
library_state = Table(
    "library_state",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", BigInteger, nullable=False),
)
