"""What a question wants to see and its query leaves out."""

import pytest
from sqlalchemy import create_engine, text

from knowledge.database.catalog import read_catalog
from knowledge.database.complete import complete
from knowledge.database.dialect import parse
from knowledge.database.doubt import hollow
from knowledge.types import Asker, Question, Table


@pytest.mark.parametrize(
    ("written", "question", "wanted"),
    [
        (
            "SELECT AVG(balance) AS mean FROM accounts",
            "What is the average balance in each currency?",
            "SELECT accounts.currency, AVG(balance) AS mean FROM accounts GROUP BY accounts.currency",
        ),
        (
            "SELECT COUNT(*) AS n FROM accounts",
            "How many accounts were opened in each month?",
            (
                "SELECT STRFTIME('%Y-%m', accounts.opened_on) AS month, COUNT(*) AS n FROM accounts "
                "GROUP BY STRFTIME('%Y-%m', accounts.opened_on)"
            ),
        ),
        (
            "SELECT SUM(balance) AS total FROM accounts WHERE currency = 'NOK'",
            "What is the total balance in NOK by account status?",
            (
                "SELECT accounts.status, SUM(balance) AS total FROM accounts WHERE currency = 'NOK' "
                "GROUP BY accounts.status"
            ),
        ),
        (  # Of one currency there is one group.
            "SELECT SUM(balance) AS total FROM accounts WHERE currency = 'NOK'",
            "What is the total balance by currency, only NOK?",
            "SELECT SUM(balance) AS total FROM accounts WHERE currency = 'NOK'",
        ),
        (  # Two totals that are one.
            "SELECT COUNT(*) AS oslo, COUNT(*) AS bergen FROM branches WHERE city IN ('Oslo', 'Bergen')",
            "How many branches are there in Oslo and Bergen?",
            "SELECT city, COUNT(*) AS total FROM branches WHERE city IN ('Oslo', 'Bergen') GROUP BY city",
        ),
        (
            "SELECT AVG(balance) AS mean FROM accounts WHERE balance > 10",
            "What is the average balance of those received by people, sorted by currency?",
            "SELECT AVG(balance) AS mean FROM accounts WHERE balance > 10",
        ),
        (
            "SELECT AVG(balance) AS mean FROM accounts",
            "What is the average balance?",
            "SELECT AVG(balance) AS mean FROM accounts",
        ),
        (  # A figure per customer is one figure.
            "SELECT CAST(COUNT(*) AS REAL) / COUNT(DISTINCT customer_id) AS n FROM accounts",
            "How many accounts are there per customer on average?",
            "SELECT CAST(COUNT(*) AS REAL) / COUNT(DISTINCT customer_id) AS n FROM accounts",
        ),
        (  # A total whose sign is turned is one.
            "SELECT segment FROM customers GROUP BY segment ORDER BY -SUM(customer_id) DESC LIMIT 1",
            "Which segment is the first?",
            (
                "SELECT segment, -SUM(customer_id) AS total FROM customers GROUP BY segment "
                "ORDER BY -SUM(customer_id) DESC LIMIT 1"
            ),
        ),
        (
            "SELECT segment FROM customers GROUP BY segment ORDER BY COUNT(*) DESC LIMIT 1",
            "Which segment has the most customers?",
            "SELECT segment, COUNT(*) AS number FROM customers GROUP BY segment ORDER BY COUNT(*) DESC LIMIT 1",
        ),
        (
            "SELECT segment FROM customers GROUP BY segment ORDER BY COUNT(*) DESC LIMIT 1",
            "Which segment has the most customers? Only the segment.",
            "SELECT segment FROM customers GROUP BY segment ORDER BY COUNT(*) DESC LIMIT 1",
        ),
        (
            "SELECT full_name FROM customers WHERE NOT branch_id IN (SELECT branch_id FROM customers)",
            "Which customers have no branch?",
            (
                "SELECT full_name FROM customers WHERE (branch_id IS NULL OR NOT branch_id IN "
                "(SELECT branch_id FROM customers WHERE NOT branch_id IS NULL))"
            ),
        ),
        (
            "SELECT AVG(balance) AS mean FROM accounts GROUP BY currency",
            "What is the average balance per currency?",
            "SELECT currency, AVG(balance) AS mean FROM accounts GROUP BY currency",
        ),
        (
            "SELECT currency, AVG(balance) AS mean FROM accounts GROUP BY currency, status, customer_id",
            "What is the average balance by currency, split by status?",
            "SELECT status, currency, AVG(balance) AS mean FROM accounts GROUP BY currency, status, customer_id",
        ),
        (
            "SELECT SUM(balance) AS total FROM accounts GROUP BY STRFTIME('%Y-%m', opened_on)",
            "What is the monthly balance of what was opened?",
            (
                "SELECT STRFTIME('%Y-%m', opened_on) AS month, SUM(balance) AS total FROM accounts "
                "GROUP BY STRFTIME('%Y-%m', opened_on)"
            ),
        ),
        (  # A thing to which every row belongs, some tables away.
            "SELECT AVG(balance) AS mean FROM accounts",
            "What is the average balance, grouped by branch?",
            (
                "SELECT branches.name AS branch, AVG(accounts.balance) AS mean FROM accounts "
                "JOIN customers ON customers.customer_id = accounts.customer_id "
                "JOIN branches ON branches.branch_id = customers.branch_id GROUP BY branches.name"
            ),
        ),
        (  # Who did it is no group.
            "SELECT AVG(balance) AS mean FROM accounts",
            "What is the average balance held by customers?",
            "SELECT AVG(balance) AS mean FROM accounts",
        ),
        (  # A branch has many accounts: it is not by one of them that it is counted.
            "SELECT COUNT(*) AS n FROM branches",
            "How many branches are there by account?",
            "SELECT COUNT(*) AS n FROM branches",
        ),
        (
            "SELECT currency, SUM(balance) AS total FROM accounts GROUP BY 1",
            "What is the balance by currency?",
            "SELECT currency, SUM(balance) AS total FROM accounts GROUP BY 1",
        ),
        (  # The city is that of every row.
            "SELECT city, opened_on FROM branches WHERE city = 'Oslo'",
            "When were the branches in Oslo opened?",
            "SELECT branches.name, opened_on FROM branches WHERE city = 'Oslo'",
        ),
        (  # It is another in each row.
            "SELECT segment, joined_on FROM customers WHERE NOT segment = 'retail'",
            "Of which segment are the customers that are not retail, and since when?",
            "SELECT segment, joined_on FROM customers WHERE NOT segment = 'retail'",
        ),
        (  # A key is never missing; a list that leaves some out on purpose says nothing of what is missing.
            (
                "SELECT full_name FROM customers WHERE NOT customer_id IN "
                "(SELECT customer_id FROM accounts WHERE balance > 9)"
            ),
            "Which customers have no account above 9?",
            (
                "SELECT full_name FROM customers WHERE NOT customer_id IN "
                "(SELECT customer_id FROM accounts WHERE balance > 9 AND NOT customer_id IS NULL)"
            ),
        ),
    ],
)
def test_a_query_is_completed_by_what_its_question_names(catalog, written, question, wanted):
    tree = parse(written, catalog.dialect)

    complete(tree, catalog, question)

    assert tree.sql(catalog.dialect) == wanted


