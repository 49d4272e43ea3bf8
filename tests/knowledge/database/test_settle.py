"""Which values, groups and signs are settled, and which a query has written as they are meant."""

import pytest
from sqlalchemy import create_engine, text

from knowledge.database.catalog import read_catalog
from knowledge.database.dialect import parse
from knowledge.database.mend import mend
from knowledge.database.semantics import Metric
from knowledge.database.settle import settle_groups, settle_metrics, settle_values
from knowledge.database.values import ValueIndex

SPENDING = Metric("spending", "purchases", "-SUM(purchases.amount)", "positive", where="purchases.kind = 'card'")
STATEMENTS = """
CREATE TABLE customers (customer_id INTEGER PRIMARY KEY, name TEXT, city TEXT);
CREATE TABLE accounts (account_id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (customer_id),
  family TEXT, status TEXT);
CREATE TABLE loans (loan_id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (customer_id), status TEXT);
CREATE TABLE merchants (merchant_id INTEGER PRIMARY KEY, title TEXT, trade TEXT, city TEXT);
CREATE TABLE purchases (purchase_id INTEGER PRIMARY KEY, account_id INTEGER REFERENCES accounts (account_id),
  merchant_id INTEGER REFERENCES merchants (merchant_id), kind TEXT, amount REAL);
INSERT INTO customers VALUES (1, 'Ada', 'Oslo'), (2, 'Ola', 'Bergen');
INSERT INTO accounts VALUES (1, 1, 'card', 'active'), (2, 2, 'fund', 'dormant');
INSERT INTO loans VALUES (1, 1, 'late'), (2, 2, 'repaid');
INSERT INTO merchants VALUES (1, 'Kiwi', 'food', 'Oslo'), (2, 'Elk', 'tools', 'Bergen');
INSERT INTO purchases VALUES (1, 1, 1, 'card', -5), (2, 2, 2, 'cash', -7)
"""
SEMANTICS = "tables: {merchants: {words: [shop]}}"
READ = (
    "FROM customers AS c JOIN accounts AS a ON a.customer_id = c.customer_id "
    "JOIN purchases AS p ON p.account_id = a.account_id JOIN merchants AS m ON m.merchant_id = p.merchant_id"
)


@pytest.fixture
def shops(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'shops.db'}")
    with engine.begin() as connection:
        for statement in STATEMENTS.split(";"):
            connection.execute(text(statement))
    (tmp_path / "shops.yaml").write_text(SEMANTICS, encoding="utf-8")
    yield read_catalog(engine, semantics=tmp_path / "shops.yaml")
    engine.dispose()


@pytest.mark.parametrize(
    ("sql", "question"),
    [
        (f"SELECT DISTINCT c.name {READ} WHERE m.city = 'Bergen'", "Which customers have been to shops in Bergen?"),
        (
            f"SELECT DISTINCT c.name {READ} WHERE m.city = 'Bergen' AND m.trade = 'food'",
            "Which customers ate out in Bergen?",
        ),
        (f"SELECT SUM(p.amount) {READ} WHERE m.city = 'Bergen'", "What did customers spend while in Bergen?"),
        (f"SELECT DISTINCT a.account_id {READ} WHERE p.kind = 'card'", "From which accounts is paid by card?"),
        ("SELECT COUNT(*) FROM accounts WHERE status = 'inactive'", "How many inactive accounts are there?"),
        ("SELECT COUNT(*) FROM loans WHERE status = 'dormant'", "How many dormant loans are there?"),
    ],
)
def test_a_value_that_tells_about_its_own_table_stays_there(shops, sql, question):
    tree = parse(sql, "sqlite")

    assert settle_values(tree, shops, ValueIndex(shops), question) == []
    assert tree.sql("sqlite") == sql


def test_a_value_of_a_table_that_the_question_names_is_compared_there(shops):
    tree = parse("SELECT name FROM customers WHERE name = 'dormant'", "sqlite")

    settle_values(tree, shops, ValueIndex(shops), "Which customers have dormant accounts?")
    mend(tree, shops)

    assert "accounts.status = 'dormant'" in tree.sql("sqlite")


@pytest.mark.parametrize(
    "figure",
    [
        "RANK() OVER (ORDER BY SUM(amount) DESC)",
        "SUM(SUM(amount)) OVER (ORDER BY kind NULLS LAST)",
        "LAG(SUM(amount)) OVER (ORDER BY kind NULLS LAST)",
    ],
)
def test_what_stands_over_a_window_is_no_group(figure):
    sql = f"SELECT kind, SUM(amount) AS total, {figure} AS beside FROM purchases GROUP BY kind"  # noqa: S608 - fixed
    tree = parse(sql, "sqlite")

    assert settle_groups(tree) == []
    assert tree.sql("sqlite") == sql


@pytest.mark.parametrize(
    "sql",
    [
        (
            "SELECT account_id, -SUM(amount) AS spent FROM purchases WHERE kind = 'card' GROUP BY account_id "
            "ORDER BY SUM(amount) NULLS LAST LIMIT 5"
        ),
        "SELECT account_id FROM purchases WHERE kind = 'card' GROUP BY account_id HAVING SUM(amount) < -100",
        "SELECT SUM(amount) * -1 AS spent FROM purchases WHERE kind = 'card'",
        "SELECT 0 - SUM(amount) AS spent FROM purchases WHERE kind = 'card'",
        "SELECT CAST(SUM(amount) AS REAL) / COUNT(*) AS each FROM purchases WHERE kind = 'card'",
        "SELECT SUM(amount) AS drawn FROM purchases WHERE kind = 'cash'",
    ],
)
def test_a_sign_that_is_turned_already_or_stands_in_a_ratio_or_of_other_rows_is_left(sql):
    tree = parse(sql, "sqlite")

    assert settle_metrics(tree, [SPENDING]) == []
    assert tree.sql("sqlite") == sql


@pytest.mark.parametrize(
    ("written", "right"),
    [
        (
            "SELECT SUM(p.amount) AS spent FROM purchases AS p WHERE p.kind = 'card' AND p.amount > -9",
            "SELECT -SUM(p.amount) AS spent FROM purchases AS p WHERE p.kind = 'card' AND p.amount > -9",
        ),
        (
            "SELECT account_id, SUM(amount) FROM purchases WHERE kind = 'card' GROUP BY 1 ORDER BY SUM(amount) DESC",
            "SELECT account_id, -SUM(amount) FROM purchases WHERE kind = 'card' GROUP BY 1 ORDER BY -SUM(amount) DESC",
        ),
        (
            "SELECT account_id FROM purchases WHERE kind = 'card' GROUP BY account_id HAVING SUM(amount) > 100",
            "SELECT account_id FROM purchases WHERE kind = 'card' GROUP BY account_id HAVING -SUM(amount) > 100",
        ),
    ],
)
def test_a_bare_total_takes_the_sign_of_its_definition(written, right):
    tree = parse(written, "sqlite")

    settle_metrics(tree, [SPENDING])

    assert tree.sql("sqlite") == right
