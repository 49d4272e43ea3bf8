import pytest

from knowledge.evaluation.typeset import printed
from knowledge.figures.clerk import Clerk
from knowledge.proof import stands
from knowledge.types import PUBLIC, Audience

PROSE = "Harbour Robotics earned the following in the years that ended on June 30 (in thousands):"
RESULTS = [
    ["", "2021", "2020"],
    ["Net revenue", "$ 1,452", "$ 1,146"],
    ["Cost of revenue", "(944)", "(856)"],
    ["Net income", "$ 508", "$ 290"],
]
EVERYONE = Audience()


@pytest.fixture
def clerk(library, tmp_path):
    path = tmp_path / "results.pdf"
    path.write_bytes(printed([PROSE], RESULTS, header=1, ruled=False))
    document_id = library.keep(path)
    library.read(document_id, name="results.pdf")
    while library.embed(document_id):
        pass
    library.publish()
    library.place(document_id, PUBLIC, name="results.pdf")
    return Clerk(library)


def test_an_answer_names_row_column_and_unit_and_cites_the_words_of_the_page(clerk, library):
    documents = library.documents(EVERYONE)

    answer = clerk.answer("What was net revenue in 2021?", documents, EVERYONE)
    reckoned = clerk.answer("What was the percentage change in net income from 2020 to 2021?", documents, EVERYONE)

    assert answer.text == "Net revenue, 2021: $1,452 thousand. [1]"
    assert answer.table.rows == (("Net revenue", "2021", "$1,452", "in thousands", 1),)
    assert reckoned.text.startswith("75.17% = (508 − 290) / 290, from Net income, 2020: $290; Net income, 2021: $508.")
    for each in (*answer.citations, *reckoned.citations):
        assert stands(each.quote, library.page_text(each.document_id, each.page))


def test_nothing_is_answered_from_what_may_not_be_seen_or_is_not_there(clerk, library):
    documents = library.documents(EVERYONE)

    assert clerk.answer("What was net revenue in 2019?", documents, EVERYONE) is None
    assert clerk.answer("What was net revenue in 2021?", documents, Audience(frozenset({"C_OTHER"}))) is None
