"""What a term with a definition asks of a query."""

import pytest

from knowledge.database.definitions import (
    Definition,
    count_as_defined,
    definitions,
    left_undefined,
    rank_as_defined,
)
from knowledge.database.dialect import parse

RANK = Definition("CR", "customer rank by total amount, with rank 1 being the customer with the highest total amount")
WITHIN = Definition("BR", "a branch's rank within its city by number of accounts, the fewest having rank 1")
COUNT = Definition("TSC", "Total Sales Count.")
TOTALS = "SELECT name, COUNT(*) AS payments, SUM(amount) AS total FROM payments GROUP BY name ORDER BY total DESC"


def test_only_terms_that_a_question_uses_are_definitions():
    rules = ("CR = customer rank", "ACP = average closing price", "Match names by LIKE.", "Total = sum of all")

    assert definitions(rules, "Return the name and CR, and the Total") == [Definition("CR", "customer rank")]


@pytest.mark.parametrize(
    ("defined", "written", "held"),
    [
        (
            RANK,
            TOTALS,
            (
                "SELECT name, COUNT(*) AS payments, SUM(amount) AS total, RANK() OVER (ORDER BY SUM(amount) DESC) "
                "AS CR FROM payments GROUP BY name ORDER BY total DESC"
            ),
        ),
        (
            WITHIN,
            "SELECT branch, city, COUNT(*) AS accounts, MIN(city) AS BR FROM accounts GROUP BY branch, city",
            (
                "SELECT branch, city, COUNT(*) AS accounts, RANK() OVER (PARTITION BY city ORDER BY COUNT(*)) AS BR "
                "FROM accounts GROUP BY branch, city"
            ),
        ),
        (WITHIN, "SELECT branch, COUNT(*) AS accounts FROM a GROUP BY branch", None),  # It does not have the city.
        (RANK, "SELECT name FROM payments", None),
        (
            RANK,
            "SELECT name, SUM(amount) AS total, ROW_NUMBER() OVER (ORDER BY SUM(amount)) AS CR FROM p GROUP BY name",
            None,
        ),
        (COUNT, TOTALS, None),
    ],
)
def test_a_rank_is_shown_as_it_is_defined(defined, written, held):
    tree = parse(written, "sqlite")

    rank_as_defined(tree, [defined])

    assert tree.sql("sqlite") == parse(held or written, "sqlite").sql("sqlite")


@pytest.mark.parametrize(
    ("text", "written", "held"),
    [
        ("Total Sales Count.", "SELECT SUM(price) AS TSC FROM sales", "SELECT COUNT(*) AS TSC FROM sales"),
        ("count of sales / days", "SELECT SUM(price) AS TSC FROM sales", "SELECT SUM(price) AS TSC FROM sales"),
        ("total sales", "SELECT SUM(price) AS TSC FROM sales", "SELECT SUM(price) AS TSC FROM sales"),
        ("Total Sales Count.", "SELECT SUM(price) AS paid FROM sales", "SELECT SUM(price) AS paid FROM sales"),
    ],
)
def test_what_is_defined_as_a_count_is_counted(text, written, held):
    tree = parse(written, "sqlite")

    count_as_defined(tree, [Definition("TSC", text)])

    assert tree.sql("sqlite") == parse(held, "sqlite").sql("sqlite")


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("SELECT COUNT(*) AS n FROM patients WHERE gender = 'Female'", ("PIC",)),
        ("SELECT COUNT(*) AS PIC FROM patients", ()),
        ("SELECT COUNT(*) AS patient_count FROM patients WHERE insured = 'private'", ()),
    ],
)
def test_a_term_that_is_worked_out_nowhere_is_told(written, left):
    tree = parse(written, "sqlite")

    assert left_undefined(tree, [Definition("PIC", "private insured patient count.")]) == left
