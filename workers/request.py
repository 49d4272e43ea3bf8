"""Define a request, the table that holds it, and its states.

::

    received → queued → running → ready → answered | failed | cancelled

`ready` means that the reply is saved but not yet in Slack, so that a crash while posting never runs the model again.
"""

import json
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import BigInteger, Boolean, Column, Double, Index, Integer, Row, String, Table, UniqueConstraint

from knowledge.tables import LongText, metadata

Kind = Literal["question", "file", "removal", "reindex", "page", "chart", "crawl", "approval", "renewal", "field"]
ChannelType = Literal["channel", "group", "im", "mpim", "cli"]

UNFINISHED = ("received", "queued", "running", "ready")
WAITING = ("received", "queued")

requests = Table(
    "requests",
    metadata,
    Column("number", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("team", String(64), nullable=False),
    Column("channel", String(64), nullable=False),
    Column("channel_type", String(16), nullable=False),
    Column("message_ts", String(64), nullable=False),
    Column("item", String(64), nullable=False),
    Column("thread_ts", String(64), nullable=False),
    Column("thread", String(64), nullable=False),  # `thread_ts` or `message_ts`: what must be answered in order.
    Column("user", String(64), nullable=False),
    Column("text", LongText, nullable=False),
    Column("detail", LongText, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease_token", String(32), nullable=False),
    Column("lease_until", Double, nullable=False),
    Column("next_at", Double, nullable=False),
    Column("enqueued_at", Double, nullable=False),
    Column("stage", String(255), nullable=False),
    Column("partial", LongText, nullable=False),
    Column("reply", LongText, nullable=True),
    Column("outcome", String(16), nullable=False),  # The state that a delivered reply ends in.
    Column("error", LongText, nullable=False),
    Column("post_tried", Boolean, nullable=False),
    Column("posts", Integer, nullable=False),
    Column("reply_channel", String(64), nullable=False),
    Column("reply_ts", String(64), nullable=False),
    Column("contested_at", Double, nullable=False),
    Column("checked", Integer, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("ready_at", Double, nullable=False),
    Column("done_at", Double, nullable=False),
    UniqueConstraint("team", "channel", "message_ts", "kind", "item"),
    Index("ix_requests_due", "state", "next_at"),
    Index("ix_requests_thread", "team", "channel", "thread"),
    Index("ix_requests_contested_at", "contested_at"),
)

events = Table(
    "events",
    metadata,
    Column("event_id", String(64), primary_key=True),
    Column("request_id", String(32), nullable=False),
    Column("seen_at", Double, nullable=False, index=True),
)

feedback = Table(
    "feedback",
    metadata,
    Column("request_id", String(32), primary_key=True),
    Column("user", String(64), primary_key=True),
    Column("value", String(32), nullable=False),
    Column("at", Double, nullable=False),
    Column("reason", String(32), nullable=False, server_default=""),
    Column("comment", LongText, nullable=True),
)


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody wants of Teller, and how far it has come."""

    id: str
    kind: Kind
    team: str
    channel: str
    channel_type: ChannelType
    message_ts: str
    item: str
    thread_ts: str
    user: str
    text: str
    detail: dict[str, Any]
    state: str
    attempts: int
    stage: str
    partial: str
    reply: dict[str, Any] | None
    reply_ts: str
    error: str
    created_at: float
    done_at: float
    reply_channel: str = ""
    post_tried: bool = False
    posts: int = 0
    outcome: str = "answered"
    ready_at: float = 0.0
    lease_until: float = 0.0
    next_at: float = 0.0
    checked: int = 0

    @property
    def reply_thread(self) -> str:
        """Return the thread that the reply belongs in; empty when there is no message to hang it on."""
        if self.thread_ts or self.kind in ("reindex", "crawl", "renewal"):
            return self.thread_ts
        return self.message_ts

    @property
    def reference(self) -> str:
        """Return the short number that people can quote."""
        return self.id[:8]


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on `request`; it ends when the lease lapses or another claim is made."""

    request: Request
    token: str = field(repr=False)

    @property
    def id(self) -> str:
        """Return the request's id."""
        return self.request.id


@dataclass(frozen=True, slots=True)
class Received:
    """What became of an event: the id of its request, and whether the request is new."""

    id: str | None
    new: bool


def request_of(row: Row[Any]) -> Request:
    """Return the request that `row` of the table holds."""
    values = row._asdict()
    names = Request.__dataclass_fields__
    values["detail"] = json.loads(values["detail"])
    values["reply"] = None if values["reply"] is None else json.loads(values["reply"])
    return Request(**{name: values[name] for name in names})
