"""Remember which sites are crawled and when again, and begin what is due, once, whoever notices it first."""

import hashlib
import math
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Double, Index, Integer, Row, String, Table, select, update

from knowledge.tables import LongText, metadata
from workers.ledger import Ledger
from workers.request import WAITING, ChannelType, Request
from workers.rows import insert
from workers.state import transact

HOUR, DAY, WEEK = 3600.0, 86_400.0, 604_800.0
NEVER = 0.0
GRACE = 10.0  # Seconds in which whoever was asked begins a crawl; then the janitor does.

crawls = Table(
    "crawl",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("team", String(64), nullable=False),
    Column("channel", String(64), nullable=False),
    Column("channel_type", String(16), nullable=False),
    Column("user", String(64), nullable=False),
    Column("url", LongText, nullable=False),
    Column("depth", Integer, nullable=False),
    Column("period", Double, nullable=False),
    Column("next_at", Double, nullable=False),
    Column("stopped_at", Double, nullable=False),
    Column("request_id", String(32), nullable=False),
    Index("ix_crawl_due", "stopped_at", "next_at"),
    Index("ix_crawl_place", "team", "channel"),
)
columns = crawls.c


@dataclass(frozen=True, slots=True)
class Crawl:
    """A site that is crawled for a channel: every `period` seconds, or once when that is 0.

    `next_at` is 0 when it is not to be read again; `request_id` is the request that reads it, or read it last.
    """

    id: str
    team: str
    channel: str
    channel_type: ChannelType
    user: str
    url: str
    depth: int
    period: float
    next_at: float
    stopped_at: float
    request_id: str


class Schedule:
    """The crawls of all channels; several processes may use it at once."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def put(
        self,
        url: str,
        *,
        team: str,
        channel: str,
        channel_type: ChannelType,
        user: str,
        depth: int | None = None,
        period: float | None = None,
    ) -> Crawl:
        """Have a site crawled, and every `period` seconds again; return how it now stands, for `begin`.

        A `depth` or `period` that is not given stays as it was, or is 2 links and once.
        """
        id_ = id_of(team, channel, url)

        def work(connection: Connection) -> Crawl:
            row = connection.execute(select(crawls).where(columns.id == id_).with_for_update()).one_or_none()
            before = _crawl(row) if row else None
            crawl = Crawl(
                id_, team, channel, channel_type, user, url,
                depth=depth if depth is not None else before.depth if before else 2,
                period=period if period is not None else before.period if before else NEVER,
                next_at=self.ledger.clock() + GRACE, stopped_at=NEVER,
                request_id=before.request_id if before else "",
            )  # fmt: skip
            values = {name: getattr(crawl, name) for name in Crawl.__slots__}
            insert(connection, crawls, values, replace=("user", "depth", "period", "next_at", "stopped_at"))
            return crawl

        return transact(self.ledger.engine, work)

    def begin(self, crawl: Crawl, *, by_schedule: bool = False) -> str | None:
        """Write down the request that reads a site, and when the next is due; None while one still reads it.

        The request is named by the one before it, so that of several who begin it each finds the same.
        """
        last = self.last(crawl)
        changes: dict[str, Any] = {"next_at": _after(crawl, self.ledger.clock())}
        if last is None or not reads(last):
            received = self.ledger.receive(
                kind="crawl",
                team=crawl.team,
                channel=crawl.channel,
                channel_type=crawl.channel_type,
                message_ts=f"{crawl.id[:24]}:{crawl.request_id}",
                user=crawl.user,
                text=crawl.url,
                detail={
                    "url": crawl.url,
                    "depth": crawl.depth,
                    "crawl": crawl.id,
                    "by_schedule": by_schedule,
                    "failed_before": bool(last and _failed(last)),
                },
            )
            changes["request_id"] = received.id
        same = (columns.id == crawl.id, columns.request_id == crawl.request_id)
        self._change(*same, **changes)
        return changes.get("request_id")

    def begin_due(self) -> int:
        """Begin what is due; return how many were."""
        due = (columns.stopped_at == NEVER, columns.next_at > NEVER, columns.next_at <= self.ledger.clock())
        found = self._all(*due)
        for each in found:
            self.begin(each, by_schedule=True)
        return len(found)

    def stop(self, id: str) -> Crawl | None:  # noqa: A002 - what the column is called
        """Crawl a site no more; a crawl that runs ends after its step. Return how it stood, None if there is none."""
        crawl = self.get(id)
        if crawl is not None:
            self._change(columns.id == id, stopped_at=self.ledger.clock())
        return crawl

    def resume(self, id: str) -> Crawl | None:  # noqa: A002
        """Crawl a site again that was stopped, as before; return how it now stands, None if there is none."""
        crawl = self.get(id)
        if crawl is None:
            return None
        due = self.ledger.clock() + GRACE
        self._change(columns.id == id, stopped_at=NEVER, next_at=due)
        return replace(crawl, stopped_at=NEVER, next_at=due)

    def get(self, id: str) -> Crawl | None:  # noqa: A002
        """Return a crawl, or None."""
        return next(iter(self._all(columns.id == id)), None)

    def of_channel(self, team: str, channel: str) -> tuple[Crawl, ...]:
        """Return the crawls of a channel, by address."""
        found = self._all(columns.team == team, columns.channel == channel)
        return tuple(sorted(found, key=lambda each: each.url))

    def last(self, crawl: Crawl) -> Request | None:
        """Return the request that reads a site, or read it last; None before the first."""
        return self.ledger.get(crawl.request_id) if crawl.request_id else None

    def _all(self, *which: ColumnElement[bool]) -> tuple[Crawl, ...]:
        query = select(crawls).where(*which)
        return tuple(map(_crawl, transact(self.ledger.engine, lambda connection: connection.execute(query).all())))

    def _change(self, *which: ColumnElement[bool], **changes: Any) -> None:
        transact(
            self.ledger.engine, lambda connection: connection.execute(update(crawls).where(*which).values(changes))
        )


def reads(request: Request) -> bool:
    """Return whether a request still waits or is worked on; its receipt may be on its way."""
    return request.state in (*WAITING, "running")


def id_of(team: str, channel: str, url: str) -> str:
    """Return the id of the crawl of an address for a channel."""
    return hashlib.sha256(f"{team}\n{channel}\n{url}".encode()).hexdigest()[:32]


def _after(crawl: Crawl, now: float) -> float:
    """Return when a crawl that is begun now is due again: what was missed while nobody looked is not made up for."""
    if not crawl.period:
        return NEVER
    due = min(crawl.next_at, now)
    return due + (math.floor((now - due) / crawl.period) + 1) * crawl.period


def _failed(request: Request) -> bool:
    return request.outcome != "answered" or bool((request.reply or {}).get("failed"))


def _crawl(row: Row[Any]) -> Crawl:
    return Crawl(**row._asdict())
