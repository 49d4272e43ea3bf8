"""The age that a question speaks of, and the day of birth that a query asks for."""

import dataclasses
import re

import pytest
from sqlalchemy import create_engine, text

from knowledge.database.ages import Age, ages, hold_ages
from knowledge.database.catalog import read_catalog
from knowledge.database.dialect import parse

READ = "SELECT COUNT(*) AS n FROM clients AS c WHERE "


@pytest.fixture
def catalog(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'clients.db'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE clients (id INTEGER, birth_date DATE, joined DATE, city TEXT)"))
    yield read_catalog(engine)
    engine.dispose()


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("number of customers over 60 years old", Age(over=60)),
        ("clients older than 60 by city", Age(over=60)),
        ("customers over the age of 75 in Oslo", Age(over=75)),
        ("average balance of customers under 35", Age(below=35)),
        ("customers 65 and over", Age(least=65)),
        ("at least 18 years old", Age(least=18)),
        ("clients no older than 25", Age(below=26)),
        ("customers between 30 and 40 years old", Age(least=30, below=41)),
        ("25-34 year olds by city", Age(least=25, below=35)),
        ("customers aged 40", Age(least=40, below=41)),
    ],
)
def test_an_age_is_understood(question, meant):
    assert ages(question) == [meant]


@pytest.mark.parametrize(
    "question",
    ["customers with over 60 loans", "more than 60 days late", "over 60 %", "since 2024", "under 1,000 in fees"],
)
def test_other_numbers_are_no_age(question):
    assert ages(question) == []


@pytest.mark.parametrize(
    ("question", "written", "held"),
    [
        ("Clients over 60", "c.birth_date < '1960-01-01'", "c.birth_date < DATE('now', '-60 years')"),
        ("Clients over 60", "c.birth_date > '1966-01-01'", "c.birth_date < DATE('now', '-60 years')"),
        ("Clients under 30", "c.birth_date >= DATE('now', '-31 years')", "c.birth_date > DATE('now', '-30 years')"),
        (
            "Clients aged 18 to 25 with us",
            "c.city = '' AND c.birth_date >= '2000-01-01' AND c.birth_date < '2008-01-01'",
            "c.city = '' AND (c.birth_date <= DATE('now', '-18 years') AND c.birth_date > DATE('now', '-26 years'))",
        ),
        ("Clients aged 18 to 25", "c.birth_date BETWEEN '2000-01-01' AND '2007-12-31'", None),
        ("Clients 65 or older", "CAST(STRFTIME('%Y', c.birth_date) AS INTEGER) < 1960", None),
    ],
)
def test_the_day_of_birth_is_counted_from_today(catalog, question, written, held):
    tree = parse(READ + written, "sqlite")

    changed = hold_ages(tree, catalog, question)

    assert changed
    asked = tree.args["where"].this.sql("sqlite")
    if held is None:
        assert "DATE('now'" in asked
        assert not re.search(r"19\d\d|20\d\d", asked)
    else:
        assert asked == held


@pytest.mark.parametrize(
    ("question", "written"),
    [
        ("Clients over 60", "c.joined < '1960-01-01'"),
        ("Clients born before 1960", "c.birth_date < '1960-01-01'"),
        ("Clients over 60 or under 18", "c.birth_date < '1960-01-01' OR c.birth_date > '2008-01-01'"),
        ("Clients over 60", "(JULIANDAY('now') - JULIANDAY(c.birth_date)) / 365.25 > 60"),
        ("Clients over 60 or in Oslo", "c.birth_date < '1960-01-01' OR c.city = 'Oslo'"),
    ],
)
def test_what_is_no_single_age_or_is_worked_out_stays(catalog, question, written):
    tree = parse(READ + written, "sqlite")

    assert hold_ages(tree, catalog, question) == []
    assert tree.sql("sqlite") == parse(READ + written, "sqlite").sql("sqlite")


def test_an_age_is_counted_as_mysql_counts(catalog):
    tree = parse(READ + "c.birth_date < '1960-01-01'", "mysql")

    hold_ages(tree, dataclasses.replace(catalog, dialect="mysql"), "Clients over 60")

    assert "c.birth_date < DATE_SUB(CURRENT_DATE, INTERVAL" in tree.sql("mysql")
