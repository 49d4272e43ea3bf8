"""Connect to the bank's data so that nothing can be changed there, and break off what takes too long."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pymysql
from sqlalchemy import create_engine, event, make_url
from sqlalchemy.engine import Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

READ_ONLY = "teller_read_only"
SECONDS = 4.5  # With what it takes to break a query off, an asker waits less than six.
MEMORY = 256 * 2**20  # Bytes that MariaDB may use for one session.
CELL = 8_000_000  # Bytes of the longest text that SQLite may make.
_NO_SUCH_THREAD = 1094  # MySQL: the query has ended by itself.
_LOOK = 0.1  # Seconds between two looks at the clock and at whether the asker said stop.
_STEPS = 5_000  # Instructions of SQLite's machine between two such looks.

# What SQLite may do while a query runs: select, read columns, call functions, repeat.
_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})


def connect_bank(url: str, *, seconds: float = SECONDS) -> Engine:
    """Return an engine for the bank's data whose sessions are read-only and bounded in time."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        path = Path(address.database or "").absolute()
        read_only = f"sqlite:///file:{quote(str(path))}?mode=ro&uri=true"
        engine = create_engine(read_only, hide_parameters=True, execution_options={READ_ONLY: True})
        event.listen(engine, "connect", _prepare_sqlite)
        return engine
    engine = create_engine(
        address,
        pool_pre_ping=True,
        pool_recycle=1800,
        hide_parameters=True,
        execution_options={READ_ONLY: True},
        connect_args={"local_infile": False, "connect_timeout": 5, "read_timeout": round(seconds + 10)},
    )

    def prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        _prepare_mysql(connection, seconds)

    event.listen(engine, "connect", prepare)
    return engine


def dialect_of(engine: Engine) -> str:
    """Return `sqlite` or `mysql`."""
    return "sqlite" if engine.dialect.name == "sqlite" else "mysql"


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, CELL)
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    cursor = connection.cursor()
    for pragma in ("query_only=ON", "trusted_schema=OFF", "busy_timeout=5000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _prepare_mysql(connection: DBAPIConnection, seconds: float) -> None:
    cursor = connection.cursor()
    cursor.execute("SELECT VERSION()")
    (version,) = cursor.fetchone() or ("",)
    if "mariadb" in version.lower():
        limits = [f"max_statement_time={seconds}", f"max_session_mem_used={MEMORY}", "max_recursive_iterations=100000"]
    else:
        limits = [f"max_execution_time={round(seconds * 1000)}", "cte_max_recursion_depth=100000"]
    for setting in [*limits, "lock_wait_timeout=2", "group_concat_max_len=100000"]:
        cursor.execute(f"SET SESSION {setting}")
    cursor.execute("SET SESSION TRANSACTION READ ONLY")
    cursor.close()


class Watch:
    """Says when a query must end: at its deadline, or once the asker said stop."""

    def __init__(self, seconds: float, stopped: Callable[[], bool]) -> None:
        self._deadline = time.monotonic() + seconds
        self._stopped = stopped
        self._looked = 0.0
        self.late = False
        self.called_off = False

    def over(self) -> bool:
        """Tell whether the query must end now."""
        now = time.monotonic()
        self.late = self.late or now > self._deadline
        if now - self._looked >= _LOOK and not self.called_off:
            self._looked = now
            self.called_off = self._stopped()
        return self.late or self.called_off


@contextmanager
def watched(engine: Engine, connection: DBAPIConnection, watch: Watch) -> Iterator[None]:
    """Break off what the connection does once the watch says so."""
    if isinstance(connection, sqlite3.Connection):
        connection.set_progress_handler(lambda: int(watch.over()), _STEPS)
        connection.set_authorizer(_authorize)
        try:
            yield
        finally:
            connection.set_authorizer(None)
            connection.set_progress_handler(None, 0)
        return
    if not isinstance(connection, pymysql.connections.Connection):
        raise TypeError("Only SQLite and PyMySQL can be watched.")
    number: int = connection.thread_id()  # type: ignore[no-untyped-call]
    done = threading.Event()

    def look() -> None:
        while not done.wait(_LOOK):
            if watch.over():
                kill(engine, number)
                return

    thread = threading.Thread(target=look, name="query-watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def kill(engine: Engine, number: int) -> None:
    """Break off the query of another connection to MySQL."""
    _, how = engine.dialect.create_connect_args(engine.url)
    second = pymysql.connect(**{**how, "connect_timeout": 3, "read_timeout": 3})
    with closing(second), second.cursor() as cursor:
        try:
            cursor.execute(f"KILL QUERY {number:d}")
        except pymysql.MySQLError as error:
            if error.args[0] != _NO_SUCH_THREAD:
                raise


def forget_rest(connection: object) -> None:
    """Keep PyMySQL from reading the rest of a result that nobody waits for."""
    result = getattr(connection, "_result", None)
    if result is not None:
        result.unbuffered_active = False


def cost_of(rows: Sequence[dict[str, Any]]) -> float:
    """Return about how many rows a query reads, by MySQL's own plan of it."""
    parts: dict[Any, float] = {}
    repeated = set()
    for row in rows:
        at = row.get("id")
        parts[at] = parts.get(at, 1.0) * max(float(row.get("rows") or 1), 1.0)
        if str(row.get("select_type", "")).startswith(("DEPENDENT", "UNCACHEABLE", "LATERAL")):
            repeated.add(at)
    outer = max((cost for at, cost in parts.items() if at not in repeated), default=1.0)
    return sum(cost * (outer if at in repeated else 1.0) for at, cost in parts.items())


def _authorize(action: int, *_names: str | None) -> int:
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY
