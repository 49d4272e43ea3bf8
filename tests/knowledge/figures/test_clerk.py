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


FEES = [
    ["Service", "Fee"],
    ["Monthly account fee", "NOK 35"],
    ["Monthly account fee when at least NOK 15,000 is paid in", "NOK 0"],
    ["Debit card, per year", "NOK 295"],
    ["Cash withdrawal at another bank", "NOK 10"],
]


def sheet(library, tmp_path, name, rows):
    path = tmp_path / f"{name}.pdf"
    path.write_bytes(printed([f"{name} costs the following."], rows, header=1, ruled=True))
    document_id = library.keep(path)
    library.read(document_id, name=f"{name}.pdf")
    while library.embed(document_id):
        pass
    library.publish()
    library.place(document_id, PUBLIC, name=f"{name}.pdf")


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("How much does a debit card cost per year with the Harbour Account?", "Debit card, per year: NOK 295. [1]"),
        ("What is the fee for cash withdrawal at another bank?", "Cash withdrawal at another bank: NOK 10. [1]"),
        (
            "What is the monthly account fee?",
            "Monthly account fee: NOK 35. [1] Monthly account fee when at least NOK 15,000 is paid in: NOK 0. [2]",
        ),
    ],
)
def test_a_sheet_of_fees_is_read_off_with_its_conditions(library, tmp_path, question, said):
    sheet(library, tmp_path, "Harbour Account", FEES)

    answer = Clerk(library).answer(question, library.documents(EVERYONE), EVERYONE)

    assert answer.text == said
    assert all(stands(each.quote, library.page_text(each.document_id, each.page)) for each in answer.citations)


@pytest.mark.parametrize(
    "question",
    [
        "How many customers have a debit card?",
        "How much does a credit card cost per year?",
        "Why is there a fee for cash withdrawal at another bank?",
        "What is the fee?",
        "Is the debit card free?",
    ],
)
def test_what_no_line_of_a_sheet_says_is_left_to_others(library, tmp_path, question):
    sheet(library, tmp_path, "Harbour Account", FEES)

    assert Clerk(library).answer(question, library.documents(EVERYONE), EVERYONE) is None


def test_what_two_sheets_list_is_not_answered_by_one(library, tmp_path):
    sheet(library, tmp_path, "Harbour Account", FEES)
    sheet(library, tmp_path, "Island Account", [*FEES[:3], ["Debit card, per year", "NOK 395"], FEES[4]])
    documents = library.documents(EVERYONE)
    clerk = Clerk(library)

    assert clerk.answer("What does a debit card cost per year?", documents, EVERYONE) is None
    told = clerk.answer("What does a debit card cost per year with the Island Account?", documents, EVERYONE)
    assert told.text == "Debit card, per year: NOK 395. [1]"
