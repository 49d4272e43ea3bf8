from types import SimpleNamespace

import pytest

from knowledge.documents import words
from knowledge.documents.words import Words, stems


def row(number, document, text, heading=""):
    return SimpleNamespace(id=number, document=document, heading=heading, text=text)


@pytest.fixture
def folder(tmp_path):
    words.make(
        tmp_path / "one",
        iter([[row(1, 10, "The rent is paid by monthly payment."), row(2, 20, "Rents, rents and rents.")]]),
    )
    return tmp_path / "one"


def test_words_are_found_by_their_stems(folder):
    hits = Words.open(folder).best(dict.fromkeys(stems("What payments?"), 1.0), {10, 20}, limit=5)

    assert [each for each, _ in hits] == [1]


def test_only_allowed_documents_are_ranked(folder):
    hits = Words.open(folder).best({"rent": 1.0}, {10}, limit=1)

    assert [each for each, _ in hits] == [1]


def test_without_allowed_documents_nothing_is_found(folder):
    assert Words.open(folder).best({"rent": 1.0}, set(), limit=5) == []


def test_a_question_without_words_finds_nothing(folder):
    assert stems("what is the of ???") in ([], ["what"])
    assert Words.open(folder).best({}, {10}, limit=5) == []


def test_a_phrase_counts_more_than_its_words_apart(tmp_path):
    rows = [row(1, 1, "The nation is most favored."), row(2, 1, "A most favored nation clause.")]
    words.make(tmp_path / "two", iter([rows]))

    hits = Words.open(tmp_path / "two").best({}, {1}, phrases={("favor", "nation"): 1.0}, limit=5)

    assert [each for each, _ in hits] == [2]


def test_adding_rows_leaves_the_older_index_as_it_was(folder, tmp_path):
    words.extend(tmp_path / "more", folder, iter([[row(3, 30, "A new rent.")]]))

    assert Words.open(tmp_path / "more").rows == 3
    assert Words.open(folder).rows == 2
