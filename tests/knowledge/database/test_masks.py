"""Rows whose names are masked are told apart by their keys."""

import pytest

from knowledge.database.dialect import parse
from knowledge.database.masks import look_behind
from knowledge.types import Asker, Question

MASKED = {("customers", "full_name")}


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (
            (
                "SELECT c.full_name FROM customers AS c JOIN accounts AS a ON a.customer_id = c.customer_id "
                "ORDER BY a.balance DESC LIMIT 3"
            ),
            (
                "SELECT c.customer_id, c.full_name, a.balance FROM customers AS c JOIN accounts AS a "
                "ON a.customer_id = c.customer_id ORDER BY a.balance DESC LIMIT 3"
            ),
        ),
        (
            "SELECT full_name, segment FROM customers",
            "SELECT customers.customer_id, full_name, segment FROM customers",
        ),
        (
            "SELECT customer_id, full_name FROM customers",
            "SELECT customer_id, full_name FROM customers",
        ),
        (
            (
                "SELECT c.full_name, SUM(a.balance) AS total FROM customers AS c JOIN accounts AS a "
                "ON a.customer_id = c.customer_id GROUP BY c.full_name ORDER BY total DESC LIMIT 3"
            ),
            (
                "SELECT c.customer_id, SUM(a.balance) AS total FROM customers AS c JOIN accounts AS a "
                "ON a.customer_id = c.customer_id GROUP BY c.customer_id ORDER BY total DESC LIMIT 3"
            ),
        ),
        (
            (
                "SELECT c.customer_id, c.full_name, COUNT(*) AS n FROM customers AS c JOIN accounts AS a "
                "ON a.customer_id = c.customer_id GROUP BY c.customer_id, c.full_name"
            ),
            (
                "SELECT c.customer_id, COUNT(*) AS n FROM customers AS c JOIN accounts AS a "
                "ON a.customer_id = c.customer_id GROUP BY c.customer_id"
            ),
        ),
        (
            "SELECT segment, COUNT(*) AS n FROM customers GROUP BY segment",
            "SELECT segment, COUNT(*) AS n FROM customers GROUP BY segment",
        ),
        (  # A condition on a name is none on a key.
            "SELECT full_name, COUNT(*) AS n FROM customers WHERE full_name LIKE 'Ada%' GROUP BY full_name",
            (
                "SELECT customers.customer_id, COUNT(*) AS n FROM customers WHERE full_name LIKE 'Ada%' "
                "GROUP BY customers.customer_id"
            ),
        ),
        (
            (
                "SELECT o.full_name, COUNT(*) AS n FROM customers AS c JOIN customers AS o "
                "ON o.branch_id = c.branch_id GROUP BY o.full_name"
            ),
            (
                "SELECT o.customer_id, COUNT(*) AS n FROM customers AS c JOIN customers AS o "
                "ON o.branch_id = c.branch_id GROUP BY o.customer_id"
            ),
        ),
    ],
)
def test_a_key_stands_in_for_a_masked_name(catalog, written, told):
    tree = parse(written, catalog.dialect)

    look_behind(tree, catalog, MASKED)

    assert tree.sql(catalog.dialect) == told


def test_the_richest_customers_are_told_by_their_keys(analyst, llm):
    llm.says(
        "SELECT c.full_name, SUM(a.balance) AS total FROM customers c JOIN accounts a "
        "ON a.customer_id = c.customer_id GROUP BY c.full_name ORDER BY total DESC LIMIT 2"
    )

    answer = analyst.answer(Question("Who are the two richest customers?", asker=Asker("U2", frozenset({"banker"}))))

    assert answer.table.rows == ((2, 2000.0), (1, 1000.5))
