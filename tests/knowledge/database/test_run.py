"""How queries run: read-only, bounded, recorded."""

import sqlite3
import tracemalloc
from contextlib import closing

import pytest
from sqlalchemy import create_engine, text

from knowledge.database.guard import Guarded
from knowledge.database.run import Runner
from knowledge.errors import QueryTooLongError, RefusedSqlError, SqlError, UnavailableError
from knowledge.models.llm import StoppedError
from tests.knowledge.database.bank import ADMIN, build, guard

LONG = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) SELECT MAX(i) FROM n"


@pytest.fixture
def bank(tmp_path):
    return build(tmp_path / "bank.db")


@pytest.fixture
def attempts():
    return []


@pytest.fixture
def runner(bank, attempts):
    runner = Runner(f"sqlite:///{bank}", seconds=0.5, rows=10, size=5_000, audit=attempts.append)
    yield runner
    runner.close()


def unguarded(sql) -> Guarded:
    return Guarded(sql=sql, asked=sql, tables=(), columns=())


def test_a_guarded_query_returns_its_rows(runner):
    result = runner.run(guard(ADMIN).check("SELECT city, COUNT(*) AS n FROM branches GROUP BY city ORDER BY city"))

    assert result.table.columns == ("city", "n")
    assert result.table.rows == (("Bergen", 1), ("Oslo", 1), ("Riga", 1))
    assert not result.table.cut


def test_more_rows_than_fit_are_cut_and_said_to_be(runner):
    table = runner.run(guard(ADMIN).check("SELECT account_id FROM accounts")).table

    assert (len(table.rows), table.cut) == (10, True)


def test_more_bytes_than_fit_are_cut(runner):
    table = runner.run(unguarded("SELECT printf('%.2000c', 'x') AS wide FROM branches, staff")).table

    assert (len(table.rows), table.cut) == (2, True)


def test_a_query_that_runs_too_long_is_broken_off(runner):
    with pytest.raises(QueryTooLongError):
        runner.run(unguarded(LONG))


def test_a_query_ends_when_the_asker_says_stop(bank):
    runner = Runner(f"sqlite:///{bank}", seconds=60)

    with pytest.raises(StoppedError):
        runner.run(unguarded(LONG), stopped=lambda: True)
    runner.close()


def test_after_a_broken_query_the_next_one_runs(runner):
    with pytest.raises(QueryTooLongError):
        runner.run(unguarded(LONG))

    assert runner.run(unguarded("SELECT COUNT(*) FROM branches")).table.rows == ((3,),)


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM staff",
        "UPDATE staff SET salary = 0",
        "CREATE TABLE x (a INT)",
        "CREATE TEMP TABLE x (a INT)",
        "ATTACH DATABASE 'other.db' AS o",
        "PRAGMA query_only = OFF",
        "VACUUM INTO 'copy.db'",
        "DROP TABLE staff",
    ],
)
def test_the_session_changes_nothing_even_past_the_guard(runner, bank, sql):
    before = bank.read_bytes()

    with pytest.raises((RefusedSqlError, SqlError)):
        runner.run(unguarded(sql))
    assert bank.read_bytes() == before
    assert [each.name for each in bank.parent.iterdir()] == ["bank.db"]


def test_an_engine_that_may_write_is_not_used_for_reading(bank):
    engine = create_engine(f"sqlite:///{bank}")
    runner = Runner(engine)

    with pytest.raises((RefusedSqlError, SqlError)):
        runner.run(unguarded("DELETE FROM staff"))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT COUNT(*) FROM staff")).scalar() == 6
    runner.close()
    engine.dispose()


def test_what_the_database_does_not_understand_is_told_in_its_words(runner):
    with pytest.raises(SqlError) as caught:
        runner.run(unguarded("SELECT absent FROM branches"))

    assert "no such column: absent" in caught.value.repair


def test_a_database_that_is_not_there_is_said_to_be_missing(tmp_path):
    runner = Runner(f"sqlite:///{tmp_path / 'none.db'}")

    with pytest.raises(UnavailableError):
        runner.run(unguarded("SELECT 1"))
    assert not (tmp_path / "none.db").exists()
    runner.close()


def test_every_attempt_is_recorded(runner, attempts):
    runner.run(guard(ADMIN).check("SELECT name FROM staff"), user="U2", question="Who works here?")
    with pytest.raises(SqlError):
        runner.run(unguarded("SELECT absent"), user="U2")
    with pytest.raises(RefusedSqlError) as caught:
        guard().check("SELECT salary FROM staff")
    runner.refused("SELECT salary FROM staff", caught.value, user="U1")

    assert [(each.user, each.outcome, each.reason, each.rows) for each in attempts] == [
        ("U2", "ran", "", 6),
        ("U2", "failed", "Sql", 0),
        ("U1", "refused", "column", 0),
    ]
    assert attempts[0].question == "Who works here?"
    assert "LIMIT" in attempts[0].ran
    assert "LIMIT" not in attempts[0].asked


def test_cells_are_plain_and_of_bounded_length(runner, bank):
    with closing(sqlite3.connect(bank)) as connection, connection:
        connection.execute("INSERT INTO staff VALUES (99, x'ff41', 1, 2.5)")
    ran = runner.run(unguarded("SELECT name, salary, NULL AS gone FROM staff WHERE staff_id = 99"))

    assert ran.table.rows == (("\ufffdA", 2.5, None),)


def test_ten_million_rows_are_cut_without_being_held(bank):
    with closing(sqlite3.connect(bank)) as connection, connection:
        connection.execute("CREATE TABLE digit (d INTEGER)")
        connection.executemany("INSERT INTO digit VALUES (?)", [(each,) for each in range(10)])
        connection.execute(
            "CREATE VIEW ten_million AS SELECT a.d FROM digit a, digit b, digit c, digit d, digit e, digit f, digit g"
        )
    runner = Runner(f"sqlite:///{bank}", seconds=20)
    tracemalloc.start()

    table = runner.run(unguarded("SELECT d FROM ten_million")).table

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    runner.close()
    assert (len(table.rows), table.cut) == (1000, True)
    assert peak < 2_000_000
