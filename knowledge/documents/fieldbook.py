"""Keep the fields of documents in SQL, and what people corrected in them."""

import json
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, insert, select
from sqlalchemy.engine import Engine

from knowledge.documents.fields import FIELDS, Field
from knowledge.documents.paper import Words
from knowledge.documents.places import bump
from knowledge.documents.tables import document, document_field, field_correction
from knowledge.errors import UserError

MOST = 500  # Documents that one query asks for.


@dataclass(frozen=True, slots=True)
class Entry:
    """A field as it counts now; one that was corrected has no words in the document."""

    name: str
    value: str
    words: tuple[Words, ...] = ()
    confidence: float = 1.0
    corrected_by: str = ""
    corrected_at: float = 0.0


class FieldBook:
    """The fields of all documents: as read, and as corrected since, which outlives every new reading."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, document_ids: Collection[str], names: Collection[str] = tuple(FIELDS)) -> dict[str, dict[str, Entry]]:
        """Return the fields of documents, by document and name; of all fields, or of those of some names.

        Who may see a document is for the caller to know: only those asked for are returned.
        """
        ids = sorted(document_ids)
        found: dict[str, dict[str, Entry]] = {each: {} for each in ids}
        with self._engine.connect() as connection:
            for at in range(0, len(ids), MOST):
                _add(connection, ids[at : at + MOST], names, found)
        return found

    def correct(self, document_id: str, name: str, value: str, *, author: str, author_name: str) -> None:
        """Put a person's value in the place of the document's; an empty one takes it back.

        Raises:
            UserError: there is no such document, or no such field.
        """
        with self._engine.begin() as connection:
            known = connection.scalar(select(document.c.number).where(document.c.id == document_id))
            if known is None or name not in FIELDS:
                raise UserError("That document is not kept here any more.")
            connection.execute(
                insert(field_correction).values(
                    document_id=document_id, name=name, value=value, author=author[:64],
                    author_name=author_name[:255], corrected_at=time.time(),
                )
            )  # fmt: skip
            bump(connection)  # Which document changes which may be another now.


def write_fields(connection: Connection, number: int, generation: int, fields: Sequence[Field]) -> None:
    """Write what was read of a document's fields, in the transaction that writes its pages."""
    rows = [
        {
            "document": number,
            "generation": generation,
            "name": each.name,
            "value": each.value,
            "words": json.dumps([[words.page, words.quote] for words in each.words], ensure_ascii=False),
            "confidence": each.confidence,
        }
        for each in fields
    ]
    if rows:
        connection.execute(insert(document_field), rows)


def _add(
    connection: Connection, ids: Sequence[str], names: Collection[str], found: dict[str, dict[str, Entry]]
) -> None:
    current = and_(document.c.number == document_field.c.document, document.c.generation == document_field.c.generation)
    read = select(document.c.id, document_field).join(document, current).where(document.c.id.in_(ids))
    for row in connection.execute(read.where(document_field.c.name.in_(names))):
        words = tuple(Words(int(page), str(quote)) for page, quote in json.loads(row.words))
        found[row.id][row.name] = Entry(row.name, row.value, words, row.confidence)
    said = select(field_correction).where(field_correction.c.document_id.in_(ids), field_correction.c.name.in_(names))
    newest = {(row.document_id, row.name): row for row in connection.execute(said.order_by(field_correction.c.number))}
    for (id_, name), row in newest.items():
        if row.value:
            found[id_][name] = Entry(
                name, row.value, corrected_by=row.author_name or row.author, corrected_at=row.corrected_at
            )
