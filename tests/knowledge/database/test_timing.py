"""Which days a query asks for."""

import dataclasses

import pytest
from sqlalchemy import create_engine, text

from knowledge.database.catalog import read_catalog
from knowledge.database.dialect import parse
from knowledge.database.timing import hold_days

MADE = """
CREATE TABLE clerks (clerk_id INTEGER PRIMARY KEY, name TEXT, hire_date DATE, left_on DATE);
CREATE TABLE sales (sale_id INTEGER PRIMARY KEY, clerk_id INTEGER REFERENCES clerks (clerk_id), sale_date DATE,
  sold_at DATETIME, amount REAL);
CREATE TABLE returns (return_id INTEGER PRIMARY KEY, sale_id INTEGER REFERENCES sales (sale_id), handed_in DATE)
"""


@pytest.fixture
def shop(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'shop.db'}")
    with engine.begin() as connection:
        for statement in MADE.split(";"):
            connection.execute(text(statement))
    yield read_catalog(engine)
    engine.dispose()


@pytest.mark.parametrize(
    ("question", "written", "held"),
    [
        (
            "sales on 31 December 2025",
            "SELECT sale_id FROM sales WHERE sold_at = '2025-12-31'",
            "SELECT sale_id FROM sales WHERE (sold_at >= '2025-12-31' AND sold_at < '2026-01-01')",
        ),
        (
            "sales dated 31 December 2025",
            "SELECT sale_id FROM sales WHERE sale_date = '2025-12-31'",
            "SELECT sale_id FROM sales WHERE sale_date = '2025-12-31'",
        ),
        (
            "sales at midnight",
            "SELECT sale_id FROM sales WHERE sold_at = '2025-12-31 00:00:00'",
            "SELECT sale_id FROM sales WHERE sold_at = '2025-12-31 00:00:00'",
        ),
        (
            "What was handed in within 10 days after the sale?",
            "SELECT 1 FROM returns AS r CROSS JOIN sales AS s WHERE r.handed_in >= DATE(s.sale_date, '+10 days')",
            (
                "SELECT 1 FROM returns AS r CROSS JOIN sales AS s "
                "WHERE r.handed_in BETWEEN s.sale_date AND DATE(s.sale_date, '+10 days')"
            ),
        ),
        (
            "What was handed in within two weeks of the sale?",
            "SELECT 1 FROM returns AS r CROSS JOIN sales AS s WHERE r.handed_in <= DATE(s.sale_date, '+14 days')",
            (
                "SELECT 1 FROM returns AS r CROSS JOIN sales AS s "
                "WHERE r.handed_in BETWEEN s.sale_date AND DATE(s.sale_date, '+14 days')"
            ),
        ),
        (  # The lower bound stands there already.
            "What was handed in within 10 days after the sale?",
            (
                "SELECT 1 FROM returns AS r CROSS JOIN sales AS s WHERE r.handed_in > s.sale_date "
                "AND r.handed_in <= DATE(s.sale_date, '+10 days')"
            ),
            (
                "SELECT 1 FROM returns AS r CROSS JOIN sales AS s WHERE r.handed_in > s.sale_date "
                "AND r.handed_in <= DATE(s.sale_date, '+10 days')"
            ),
        ),
        (
            "What was handed in more than 10 days after the sale?",
            "SELECT 1 FROM returns AS r CROSS JOIN sales AS s WHERE r.handed_in >= DATE(s.sale_date, '+10 days')",
            "SELECT 1 FROM returns AS r CROSS JOIN sales AS s WHERE r.handed_in >= DATE(s.sale_date, '+10 days')",
        ),
        (
            "How many sales were made at weekends?",
            "SELECT COUNT(*) FROM sales WHERE WEEKDAY(sold_at) IN (0, 6)",
            "SELECT COUNT(*) FROM sales WHERE ((CAST(STRFTIME('%w', sold_at) AS INTEGER) + 6) % 7) IN (5, 6)",
        ),
        (
            "How many sales were made at weekends?",
            "SELECT COUNT(*) FROM sales WHERE STRFTIME('%w', sold_at) IN ('6', '7')",
            "SELECT COUNT(*) FROM sales WHERE STRFTIME('%w', sold_at) IN ('0', '6')",
        ),
        (
            "How many sales were made at weekends?",
            "SELECT COUNT(*) FROM sales WHERE STRFTIME('%d', sold_at) IN (0, 6)",
            "SELECT COUNT(*) FROM sales WHERE ((CAST(STRFTIME('%w', sold_at) AS INTEGER) + 6) % 7) IN (5, 6)",
        ),
        (
            "How many sales were made at weekends by clerks 8 and 9?",
            "SELECT COUNT(*) FROM sales WHERE clerk_id IN (8, 9)",
            "SELECT COUNT(*) FROM sales WHERE clerk_id IN (8, 9)",
        ),
        (
            "How many sales were made on Mondays and Tuesdays?",
            "SELECT COUNT(*) FROM sales WHERE STRFTIME('%w', sold_at) IN ('1', '2')",
            "SELECT COUNT(*) FROM sales WHERE STRFTIME('%w', sold_at) IN ('1', '2')",
        ),
        (
            "sales by week",
            "SELECT STRFTIME('%Y-%U', sold_at) AS week, COUNT(*) AS n FROM sales GROUP BY week",
            (
                "SELECT DATE(sold_at, '-' || ((CAST(STRFTIME('%w', sold_at) AS INTEGER) + 6) % 7) || ' days') AS week, "
                "COUNT(*) AS n FROM sales "
                "GROUP BY DATE(sold_at, '-' || ((CAST(STRFTIME('%w', sold_at) AS INTEGER) + 6) % 7) || ' days')"
            ),
        ),
        (
            "weekly sales",
            "SELECT WEEK(sold_at) AS w, COUNT(*) AS n FROM sales GROUP BY WEEK(sold_at)",
            (
                "SELECT DATE(sold_at, '-' || ((CAST(STRFTIME('%w', sold_at) AS INTEGER) + 6) % 7) || ' days') AS week, "
                "COUNT(*) AS n FROM sales "
                "GROUP BY DATE(sold_at, '-' || ((CAST(STRFTIME('%w', sold_at) AS INTEGER) + 6) % 7) || ' days')"
            ),
        ),
        (
            "sales by week number",
            "SELECT STRFTIME('%W', sold_at) AS week, COUNT(*) AS n FROM sales GROUP BY week",
            "SELECT STRFTIME('%W', sold_at) AS week, COUNT(*) AS n FROM sales GROUP BY week",
        ),
    ],
)
def test_the_days_are_those_of_the_question(shop, question, written, held):
    tree = parse(written, shop.dialect)

    hold_days(tree, shop, question)

    assert tree.sql(shop.dialect) == held


