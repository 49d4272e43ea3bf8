"""A question that asks for documents by what they state is told from every other question."""

import datetime

import pytest

from knowledge.documents.bounds import Bound
from knowledge.documents.demand import Demand, described
from knowledge.documents.inquiry import Inquiry, inquiry
from knowledge.documents.span import Span

TODAY = datetime.date(2026, 11, 22)
DAY = datetime.date.fromisoformat


def span(low: str = "", high: str = "") -> Span:
    return Span(DAY(low) if low else None, DAY(high) if high else None)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("Which contracts expire in the next 90 days?", "2026-11-22", "2027-02-20"),
        ("which agreements expired before 2024", "", "2023-12-31"),
        ("Which leases end next year?", "2027-01-01", "2027-12-31"),
        ("what contracts expire in March 2027", "2027-03-01", "2027-03-31"),
        ("show me the contracts expiring between 1 May 2027 and 2027-06-30", "2027-05-01", "2027-06-30"),
        ("how many contracts run out this quarter?", "2026-10-01", "2026-12-31"),
        ("Which agreements have expired?", "", "2026-11-21"),
        ("all contracts that end by the end of next month", "", "2026-12-31"),
        ("List contracts ending within six months", "2026-11-22", "2027-05-22"),
        ("which contracts expired in the last 2 years", "2024-11-22", "2026-11-22"),
        ("Which contracts expire soon?", "2026-11-22", "2027-02-20"),
        ("Which contracts expire in Q1 2027?", "2027-01-01", "2027-03-31"),
        ("Which contracts expire in the second half of 2027?", "2027-07-01", "2027-12-31"),
        ("Which contracts expire between January and March 2027?", "2027-01-01", "2027-03-31"),
        ("Which contracts expire between November and March 2027?", "2026-11-01", "2027-03-31"),
        ("Which contracts expire tomorrow?", "2026-11-23", "2026-11-23"),
        ("Which contracts are not active?", "", "2026-11-21"),
        ("Which contracts are no longer in force?", "", "2026-11-21"),
        ("Which contracts from 2019 do we have?", "2019-01-01", "2019-12-31"),
        ("contracts from 2019 to 2021", "2019-01-01", "2021-12-31"),
    ],
)
def test_when_contracts_end_is_understood(text: str, low: str, high: str):
    found = inquiry(text, TODAY)

    assert found is not None
    assert [test.span for test in found.tests] == [span(low, high)]


@pytest.mark.parametrize(
    ("text", "tests"),
    [
        ("all suppliers under Irish law", [Demand("law", names=("Ireland",))]),
        ("which contracts are governed by Delaware law", [Demand("law", names=("Delaware",))]),
        ("agreements under the laws of the State of New York", [Demand("law", names=("New York",))]),
        ("Which NDAs are under English or Irish law?", [Demand("law", names=("England and Wales", "Ireland"))]),
        ("contracts with Acme Robotics", [Demand("parties", names=("Acme Robotics",))]),
        ("which contracts renew automatically", [Demand("renewal", starts="automatically")]),
        ("Which contracts don't auto-renew?", [Demand("renewal", starts="automatically", negated=True)]),
        ("which contracts need notice", [Demand("notice", present=True)]),
        ("Which contracts state no governing law?", []),
        ("Which contracts do not state a governing law?", [Demand("law", missing=True)]),
        ("Which contracts have a liability cap?", [Demand("cap", present=True)]),
        ("Which contracts have no automatic renewal?", [Demand("renewal", starts="automatically", negated=True)]),
        ("contracts with no expiry date", [Demand("expiry", missing=True)]),
        ("Which contracts are open-ended?", [Demand("expiry", starts="open-ended")]),
        ("Which contracts never expire?", [Demand("expiry", starts="open-ended")]),
        ("Which contracts are not governed by Irish law?", [Demand("law", names=("Ireland",), negated=True)]),
        ("Which contracts do not expire before 2027?", [Demand("expiry", span=span(high="2026-12-31"), negated=True)]),
        (
            "Which contracts expire in 2026 or 2028?",
            [Demand("expiry", span=span("2026-01-01", "2026-12-31"), spans=(span("2028-01-01", "2028-12-31"),))],
        ),
        ("contracts with Acme or Beta", [Demand("parties", names=("Acme", "Beta"))]),
        ("contracts with Acme and Beta", [Demand("parties", names=("Acme", "Beta"), whole="Acme and Beta")]),
        ("contracts with suppliers under Irish law", [Demand("law", names=("Ireland",))]),
        ("contracts with notice of more than 60 days", [Demand("notice", bound=Bound("more than", "60 days"))]),
        ("Which contracts have a notice period of 30 days?", [Demand("notice", bound=Bound("", "30 days"))]),
        ("Which contracts need at least 3 months' notice?", [Demand("notice", bound=Bound("at least", "3 months"))]),
        (
            "Which contracts have a liability cap above EUR 1,000,000?",
            [Demand("cap", bound=Bound("more than", "EUR 1,000,000"))],
        ),
        ("contracts worth at most USD 2m", [Demand("total", bound=Bound("at most", "USD 2,000,000"))]),
    ],
)
def test_what_contracts_state_is_understood(text: str, tests: list[Demand]):
    found = inquiry(text, TODAY)

    assert (list(found.tests) if found else []) == tests