def test_a_figure_that_is_held_is_not_worked_out(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'lands.db'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE land (name TEXT, people INTEGER, area REAL, density REAL)"))
    catalog = read_catalog(engine)
    engine.dispose()
    tree = parse("SELECT name, people / area AS density FROM land ORDER BY density DESC", "sqlite")

    complete(tree, catalog, "Which lands have the highest density?")

    assert tree.sql("sqlite") == "SELECT name, land.density FROM land ORDER BY land.density DESC"


def test_counting_the_one_row_that_each_thing_is_counts_nothing(catalog):
    ones = Table(("name", "n"), (("Harbour", 1), ("Hill", 1)))
    by_name = parse("SELECT name, COUNT(*) AS n FROM branches GROUP BY name", "sqlite")
    by_city = parse("SELECT city, COUNT(*) AS n FROM branches GROUP BY city", "sqlite")

    assert "join the table" in hollow(by_name, catalog, ones)
    assert hollow(by_city, catalog, ones) == ""
    assert hollow(by_name, catalog, Table(("name", "n"), (("Harbour", 2),))) == ""


def test_a_query_that_counts_nothing_is_written_once_more(analyst, llm):
    llm.says(
        "SELECT name, COUNT(*) AS n FROM branches GROUP BY name ORDER BY n DESC LIMIT 1",
        "SELECT b.name, COUNT(*) AS n FROM branches b JOIN customers c ON c.branch_id = b.branch_id GROUP BY b.name "
        "ORDER BY n DESC LIMIT 1",
    )

    answer = analyst.answer(Question("Which branch has the most customers?", asker=Asker("U2", frozenset({"admin"}))))

    assert answer.table.rows == (("Harbour", 2),)
