"""What decides whether an answer is shown."""

import pytest

from knowledge.evidence import Source
from knowledge.proof import Proof, Quote
from knowledge.types import Chunk, Document, Passage
from knowledge.verdict import gives, judge


@pytest.mark.parametrize(
    ("kind", "text", "given"),
    [
        ("change", "The effective tax rate was 21.6% in 2022 and 24.6% in 2021, a reduction of three points.", True),
        ("change", "Sales grew from $19 million to $24 million.", True),
        ("change", "The effective tax rate was 21.6%.", False),
        ("money", "The fee is $5,000 a month.", True),
        ("money", "The fee is agreed each month.", False),
        ("duration", "within thirty days", True),
        ("date", "this Agreement shall terminate one (1) year from the Rig Release Date", True),
        ("date", "The goods are paid for thirty days after delivery.", False),
        ("person", "as agreed between them", False),
        ("money", "The fee is 2,500 NOK.", True),
        ("money", "It costs 500 USD per month.", True),
        ("money", "The loan is NOK 12 500 000.", True),
        ("money", "The loan is 12 500 000 NOK.", True),
        ("money", "A price of 3 million EUR is agreed.", True),
        ("money", "shall not exceed the fees paid by Customer in the twelve (12) months preceding the claim", True),
        ("money", "The price is set forth in Exhibit B.", True),
        ("money", "The purchase price shall equal the fair market value.", True),
        ("money", "The fees payable under this Agreement are due each month.", False),
        ("money", "The notice address is set forth in Exhibit B.", False),
        ("money", "Call 12 345 678 for help.", False),
        ("duration", "The licence is perpetual.", True),
        ("duration", "The duty continues indefinitely.", True),
        ("duration", "Reports are sent on a monthly basis.", True),
        ("duration", "The board meets quarterly.", True),
        ("duration", "It is reviewed twice annually.", True),
        ("duration", "The licence is exclusive.", False),
        ("time", "It takes effect on signature.", True),
        ("time", "The price is due on delivery.", True),
        ("time", "The service begins on Acceptance.", True),
        ("time", "Title passes at the Closing.", True),
        ("time", "The price is due on the goods.", False),
        ("date", "This Agreement takes effect on signature.", True),
        ("person", "shall be paid by the borrower", True),
        ("person", "The buyer bears all risk.", True),
        ("person", "Customer shall pay all taxes.", True),
        ("person", "Fjordbank shall pay all taxes.", True),
        ("person", "Either party may end it.", True),
        ("person", "Nothing shall provide otherwise.", False),
        ("person", "Rent shall be paid monthly.", False),
        ("person", "The fees of the agent are high.", False),
        ("change", "Revenue grew 12%, driven by volumes.", True),
        ("change", "Costs declined by $3 million.", True),
        ("change", "This was a 4% increase.", True),
        ("change", "Revenue grew to $24 million.", False),
        ("change", "Revenue grew in all 3 regions.", False),
        ("rate", "3-month NIBOR plus 200 basis points", True),
        ("rate", "the Bank's prime rate", True),
        ("rate", "interest at the usual rate", False),
    ],
)
def test_an_answer_is_of_the_kind_that_is_asked_for(kind, text, given):
    assert gives(kind, text) is given


@pytest.mark.parametrize(
    ("kind", "question", "text", "given"),
    [
        (
            "change",
            "How much has the gross margin changed?",
            "The margin improved from $19 million to $24 million.",
            False,
        ),
        ("change", "How much has the gross margin changed?", "The margin improved from 19% to 24%.", True),
        ("change", "How much did the tax rate fall?", "The rate fell 150 basis points.", True),
        ("change", "How much did sales grow?", "Sales grew from $19 million to $24 million.", True),
        ("rate", "What interest is due?", "at the base rate", True),
        ("rate", "What percentage of the shares is held?", "at the prime rate", False),
    ],
)
def test_the_question_tells_a_percentage_from_other_figures(kind, question, text, given):
    assert gives(kind, text, question=question) is given


def shown(question: str, clause: str) -> bool:
    document = Document("d" * 64, "loan.pdf", "Loan", (), 1)
    chunk = Chunk(1, document.id, 1, 1, 1, 0, len(clause), "", clause)
    source = Source(1, Passage(chunk, document, 1.0), (clause,))
    proof = Proof("It is stated.", (Quote(source, clause),), ())
    return judge(question, [proof], denied=False, stated=0.9, confidence=0.9).shown


@pytest.mark.parametrize(
    ("question", "clause", "said"),
    [
        ("Who is the lender?", 'Fjordbank ASA (the "Bank") and Kari Dahl (the "Borrower")', True),
        ("Who is the lender?", "The account is with a bank account in Oslo.", False),
        ("Who is the landlord?", 'Havn AS (the "Lessor") lets the hall.', True),
        ("Who is the tenant?", 'Havn AS (the "Lessor") lets the hall.', False),
        ("Who is the auditor?", "The accounts were audited by Deloitte AS.", True),
        ("Who are the beneficiaries?", "The beneficiary is Kari Dahl.", True),
        ("Who is the licensor?", "The licensee is Kari Dahl.", False),
        ("Who pays the notary fees?", "The notary fees shall be paid by the borrower.", True),
    ],
)
def test_a_role_goes_by_its_other_names(question, clause, said):
    assert shown(question, clause) is said
