"""Rows that a list within ranks are shown in their order."""

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
def test_a_list_that_is_ordered_and_cut_is_joined(written, ranked):
    tree = parse(written, "mysql")

    assert join_ranked(tree)

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
    ],
)
def test_other_lists_stay(sql):
    tree = parse(sql, "sqlite")
    before = tree.sql()

    assert join_ranked(tree) == []
    assert tree.sql() == before


@pytest.mark.parametrize(
    ("written", "ranked"),
    [
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

    rank_extremes(tree)

    assert tree.sql("mysql") == ranked
