import pytest

from knowledge.documents.apart import asked_apart
from knowledge.documents.resolve import Naming, resolve, touches

SUPPLY = Naming.of(
    1,
    title="MASTER SUPPLY AGREEMENT",
    parties=("Acme Robotics, Inc.", "Supplier"),
    names=("scan_0012.pdf",),
    opening="",
)
LEASE = Naming.of(
    2,
    title="LEASE AGREEMENT",
    parties=("Harbour Estates Ltd", "Fjordbank ASA"),
    names=("office-lease.pdf",),
    opening="",
)
LOAN = Naming.of(
    3, title="LOAN AGREEMENT", parties=("Fjordbank ASA", "Tate & Lyle PLC"), names=("Project_Falcon.pdf",), opening=""
)
ALL = [SUPPLY, LEASE, LOAN]


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("What is the governing law of the master supply agreement?", 1),
        ("when does acme's contract end", 1),
        ("Consider the LEASE AGREEMENT between Harbour Estates Ltd; Fjordbank ASA; Is there a cap on liability?", 2),
        ("does Tate & Lyle have to insure anything?", 3),
        ("who signed project falcon?", 3),
    ],
)
def test_a_document_is_named_by_title_party_or_file(question, number):
    assert resolve(question, ALL).chosen()[0] == number


@pytest.mark.parametrize(
    "question",
    ["What is the governing law?", "Is there a limit on liability of the supplier in this agreement?", "hello", ""],
)
def test_ordinary_words_name_no_document(question):
    assert resolve(question, ALL).chosen() == ()


def test_a_party_of_two_contracts_names_both():
    assert set(resolve("What does Fjordbank ASA have to insure?", ALL).chosen()) == {2, 3}


def test_the_question_is_freed_of_the_names():
    question = (
        "Consider the MASTER SUPPLY AGREEMENT between Acme Robotics, Inc.; Supplier; Is there a cap on liability?"
    )

    assert asked_apart(question, [SUPPLY]) == "Is there a cap on liability"


def test_names_inside_the_question_are_taken_out():
    freed = asked_apart("What does the Master Supply Agreement with Acme Robotics say about insurance?", [SUPPLY])

    assert "Acme" not in freed
    assert "Supply" not in freed
    assert "insurance" in freed


def test_a_word_of_the_title_that_is_asked_about_stays():
    assert "supply" in asked_apart("Can Acme refuse to supply goods?", [SUPPLY])


def test_a_question_of_nothing_but_names_stays_whole():
    assert asked_apart("Acme Robotics?", [SUPPLY]) == "Acme Robotics?"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("How much is a card with the Everyday Account?", True),
        ("how much is a card with the everyday account", True),
        ("How many accounts are used every day?", False),
        ("What does the product sheet say?", True),
        ("Which agreement is the longest?", False),
    ],
)
def test_two_words_of_a_title_touch_its_document(question: str, said: bool):
    assert touches(question, ["Fjordbank Everyday Account - product sheet", "SUPPLY AGREEMENT"]) is said
