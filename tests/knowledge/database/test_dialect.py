"""What is kept of SQL as it was written, whichever dialect it is read in."""

import pytest
from sqlglot import exp

from knowledge.database.dialect import parse
from knowledge.database.quotes import backticked


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT year / 10 * 10 AS decade, COUNT(*) FROM films GROUP BY decade",
        "SELECT (month + 2) / 3 AS quarter, COUNT(*) FROM films GROUP BY quarter",
        "SELECT months / 12, COUNT(*) FROM loans GROUP BY months / 12",
        """SELECT "city", "name" FROM branches WHERE "city" = 'Oslo'""",
        'SELECT city, COUNT(*) AS "Number of" FROM branches GROUP BY city ORDER BY "Number of" DESC',
        'SELECT SUM("balance") FROM accounts',
        "SELECT GROUP_CONCAT(name, ', ') FROM branches",
        "SELECT paid_on FROM payments ORDER BY paid_on DESC NULLS FIRST",
        "SELECT MAX(balance, 0) FROM accounts",
    ],
)
def test_what_sqlite_understands_is_left_as_it_is(sql):
    assert parse(sql, "sqlite").sql("sqlite") == sql


def test_the_larger_of_two_is_no_total():
    written = parse("SELECT MAX(balance, 0) FROM accounts", "mysql")

    assert written.find(exp.AggFunc) is None
    assert written.sql("mysql") == "SELECT GREATEST(balance, 0) FROM accounts"


def test_a_share_is_no_step():
    written = parse("SELECT COUNT(*) / 10 * 10 FROM films", "sqlite")

    assert "REAL" in written.sql("sqlite")


@pytest.mark.parametrize(
    "sql",
    [
        'SELECT name FROM branches WHERE city = "Oslo" AND name IN ("Hill", "Harbour")',
        'SELECT name FROM branches WHERE city LIKE "O%"',
        'SELECT CONCAT(name, " ", city), DATE_FORMAT(opened_on, "%Y") FROM branches',
        'SELECT CASE WHEN city = "Oslo" THEN "here" ELSE "there" END AS place FROM branches',
        "SELECT name FROM branches WHERE name = 'so-called \"Hill\"'",
    ],
)
def test_a_text_in_double_quotes_stays_a_text(sql):
    assert backticked(sql) == sql
