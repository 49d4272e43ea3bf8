"""Write the statements on the requests' table that the ledger, the backlog and the deliveries share."""

import json
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, Table, and_, exists, select, true, update
from sqlalchemy.dialects import mysql, sqlite

from workers.request import UNFINISHED, Claim, Request, request_of, requests
from workers.state import transact

ORDERED = ("question", "file")  # What a thread must answer in the order in which it was said.

columns = requests.c


class Rows:
    """Read and change requests, each call in a transaction of its own."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def change(self, *which: ColumnElement[bool], **changes: Any) -> bool:
        """Change the requests that `which` selects; False when there are none."""
        statement = update(requests).where(*which).values(**changes)
        return transact(self.engine, lambda connection: connection.execute(statement).rowcount > 0)

    def all(self, *which: ColumnElement[bool], limit: int = 1000) -> tuple[Request, ...]:
        """Return the requests that `which` selects, oldest first."""
        query = select(requests).where(*which).order_by(columns.number).limit(limit)
        return tuple(map(request_of, transact(self.engine, lambda connection: connection.execute(query).all())))


def fence(claim: Claim, state: str = "running") -> tuple[ColumnElement[bool], ...]:
    """Select the claim's request for as long as the claim stands."""
    return (columns.id == claim.id, columns.lease_token == claim.token, columns.state == state)


def freed(at: float) -> dict[str, Any]:
    """Give a request back to the queue, due `at`."""
    return {"state": "queued", "next_at": at, "enqueued_at": 0.0, "lease_token": "", "lease_until": 0.0}


def answered(now: float, reply: dict[str, Any], *, outcome: str) -> dict[str, Any]:
    """Save a reply that is due for delivery."""
    saved = {"reply": json.dumps(reply, ensure_ascii=False), "outcome": outcome, "ready_at": now, "stage": ""}
    return freed(now) | saved | {"state": "ready"}


def apology(request: Request, words: str) -> dict[str, Any]:
    """Return the reply that says why there is no answer."""
    return {"type": "failure", "text": words, "reference": request.reference}


def turn_of(row: Row[Any]) -> ColumnElement[bool]:
    """Hold, in an update, when nothing older of the row's thread is unfinished."""
    if row.kind not in ORDERED:
        return true()
    same = [columns[name] == getattr(row, name) for name in ("team", "channel", "thread")]
    before = (columns.number < row.number, columns.state.in_(UNFINISHED), columns.kind.in_(ORDERED))
    # MySQL lets an update look at its own table only through a derived table, which the limit keeps it from merging.
    older = select(columns.number).where(*same, *before).limit(1).subquery()
    return ~exists(select(older.c.number))


def behind_another(*kinds: str) -> ColumnElement[bool]:
    """Hold, in a query, when something older of the same thread is unfinished."""
    older = requests.alias()
    same = [older.c[name] == columns[name] for name in ("team", "channel", "thread")]
    before = (older.c.number < columns.number, older.c.state.in_(UNFINISHED), older.c.kind.in_(kinds or ORDERED))
    return and_(columns.kind.in_(ORDERED), exists(select(older.c.number).where(*same, *before)))


def insert(connection: Connection, table: Table, values: dict[str, Any], *, replace: tuple[str, ...] = ()) -> None:
    """Insert a row unless its key is taken; then change only the columns named in `replace`."""
    if connection.dialect.name == "sqlite":
        fresh = sqlite.insert(table).values(**values)
        changed = {name: fresh.excluded[name] for name in replace}
        keys = list(table.primary_key.columns)
        connection.execute(
            fresh.on_conflict_do_update(index_elements=keys, set_=changed)
            if replace
            else fresh.on_conflict_do_nothing()
        )
        return
    kept: dict[str, Any] = {name: values[name] for name in replace}
    kept = kept or {key.name: key for key in table.primary_key.columns}
    connection.execute(mysql.insert(table).values(**values).on_duplicate_key_update(**kept))