def test_tests_and_columns_add_up():
    found = inquiry("List all active supply agreements with Acme under Irish law, their parties and notice", TODAY)

    assert found == Inquiry(
        "agreements",
        ("supply",),
        (
            Demand("expiry", span=span("2026-11-22"), running=True),
            Demand("parties", names=("Acme",)),
            Demand("law", names=("Ireland",)),
        ),
        ("expiry", "parties", "law", "notice"),
    )


def test_the_next_to_end_is_one():
    found = inquiry("Which contract expires next?", TODAY)

    assert found
    assert found.first


@pytest.mark.parametrize(
    "text",
    [
        "Which law governs the Hydron sponsorship agreement?",
        "When does the Acme contract expire?",
        "What does the contract say about termination?",
        "Which contracts mention insurance?",
        "What contracts expire in 2025 and have an indemnity clause?",
        "which documents talk about Ireland",
        "List all contracts",
        "Which customers have accounts that expire in the next 90 days?",
        "Total deposits by branch this quarter",
        "Which agreements were made of paper?",
        "Which contracts expire on 31 February 2027?",
        "contracts with customers",
        "contracts with the 2019 ones",
        "contracts active in 2025",
        "Which contracts are not signed?",
        "contracts worth more than 1 million",
        "",
    ],
)
def test_what_asks_for_more_than_fields_is_left_to_the_search(text: str):
    assert inquiry(text, TODAY) is None


def test_tests_are_told_in_words():
    assert described(Demand("expiry", span=span("2026-11-22", "2027-02-20"))) == (
        "expire from 22 November 2026 to 20 February 2027"
    )
    assert described(Demand("expiry", span=span(high="2023-12-31"))) == "expire by 31 December 2023"
    assert described(Demand("expiry", span=span("2026-11-22"), running=True)) == "run past 22 November 2026"
    assert described(Demand("law", missing=True)) == "have no governing law that I found"
    assert described(Demand("law", names=("Ireland",), negated=True)) == "are not governed by the law of Ireland"
    assert described(Demand("notice", bound=Bound("more than", "60 days"))) == (
        "have a notice period of more than 60 days"
    )


@pytest.mark.parametrize(
    ("bound", "stated", "holds"),
    [
        (Bound("more than", "60 days"), "90 days", True),
        (Bound("more than", "60 days"), "2 months", False),
        (Bound("", "30 days"), "1 month", True),
        (Bound("at least", "1 year"), "12 months", True),
        (Bound("less than", "3 months"), "60 days", True),
        (Bound("more than", "EUR 1,000,000"), "EUR 1,000,000.50", True),
        (Bound("more than", "EUR 1,000,000"), "USD 5,000,000", None),
        (Bound("more than", "60 days"), "as agreed", None),
    ],
)
def test_values_are_compared_only_where_they_can_be(bound: Bound, stated: str, holds: bool | None):
    assert bound.holds(stated) is holds
