"""Documents are listed by what they state, with page and quote, for those who may see them."""

import datetime

import pytest

from knowledge.documents.fieldbook import FieldBook
from knowledge.documents.register import Register
from knowledge.types import Audience, Question

LEASE = """OFFICE LEASE

This lease is made on 1 February 2020 between Fjord Property AS ("Landlord") and Contoso Bank Ltd. ("Tenant").
1. Term. This lease begins on the date hereof and shall continue until 31 January 2027.
2. Renewal. This lease shall automatically renew for successive terms of one year unless a party gives 90 days' prior
written notice.
3. Law. This lease shall be governed by Irish law.
"""
SILENT = "SERVICE AGREEMENT\n\nThis Agreement is between Alpha Ltd. and Beta Inc.\n\n1. Beta shall clean the windows.\n"
REPORT = "FORM 10-K\n\nAcme Inc.\n(Exact name of registrant as specified in its charter)\n"
TODAY = datetime.date(2026, 11, 22)


@pytest.fixture
def book(library):
    return FieldBook(library._store._engine)


@pytest.fixture
def ask(library, book):
    register = Register(library, book, today=lambda: TODAY)

    def ask(text: str, *places: str):
        return register.answer(Question(text, Audience(frozenset(places or {"public"}))))

    return ask


@pytest.fixture
def lease(add):
    add()
    add(SILENT, name="windows.txt")
    add(REPORT, name="report.txt")
    return add(LEASE, name="lease.txt")


def test_what_expires_is_listed_with_its_proof_and_the_silent_are_named(ask, lease):
    answer = ask("Which contracts expire in the next 90 days?")

    assert answer.table.columns == ("Document", "Expiry", "Page")
    assert answer.table.rows == (("lease.txt", "31 January 2027", "1 [1]"),)
    assert answer.citations[0].document_id == lease
    assert "31 January 2027" in answer.citations[0].quote
    assert answer.text == (
        "1 of 3 documents expire from 22 November 2026 to 20 February 2027:\nI found no expiry in 1 other: windows.txt."
    )
    assert (answer.route, answer.refused) == ("documents", False)


def test_nothing_found_is_said_and_not_left_to_guesses(ask, lease):
    answer = ask("Which contracts expire next month?")

    assert answer.table is None
    assert answer.text.startswith("None of 3 documents")
    assert "windows.txt" in answer.text


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("which contracts are governed by Florida law", ["supply.txt"]),
        ("all suppliers under Irish law", ["lease.txt"]),
        ("Which leases renew automatically?", ["lease.txt"]),
        ("contracts with Contoso Bank", ["lease.txt", "supply.txt"]),
        ("which agreements expired before 2025", ["supply.txt"]),
        ("Which contracts need notice to terminate?", ["lease.txt"]),
        ("Which contracts do not state a governing law?", ["windows.txt"]),
        ("list all contracts with their governing law and expiry date", ["lease.txt", "supply.txt", "windows.txt"]),
        ("Which contract expires next?", ["lease.txt"]),
    ],
)
def test_documents_are_found_by_field(ask, lease, text, names):
    assert sorted(row[0] for row in ask(text).table.rows) == names


def test_a_cell_that_is_unknown_says_so(ask, lease):
    rows = {row[0]: row for row in ask("list all contracts with their governing law and expiry date").table.rows}

    assert rows["windows.txt"] == ("windows.txt", "not found", "not found", "")


@pytest.mark.parametrize("text", ["contracts with Nobody Known", "Which mortgages expire next year?", "Hello"])
def test_what_no_field_answers_goes_on_as_before(ask, lease, text):
    assert ask(text) is None


def test_a_corrected_value_counts_and_says_whose_it_is(ask, lease, book):
    book.correct(lease, "expiry", "2030-01-31", author="U1", author_name="Lena")

    answer = ask("Which contracts expire in 2030?")

    assert answer.table.rows == (("lease.txt", "31 January 2030 (corrected by Lena)", ""),)
    assert answer.citations == ()


def test_only_what_everyone_there_may_see_is_listed(ask, add, lease):
    add(LEASE.replace("Fjord", "Zenith"), name="secret.txt", place="C0LEGAL001")

    seen = ask("list all documents with their parties")
    inside = ask("list all documents with their parties", "public", "C0LEGAL001")

    assert "Zenith" not in str(seen.to_json())
    assert "Zenith" in str(inside.to_json())
    assert ask("contracts with Zenith Property") is None
    assert ask("list all documents with their parties", "C0NOWHERE1") is None


