import pytest

from knowledge.documents.roles import Part, parts, with_parts
from knowledge.evidence import Source
from knowledge.permission import permitted
from knowledge.types import Chunk, Document, Passage

RULE = "Customer may not assign this Agreement without our prior written consent."
EXCEPTION = "Customer may assign this Agreement to an affiliate."
EXCHANGE = "Distributor may return previously purchased Products for replacement."
DUTY = "Distributor shall return the Product to NETGEAR, with shipping charges prepaid."
BREACH = "Either party may terminate this Agreement upon a material breach."
ROYALTY = "Licensee may sublicense the Mark."


def sources(*sentences: str) -> list[Source]:
    document = Document("d", "agreement.pdf", "Agreement", (), 1)
    return [
        Source(at, Passage(Chunk(at, "d", at, 1, 1, 0, len(said), "", said), document, 1.0), (said,))
        for at, said in enumerate(sentences, 1)
    ]


def test_the_clause_that_names_party_and_verb_answers():
    told = permitted("Is the licensee allowed to sublicense the mark?", sources(DUTY, ROYALTY))

    assert told is not None
    assert told.text == "Yes."
    assert [quote.text for quote in told.quotes] == [ROYALTY]


def test_a_rule_and_its_exception_speak_for_themselves():
    told = permitted("Can the customer assign this agreement?", sources(RULE, EXCEPTION))

    assert told is not None
    assert not told.text
    assert {quote.text for quote in told.quotes} == {RULE, EXCEPTION}


def test_a_prohibition_with_a_way_out_is_no_bare_no():
    told = permitted("May the customer assign the agreement?", sources(RULE))

    assert told is not None
    assert told.text == "No, except as the clause allows."


def test_a_party_called_by_its_name_is_found_by_its_part():
    question = "Does the agreement allow Ingram (the Distributor) to return stock?"

    told = permitted(question, sources(DUTY, EXCHANGE))

    assert told is not None
    assert not told.text  # It says nothing of stock: yes would be too much.
    assert [quote.text for quote in told.quotes] == [EXCHANGE]


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Can either party terminate for convenience?", BREACH),
        ("Can the supplier assign this agreement?", RULE),
        ("Can the distributor return the product?", DUTY),
        ("When may the customer assign the agreement?", RULE),
        ("Can the customer sublet?", "Customer's tenants may sublet."),
    ],
)
def test_a_clause_about_another_thing_party_or_ground_is_no_answer(question: str, sentence: str):
    assert permitted(question, sources(sentence)) is None


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        (
            "Can the customer terminate the agreement without cause?",
            "The Customer may terminate this Agreement for cause.",
        ),
        (
            "Can the customer terminate the agreement without cause?",
            "The Customer may terminate this Agreement at any time for cause.",
        ),
        ("May the borrower prepay without a fee?", "The Borrower may prepay the Loan at any time for a fee of 1%."),
        (
            "Can the lender assign the loan without the borrower's consent?",
            "The Lender may assign the Loan only with the Borrower's prior written consent.",
        ),
    ],
)
def test_what_may_be_done_with_a_thing_says_nothing_of_doing_it_without(question: str, sentence: str):
    assert permitted(question, sources(sentence)) is None


@pytest.mark.parametrize(
    ("question", "sentence", "said"),
    [
        (
            "Can the customer terminate the agreement without cause?",
            "The Customer may terminate this Agreement for convenience.",
            "Yes.",
        ),
        (
            "Can the customer terminate the agreement without cause?",
            "The Customer may terminate this Agreement at any time.",
            "Yes.",
        ),
        (
            "Can the lender assign the loan without the borrower's consent?",
            "The Lender may assign the Loan without the prior written consent of the Borrower.",
            "Yes, on the terms that the clause states.",
        ),
        (
            "Can the lender assign the loan without the borrower's consent?",
            "The Lender may not assign the Loan without the Borrower's consent.",
            "No, except as the clause allows.",
        ),
    ],
)
def test_a_clause_that_does_without_the_thing_answers(question: str, sentence: str, said: str):
    told = permitted(question, sources(sentence))

    assert told is not None
    assert told.text == said


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("May the customer terminate?", "No Affiliate of the Customer may terminate this Agreement."),
        ("May the customer terminate?", "Affiliates of the Customer may terminate this Agreement."),
        (
            "May the licensee sublicense?",
            "Nothing herein shall be construed to imply that the Licensee may sublicense.",
        ),
        ("May the licensee sublicense?", "This does not mean that the Licensee may sublicense."),
        ("May the tenant assign?", "The landlord denies that the Tenant may assign."),
        ("May the parties assign?", "None of the parties may assign this Agreement."),
    ],
)
def test_words_before_the_party_can_take_the_permission_away(question: str, sentence: str):
    assert permitted(question, sources(sentence)) is None


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("May the customer terminate?", "If no notice is given, the Customer may terminate this Agreement."),
        ("May the parties assign?", "Each of the parties may assign this Agreement."),
        ("May the licensee sublicense?", "Nothing here is a sale; the Licensee may sublicense."),
    ],
)
def test_a_denial_elsewhere_in_the_sentence_takes_nothing_away(question: str, sentence: str):
    told = permitted(question, sources(sentence))

    assert told is not None
    assert told.text.startswith("Yes")


OPENING = """DISTRIBUTOR AGREEMENT
BETWEEN
INGRAM MICRO
AND
NETGEAR
Effective Date: March 1, 1996
Term: 1 Year
Ingram Micro, a corporation organized under the laws of the State of California, having a place of business at
1600 E. St. Andrew Place, California, USA, ("Distributor") and NETGEAR, Inc. ("NETGEAR"), a wholly owned subsidiary of
Bay Networks, Inc., agree that the following terms govern the purchase of the products listed below ("Products").
1. APPOINTMENT The firm Other Corp. sells certain equipment ("Hardware").
"""


def test_an_opening_says_who_plays_which_part():
    assert parts(OPENING) == (Part("Ingram Micro", "Distributor"), Part("NETGEAR, Inc.", "NETGEAR"))


def test_a_party_s_part_stands_behind_its_name():
    known = parts(OPENING)

    assert with_parts("May Ingram return stock?", known) == "May Ingram (the Distributor) return stock?"
    assert with_parts("What does NETGEAR pay?", known) == "What does NETGEAR pay?"
    assert with_parts("What is the term of the Ingram agreement?", known) == "What is the term of the Ingram agreement?"


@pytest.mark.parametrize("text", ["", '("")', "(“A”) (“B”)", 'Inc. ("Term")' * 200])
def test_strange_openings_have_no_parts(text: str):
    assert parts(text) == ()
