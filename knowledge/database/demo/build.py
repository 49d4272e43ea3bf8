"""Fill a database with the demo bank."""

import datetime as dt
import itertools
import random
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Table, func, select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import InterfaceError, OperationalError

from knowledge.database.demo import lending, money, people, tables
from knowledge.errors import TransientError

SEED = 1871
_BATCH = 5_000


def build(engine: Engine, *, today: dt.date, seed: int = SEED, customers: int = people.CUSTOMERS) -> dict[str, int]:
    """Make the demo bank's tables anew and return how many rows each has; the same day and seed give the same bank.

    Raises:
        TransientError: the database is down, or does not let us write.
    """
    try:
        with engine.begin() as connection:
            tables.bank.drop_all(connection)
            if connection.dialect.name == "sqlite":
                for statement in tables.statements("sqlite"):
                    connection.exec_driver_sql(statement)
            else:
                tables.bank.create_all(connection)
            _fill(connection, random.Random(seed), today, customers)  # noqa: S311 - made-up people, not secrets.
        with engine.begin() as connection:
            connection.exec_driver_sql(_statistics(connection))
            return describe(connection)
    except (OperationalError, InterfaceError) as error:
        raise TransientError(f"The bank's database refused: {error}", after=5) from error


def describe(connection: Connection) -> dict[str, int]:
    """Return how many rows each table has."""
    return {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in tables.bank.sorted_tables
    }


def _fill(connection: Connection, chance: random.Random, today: dt.date, customers: int) -> None:
    _write(connection, tables.branches, people.branches(today))
    employed = list(people.staff(chance, today))
    advisers: dict[int, list[int]] = {}
    for each in employed:
        if each["job_title"] == "Adviser" and each["left_on"] is None:
            advisers.setdefault(each["branch_id"], []).append(each["staff_id"])
    _write(connection, tables.staff, employed)
    known = list(people.customers(chance, today, advisers, count=customers))
    _write(connection, tables.customers, known)
    sold = {each["name"]: each for each in people.products()}
    _write(connection, tables.products, sold.values())
    shops = list(people.merchants(chance))
    _write(connection, tables.merchants, shops)
    by_category: dict[str, list[int]] = {}
    for shop in shops:
        by_category.setdefault(shop["category"], []).append(shop["merchant_id"])
    kept = list(money.accounts(chance, today, known, sold))
    segments = {each["customer_id"]: each["segment"] for each in known}
    bookings = money.Bookings(chance, today, by_category)
    booked = [row for account in kept for row in bookings.of(account, segments[account["customer_id"]])]
    _write(connection, tables.accounts, kept)
    _write(connection, tables.transactions, booked)
    _write(connection, tables.cards, lending.cards(chance, today, kept))
    granted = list(lending.loans(chance, today, known, sold))
    payments = list(lending.loan_payments(chance, today, granted))
    _write(connection, tables.loans, granted)
    _write(connection, tables.loan_payments, payments)
    _write(connection, tables.holdings, lending.holdings(chance, today, known, sold))
    _write(connection, tables.exchange_rates, lending.exchange_rates(chance, today))
    _write(connection, tables.complaints, lending.complaints(chance, today, known, sold))


def _write(connection: Connection, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    lite = connection.dialect.name == "sqlite"
    names = [column.name for column in table.columns]
    values = ", ".join("?" if lite else "%s" for _ in names)
    statement = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({values})"  # noqa: S608 - our own names.
    waiting = iter(rows)
    while batch := [tuple(row[name] for name in names) for row in itertools.islice(waiting, _BATCH)]:
        connection.exec_driver_sql(statement, [tuple(map(_as_text, row)) for row in batch] if lite else batch)


def _as_text(value: Any) -> Any:
    return (
        value.isoformat(" ") if isinstance(value, dt.datetime) else str(value) if isinstance(value, dt.date) else value
    )


def _statistics(connection: Connection) -> str:
    """Return what makes the database count its rows, so that its plans are good from the start."""
    if connection.dialect.name == "sqlite":
        return "ANALYZE"
    return f"ANALYZE TABLE {', '.join(table.name for table in tables.bank.sorted_tables)}"
