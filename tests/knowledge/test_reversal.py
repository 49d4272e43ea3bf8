"""An answer that turns its quote round is not shown as proven."""

import pytest

from knowledge.evidence import gather
from knowledge.proof import prove
from knowledge.reversal import reversals
from knowledge.types import Chunk, Document, Passage

ASSIGN = "Neither party may assign this Agreement without the prior written consent of the other party."
INDEMNITY = "The Customer shall indemnify the Supplier against all claims."


@pytest.mark.parametrize(
    ("question", "said", "quote"),
    [
        ("Is the licence exclusive?", "Yes, the licence is exclusive.", "The licence granted here is non-exclusive."),
        ("Is the licence exclusive?", "Yes.", "The licence granted here is non-exclusive."),
        ("What licence is granted?", "The licence granted is exclusive.", "A non-exclusive licence is granted."),
        ("Is the deposit refundable?", "Yes, the deposit is refundable.", "The deposit is non-refundable."),
        ("Is there a minimum?", "Yes, the minimum is 100 units.", "There is no minimum purchase commitment."),
        ("Is flooding covered?", "Yes, flooding is covered.", "Damage by flooding is excluded."),
        ("May the tenant sublet?", "Yes, the tenant can sublet.", "The tenant shall refrain from subletting."),
        (
            "What may the Licensee do with the software?",
            "The Licensee may modify the software.",
            "The Licensee may not modify or copy the software.",
        ),
        (
            "Does the agreement renew?",
            "The agreement renews automatically for one year.",
            "This Agreement shall not renew automatically. Any renewal for one year requires mutual agreement.",
        ),
        ("Is consent needed to assign?", "No, consent is not needed to assign.", ASSIGN),
        ("Does the Supplier indemnify the Customer?", "Yes, the Supplier indemnifies the Customer.", INDEMNITY),
        ("Does the Supplier indemnify the Customer?", "Yes.", INDEMNITY),
        ("Who pays?", "The Landlord shall pay the Tenant.", "The Tenant shall pay to the Landlord the rent."),
    ],
)
def test_the_opposite_of_a_quote_is_noticed(question: str, said: str, quote: str):
    assert reversals(said, question, quote)


@pytest.mark.parametrize(
    ("question", "said", "quote"),
    [
        ("Is the licence exclusive?", "No, the licence is non-exclusive.", "The licence is non-exclusive."),
        ("Is the licence exclusive?", "No.", "The licence is non-exclusive."),
        ("Who may end it?", "The other party may terminate on a default.", "The non-defaulting party may terminate."),
        ("When is notice due?", "Notice is due within 30 days.", "Notice is due no later than 30 days after delivery."),
        (
            "When may the tenant terminate?",
            "The tenant may terminate from May 2020.",
            "The tenant may not terminate before May 2020.",
        ),
        (
            "What does the customer pay?",
            "The customer shall pay $5 per unit.",
            "The price is $5 per unit. The customer shall not pay any other fees.",
        ),
        (
            "To whom may the Bank disclose data?",
            "The Bank may disclose data to its auditors.",
            "The Bank shall not disclose data to any person other than its auditors.",
        ),
        ("Is it assignable?", "Yes, with the consent of the other party.", ASSIGN),
        (
            "Is consent needed to assign?",
            "No, consent is not needed.",
            "The Bank may assign its rights without the consent of the Borrower.",
        ),
        (
            "Is consent needed?",
            "No, consent is not needed.",
            f"{ASSIGN} Assigning to an affiliate needs none, however.",
        ),
        ("Who indemnifies?", "The Customer indemnifies the Supplier.", INDEMNITY),
        ("Who indemnifies?", "The Supplier indemnifies the Customer.", "Each party shall indemnify the other party."),
        (
            "Who indemnifies?",
            "The Supplier indemnifies the Customer.",
            "The Customer shall be indemnified by the Supplier.",
        ),
        ("What does the tenant pay?", "The Tenant pays the rent.", "The rent shall be paid by the Tenant."),
    ],
)
def test_what_a_quote_says_in_other_words_is_no_opposite(question: str, said: str, quote: str):
    assert reversals(said, question, quote) == []


@pytest.mark.parametrize(
    "said", ["Yes, the Supplier indemnifies the Customer.", "The Supplier shall indemnify the Customer for all claims."]
)
def test_the_page_speaks_where_an_answer_turns_it_round(said: str):
    question = "Does the Supplier indemnify the Customer?"
    document = Document("d1", "supply.pdf", "Supply", (), 1)
    chunk = Chunk(1, "d1", 0, 1, 1, 0, len(INDEMNITY), "", INDEMNITY)

    proof = prove(said, gather(question, [Passage(chunk, document, 1.0)]), question=question)

    assert not proof.holds
    assert proof.misread
