"""Whose days a query asks for."""

import dataclasses
import datetime as dt

import pytest
from sqlalchemy import create_engine, text

from knowledge.database.catalog import read_catalog
from knowledge.database.dialect import parse
from knowledge.database.periods import periods
from knowledge.database.semantics import Metric
from knowledge.database.timing import hold_days
from knowledge.database.whose import as_it_stands

TODAY = dt.date(2025, 11, 22)
MADE = """
CREATE TABLE clerks (clerk_id INTEGER PRIMARY KEY, name TEXT, birth_date DATE, hire_date DATE, left_on DATE);
CREATE TABLE sales (sale_id INTEGER PRIMARY KEY, clerk_id INTEGER REFERENCES clerks (clerk_id), sale_date DATE,
  sold_at DATETIME, amount REAL);
CREATE TABLE returns (return_id INTEGER PRIMARY KEY, sale_id INTEGER REFERENCES sales (sale_id), handed_in DATE)
"""
OF_CLERKS = "SELECT SUM(s.amount) AS total FROM clerks AS c JOIN sales AS s ON s.clerk_id = c.clerk_id WHERE "


@pytest.fixture
def shop(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'shop.db'}")
    with engine.begin() as connection:
        for statement in MADE.split(";"):
            connection.execute(text(statement))
    catalog = read_catalog(engine)
    dated = {"clerks": dataclasses.replace(catalog.relations["clerks"], date="hire_date")}
    yield dataclasses.replace(catalog, relations={**catalog.relations, **dated})
    engine.dispose()


