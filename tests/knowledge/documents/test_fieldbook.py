"""Fields are kept with the document, and what people corrected outlives every new reading."""

import pytest
from sqlalchemy import func, select

from knowledge.documents.fieldbook import FieldBook
from knowledge.documents.tables import document_field, field_correction
from knowledge.errors import UserError


@pytest.fixture
def book(library):
    return FieldBook(library._store._engine)


def test_what_is_read_has_fields(add, book):
    document = add()

    expiry = book.of([document])[document]["expiry"]

    assert (expiry.value, expiry.words[0].page, expiry.corrected_by) == ("2024-03-02", 1, "")


def test_a_correction_outlives_a_new_reading_and_is_taken_back(add, book, library):
    document = add()
    book.correct(document, "expiry", "2025-03-02", author="U1", author_name="Lena")

    generation = library.next_generation()
    library.read(document, name="", generation=generation)
    while library.embed(document):
        pass
    library.publish(generation=generation)

    expiry = book.of([document])[document]["expiry"]
    assert (expiry.value, expiry.corrected_by, expiry.words) == ("2025-03-02", "Lena", ())

    book.correct(document, "expiry", "", author="U1", author_name="Lena")

    assert book.of([document])[document]["expiry"].value == "2024-03-02"
    with library._store._engine.connect() as connection:
        generations = connection.scalars(select(document_field.c.generation).distinct()).all()
    assert generations == [generation], "the old reading's fields are gone"


def test_a_removed_document_takes_its_fields_along(add, book, library):
    document = add()
    book.correct(document, "law", "Ireland", author="U1", author_name="Lena")

    library.purge(document)

    assert book.of([document]) == {document: {}}
    with library._store._engine.connect() as connection:
        for table in (document_field, field_correction):
            assert connection.scalar(select(func.count()).select_from(table)) == 0


def test_what_is_not_there_cannot_be_corrected(add, book):
    document = add()

    with pytest.raises(UserError):
        book.correct(document, "colour", "red", author="U1", author_name="Lena")
    with pytest.raises(UserError):
        book.correct("0" * 64, "law", "Ireland", author="U1", author_name="Lena")
