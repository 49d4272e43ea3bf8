"""What is put right in a model's SQL without asking the model again."""

import pytest

from knowledge.database.dialect import parse
from knowledge.database.mend import UnknownNameError, mend
from knowledge.database.once import count_once
from knowledge.database.settle import settle_groups, settle_totals, settle_values
from knowledge.database.values import ValueIndex


def mended(sql, catalog):
    tree = parse(sql, catalog.dialect)
    mend(tree, catalog)
    settle_values(tree, catalog, ValueIndex(catalog))
    settle_groups(tree)
    settle_totals(tree, catalog)
    count_once(tree, catalog, "")
    return tree.sql(catalog.dialect)


@pytest.mark.parametrize(
    ("written", "right"),
    [
        (  # Numbers of accounts add up to nothing.
            "SELECT status, SUM(account_id) AS total FROM accounts GROUP BY status",
            "SELECT status, COUNT(account_id) AS total FROM accounts GROUP BY status",
        ),
        (
            "SELECT city FROM customers",
            "SELECT branches.city FROM customers JOIN branches ON branches.branch_id = customers.branch_id",
        ),
        (
            "SELECT a.segment FROM accounts a JOIN customers c ON a.customer_id = c.customer_id",
            "SELECT c.segment FROM accounts AS a JOIN customers AS c ON a.customer_id = c.customer_id",
        ),
        (
            "SELECT c.segment FROM accounts a JOIN customers c ON a.account_id = c.branch_id",
            "SELECT c.segment FROM accounts AS a JOIN customers AS c ON c.customer_id = a.customer_id",
        ),
        (
            "SELECT b.city FROM accounts a JOIN branches b ON a.account_id = b.branch_id",
            (
                "SELECT b.city FROM accounts AS a JOIN customers ON customers.customer_id = a.customer_id "
                "JOIN branches AS b ON b.branch_id = customers.branch_id"
            ),
        ),
        ("SELECT cty FROM branch", "SELECT branch.city FROM branches AS branch"),
        ("SELECT COUNT(*) FROM bank.accounts", "SELECT COUNT(*) FROM accounts"),
        ("SELECT name FROM branches WHERE city = 'oslo'", "SELECT name FROM branches WHERE city = 'Oslo'"),
        ("SELECT name FROM branches WHERE name = 'Bergen'", "SELECT name FROM branches WHERE branches.city = 'Bergen'"),
        (
            "SELECT segment, COUNT(*) FROM customers",
            "SELECT segment, COUNT(*) FROM customers GROUP BY segment",
        ),
        (
            "SELECT segment FROM customers WHERE COUNT(*) > 1 GROUP BY segment",
            "SELECT segment FROM customers GROUP BY segment HAVING COUNT(*) > 1",
        ),
        (
            "SELECT COUNT(c.customer_id) FROM customers c JOIN accounts a ON a.customer_id = c.customer_id",
            (
                "SELECT COUNT(DISTINCT c.customer_id) FROM customers AS c "
                "JOIN accounts AS a ON a.customer_id = c.customer_id"
            ),
        ),
        (
            "SELECT account_id, MAX(balance) FROM accounts",
            "SELECT account_id, balance FROM accounts ORDER BY balance DESC LIMIT 1",
        ),
    ],
)
def test_what_the_catalogue_knows_better_is_put_right(catalog, written, right):
    assert mended(written, catalog) == right


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT b.city, COUNT(*) FROM customers AS c JOIN branches AS b ON c.branch_id = b.branch_id GROUP BY b.city",
        "WITH t AS (SELECT customer_id, SUM(balance) AS s FROM accounts GROUP BY customer_id) SELECT AVG(s) FROM t",
        "SELECT segment FROM customers AS c WHERE EXISTS(SELECT 1 FROM accounts WHERE customer_id = c.customer_id)",
        "SELECT t.n FROM (SELECT COUNT(*) AS n FROM accounts) AS t",
        "SELECT b.city FROM customers AS c JOIN branches AS b ON b.name = c.full_name",
    ],
)
def test_what_is_right_is_left_alone(catalog, sql):
    assert mended(sql, catalog) == sql