@pytest.mark.parametrize(
    ("written", "held"),
    [
        (
            "SELECT DATE_FORMAT(sold_at, '%x-%v') AS week, COUNT(*) AS n FROM sales GROUP BY week",
            (
                "SELECT DATE_SUB(DATE(sold_at), INTERVAL (WEEKDAY(sold_at)) DAY) AS week, COUNT(*) AS n FROM sales "
                "GROUP BY DATE_SUB(DATE(sold_at), INTERVAL (WEEKDAY(sold_at)) DAY)"
            ),
        ),
        (
            "SELECT COUNT(*) AS n FROM sales WHERE DAYOFWEEK(sold_at) IN (0, 6)",
            "SELECT COUNT(*) AS n FROM sales WHERE DAYOFWEEK(sold_at) IN (1, 7)",
        ),
    ],
)
def test_weeks_and_weekends_are_those_of_mysql_too(shop, written, held):
    catalog = dataclasses.replace(shop, dialect="mysql")
    tree = parse(written, "mysql")

    hold_days(tree, catalog, "sales by week, of weekends only")

    assert tree.sql("mysql") == held


BACK = "SELECT 1 FROM returns AS r CROSS JOIN sales AS s WHERE "


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        (
            "What was not handed in within 10 days after the sale?",
            f"{BACK}r.handed_in > DATE(s.sale_date, '+10 days')",
        ),
        (
            "What was handed in within 10 days after the sale, and what later?",
            f"{BACK}r.handed_in >= DATE(s.sale_date, '+10 days')",
        ),
        (
            "What share was left over within 10 days after the sale?",
            f"{BACK}(r.handed_in IS NULL OR r.handed_in > DATE(s.sale_date, '+10 days'))",
        ),
        (
            "What share was left over within 10 days after the sale?",
            f"{BACK}CASE WHEN r.handed_in > DATE(s.sale_date, '+10 days') THEN 1 ELSE 0 END = 1",
        ),
        (
            "What was still out within 10 days of the sale?",
            f"{BACK}NOT r.handed_in <= DATE(s.sale_date, '+10 days')",
        ),
        (
            "weekend sales in June and July",
            (
                "SELECT COUNT(*) FROM sales WHERE STRFTIME('%m', sold_at) IN ('06', '07') AND "
                "STRFTIME('%w', sold_at) IN ('0', '6')"
            ),
        ),
        (
            "weekend sales at midnight and at six",
            (
                "SELECT COUNT(*) FROM sales WHERE CAST(STRFTIME('%H', sold_at) AS INTEGER) IN (0, 6) AND "
                "STRFTIME('%w', sold_at) IN ('0', '6')"
            ),
        ),
        (
            "weekend sales of the first and the seventh",
            (
                "SELECT COUNT(*) FROM sales WHERE STRFTIME('%d', sold_at) IN ('01', '07') AND "
                "STRFTIME('%w', sold_at) IN ('0', '6')"
            ),
        ),
        (
            "What do clerks 6 and 7 sell, at weekends or not?",
            "SELECT COUNT(*) FROM sales WHERE clerk_id IN (6, 7)",
        ),
        (
            "sales of weeks 44 and 45 of 2025, by week",
            (
                "WITH w AS (SELECT STRFTIME('%Y-%W', sold_at) AS week, COUNT(*) AS n FROM sales GROUP BY week) "
                "SELECT week, n FROM w WHERE week IN ('2025-44', '2025-45')"
            ),
        ),
        (
            "sales of each week beside those of the week before",
            (
                "WITH w AS (SELECT STRFTIME('%W', sold_at) AS wk, COUNT(*) AS n FROM sales GROUP BY wk) "
                "SELECT a.n, b.n FROM w AS a JOIN w AS b ON b.wk = a.wk - 1"
            ),
        ),
        (
            "quarterly sales, each quarter as the first date in the quarter",
            "SELECT DATE(sold_at, 'start of month') AS quarter, COUNT(*) AS n FROM sales GROUP BY quarter",
        ),
        (
            "sales by day of the week",
            "SELECT STRFTIME('%u', sold_at) AS day, COUNT(*) AS n FROM sales GROUP BY day",
        ),
    ],
)
def test_days_that_are_right_stay(shop, question, sql):
    tree = parse(sql, shop.dialect)

    hold_days(tree, shop, question)

    assert tree.sql(shop.dialect) == sql


