"""A question that asks for documents by what they state is told from every other question."""

import datetime

import pytest

from knowledge.documents.inquiry import Demand, Inquiry, described, inquiry
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
