"""How a query is trimmed to what was asked."""

import pytest
from sqlalchemy import create_engine, text

from knowledge.database.catalog import read_catalog
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
        (  # A column's number or alias means what it did.
            "SELECT account_id, currency, status, balance AS held FROM accounts ORDER BY 4 DESC, held DESC",
            "Show the currency and the status of the accounts, largest first",
            "SELECT currency, status FROM accounts ORDER BY balance DESC, balance DESC",
        ),
        (
            (
                "SELECT c.customer_id, c.full_name, COUNT(*) AS n FROM customers AS c "
                "JOIN accounts AS a ON a.customer_id = c.customer_id GROUP BY 1, 2 ORDER BY 3 DESC"
            ),
            "How many accounts has each customer?",
            (
                "SELECT c.full_name, COUNT(*) AS n FROM customers AS c "
                "JOIN accounts AS a ON a.customer_id = c.customer_id "
                "GROUP BY c.customer_id, c.full_name ORDER BY COUNT(*) DESC"
            ),
        ),
        (
            "SELECT branch_id AS b, COUNT(*) AS n FROM customers GROUP BY b ORDER BY b DESC",
            "How many customers are there by branch?",
            (
                "SELECT branches.name AS branch, COUNT(*) AS n FROM customers LEFT JOIN branches "
                "ON branches.branch_id = customers.branch_id GROUP BY customers.branch_id, branches.name "
                "ORDER BY customers.branch_id DESC"
            ),
        ),
        (  # The key that points to the branch that is named.
            (
                "SELECT c.full_name, c.branch_id, b.name FROM customers AS c "
                "JOIN branches AS b ON b.branch_id = c.branch_id"
            ),
            "The customers and their branches",
            (
                "SELECT c.full_name, b.name AS branch FROM customers AS c "
                "JOIN branches AS b ON b.branch_id = c.branch_id"
            ),
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
        (  # Of two namesakes each is one.
            "SELECT DISTINCT customer_id, full_name FROM customers ORDER BY customer_id DESC",
            "Which customers are there?",
        ),
        (
            "SELECT DISTINCT currency, status, balance, opened_on FROM accounts",
            "Which currency and status are there?",
        ),
    ],
)
def test_what_was_asked_for_stays(trimmed, sql, question):
    assert trimmed(sql, question) == sql


def test_things_that_a_join_repeats_are_told_apart_by_their_key(trimmed):
    sql = (
        "SELECT c.customer_id, c.full_name FROM customers AS c JOIN accounts AS a ON a.customer_id = c.customer_id "
        "WHERE a.balance > 9"
    )

    found = trimmed(sql, "Which customers have accounts with more than 9?")

    assert found == sql.replace("SELECT", "SELECT DISTINCT")


def test_the_name_of_another_row_of_its_table_does_not_say_which(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'staff.db'}")
    with engine.begin() as connection:
        connection.execute(
            text(
                "CREATE TABLE staff (staff_id INTEGER PRIMARY KEY, full_name TEXT, "
                "manager_id INTEGER REFERENCES staff (staff_id))"
            )
        )
    catalog = read_catalog(engine)
    engine.dispose()
    tree = parse("SELECT full_name, manager_id FROM staff", "sqlite")

    trim(tree, catalog, "List the staff and their managers")

    assert tree.sql("sqlite") == "SELECT full_name, manager_id FROM staff"


def test_a_masked_name_says_nothing(catalog):
    tree = parse("SELECT customer_id, COUNT(*) AS n FROM accounts GROUP BY customer_id", catalog.dialect)

    trim(tree, catalog, "How many accounts has each customer?", masked={("customers", "full_name")})

    assert "full_name" not in tree.sql()