@pytest.mark.parametrize(
    ("question", "written", "held"),
    [
        (
            "What did each clerk sell in the past 30 days?",
            (
                "SELECT c.name, SUM(s.amount) AS total FROM clerks AS c JOIN sales AS s ON s.clerk_id = c.clerk_id "
                "WHERE c.hire_date >= DATE('now', '-30 days') GROUP BY c.name"
            ),
            (
                "SELECT c.name, SUM(s.amount) AS total FROM clerks AS c JOIN sales AS s ON s.clerk_id = c.clerk_id "
                "WHERE s.sale_date >= DATE('now', '-30 days') GROUP BY c.name"
            ),
        ),
        (
            "How much came of sales by Ann last week?",
            (
                "SELECT SUM(amount) AS total FROM sales WHERE clerk_id IN "
                "(SELECT clerk_id FROM clerks WHERE name = 'Ann' AND hire_date >= '2025-11-10')"
            ),
            (
                "SELECT SUM(amount) AS total FROM sales WHERE clerk_id IN "
                "(SELECT clerk_id FROM clerks WHERE name = 'Ann') AND sales.sale_date >= '2025-11-10'"
            ),
        ),
        (  # A return is no attribute of its sale, though the question counts sales by their name.
            "Which clerks had the most sales returned in the past 30 days?",
            (
                "SELECT c.name, COUNT(*) AS n FROM sales AS s JOIN returns AS r ON r.sale_id = s.sale_id "
                "JOIN clerks AS c ON s.clerk_id = c.clerk_id WHERE r.handed_in >= DATE('now', '-30 days') "
                "GROUP BY c.name"
            ),
            (
                "SELECT c.name, COUNT(*) AS n FROM sales AS s JOIN returns AS r ON r.sale_id = s.sale_id "
                "JOIN clerks AS c ON s.clerk_id = c.clerk_id WHERE r.handed_in >= DATE('now', '-30 days') "
                "GROUP BY c.name"
            ),
        ),
        (
            "How many sales did the clerk Ann make in the last 6 months?",
            (
                "SELECT COUNT(*) AS n FROM sales WHERE clerk_id = (SELECT clerk_id FROM clerks WHERE name = 'Ann' "
                "AND birth_date >= DATE('now', '-6 months'))"
            ),
            (
                "SELECT COUNT(*) AS n FROM sales WHERE clerk_id = (SELECT clerk_id FROM clerks WHERE name = 'Ann') "
                "AND sales.sale_date >= DATE('now', '-6 months')"
            ),
        ),
        (
            "How many sales were made by clerks from Oslo last week?",
            (
                "SELECT COUNT(s.sale_id) AS n FROM sales AS s JOIN clerks AS c ON s.clerk_id = c.clerk_id "
                "WHERE c.hire_date >= '2025-11-10' AND c.hire_date < '2025-11-17'"
            ),
            (
                "SELECT COUNT(s.sale_id) AS n FROM sales AS s JOIN clerks AS c ON s.clerk_id = c.clerk_id "
                "WHERE s.sale_date >= '2025-11-10' AND s.sale_date < '2025-11-17'"
            ),
        ),
        (
            "What did clerks sell by month in the last 12 months?",
            (
                "SELECT STRFTIME('%Y-%m', c.birth_date) AS month, SUM(s.amount) AS total FROM sales AS s "
                "JOIN clerks AS c ON s.clerk_id = c.clerk_id WHERE c.birth_date >= DATE('now', '-12 months') "
                "GROUP BY month"
            ),
            (
                "SELECT STRFTIME('%Y-%m', s.sale_date) AS month, SUM(s.amount) AS total FROM sales AS s "
                "JOIN clerks AS c ON s.clerk_id = c.clerk_id WHERE s.sale_date >= DATE('now', '-12 months') "
                "GROUP BY month"
            ),
        ),
        (
            "What do clerks sell per year?",
            (
                "SELECT STRFTIME('%Y', c.hire_date) AS year, SUM(s.amount) AS total FROM sales AS s "
                "JOIN clerks AS c ON s.clerk_id = c.clerk_id GROUP BY STRFTIME('%Y', c.hire_date)"
            ),
            (
                "SELECT STRFTIME('%Y', s.sale_date) AS year, SUM(s.amount) AS total FROM sales AS s "
                "JOIN clerks AS c ON s.clerk_id = c.clerk_id GROUP BY STRFTIME('%Y', s.sale_date)"
            ),
        ),
        (  # The months of the day that is spoken of.
            "What did clerks sell by the month in which they were hired?",
            (
                "SELECT STRFTIME('%Y-%m', c.hire_date) AS month, SUM(s.amount) AS total FROM sales AS s "
                "JOIN clerks AS c ON s.clerk_id = c.clerk_id GROUP BY STRFTIME('%Y-%m', c.hire_date)"
            ),
            (
                "SELECT STRFTIME('%Y-%m', c.hire_date) AS month, SUM(s.amount) AS total FROM sales AS s "
                "JOIN clerks AS c ON s.clerk_id = c.clerk_id GROUP BY STRFTIME('%Y-%m', c.hire_date)"
            ),
        ),
        (
            "Who made the latest sale of March 2025?",
            (
                "SELECT c.name FROM clerks AS c JOIN sales AS s ON s.clerk_id = c.clerk_id WHERE s.sale_date = "
                "(SELECT MAX(sale_date) FROM sales WHERE c.hire_date >= '2025-03-01' AND c.hire_date < '2025-04-01')"
            ),
            (
                "SELECT c.name FROM clerks AS c JOIN sales AS s ON s.clerk_id = c.clerk_id WHERE s.sale_date = "
                "(SELECT MAX(sale_date) FROM sales WHERE sale_date >= '2025-03-01' AND sale_date < '2025-04-01')"
            ),
        ),
        (  # Somebody did speak of the other day.
            "What did clerks sell who were hired in the past 30 days?",
            (
                "SELECT SUM(s.amount) AS total FROM clerks AS c JOIN sales AS s ON s.clerk_id = c.clerk_id "
                "WHERE c.hire_date >= DATE('now', '-30 days')"
            ),
            (
                "SELECT SUM(s.amount) AS total FROM clerks AS c JOIN sales AS s ON s.clerk_id = c.clerk_id "
                "WHERE c.hire_date >= DATE('now', '-30 days')"
            ),
        ),
    ],
)
def test_the_days_are_those_of_what_is_totalled(shop, question, written, held):
    tree = parse(written, shop.dialect)

    hold_days(tree, shop, question, periods(question, TODAY))

    assert tree.sql(shop.dialect) == held


