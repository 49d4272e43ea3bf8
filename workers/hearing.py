"""Ask the ledger what only the bot wants to know."""

from sqlalchemy import func, select

from workers.ledger import Ledger
from workers.request import WAITING
from workers.rows import ORDERED, columns
from workers.state import transact

_SAID = (columns.kind.in_(ORDERED), columns.channel_type != "cli")


def edit(ledger: Ledger, team: str, channel: str, message_ts: str, *, text: str) -> bool:
    """Put the new words of a question that nobody works on yet; False when there is none."""
    place = (columns.team == team, columns.channel == channel, columns.message_ts == message_ts)
    return ledger.rows.change(*place, columns.kind == "question", columns.state.in_(WAITING), text=text)


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