def test_the_answer_comes_back_from_json(ask, lease):
    answer = ask("Which contracts expire in the next 90 days?")

    assert type(answer).from_json(answer.to_json()) == answer
    assert (lease, "lease.txt") in answer.listed


ROLLING = """SUPPLY AGREEMENT

This Agreement is made on 1 February 2010 between Fjord Property AS ("Landlord") and Contoso Bank Ltd. ("Tenant").
1. Term. This Agreement begins on the date hereof and shall continue until 31 January 2015.
2. Renewal. This Agreement shall automatically renew for successive terms of one year unless a party gives 90 days'
prior written notice.
"""
UNENDING = """SERVICE AGREEMENT

This Agreement is made on 1 February 2010 between Fjord Property AS ("Landlord") and Contoso Bank Ltd. ("Tenant").
1. Term. This Agreement shall remain in force until terminated by either party.
"""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Which contracts are still in force?", True),
        ("Which contracts are up for renewal in the next 90 days?", True),
        ("Which contracts expire in the next 90 days?", True),
        ("Which contracts have expired?", False),
        ("Which contracts expired before 2020?", False),
    ],
)
def test_what_renews_by_itself_ends_when_its_term_of_today_does(ask, add, text, found):
    add(ROLLING, name="rolling.txt")

    answer = ask(text)

    rows = answer.table.rows if answer.table else ()
    assert [row[1] for row in rows] == ["31 January 2027, as renewed automatically since 31 January 2015"] * found
    assert any("automatically renew" in each.quote for each in answer.citations) == found


def test_what_renews_for_a_time_unknown_has_not_expired_for_sure(ask, add, book):
    rolling = add(ROLLING, name="rolling.txt")
    book.correct(rolling, "renewal", "automatically", author="U1", author_name="Lena")

    answer = ask("Which contracts have expired?")

    assert answer.table is None
    assert "renewed automatically, for how long I did not find: 1 other: rolling.txt" in answer.text


def test_an_end_that_a_person_put_right_is_the_end(ask, add, book):
    rolling = add(ROLLING, name="rolling.txt")
    book.correct(rolling, "expiry", "2015-01-31", author="U1", author_name="Lena")

    assert ask("Which contracts have expired?").table.rows[0][1] == "31 January 2015 (corrected by Lena)"


def test_a_contract_without_end_has_no_expiry_date(ask, add, lease):
    add(UNENDING, name="unending.txt")

    assert [row[0] for row in ask("contracts with no expiry date").table.rows] == ["unending.txt", "windows.txt"]
    assert [row[:2] for row in ask("Which contracts are open-ended?").table.rows] == [("unending.txt", "open-ended")]
    dated = ask("Which contracts have an expiry date?").table.rows
    assert sorted(row[0] for row in dated) == ["lease.txt", "supply.txt"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("contracts with Fjord Property or Nobody Known", ["lease.txt"]),
        ("contracts not governed by Irish law", ["supply.txt"]),
        ("contracts with notice of more than 60 days", ["lease.txt"]),
        ("contracts from 2020", ["lease.txt"]),
    ],
)
def test_documents_are_found_by_what_is_compared_or_denied(ask, lease, text, names):
    assert sorted(row[0] for row in ask(text).table.rows) == names


def test_an_amount_in_another_currency_is_not_compared(ask, lease, book):
    book.correct(lease, "cap", "USD 5,000,000", author="U1", author_name="Lena")

    answer = ask("Which contracts have a liability cap above EUR 1,000,000?")

    assert answer.table is None
    assert "I found no liability cap in EUR in 1 other: lease.txt." in answer.text


def test_a_name_with_and_in_it_is_one_where_a_party_goes_by_it(ask, add, lease):
    add(LEASE.replace("Fjord Property AS", "Fjord and Contoso Ltd."), name="both.txt")

    found = [row[0] for row in ask("contracts with Fjord and Contoso").table.rows]

    assert sorted(found) == ["both.txt", "lease.txt"]  # Each is with both; another is with Contoso alone.
