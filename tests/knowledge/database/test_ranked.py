"""Rows that a list within ranks are shown in their order."""

import dataclasses

import pytest

from knowledge.database.dialect import parse
from knowledge.database.ranked import join_ranked, rank_extremes


@pytest.mark.parametrize(
    ("written", "ranked"),
    [
        (
            (
                "SELECT full_name FROM customers WHERE segment = 'retail' AND customer_id IN "
                "(SELECT customer_id FROM accounts WHERE status = 'open' ORDER BY balance DESC LIMIT 10)"
            ),
            (
                "SELECT customers.full_name FROM customers JOIN accounts ON accounts.customer_id = "
                "customers.customer_id WHERE customers.segment = 'retail' AND accounts.status = 'open' "
                "ORDER BY accounts.balance DESC LIMIT 10"
            ),
        ),
        (
            (
                "SELECT c.full_name FROM customers AS c WHERE c.customer_id IN "
                "(SELECT a.customer_id FROM accounts AS a ORDER BY a.balance DESC LIMIT 3)"
            ),
            (
                "SELECT c.full_name FROM customers AS c JOIN accounts AS a ON a.customer_id = c.customer_id "
                "ORDER BY a.balance DESC LIMIT 3"
            ),
        ),
    ],
)
def test_a_list_that_is_ordered_and_cut_is_joined(catalog, written, ranked):
    tree = parse(written, "mysql")

    assert join_ranked(tree, catalog)

    assert tree.sql("mysql") == ranked


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT full_name FROM customers WHERE customer_id IN (SELECT customer_id FROM accounts)",
        (
            "SELECT full_name FROM customers WHERE NOT customer_id IN "
            "(SELECT customer_id FROM accounts ORDER BY balance LIMIT 1)"
        ),
        (
            "SELECT COUNT(*) FROM customers WHERE customer_id IN "
            "(SELECT customer_id FROM accounts ORDER BY balance LIMIT 9)"
        ),
        (
            "SELECT full_name FROM customers WHERE customer_id IN "
            "(SELECT customer_id FROM accounts GROUP BY customer_id ORDER BY SUM(balance) DESC LIMIT 9)"
        ),
        (  # A customer has many accounts.
            "SELECT account_id FROM accounts WHERE customer_id IN "
            "(SELECT customer_id FROM customers ORDER BY joined_on LIMIT 2)"
        ),
        (
            "SELECT a.account_id FROM customers AS c JOIN accounts AS a ON a.customer_id = c.customer_id "
            "WHERE c.customer_id IN (SELECT x.customer_id FROM customers AS x ORDER BY x.joined_on LIMIT 2)"
        ),
    ],
)
def test_other_lists_stay(catalog, sql):
    tree = parse(sql, "sqlite")
    before = tree.sql()

    assert join_ranked(tree, catalog) == []
    assert tree.sql() == before


def test_a_list_that_stays_has_its_limit_where_mysql_takes_one(catalog):
    written = (
        "SELECT account_id FROM accounts WHERE customer_id IN "
        "(SELECT customer_id FROM customers ORDER BY segment DESC LIMIT 2)"
    )
    tree = parse(written, "mysql")

    join_ranked(tree, dataclasses.replace(catalog, dialect="mysql"))

    assert tree.sql("mysql") == (
        "SELECT account_id FROM accounts WHERE customer_id IN (SELECT ranked.customer_id FROM "
        "(SELECT customer_id FROM customers ORDER BY segment DESC LIMIT 2) AS ranked)"
    )


@pytest.mark.parametrize(
    ("written", "ranked"),
    [
        (
            "SELECT account_id FROM accounts WHERE balance = (SELECT MAX(balance) FROM accounts) LIMIT 100",
            "SELECT account_id FROM accounts WHERE balance = (SELECT MAX(balance) FROM accounts) LIMIT 100",
        ),
        (  # The largest of each currency.
            (
                "SELECT a.account_id FROM accounts AS a WHERE a.balance = "
                "(SELECT MAX(b.balance) FROM accounts AS b WHERE b.currency = a.currency) LIMIT 5"
            ),
            (
                "SELECT a.account_id FROM accounts AS a WHERE a.balance = "
                "(SELECT MAX(b.balance) FROM accounts AS b WHERE b.currency = a.currency) LIMIT 5"
            ),
        ),
        (  # As large as the largest of those that are open.
            (
                "SELECT account_id FROM accounts "
                "WHERE balance = (SELECT MAX(balance) FROM accounts WHERE status = 'open') LIMIT 5"
            ),
            (
                "SELECT account_id FROM accounts "
                "WHERE balance = (SELECT MAX(balance) FROM accounts WHERE status = 'open') LIMIT 5"
            ),
        ),
        (
            (
                "SELECT a.account_id FROM accounts AS a WHERE a.status = 'open' AND "
                "a.balance = (SELECT MAX(balance) FROM accounts WHERE status = 'open') LIMIT 5"
            ),
            "SELECT a.account_id FROM accounts AS a WHERE a.status = 'open' ORDER BY a.balance DESC LIMIT 5",
        ),
        (
            (
                "SELECT account_id FROM accounts "
                "WHERE status = 'open' AND balance = (SELECT MAX(balance) FROM accounts) LIMIT 5"
            ),
            "SELECT account_id FROM accounts WHERE status = 'open' ORDER BY balance DESC LIMIT 5",
        ),
        (
            "SELECT account_id FROM accounts WHERE balance = (SELECT MIN(balance) FROM accounts) LIMIT 2",
            "SELECT account_id FROM accounts ORDER BY CASE WHEN balance IS NULL THEN 1 ELSE 0 END, balance LIMIT 2",
        ),
        (
            "SELECT account_id FROM accounts WHERE balance = (SELECT MAX(balance) FROM accounts) LIMIT 1",
            "SELECT account_id FROM accounts WHERE balance = (SELECT MAX(balance) FROM accounts) LIMIT 1",
        ),
        (
            "SELECT account_id FROM accounts WHERE balance = (SELECT MAX(balance) FROM accounts)",
            "SELECT account_id FROM accounts WHERE balance = (SELECT MAX(balance) FROM accounts)",
        ),
    ],
)
def test_the_first_few_are_not_those_that_equal_the_first(written, ranked):
    tree = parse(written, "mysql")

    rank_extremes(tree, "Which are the five largest accounts, and the 2 smallest?")

    assert tree.sql("mysql") == ranked
