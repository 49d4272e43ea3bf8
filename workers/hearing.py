"""Ask the ledger what only the bot wants to know."""

import json

from sqlalchemy import func, select

from workers.ledger import Ledger
from workers.request import Kind, Request, request_of, requests
from workers.rows import ORDERED, columns, freed
from workers.state import transact

_SAID = (columns.kind.in_(ORDERED), columns.channel_type != "cli")


def edit(ledger: Ledger, team: str, channel: str, message_ts: str, *, text: str) -> tuple[str, ...]:
    """Put the new words of a message's question and have it answered afresh, in the place of the answer there was.

    Returns:
        The ids to queue.
    """
    now = ledger.clock()
    place = (columns.team == team, columns.channel == channel, columns.message_ts == message_ts)
    typed = (columns.kind == "question", columns.item == "", columns.state != "cancelled", columns.text != text)
    afresh = {
        **freed(now), "state": "received", "text": text, "attempts": 0, "stage": "", "partial": "", "reply": None,
        "outcome": "answered", "error": "", "created_at": now, "ready_at": 0.0, "done_at": 0.0,
        "contested_at": now, "checked": 0,  # Whoever still delivers the old answer may write it over the new one.
    }  # fmt: skip
    redone = []
    for request in ledger.rows.all(*place, *typed):
        detail = json.dumps({**request.detail, "edits": request.detail.get("edits", 0) + 1}, ensure_ascii=False)
        if ledger.rows.change(columns.id == request.id, *typed, **afresh, detail=detail):
            redone.append(request.id)
    return tuple(redone)


def last_heard(ledger: Ledger) -> float:
    """Return when the newest message of the ledger was written in Slack, in seconds; 0 when there is none."""
    newest = select(func.max(columns.message_ts)).where(*_SAID)
    return float(transact(ledger.engine, lambda connection: connection.scalar(newest)) or 0.0)


def latest_threads(ledger: Ledger, team: str, *, limit: int) -> tuple[tuple[str, str], ...]:
    """Return the channel and the thread of the latest conversations, newest first."""
    newest = func.max(columns.number)
    query = (
        select(columns.channel, columns.thread)
        .where(columns.team == team, *_SAID)
        .group_by(columns.channel, columns.thread)
        .order_by(newest.desc())
        .limit(limit)
    )
    rows = transact(ledger.engine, lambda connection: connection.execute(query).all())
    return tuple((row.channel, row.thread) for row in rows)


def latest_of(ledger: Ledger, team: str, user: str, *, kind: Kind, limit: int) -> tuple[Request, ...]:
    """Return the latest requests of a kind that `user` made in Slack, newest first."""
    query = (
        select(requests)
        .where(columns.team == team, columns.user == user, columns.kind == kind, columns.state != "cancelled")
        .order_by(columns.number.desc())
        .limit(limit)
    )
    return tuple(map(request_of, transact(ledger.engine, lambda connection: connection.execute(query).all())))
