from knowledge.documents.chunk import LARGE, split
from knowledge.types import Page
from tests.knowledge.documents.conftest import LOAN


def pages(*texts):
    made, start = [], 0
    for number, text in enumerate(texts, 1):
        made.append(Page(number, text, start))
        start += len(text) + 2
    return made


LONG = "The lender may, at any time and for any reason, call back the loan in whole or in part. "
ARTICLES = f"""ARTICLE IV
TERM AND TERMINATION
4.1 Term. {LONG * 4}
4.2 Termination. {LONG * 2}
(a) for breach, {LONG * 3}
(b) for convenience, {LONG * 3}
SCHEDULE A
FEES
{LONG * 3}
"""


def test_every_word_is_in_one_chunk_in_order():
    texts = [ARTICLES, LOAN, ARTICLES]

    chunks = split(pages(*texts))

    assert " ".join(" ".join(chunk.text for chunk in chunks).split()) == " ".join(" ".join(texts).split())


def test_offsets_are_those_of_the_documents_text():
    whole = f"{ARTICLES}\n\n{LOAN}"

    for chunk in split(pages(ARTICLES, LOAN)):
        assert whole[chunk.start : chunk.end] == chunk.text


def test_a_clause_begins_its_own_chunk_under_its_headings():
    (clause,) = [chunk for chunk in split(pages(ARTICLES)) if chunk.text.startswith("(b) for convenience")]

    assert "ARTICLE IV" in clause.heading
    assert "4.2 Termination" in clause.heading


def test_a_schedule_leaves_the_articles_behind():
    (fees,) = [chunk for chunk in split(pages(ARTICLES)) if "FEES" in chunk.text]

    assert "4.2" not in fees.heading
    assert "SCHEDULE A" in fees.heading


def test_a_chunk_over_a_page_break_knows_both_pages():
    chunks = split(pages("1. Rent. The rent is paid", "monthly in advance."))

    assert (chunks[0].page, chunks[0].last_page) == (1, 2)


def test_long_clauses_are_split_at_sentences():
    chunks = split(pages("1. Recall. " + LONG * 40))

    assert max(len(chunk.text) for chunk in chunks) <= LARGE
    assert all(chunk.text.endswith(".") for chunk in chunks)


def test_text_without_any_sentence_is_split_all_the_same():
    chunks = split(pages("x" * 5000))

    assert "".join(chunk.text for chunk in chunks) == "x" * 5000


def test_nothing_gives_no_chunk():
    assert split(pages("  \n ")) == []
