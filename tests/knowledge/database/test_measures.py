"""What a figure is called, in which unit it is, and when a total mixes currencies."""

import dataclasses

import pytest

from knowledge.database import tell
from knowledge.database.chart_names import spoken
from knowledge.database.dialect import parse
from knowledge.database.measures import call_figures, units_of
from knowledge.types import Asker, Question

BANKER = Asker("U2", frozenset({"banker"}))


@pytest.fixture
def priced(catalog):
    """The small bank whose balances are amounts of money, in the currency of their account."""
    accounts = catalog.relations["accounts"]
    balance = dataclasses.replace(accounts.columns["balance"], unit="", tags=frozenset({"money"}))
    columns = {**accounts.columns, "balance": balance}
    relations = {**catalog.relations, "accounts": dataclasses.replace(accounts, columns=columns)}
    return dataclasses.replace(catalog, relations=relations)


@pytest.mark.parametrize(
    ("written", "question", "called"),
    [
        ("SELECT COUNT(*) FROM customers", "How many clients are there?", ["number_of_customers"]),
        (
            (
                "SELECT b.name, COUNT(*) FROM branches AS b JOIN customers AS c ON b.branch_id = c.branch_id "
                "GROUP BY b.name"
            ),
            "How many customers has each branch?",
            ["name", "number_of_customers"],
        ),
        (
            (
                "SELECT b.name, COUNT(*) FROM branches AS b JOIN customers AS c ON b.branch_id = c.branch_id "
                "GROUP BY b.name"
            ),
            "What is there at each branch?",
            ["name", "number"],
        ),
        ("SELECT COUNT(DISTINCT customer_id) FROM accounts", "Who has accounts?", ["number_of_customers"]),
        ("SELECT COUNT(account_id) FROM accounts", "How many are there?", ["number_of_accounts"]),
        ("SELECT MAX(balance), MIN(balance) FROM accounts", "How far apart?", ["highest_balance", "lowest_balance"]),
        ("SELECT -SUM(balance) FROM accounts", "What is owed?", ["total_balance"]),
        (
            "SELECT 100.0 * SUM(CASE WHEN status = 'open' THEN 1 ELSE 0 END) / COUNT(*) FROM accounts",
            "What percentage of accounts is open?",
            ["percent"],
        ),
        ("SELECT SUM(balance) / COUNT(*) FROM accounts", "How much is in each?", ["ratio"]),
        (
            "SELECT STRFTIME('%Y-%m', opened_on), COUNT(*) FROM accounts GROUP BY STRFTIME('%Y-%m', opened_on)",
            "How many accounts were opened each month?",
            ["month", "number_of_accounts"],
        ),
        ("SELECT YEAR(opened_on), MIN(balance) FROM accounts GROUP BY 1", "And each year?", ["year", "lowest_balance"]),
        ("SELECT COUNT(*) AS n, status FROM accounts GROUP BY status", "How many?", ["n", "status"]),
    ],
)
def test_a_figure_without_a_name_is_called_what_it_is(catalog, written, question, called):
    tree = parse(written, catalog.dialect)

    call_figures(tree, catalog, question)

    assert [each.alias_or_name for each in tree.expressions] == called


def test_a_number_of_things_is_said_so_however_it_is_shortened():
    assert [tell.heading("num_payments"), spoken("num_payments")] == ["Number of payments", "Number of payments"]
    assert [tell.heading("number_of_cards"), spoken("number_of_cards")] == ["Number of cards", "Number of cards"]
    assert [tell.heading("number"), spoken("number")] == ["Number", "Number"]


@pytest.mark.parametrize(
    ("sql", "unit", "mixed"),
    [
        ("SELECT SUM(balance) AS total FROM accounts WHERE currency = 'EUR'", {"total": "EUR"}, ()),
        ("SELECT -SUM(a.balance) AS total FROM accounts AS a WHERE a.currency = 'EUR'", {"total": "EUR"}, ()),
        ("SELECT currency, SUM(balance) AS total FROM accounts GROUP BY currency", {}, ()),
        ("SELECT status, SUM(balance) AS total FROM accounts GROUP BY status", {}, ("EUR", "NOK")),
        ("SELECT AVG(balance) AS mean FROM accounts WHERE currency IN ('NOK', 'EUR')", {}, ("NOK", "EUR")),
        ("SELECT SUM(balance) AS total FROM accounts WHERE currency <> 'EUR'", {}, ("EUR", "NOK")),
        ("SELECT balance FROM accounts", {}, ()),
        ("SELECT COUNT(balance) AS n FROM accounts", {}, ()),
        ("SELECT SUM(balance) / COUNT(*) AS each_one FROM accounts", {}, ()),
    ],
)
def test_amounts_are_in_the_currency_that_is_asked_for_or_mix_several(priced, sql, unit, mixed):
    found = units_of(sql, priced)

    assert dict(found.of) == unit
    assert set(found.mixed) == set(mixed)


def test_the_unit_of_the_semantic_file_is_said_with_the_figure(analyst, llm):
    llm.says("SELECT SUM(balance) FROM accounts WHERE status = 'open'")

    answer = analyst.answer(Question("What is the total balance of open accounts?", asker=BANKER))

    assert answer.text == "Total balance: 3,000.50 NOK."


def test_a_total_over_two_currencies_says_so(analyst, priced, llm):
    analyst.desk.catalog = priced
    llm.says("SELECT status, SUM(balance) AS total FROM accounts GROUP BY status")

    answer = analyst.answer(Question("What is the total balance by status?", asker=BANKER))

    assert "Amounts in EUR, NOK are added up as they stand" in answer.text
    assert [each.passed for each in answer.checks if each.name == "one currency"] == [False]


@pytest.mark.parametrize(
    ("asked", "written", "of_now"),
    [
        ("What were the total deposits last month?", "opened_on >= '2025-10-01' AND opened_on < '2025-11-01'", True),
        ("What are the total deposits this month?", "opened_on >= '2025-11-01'", False),
    ],
)
def test_what_stands_now_is_not_passed_off_as_what_stood_then(analyst, llm, asked, written, of_now):
    catalog = analyst.desk.catalog
    (metric,) = catalog.semantics.metrics
    semantics = dataclasses.replace(catalog.semantics, metrics=(dataclasses.replace(metric, level=True),))
    analyst.desk.catalog = dataclasses.replace(catalog, semantics=semantics)
    llm.says(f"SELECT SUM(balance) AS total FROM accounts WHERE status <> 'closed' AND {written}")  # noqa: S608

    answer = analyst.answer(Question(asked, asker=BANKER))

    assert answer.table.rows == ((3000.5,),)
    assert ("not of last month" in answer.text) is of_now
    assert [each.passed for each in answer.checks if each.name == "of that time"] == [False] * of_now
