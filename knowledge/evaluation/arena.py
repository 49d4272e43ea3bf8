"""Put statements to the guard and, where they pass, to a real server, and see what becomes of them."""

import datetime as dt
import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymysql
import sqlglot
from pymysql.constants import CLIENT
from sqlalchemy import create_engine, inspect, make_url
from sqlalchemy.pool import NullPool
from sqlglot import exp

from knowledge.database.demo.build import build
from knowledge.database.guard import Guard
from knowledge.database.policy import Policy, Schema
from knowledge.database.run import Runner, plain
from knowledge.errors import QueryTooLongError, RefusedSqlError, SqlError, TransientError
from knowledge.evaluation.mariadb import Server
from knowledge.types import Asker

SECONDS, ROWS, SIZE = 6.0, 1_000, 2_000_000
DEMO_DAY = dt.date(2026, 11, 20)
DEMO_CUSTOMERS = 60
READER = "teller_reader"
PASSWORD = "read-only"  # noqa: S105 - of an account on a server that is gone in a moment.


@dataclass(frozen=True, slots=True)
class Case:
    """A statement and what must become of it: `reject`, `limit` or `allow`."""

    sql: str
    expect: str
    why: str = ""
    roles: tuple[str, ...] = ("banker",)


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of a case; `wrong` says what should not have happened."""

    case: Case
    outcome: str
    wrong: str = ""
    seconds: float = 0.0


class Arena:
    """A database of a server with the guard before it and a read-only account on it."""

    def __init__(self, server: Server, database: str, policy: Policy, *, seconds: float = SECONDS) -> None:
        """Judge on a database of the server; what is limited must end within `seconds`."""
        self._seconds = seconds
        self._database = database
        self._admin = server.of(database)
        self._schema = schema_of(self._admin)
        self._policy = policy.check_against(self._schema)
        make_reader(server, database)
        self._runner = Runner(server.of(database, user=READER, password=PASSWORD))

    def close(self) -> None:
        """Let go of the database."""
        self._runner.close()

    def checksum(self) -> list[Any]:
        """Return what changes when anything in the database does."""
        with closing(admin(self._admin)) as connection, connection.cursor() as cursor:
            cursor.execute("SHOW TABLES")
            tables = sorted(row[0] for row in cursor.fetchall())
            cursor.execute(f"CHECKSUM TABLE {', '.join(f'`{table}`' for table in tables)} EXTENDED")
            return list(cursor.fetchall())

    def judge(self, case: Case) -> Finding:
        """Put one statement to the guard and, where it passes, to the database."""
        guard = Guard(
            self._schema,
            self._policy.view(Asker("U0", frozenset(case.roles))),
            dialect="mysql",
            database=self._database,
        )
        try:
            guarded = guard.check(case.sql)
        except RefusedSqlError as error:
            return Finding(case, f"refused: {error.reason}", str(error) if case.expect == "allow" else "")
        if case.expect == "reject":
            return Finding(case, "let through", f"runs as {guarded.sql}")
        began = time.monotonic()
        try:
            table = self._runner.run(guarded).table
        except (QueryTooLongError, SqlError, TransientError) as error:
            seconds = time.monotonic() - began
            wrong = str(error) if case.expect == "allow" or seconds > self._seconds else ""
            return Finding(case, f"ended: {type(error).__name__}", wrong, seconds)
        seconds = time.monotonic() - began
        if case.expect == "limit":
            size = sum(len(str(cell).encode()) for row in table.rows for cell in row)
            fits = seconds <= self._seconds and len(table.rows) <= ROWS and size <= SIZE
            return Finding(
                case, "bounded", "" if fits else f"{seconds:.1f} s, {len(table.rows)} rows, {size} B", seconds
            )
        differs = _difference(table.rows, self._original(case.sql), cut=table.cut)
        if differs and self._is_a_tie(case.sql, table.rows):
            differs = ""
        return Finding(case, "ran", differs, seconds)

    def _is_a_tie(self, sql: str, rows: Sequence[tuple[Any, ...]]) -> bool:
        """Tell whether other rows of the same rank were taken: of those the server takes any, another each time."""
        tree = sqlglot.parse_one(sql, dialect="mysql")
        if not isinstance(tree, exp.Select) or not tree.args.get("limit") or not tree.args.get("order"):
            return False
        taken = self._original(sql)
        ranks = {each.this.output_name for each in tree.args["order"].expressions}
        at = [place for place, name in enumerate(tree.named_selects) if name in ranks]
        one, other = (Counter(tuple(row[place] for place in at) for row in each) for each in (rows, taken))
        tree.set("limit", None)
        return bool(at) and one == other and not _difference(rows, self._original(tree.sql("mysql")), cut=True)

    def _original(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(admin(self._admin)) as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return [tuple(map(plain, row)) for row in cursor.fetchall()]


def read(path: Path) -> Iterator[Case]:
    """Yield the cases of a file, one JSON object a line."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            row = json.loads(line)
            yield Case(row["sql"], row["expect"], row.get("why", ""), tuple(row.get("roles", ("banker",))))


def seed_demo(server: Server, database: str) -> None:
    """Make a database with a small demo bank."""
    with closing(admin(server.url)) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE `{database}` CHARACTER SET utf8mb4")
    engine = create_engine(server.of(database), poolclass=NullPool)
    build(engine, today=DEMO_DAY, customers=DEMO_CUSTOMERS)
    engine.dispose()


def schema_of(url: str) -> Schema:
    """Return the tables of a database."""
    engine = create_engine(url, poolclass=NullPool)
    look = inspect(engine)
    schema = {
        table: {column["name"]: str(column["type"]) for column in look.get_columns(table)}
        for table in look.get_table_names()
    }
    engine.dispose()
    return schema


def make_reader(server: Server, database: str) -> None:
    """Make the account that may only read one database."""
    with closing(admin(server.url)) as connection, connection.cursor() as cursor:
        for host in ("localhost", "%"):
            cursor.execute(f"CREATE USER IF NOT EXISTS {READER}@'{host}' IDENTIFIED BY '{PASSWORD}'")
            cursor.execute(f"GRANT SELECT ON `{database}`.* TO {READER}@'{host}'")


def admin(url: str) -> "pymysql.connections.Connection[pymysql.cursors.Cursor]":
    """Return a plain connection that may do everything, several statements at a time."""
    at = make_url(url)
    return pymysql.connect(
        host=at.host or "localhost",
        port=at.port or 3306,
        unix_socket=str(at.query["unix_socket"]) if "unix_socket" in at.query else None,
        user=at.username or "root",
        password=at.password or "",
        database=at.database,
        charset="utf8mb4",
        client_flag=CLIENT.MULTI_STATEMENTS,
        autocommit=True,
    )


def run_script(url: str, script: str) -> None:
    """Run a file of statements."""
    with closing(admin(url)) as connection, connection.cursor() as cursor:
        cursor.execute(script)
        while cursor.nextset():
            pass


def _difference(got: Sequence[tuple[Any, ...]], wanted: Sequence[tuple[Any, ...]], *, cut: bool) -> str:
    """Say how the rows differ, order apart; of a result that was cut, every row must be one of the original's."""
    here, there = Counter(map(repr, got)), Counter(map(repr, wanted))
    if here == there or (cut and not here - there):
        return ""
    odd = next(iter((here - there) | (there - here)))
    return f"{len(got)} rows and not {len(wanted)}, as {odd}"
