"""Run guarded queries in a read-only session, within bounds of time, rows and size."""

import datetime as dt
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pymysql
from pymysql.cursors import DictCursor, SSCursor
from sqlalchemy.engine import Engine
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import PoolProxiedConnection

from knowledge.database.audit import Attempt
from knowledge.database.guard import Guarded
from knowledge.database.session import (
    READ_ONLY,
    SECONDS,
    Watch,
    connect_bank,
    cost_of,
    dialect_of,
    forget_rest,
    watched,
)
from knowledge.errors import (
    BankDownError,
    QueryTooLongError,
    RefusedSqlError,
    SqlError,
    TellerError,
    TransientError,
    UnavailableError,
)
from knowledge.models.llm import StoppedError
from knowledge.types import Table

CEILING = 1e8  # Rows that a query may read by the database's own estimate: about what it manages in the time.
CELL = 20_000  # Characters of one cell; nobody reads more in an answer.
_FETCH = 50
_TOO_LONG = {1317, 1969, 3024, 1028, 1105, 1041, 1038}  # MySQL: interrupted, out of time, out of memory.
_DOWN = {1040, 1053, 1203, 1226, 2002, 2003, 2006, 2013, 2055, 1205, 1213}
_DENIED = {1044, 1045, 1049, 1142, 1143, 1227, 1290, 1698, 1792}


@dataclass(frozen=True, slots=True)
class Result:
    """What a query returned, in how many seconds; `cost` is the database's estimate of the rows read, 0 if unknown."""

    table: Table
    seconds: float
    cost: float = 0.0


class Runner:
    """Runs queries on the bank's database; every attempt is told to `audit`."""

    def __init__(
        self,
        database: Engine | str,
        *,
        seconds: float = SECONDS,
        rows: int = 1000,
        size: int = 2_000_000,
        audit: Callable[[Attempt], None] = lambda _attempt: None,
    ) -> None:
        """Use the database at a URL or of an engine, in read-only sessions of its own."""
        if isinstance(database, Engine) and database.get_execution_options().get(READ_ONLY):
            self.engine = database
        else:
            url = database if isinstance(database, str) else database.url.render_as_string(hide_password=False)
            self.engine = connect_bank(url, seconds=seconds)
        self.dialect = dialect_of(self.engine)
        self._seconds = seconds
        self._rows = rows
        self._size = size
        self._audit = audit

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def refused(self, sql: str, error: RefusedSqlError, *, user: str = "", question: str = "") -> None:
        """Note a query that the guard did not let through."""
        self._audit(Attempt(user, question, sql, "", "refused", error.reason))

    def run(
        self, guarded: Guarded, *, stopped: Callable[[], bool] = lambda: False, user: str = "", question: str = ""
    ) -> Result:
        """Return the rows of a guarded query, as many as may be shown.

        Raises:
            SqlError: the database does not understand it; `repair` holds its words.
            QueryTooLongError: it took too long, or would.
            StoppedError: `stopped` said so.
            UnavailableError: the database does not let us in.
            TransientError: the database is down.
        """
        began = time.monotonic()
        watch = Watch(self._seconds, stopped)
        try:
            result = self._run(guarded.sql, watch, began)
        except TellerError as error:
            reason = type(error).__name__.removesuffix("Error")
            self._audit(
                Attempt(user, question, guarded.asked, guarded.sql, "failed", reason, seconds=time.monotonic() - began)
            )
            raise
        table = result.table
        self._audit(
            Attempt(
                user, question, guarded.asked, guarded.sql, "ran", "",
                rows=len(table.rows), cut=table.cut, seconds=result.seconds, cost=result.cost,
            )
        )  # fmt: skip
        return result

    def _run(self, sql: str, watch: Watch, began: float) -> Result:
        raw: PoolProxiedConnection | None = None
        whole = False
        try:
            raw = self.engine.raw_connection()
            connection = raw.dbapi_connection
            if connection is None:
                raise BankDownError("The bank's database hung up.")
            with watched(self.engine, connection, watch):
                cost = self._price(raw, sql)
                cursor = raw.cursor(SSCursor) if self.dialect == "mysql" else raw.cursor()
                cursor.execute(sql)
                table, whole = self._fetch(cursor, watch)
                if whole:
                    cursor.close()
            return Result(table, time.monotonic() - began, cost)
        except (sqlite3.Error, pymysql.MySQLError) as error:
            whole = False
            raise _meaning(error, watch) from error
        except DBAPIError as error:
            raise _meaning(error.orig or error, watch) from error
        except PoolTimeoutError as error:
            raise TransientError("The bank's database is busy.", after=2) from error
        finally:
            if raw is not None:
                if not whole or watch.late or watch.called_off:
                    forget_rest(raw.dbapi_connection)
                    raw.invalidate()
                raw.close()

    def _price(self, raw: PoolProxiedConnection, sql: str) -> float:
        if self.dialect == "sqlite":
            return 0.0
        cursor = raw.cursor(DictCursor)
        cursor.execute(f"EXPLAIN {sql}")
        cost = cost_of([dict(row) for row in cursor.fetchall()])
        cursor.close()
        if cost > CEILING:
            raise QueryTooLongError(
                f"The query would read about {cost:,.0f} rows, which takes too long; ask for less of the data."
            )
        return cost

    def _fetch(self, cursor: DBAPICursor, watch: Watch) -> tuple[Table, bool]:
        columns = tuple(str(each[0]) for each in cursor.description or ())
        rows: list[tuple[Any, ...]] = []
        size = 0
        while True:
            if watch.over():
                raise _ended(watch)
            batch = cursor.fetchmany(_FETCH)
            for row in batch:
                cells = tuple(map(plain, row))
                size += sum(len(str(cell).encode()) for cell in cells)
                if len(rows) == self._rows or (size > self._size):
                    return Table(columns, tuple(rows), cut=True), False
                rows.append(cells)
            if not batch:
                return Table(columns, tuple(rows)), True