@pytest.mark.parametrize("sql", ["SELECT vault FROM branches", "SELECT 1 FROM vaults"])
def test_a_name_that_means_nothing_is_told_with_what_there_is(catalog, sql):
    with pytest.raises(UnknownNameError, match="branches"):
        mended(sql, catalog)


@pytest.mark.parametrize(
    ("written", "sqlite"),
    [
        ("SELECT YEAR(opened_on) FROM accounts", "SELECT CAST(STRFTIME('%Y', opened_on) AS INTEGER) FROM accounts"),
        (
            "SELECT 1 FROM accounts WHERE opened_on >= DATE_SUB(CURDATE(), INTERVAL 2 WEEK)",
            "SELECT 1 FROM accounts WHERE opened_on >= DATE('now', '-14 days')",
        ),
        (
            "SELECT 1 FROM accounts WHERE opened_on >= CURRENT_DATE - INTERVAL '3 months'",
            "SELECT 1 FROM accounts WHERE opened_on >= DATE('now', '-3 months')",
        ),
        (
            "SELECT DATE_TRUNC('month', opened_on) FROM accounts",
            "SELECT DATE(opened_on, 'start of month') FROM accounts",
        ),
        ("SELECT TO_CHAR(opened_on, 'YYYY-MM') FROM accounts", "SELECT STRFTIME('%Y-%m', opened_on) FROM accounts"),
        (
            "SELECT DATEDIFF(NOW(), opened_on) FROM accounts",
            "SELECT CAST(JULIANDAY(DATE(CURRENT_TIMESTAMP)) - JULIANDAY(DATE(opened_on)) AS INTEGER) FROM accounts",
        ),
        (
            "SELECT STRFTIME('%Y', opened_on) FROM accounts WHERE opened_on < DATE_ADD(closed_on, INTERVAL 10 DAY)",
            "SELECT STRFTIME('%Y', opened_on) FROM accounts WHERE opened_on < DATE(closed_on, '+10 days')",
        ),
        (
            "SELECT 1 FROM accounts WHERE STRFTIME('%w', opened_on) IN (0, 6) AND STRFTIME('%m', opened_on) = 3",
            "SELECT 1 FROM accounts WHERE STRFTIME('%w', opened_on) IN ('0', '6') AND STRFTIME('%m', opened_on) = '03'",
        ),
        ("SELECT COUNT(*) / 2 FROM accounts", "SELECT CAST(COUNT(*) AS REAL) / 2 FROM accounts"),
        (
            "SELECT name FROM branches WHERE name ILIKE 'h%'",
            "SELECT name FROM branches WHERE LOWER(name) LIKE LOWER('h%')",
        ),
    ],
)
def test_other_dialects_are_understood(written, sqlite):
    assert parse(written, "sqlite").sql("sqlite") == sqlite


@pytest.mark.parametrize(
    ("written", "mysql"),
    [
        ("SELECT STRFTIME('%Y-%m', d) FROM t", "SELECT DATE_FORMAT(d, '%Y-%m') FROM t"),
        ("SELECT 1 FROM t WHERE d >= DATE('now', '-30 days')", "DATE_SUB(CURRENT_DATE, INTERVAL '30' DAY)"),
        ("SELECT DATE('now', 'start of month', '-1 month') FROM t", "'%Y-%m-01'"),
        ("SELECT a || b FROM t", "SELECT CONCAT(a, b) FROM t"),
    ],
)
def test_sqlite_is_understood_on_mysql(written, mysql):
    assert mysql in parse(written, "mysql").sql("mysql")


def test_a_table_joined_further_down_is_used_on_the_way(catalog):
    sql = (
        "SELECT b.name FROM branches AS b JOIN accounts AS a ON a.branch_id = b.branch_id "
        "JOIN customers AS c ON a.customer_id = c.customer_id"
    )

    assert mended(sql, catalog) == (
        "SELECT b.name FROM branches AS b JOIN customers AS c ON c.branch_id = b.branch_id "
        "JOIN accounts AS a ON a.customer_id = c.customer_id"
    )
