"""How a query is trimmed to what was asked."""

import pytest

from knowledge.database.dialect import parse
from knowledge.database.trim import trim


@pytest.fixture
def trimmed(catalog):
    def of(sql, question):
        tree = parse(sql, catalog.dialect)
        trim(tree, catalog, question)
        return tree.sql(catalog.dialect)

    return of


@pytest.mark.parametrize(
    ("written", "question", "wanted"),
    [
        (  # Joined for nothing, and many rows for one.
            (
                "SELECT c.segment, COUNT(*) AS n FROM customers AS c "
                "JOIN accounts AS a ON a.customer_id = c.customer_id GROUP BY c.segment"
            ),
            "How many customers are there by segment?",
            "SELECT c.segment, COUNT(*) AS n FROM customers AS c GROUP BY c.segment",
        ),
        (  # Without the accounts each customer would count as one.
            (
                "SELECT c.segment, c.full_name, COUNT(*) AS n FROM customers AS c "
                "JOIN accounts AS a ON a.customer_id = c.customer_id GROUP BY c.segment, c.full_name"
            ),
            "Who holds the most?",
            (
                "SELECT c.segment, c.full_name, COUNT(*) AS n FROM customers AS c "
                "JOIN accounts AS a ON a.customer_id = c.customer_id GROUP BY c.segment, c.full_name"
            ),
        ),
        (  # The key of the one branch that each customer has is there already.
            (
                "SELECT c.branch_id, COUNT(*) AS n FROM customers AS c JOIN branches AS b ON c.branch_id = b.branch_id "
                "GROUP BY c.branch_id"
            ),
            "How many customers has each branch id?",
            "SELECT c.branch_id, COUNT(*) AS n FROM customers AS c GROUP BY c.branch_id",
        ),
        (
            "SELECT branch_id, COUNT(*) AS n FROM customers GROUP BY branch_id",
            "How many customers are there by branch?",
            (
                "SELECT branches.name AS branch, COUNT(*) AS n FROM customers LEFT JOIN branches "
                "ON branches.branch_id = customers.branch_id GROUP BY customers.branch_id, branches.name"
            ),
        ),
        (  # The key that points to a branch says which, without the branch.
            (
                "SELECT b.branch_id, COUNT(*) AS n FROM customers AS c JOIN branches AS b ON c.branch_id = b.branch_id "
                "GROUP BY b.branch_id"
            ),
            "How many customers has each branch id?",
            "SELECT c.branch_id, COUNT(*) AS n FROM customers AS c GROUP BY c.branch_id",
        ),
        (
            "SELECT b.branch_id, b.name FROM branches AS b",
            "Which branches are there?",
            "SELECT b.name AS branch FROM branches AS b",
        ),
        (
            (
                "SELECT b.name FROM branches AS b JOIN customers AS c ON c.branch_id = b.branch_id "
                "WHERE c.segment = 'retail'"
            ),
            "Which branches have retail customers?",
            (
                "SELECT DISTINCT b.name AS branch FROM branches AS b JOIN customers AS c ON c.branch_id = b.branch_id "
                "WHERE c.segment = 'retail'"
            ),
        ),
        (  # Which customers, not one line for each of their accounts.
            "SELECT customer_id FROM accounts WHERE balance > 9",
            "Give the ids of customers with more than 9 in an account",
            "SELECT DISTINCT customer_id FROM accounts WHERE balance > 9",
        ),
        (
            "SELECT account_id FROM accounts WHERE balance > 9",
            "Give the ids of accounts with more than 9",
            "SELECT account_id FROM accounts WHERE balance > 9",
        ),
        (
            "SELECT account_id, currency, balance, status, opened_on FROM accounts",
            "Show the currency and the status of the accounts",
            "SELECT currency, status FROM accounts",
        ),
    ],
)
def test_what_nobody_asked_for_is_left_out(trimmed, written, question, wanted):
    assert trimmed(written, question) == wanted


@pytest.mark.parametrize(
    ("sql", "question"),
    [
        (
            "SELECT COUNT(*) FROM customers AS c JOIN accounts AS a ON a.customer_id = c.customer_id",
            "How many customers with accounts are there?",
        ),
        ("SELECT account_id, currency, balance, status FROM accounts", "Show all details of the accounts"),
        (
            "SELECT branch_id, COUNT(*) AS n FROM customers GROUP BY branch_id",
            "How many customers has each branch id?",
        ),
        (
            "SELECT c.segment FROM customers AS c JOIN branches AS b ON c.branch_id = b.branch_id WHERE b.city = 'A'",
            "The segments of the customers in Oslo",
        ),
    ],
)
def test_what_was_asked_for_stays(trimmed, sql, question):
    assert trimmed(sql, question) == sql


def test_a_masked_name_says_nothing(catalog):
    tree = parse("SELECT customer_id, COUNT(*) AS n FROM accounts GROUP BY customer_id", catalog.dialect)

    trim(tree, catalog, "How many accounts has each customer?", masked={("customers", "full_name")})

    assert "full_name" not in tree.sql()