@pytest.mark.parametrize(
    ("question", "written", "held"),
    [
        (
            "weekly sales, added up",
            (
                "WITH w AS (SELECT YEARWEEK(sold_at, 3) AS wk, COUNT(*) AS n FROM sales GROUP BY YEARWEEK(sold_at, 3)) "
                "SELECT wk, SUM(n) OVER (ORDER BY wk) AS total FROM w"
            ),
            (
                "WITH w AS (SELECT DATE_SUB(DATE(sold_at), INTERVAL (WEEKDAY(sold_at)) DAY) AS wk, COUNT(*) AS n "
                "FROM sales GROUP BY DATE_SUB(DATE(sold_at), INTERVAL (WEEKDAY(sold_at)) DAY)) SELECT wk, "
            ),
        ),
        (
            "quarterly sales and their share",
            "SELECT q.qtr, q.n FROM (SELECT QUARTER(sold_at) AS qtr, COUNT(*) AS n FROM sales GROUP BY qtr) AS q",
            (
                "SELECT q.qtr, q.n FROM (SELECT CONCAT(YEAR(sold_at), '-Q', QUARTER(sold_at)) AS qtr, COUNT(*) AS n "
                "FROM sales GROUP BY CONCAT(YEAR(sold_at), '-Q', QUARTER(sold_at))) AS q"
            ),
        ),
        (
            "weekly sales, added up",
            "SELECT WEEK(sold_at) AS w, SUM(COUNT(*)) OVER (ORDER BY WEEK(sold_at)) AS n FROM sales GROUP BY w",
            (
                "SELECT DATE_SUB(DATE(sold_at), INTERVAL (WEEKDAY(sold_at)) DAY) AS week, SUM(COUNT(*)) OVER "
                "(ORDER BY CASE WHEN DATE_SUB(DATE(sold_at), INTERVAL (WEEKDAY(sold_at)) DAY) IS NULL "
            ),
        ),
        (
            "weekend sales at noon",
            "SELECT COUNT(*) FROM sales WHERE HOUR(sold_at) IN (1, 7) AND DAYOFWEEK(sold_at) IN (0, 6)",
            "SELECT COUNT(*) FROM sales WHERE HOUR(sold_at) IN (1, 7) AND DAYOFWEEK(sold_at) IN (1, 7)",
        ),
        (
            "weekend sales at noon",
            "SELECT COUNT(*) FROM sales WHERE DATE_FORMAT(sold_at, '%H') IN (1, 7)",
            "SELECT COUNT(*) FROM sales WHERE DATE_FORMAT(sold_at, '%H') IN (1, 7)",
        ),
    ],
)
def test_what_a_query_within_shows_keeps_its_name(shop, question, written, held):
    catalog = dataclasses.replace(shop, dialect="mysql")
    tree = parse(written, "mysql")

    hold_days(tree, catalog, question)

    assert tree.sql("mysql").startswith(held)


