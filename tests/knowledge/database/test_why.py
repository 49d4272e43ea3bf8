"""Why a row of the last result is high or low: where the difference lies, told by rule and without a model."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from knowledge.database import demo
from knowledge.database.analyst import Analyst
from knowledge.database.catalog import read_catalog
from knowledge.database.demo import tables as demo_tables
from knowledge.database.guard import Guard
from knowledge.database.policy import Policy
from knowledge.database.run import Runner
from knowledge.database.why.asked import Wondered, wondered
from knowledge.database.why.meant import compare, named
from knowledge.database.why.points import axis_of
from knowledge.database.why.query import read_grouped
from knowledge.database.why.split import reaches, split_query
from knowledge.models.llm import StoppedError
from knowledge.types import Asker, Question, Table, Turn
from tests.knowledge.conftest import ScriptedModel

TODAY = dt.date(2026, 11, 22)
BANKER = Asker("U1", frozenset({"banker"}))
LAWYER = Asker("U2", frozenset({"lawyer"}))
MONTH = "STRFTIME('%Y-%m', received_on)"
BY_MONTH = (
    "SELECT STRFTIME('%Y-%m', received_on) AS month, COUNT(*) AS complaints FROM complaints "
    "WHERE received_on >= '2026-01-01' GROUP BY 1"
)
BY_BRANCH = (
    "SELECT b.name, COUNT(*) AS n FROM complaints c JOIN branches b ON b.branch_id = c.branch_id GROUP BY b.name"
)
DEMO = Path(demo.__file__).parent
# Month, topic, severity, branch, how many: in May the app is out.
RECEIVED = [
    ("2026-03-04", "fees", "low", 1, 10),
    ("2026-03-05", "app", "low", 2, 10),
    ("2026-04-04", "fees", "low", 1, 11),
    ("2026-04-05", "app", "high", 2, 9),
    ("2026-05-04", "fees", "low", 1, 12),
    ("2026-05-05", "app", "low", 2, 9),
    ("2026-05-06", "outage", "high", 1, 20),
    ("2026-05-07", "outage", "low", 2, 20),
    ("2026-11-02", "fees", "low", 1, 11),
]


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    """Return the URL of a bank with the demo bank's tables and a few complaints."""
    url = f"sqlite:///{tmp_path_factory.mktemp('why') / 'bank.db'}"
    engine = create_engine(url)
    demo_tables.bank.create_all(engine)
    with engine.begin() as connection:
        for number, name, city in ((1, "Oslo Harbour", "Oslo"), (2, "Bergen Bryggen", "Bergen"), (3, "Hamar", "Hamar")):
            connection.execute(
                text("INSERT INTO branches VALUES (:number, :name, :city, 'East', '2001-01-01', NULL)"),
                {"number": number, "name": name, "city": city},
            )
        number = 0
        for day, topic, severity, branch, count in RECEIVED:
            for _ in range(count):
                number += 1
                connection.execute(
                    text(
                        "INSERT INTO complaints "
                        "VALUES (:number, 1, :branch, NULL, :day, NULL, :topic, :severity, :number, '')"
                    ),
                    {"number": number, "branch": branch, "day": day, "topic": topic, "severity": severity},
                )
    engine.dispose()
    return url


@pytest.fixture(scope="module")
def catalog(bank):
    engine = create_engine(bank)
    yield read_catalog(engine, semantics=DEMO / "semantics.yaml")
    engine.dispose()


@pytest.fixture
def attempts():
    return []


@pytest.fixture
def analyst(catalog, bank, attempts):
    runner = Runner(bank, audit=attempts.append)
    yield Analyst(catalog, Policy.load(demo.POLICY), runner, ScriptedModel(), today=lambda: TODAY)
    runner.close()


def ask(
    analyst, said, *, sql=BY_MONTH, before="How many complaints were received by month this year?", asker=BANKER, **more
):
    return analyst.answer(Question(said, asker=asker, thread=(Turn(before, "…", sql=sql),)), **more)


@pytest.mark.parametrize(
    "said",
    [
        "why so low in May?",
        "Why is Oslo so much higher?",
        "what explains the drop in March?",
        "where does the rise come from?",
        "what drove that?",
        "And why's that?",
        "how come it fell?",
        "what is the reason for the increase?",
    ],
)
def test_a_question_for_the_reason_is_known_as_one(said):
    assert wondered(said) is not None


@pytest.mark.parametrize(
    "said", ["and only for Oslo?", "what is the average?", "How many complaints in May?", "as a line"]
)
def test_another_question_is_none(said):
    assert wondered(said) is None


def test_a_premise_that_does_not_hold_is_put_right_before_the_rise_is_explained(analyst):
    answer = ask(analyst, "why so low in May?")

    assert answer.text.startswith("May 2026 is not low: with 61 it is the highest of 4 months.")
    assert "61 complaints, 41 more than April 2026 (20), where the other 3 months average 17" in answer.text
    assert "outage accounts for 40 of the 41 more" in answer.text
    assert answer.text.endswith("not what caused it.")


def test_the_parts_stand_in_the_table_with_their_share_and_are_drawn(analyst):
    answer = ask(analyst, "why so high in May?")

    assert answer.table.columns == (
        "topic",
        "May 2026",
        "April 2026",
        "difference",
        "share of the difference in percent",
    )
    assert answer.table.rows[0] == ("outage", 40, 0, 40, 97.6)
    assert sum(row[3] for row in answer.table.rows) == 41
    assert answer.chart["kind"] == "bar"
    assert answer.chart["categories"][0] == "outage"


