"""What the guard lets through runs on a real server: as it would without, bounded, and changing nothing."""

import os
import threading
import time
from contextlib import closing

import pymysql
import pytest

from knowledge.database.demo import POLICY
from knowledge.database.guard import Guard, Guarded
from knowledge.database.policy import Policy
from knowledge.database.run import Runner
from knowledge.errors import QueryTooLongError, SqlError, TransientError, UnavailableError
from knowledge.evaluation.arena import PASSWORD, READER, Arena, admin, read, schema_of, seed_demo
from knowledge.evaluation.guard import OURS
from knowledge.evaluation.mariadb import private_server
from knowledge.models.llm import StoppedError
from knowledge.types import Asker

pytestmark = pytest.mark.mariadb

BANKER = Asker("U1", frozenset({"banker"}))


@pytest.fixture(scope="module")
def server():
    try:
        with private_server() as server:
            seed_demo(server, "demo")
            yield server
    except UnavailableError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def arena(server):
    with closing(Arena(server, "demo", Policy.load(POLICY), seconds=60)) as arena:
        yield arena


@pytest.fixture
def reader(server, arena):
    return server.of("demo", user=READER, password=PASSWORD)


@pytest.fixture
def runner(reader):
    runner = Runner(reader, seconds=20.0)
    yield runner
    runner.close()


@pytest.fixture(scope="module")
def guard(server):
    schema = schema_of(server.of("demo"))
    return Guard(schema, Policy.load(POLICY).check_against(schema).view(BANKER), dialect="mysql", database="demo")


def unguarded(sql) -> Guarded:
    return Guarded(sql=sql, asked=sql, tables=(), columns=())


def test_our_own_statements_end_as_they_must(arena):
    before = arena.checksum()

    found = [arena.judge(case) for case in read(OURS)]

    assert len(found) >= 60
    assert [(each.case.sql, each.wrong) for each in found if each.wrong] == []
    assert arena.checksum() == before


def test_only_guarded_selects_reach_the_server(server, arena, reader, guard):
    with closing(Runner(reader)) as runner:
        log_starts = server.log.stat().st_size
        checked = guard.check("SELECT region, COUNT(*) FROM branches GROUP BY region")
        runner.run(checked)
    said = server.log.read_text(encoding="utf-8", errors="replace")[log_starts:]
    statements = [line.split("Query\t", 1)[1] for line in said.splitlines() if "Query\t" in line]

    assert checked.sql in statements
    ours = (
        "SET ",
        "SELECT VERSION()",
        "SELECT @@",
        "SELECT DATABASE()",
        "SELECT 'test",
        "ROLLBACK",
        f"EXPLAIN {checked.sql}",
        "SHOW ",
    )
    assert [each for each in statements if not each.startswith(ours) and each != checked.sql] == []


@pytest.mark.parametrize("sql", ["DELETE FROM cards", "CREATE TABLE x (a INT)", "UPDATE staff SET salary = 0"])
def test_the_session_is_read_only_even_for_an_account_that_may_write(server, arena, sql):
    before = arena.checksum()

    with closing(Runner(server.of("demo"))) as runner, pytest.raises((SqlError, UnavailableError)):
        runner.run(unguarded(sql))
    assert arena.checksum() == before


def test_a_query_that_runs_too_long_is_broken_off_and_the_next_one_runs(reader):
    with closing(Runner(reader, seconds=3.0)) as runner:
        began = time.monotonic()
        with pytest.raises(QueryTooLongError):
            runner.run(unguarded("SELECT SLEEP(90)"))

        assert time.monotonic() - began < 60
        assert runner.run(unguarded("SELECT COUNT(*) FROM branches")).table.rows == ((9,),)


def test_a_query_is_killed_when_the_asker_says_stop(server, reader):
    stop = threading.Event()
    timer = threading.Timer(0.5, stop.set)
    timer.start()

    with closing(Runner(reader, seconds=30.0)) as runner, pytest.raises(StoppedError):
        runner.run(unguarded("SELECT SLEEP(30)"), stopped=stop.is_set)
    with closing(admin(server.url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP%'")
        assert cursor.fetchone() == (0,)


def test_a_query_that_would_read_too_much_is_not_begun(runner):
    wide = "SELECT COUNT(*) FROM transactions a, transactions b"

    with pytest.raises(QueryTooLongError, match="would read about"):
        runner.run(unguarded(wide))


def test_rows_and_bytes_are_cut(reader):
    with closing(Runner(reader, rows=7, size=300)) as runner:
        rows = runner.run(unguarded("SELECT account_id FROM accounts")).table
        wide = runner.run(unguarded("SELECT RPAD('x', 100, 'x') AS wide FROM accounts")).table

    assert (len(rows.rows), rows.cut) == (7, True)
    assert (len(wide.rows), wide.cut) == (3, True)


def test_cells_are_plain(runner):
    table = runner.run(
        unguarded("SELECT SUM(branch_id), MAX(opened_on), AVG(branch_id), NULL FROM branches WHERE branch_id < 3")
    ).table

    assert table.rows == ((3, "2006-03-05", 1.5, None),)


def test_a_database_that_is_down_is_a_passing_error():
    with closing(Runner("mysql+pymysql://nobody@127.0.0.1:1/none")) as runner, pytest.raises(TransientError):
        runner.run(unguarded("SELECT 1"))


def test_the_reader_may_not_write(reader):
    with closing(admin(reader)) as connection, connection.cursor() as cursor, pytest.raises(pymysql.OperationalError):
        cursor.execute("DELETE FROM cards")