@pytest.mark.parametrize(
    ("dialect", "written", "held"),
    [
        (
            "sqlite",
            "SELECT QUARTER(sold_at) AS quarter, COUNT(*) AS n FROM sales GROUP BY quarter ORDER BY quarter",
            (
                "SELECT STRFTIME('%Y', sold_at) || '-Q' || CAST((CAST(STRFTIME('%m', sold_at) AS INTEGER) + 2) / 3 "
                "AS INTEGER) AS quarter, COUNT(*) AS n FROM sales"
            ),
        ),
        (
            "sqlite",
            "SELECT CONCAT(YEAR(sold_at), '-Q', QUARTER(sold_at)) AS q, COUNT(*) AS n FROM sales GROUP BY 1",
            (
                "SELECT STRFTIME('%Y', sold_at) || '-Q' || CAST((CAST(STRFTIME('%m', sold_at) AS INTEGER) + 2) / 3 "
                "AS INTEGER) AS quarter, COUNT(*) AS n FROM sales"
            ),
        ),
        (
            "mysql",
            "SELECT QUARTER(sold_at), COUNT(*) AS n FROM sales GROUP BY QUARTER(sold_at)",
            "SELECT CONCAT(YEAR(sold_at), '-Q', QUARTER(sold_at)) AS quarter, COUNT(*) AS n FROM sales",
        ),
    ],
)
def test_a_quarter_is_called_with_its_year(shop, dialect, written, held):
    catalog = dataclasses.replace(shop, dialect=dialect)
    tree = parse(written, dialect)

    hold_days(tree, catalog, "sales by quarter over the last two years")

    assert tree.sql(dialect).startswith(held)


def test_quarters_come_out_in_the_year_they_are_in(shop, tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'shop.db'}")
    tree = parse("SELECT QUARTER(sold_at) AS quarter, COUNT(*) AS n FROM sales GROUP BY quarter", "sqlite")
    hold_days(tree, shop, "sales by quarter")
    days = ["2025-01-01", "2025-03-31", "2025-12-31", "2026-01-01"]

    with engine.begin() as connection:
        connection.execute(text("INSERT INTO sales (sold_at) VALUES (:day)"), [{"day": day} for day in days])
        rows = connection.execute(text(tree.sql("sqlite"))).all()
    engine.dispose()

    assert [tuple(row) for row in rows] == [("2025-Q1", 2), ("2025-Q4", 1), ("2026-Q1", 1)]