def test_what_is_shown_is_a_query_that_gives_those_rows_again(analyst):
    answer = ask(analyst, "why so high in May?")

    again = analyst.run(Question("x", asker=BANKER), answer.sql)

    assert [row[:4] for row in answer.table.rows] == list(again.table.rows)
    assert "May 2026 against April 2026" in answer.filters


@pytest.mark.parametrize("said", ["what drove that?", "where does the rise come from?", "why the increase?"])
def test_without_a_name_the_largest_step_is_meant(analyst, said):
    assert ask(analyst, said).text.startswith("May 2026: 61 complaints, 41 more than April 2026")


def test_a_period_that_is_not_over_is_said_to_be_so(analyst):
    answer = ask(analyst, "why so low in November?")

    assert "November 2026 is not over yet: it holds 22 of 30 days, 0.5 a day" in answer.text


def test_a_month_without_a_year_is_understood_too(analyst):
    sql = BY_MONTH.replace(MONTH, "CAST(STRFTIME('%m', received_on) AS INTEGER)")

    assert ask(analyst, "why so high in may?", sql=sql).text.startswith("May: 61 complaints, 41 more than April (20)")


def test_a_group_is_held_against_the_average_of_the_others(analyst):
    sql = BY_BRANCH.replace("GROUP", "WHERE c.topic <> 'app' GROUP")

    answer = ask(analyst, "why is Oslo so much higher?", sql=sql, before="complaints by branch")

    assert answer.text.startswith("Oslo Harbour: 64 complaints, 44 more than Bergen Bryggen (20)")
    assert answer.table.columns[0] == "topic"
    assert answer.table.rows[0][:4] == ("fees", 44, 0, 44)


def test_a_value_that_is_called_low_may_be_high(analyst):
    sql = "SELECT severity, COUNT(*) AS n FROM complaints GROUP BY severity"

    answer = ask(analyst, "why is low so high?", sql=sql, before="complaints by severity")

    assert answer.text.startswith("low: 83 complaints, 54 more than high (29)")


def test_the_month_of_this_year_is_that_month(analyst):
    assert ask(analyst, "why so high in May this year?").text.startswith("May 2026: 61 complaints")


def test_one_row_is_held_against_the_one_that_is_named(analyst):
    answer = ask(analyst, "why is May higher than March?")

    assert "41 more than March 2026 (20)" in answer.text


def test_each_query_sees_what_the_asker_sees_and_is_audited(analyst, attempts):
    answer = ask(analyst, "why so high in May?", asker=LAWYER)

    assert "May 2026: 20 complaints, 11 more than April 2026 (9)" in answer.text
    assert 3 <= len(attempts) <= 7
    assert all("IN ('medium', 'high')" in each.ran for each in attempts)
    assert {each.user for each in attempts if "MAX" not in each.ran} == {"U2"}


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT COUNT(*) FROM complaints",
        "SELECT complaint_id, topic FROM complaints",
        "WITH m AS (SELECT topic FROM complaints) SELECT topic, COUNT(*) FROM m GROUP BY topic",
    ],
)
def test_a_result_that_has_no_parts_is_not_taken_apart(analyst, sql):
    answer = ask(analyst, "why so low?", sql=sql, before="complaints")

    assert answer.refused
    assert "Ask for one first" in answer.text


def test_an_average_is_compared_and_not_split(analyst):
    sql = BY_MONTH.replace("COUNT(*) AS complaints", "AVG(compensation) AS compensation")

    answer = ask(analyst, "why so low in May?", sql=sql)

    assert not answer.refused
    assert "not the sum of its parts" in answer.text


def test_a_period_or_a_value_that_the_result_does_not_hold_is_not_guessed(analyst):
    assert "no row for that; it goes from March 2026" in ask(analyst, "why so low in March 2019?").text
    assert "no row for that" in ask(analyst, "why so low in the first quarter?").text
    assert "no row for Hamar" in ask(analyst, "why is Hamar so low?").text


def test_what_the_result_is_not_about_is_not_explained(analyst):
    assert ask(analyst, "why do we have staff at all?").refused


def test_nothing_personal_masked_or_long_tells_a_difference(catalog):
    grouped = read_grouped(BY_MONTH, catalog, "")

    told = {
        each.column.full for reach in reaches(grouped, catalog, {("branches", "name")}) for each in reach.dimensions
    }

    assert told == {"complaints.topic", "complaints.severity", "branches.city"}


def test_a_join_to_what_is_no_key_is_never_added(catalog):
    grouped = read_grouped("SELECT b.region, COUNT(*) AS n FROM branches b GROUP BY b.region", catalog, "")

    assert {each.column.table for reach in reaches(grouped, catalog, ()) for each in reach.dimensions} == {"branches"}


def test_who_stops_is_not_kept_waiting(analyst):
    with pytest.raises(StoppedError):
        ask(analyst, "why so high in May?", stopped=lambda: True)


def test_the_break_down_is_written_for_mariadb_too(catalog):
    mysql = replace(catalog, dialect="mysql")
    table = Table(("month", "complaints"), (("2026-04", 20), ("2026-05", 61)))
    grouped = read_grouped(BY_MONTH.replace(MONTH, "DATE_FORMAT(received_on, '%Y-%m')"), mysql, "")
    axis = axis_of(grouped, table, "")
    compared = compare(Wondered(1, False, "May"), axis, named("in May", axis, TODAY), (), today=TODAY)
    reach = reaches(grouped, mysql, ())[0]
    query = split_query(
        grouped, axis, compared, reach, reach.dimensions[:1], table=table, names=("May 2026", "April 2026")
    )

    view = Policy.load(demo.POLICY).check_against(mysql.schema).view(BANKER)
    guarded = Guard(mysql.schema, view, dialect="mysql").check(query.sql("mysql"))

    assert "AS `May 2026`" in guarded.sql