def plain(value: Any) -> Any:
    """Return a cell as a number, a text or nothing."""
    match value:
        case None | bool() | int():
            return value
        case float():
            return float(f"{value:.14g}")  # What adding many doubles leaves for certain: no 0.30000000000000004.
        case Decimal():
            return (
                int(value)
                if value.is_finite() and value == value.to_integral() and _exponent(value) >= 0
                else float(value)
            )
        case dt.datetime():
            return value.isoformat(sep=" ")
        case dt.date():
            return value.isoformat()
        case bytes():
            return plain(value.decode("utf-8", errors="replace"))
    text = str(value)
    return text if len(text) <= CELL else f"{text[:CELL]}…"


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _ended(watch: Watch) -> TellerError:
    if watch.called_off:
        return StoppedError()
    return QueryTooLongError("The query ran longer than it may; ask for less of the data.")


def _meaning(error: BaseException, watch: Watch) -> TellerError:
    words = str(error.args[-1]) if error.args else str(error)
    if watch.late or watch.called_off:
        return _ended(watch)
    if isinstance(error, pymysql.MySQLError):
        code = error.args[0] if error.args else 0
        if code in _TOO_LONG:
            return QueryTooLongError("The query ran longer than it may; ask for less of the data.")
        if code in _DENIED:
            return UnavailableError(f"The bank's database does not let Teller read this ({code}).")
        if code in _DOWN or isinstance(error, pymysql.InterfaceError):
            return BankDownError("The bank's database cannot be reached.")
        return SqlError(f"The database does not understand the query: {words}", repair=words)
    lower = words.lower()
    if "interrupted" in lower or "too big" in lower:
        return QueryTooLongError("The query ran longer than it may; ask for less of the data.")
    if "unable to open" in lower or "not a database" in lower or "malformed" in lower:
        return UnavailableError("The bank's database cannot be opened: run `teller bank seed`, or set BANK_URL.")
    if "locked" in lower:
        return TransientError("The bank's database is busy.", after=1)
    if "not authorized" in lower or "prohibited" in lower:
        return RefusedSqlError("The database refuses this query.", reason="construct")
    return SqlError(f"The database does not understand the query: {words}", repair=words)