@pytest.mark.parametrize(
    ("question", "days"),
    [
        ("How much did clerks over 60 sell?", "c.birth_date <= '1965-11-22'"),
        ("How much did clerks over 60 sell in 2024?", "c.birth_date <= '1964-12-31'"),
        ("What is the turnover of those of the class of 2001 in 2024?", "c.birth_date >= '2024-01-01'"),
        ("How much was sold by clerks recruited before 2020?", "c.hire_date < '2020-01-01'"),
        ("How much came of clerks recruited in 2024?", "c.hire_date >= '2024-01-01' AND c.hire_date < '2025-01-01'"),
        ("What came of sales by people taken on last year?", "c.hire_date BETWEEN '2024-01-01' AND '2024-12-31'"),
        ("What did the clerks who came to us in the past 30 days sell?", "c.hire_date >= DATE('now', '-30 days')"),
        ("What did clerks sell in the past 30 days?", "c.hire_date >= DATE('now', '-5 years')"),
    ],
)
def test_days_stay_by_which_those_are_told_apart_to_whom_the_total_belongs(shop, question, days):
    tree = parse(OF_CLERKS + days, shop.dialect)

    hold_days(tree, shop, question, periods(question, TODAY))

    assert tree.sql(shop.dialect) == OF_CLERKS + days


@pytest.mark.parametrize(
    ("question", "days"),
    [
        ("How much came of clerks in 2024?", "{} >= '2024-01-01' AND {} < '2025-01-01'"),
        ("How much did clerks sell in 2024?", "{} BETWEEN '2024-01-01' AND '2024-12-31'"),
        ("What is the amount of sales made in 2024, over all clerks?", "{} >= '2024-01-01' AND {} < '2025-01-01'"),
        ("How much have clerks turned over this month?", "{} >= DATE('now', 'start of month')"),
        ("How much have clerks turned over this month?", "{} BETWEEN '2025-11-01' AND '2025-11-22'"),
        ("How much have clerks sold in the past 2 weeks?", "{} >= DATE('now', '-14 days')"),
    ],
)
def test_a_period_that_is_spoken_of_is_that_of_the_total(shop, question, days):
    tree = parse(OF_CLERKS + days.format("c.hire_date", "c.hire_date"), shop.dialect)

    hold_days(tree, shop, question, periods(question, TODAY))

    assert tree.sql(shop.dialect) == OF_CLERKS + days.format("s.sale_date", "s.sale_date")


@pytest.mark.parametrize(
    ("question", "level", "days"),
    [
        ("stock by clerk this quarter", True, ""),
        ("stock by clerk this quarter", False, " WHERE sale_date >= '2025-10-01'"),
        ("stock of what was on sale this quarter", True, " WHERE sale_date >= '2025-10-01'"),
        ("stock by clerk in 2024", True, ""),
    ],
)
def test_what_is_known_only_as_it_stands_is_narrowed_down_by_no_period(shop, question, level, days):
    stock = Metric("stock", "sales", "SUM(sales.amount)", "what is there", level=level)
    written = days or {"2024": " WHERE STRFTIME('%Y', sale_date) = '2024'"}.get(question[-4:], "")
    written = written or " WHERE sale_date >= '2025-10-01'"
    tree = parse(f"SELECT clerk_id, SUM(amount) AS n FROM sales{written} GROUP BY clerk_id", "sqlite")  # noqa: S608

    as_it_stands(tree, shop, [stock], question, periods(question, TODAY))

    assert tree.sql("sqlite") == f"SELECT clerk_id, SUM(amount) AS n FROM sales{days} GROUP BY clerk_id"  # noqa: S608


@pytest.mark.parametrize(
    ("question", "days"),
    [
        ("number of clerks over 60 years old", "birth_date < '1965-11-22'"),
        ("number of clerks over 60 years old this year", "birth_date < '1965-11-22'"),
        ("number of clerks who came in 2024", "hire_date >= '2024-01-01' AND hire_date < '2025-01-01'"),
        ("number of clerks we won last month", "hire_date >= '2025-10-01' AND hire_date < '2025-11-01'"),
        ("number of new clerks in 2024", "hire_date BETWEEN '2024-01-01' AND '2024-12-31'"),
        ("number of clerks won per year", "hire_date >= '2020-01-01'"),
        ("number of clerks by the last to come", "hire_date = (SELECT MAX(hire_date) FROM clerks)"),
    ],
)
def test_days_stay_by_which_those_are_told_apart_whose_number_is_known_as_it_stands(shop, question, days):
    headcount = Metric("headcount", "clerks", "COUNT(*)", "who is here", level=True)
    tree = parse(f"SELECT COUNT(*) AS n FROM clerks WHERE {days}", "sqlite")  # noqa: S608

    as_it_stands(tree, shop, [headcount], question, periods(question, TODAY))

    assert tree.sql("sqlite") == f"SELECT COUNT(*) AS n FROM clerks WHERE {days}"  # noqa: S608
