"""How totals over multiplied rows are put right, or doubted."""

import sqlite3

import pytest

from knowledge.database.dialect import parse
from knowledge.database.once import count_once
from knowledge.database.ways import nearest, uphill
from knowledge.types import Asker, Question


@pytest.fixture
def once(catalog):
    def of(sql, question=""):
        tree = parse(sql, catalog.dialect)
        changes, doubted = count_once(tree, catalog, question)
        return tree.sql(catalog.dialect), changes, doubted

    return of


@pytest.fixture
def rows(bank_url):
    with sqlite3.connect(bank_url.removeprefix("sqlite:///")) as connection:
        yield lambda sql: connection.execute(sql).fetchall()


def test_things_are_counted_by_their_key_when_a_join_has_multiplied_them(once, rows):
    written = (
        "SELECT COUNT(*) FROM customers AS c JOIN accounts AS a ON a.customer_id = c.customer_id "
        "WHERE a.currency = 'NOK'"
    )

    sql, _, doubted = once(written, "How many customers have NOK?")

    assert rows(written) == [(3,)]
    assert rows(sql) == [(2,)]
    assert not doubted


def test_a_total_is_narrowed_down_by_exists_when_what_narrows_it_comes_many_times(once, rows):
    written = (
        "SELECT SUM(c.secret_score) FROM accounts AS a JOIN customers AS c ON a.customer_id = c.customer_id "
        "JOIN branches AS b ON b.branch_id = c.branch_id WHERE a.status = 'open' AND b.city = 'Oslo'"
    )

    sql, changes, doubted = once(written)

    assert rows(written) == [(40,)]
    assert rows(sql) == [(30,)]
    assert changes
    assert not doubted


@pytest.mark.parametrize(
    ("written", "question"),
    [
        (  # The rows counted are those that are many.
            (
                "SELECT c.segment, COUNT(*) FROM customers AS c JOIN accounts AS a ON a.customer_id = c.customer_id "
                "GROUP BY c.segment"
            ),
            "How many accounts are there by segment of the customers?",
        ),
        (  # In the group of one customer the rows are what is counted.
            (
                "SELECT c.customer_id, COUNT(c.customer_id) FROM customers AS c "
                "JOIN accounts AS a ON a.customer_id = c.customer_id GROUP BY c.customer_id"
            ),
            "How many does each of the customers have?",
        ),
        (
            (
                "SELECT b.city, SUM(a.balance) FROM accounts AS a JOIN customers AS c ON a.customer_id = c.customer_id "
                "JOIN branches AS b ON b.branch_id = c.branch_id GROUP BY b.city"
            ),
            "balance by city",
        ),
        (
            "SELECT MAX(c.secret_score) FROM customers AS c JOIN accounts AS a ON a.customer_id = c.customer_id",
            "highest score",
        ),
        (  # Each branch has a customer once, though a customer has many accounts.
            (
                "SELECT c.full_name, AVG(b.branch_id) FROM branches AS b "
                "JOIN customers AS c ON b.branch_id = c.branch_id GROUP BY c.full_name"
            ),
            "average by customer",
        ),
    ],
)
def test_what_is_counted_once_already_stays_as_it_is(once, written, question):
    sql, changes, doubted = once(written, question)

    assert sql == written
    assert changes == []
    assert not doubted


def test_what_is_shown_by_the_many_is_doubted(once):
    sql = (
        "SELECT a.status, SUM(c.secret_score) FROM customers AS c JOIN accounts AS a ON a.customer_id = c.customer_id "
        "GROUP BY a.status"
    )

    assert once(sql) == (sql, [], "customers")


def test_a_doubted_total_is_marked_for_its_reader(analyst, llm):
    llm.says(
        "SELECT a.status, SUM(LENGTH(b.name)) AS total FROM branches b JOIN customers c ON c.branch_id = b.branch_id "
        "JOIN accounts a ON a.customer_id = c.customer_id GROUP BY a.status"
    )
    asked = Question(
        "Total branch name characters by account status?",
        asker=Asker("U2", frozenset({"admin"})),
    )

    answer = analyst.answer(asked)

    assert "more than once" in answer.text
    assert [each.passed for each in answer.checks if each.name == "counted once"] == [False]


def test_a_value_is_looked_for_where_it_tells_directly_about_what_is_asked(catalog):
    columns = [catalog.find("accounts", "currency"), catalog.find("branches", "city")]

    assert uphill(catalog, "accounts") == {"accounts": 0, "customers": 1, "branches": 2}
    assert uphill(catalog, "branches") == {"branches": 0}
    assert [each.full for each in nearest(columns, "customers", catalog)] == ["branches.city"]
    assert [each.full for each in nearest(columns, "accounts", catalog)] == ["accounts.currency"]


@pytest.mark.parametrize(
    ("written", "question", "doubted"),
    [
        (  # Nobody can tell whether these are customers, or rows of their accounts.
            (
                "SELECT c.segment, COUNT(*) FROM customers AS c JOIN accounts AS a ON a.customer_id = c.customer_id "
                "GROUP BY c.segment"
            ),
            "How many contracts did customers sign, by segment?",
            "customers",
        ),
        (
            (
                "SELECT COUNT(*) FROM accounts AS a JOIN customers AS c ON a.customer_id = c.customer_id "
                "WHERE c.segment = 'retail'"
            ),
            "How many contracts did retail customers sign?",
            "",
        ),
        (
            (
                "SELECT SUM(CASE WHEN c.segment = 'retail' THEN 1 ELSE 0 END) AS retail FROM accounts AS a "
                "JOIN customers AS c ON a.customer_id = c.customer_id"
            ),
            "What share of accounts do retail customers have?",
            "",
        ),
        (
            (
                "SELECT SUM(c.secret_score) FROM accounts AS a JOIN customers AS c ON a.customer_id = c.customer_id "
                "WHERE a.opened_on >= '2025-01-01'"
            ),
            "How many points were scored with accounts that were opened in 2025?",
            "customers",
        ),
    ],
)
def test_rows_that_the_question_does_not_count_by_another_table_stay_counted(once, written, question, doubted):
    assert once(written, question) == (written, [], doubted)


def test_tables_that_meet_by_using_meet_by_their_columns(once, rows):
    written = (
        "SELECT SUM(c.secret_score) FROM customers AS c JOIN branches AS b USING (branch_id) "
        "JOIN accounts AS a ON a.customer_id = c.customer_id WHERE b.city = 'Oslo'"
    )

    sql, _, doubted = once(written, "score of the customers in Oslo")

    assert rows(written) == [(40,)]
    assert rows(sql) == [(30,)]
    assert not doubted
