"""Hold what must reach the bot until it is acknowledged."""

import asyncio
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.workspace.feed import Feed
from bot.workspace.records import Records

Json = dict[str, Any]
RETRIES = 3
HELD_AT_MOST = 5_000


class NotDeliveredError(Exception):
    """The bot took nothing of it; the message says why."""


@dataclass
class Envelope:
    """One thing on its way: an event, a command or an interaction."""

    kind: str
    payload: Json
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    created: float = field(default_factory=time.time)
    attempt: int = 0
    reason: str = ""
    reply: asyncio.Future[Json] | None = None
    note: Json = field(default_factory=dict)  # What the traffic log says of the last attempt.

    @property
    def name(self) -> str:
        """Return what it is: an event's or interaction's type, or a command."""
        told = self.payload.get("event", self.payload)
        return str(told.get("type", told.get("command", "")))


class Carrier(Protocol):
    """A way to the bot: Socket Mode, or signed HTTP."""

    @property
    def retry_after(self) -> Sequence[float]:
        """Return the seconds to wait before each new attempt."""
        ...

    @property
    def silence(self) -> str:
        """Return the reason given for a retry after no acknowledgement came."""
        ...

    @property
    def connected(self) -> bool:
        """Return whether anything can be sent now."""
        ...

    def deliver(self, envelope: Envelope) -> None:
        """Send, then report to the outbox: acknowledged, failed or returned."""
        ...


class Outbox:
    """Events wait, durably and in order, while no bot is connected; commands and clicks do not."""

    def __init__(self, records: Records, feed: Feed, *, hold_seconds: float) -> None:
        self._records = records
        self._feed = feed
        self._hold = hold_seconds
        self._held = {key: Envelope(id=key, **body) for key, body in records.all("outbox")}
        self._waiting = sorted(self._held.values(), key=lambda each: each.created)
        self.carrier: Carrier

    @property
    def connected(self) -> bool:
        """Return whether a bot can be reached."""
        return self.carrier.connected

    def post(self, payload: Json) -> None:
        """Send an event; it survives a restart until it is acknowledged or too old."""
        envelope = Envelope("events_api", payload)
        self._held[envelope.id] = envelope
        body = {"kind": envelope.kind, "payload": payload, "created": envelope.created}
        self._records.save("outbox", envelope.id, body)
        self._waiting.append(envelope)
        self.flush()

    def repeat(self, payload: Json) -> None:
        """Send an event that was sent before once more, as Slack does when it missed the acknowledgement."""
        envelope = Envelope("events_api", payload, attempt=1, reason=self.carrier.silence)
        self._held[envelope.id] = envelope
        self._waiting.append(envelope)
        self.flush()

    def ask(self, kind: str, payload: Json) -> asyncio.Future[Json]:
        """Send a command or interaction once; the future holds what the bot answered.

        Raises:
            NotDeliveredError: no bot is connected.
        """
        if not self.connected:
            raise NotDeliveredError("no bot is connected")
        envelope = Envelope(kind, payload, reply=asyncio.get_running_loop().create_future())
        self._held[envelope.id] = envelope
        self.carrier.deliver(envelope)
        assert envelope.reply is not None  # noqa: S101 - Just set; the type checker forgets it over the call.
        return envelope.reply

    def flush(self) -> None:
        """Send everything that waits, oldest first, if there is a bot."""
        self._expire()
        while self._waiting and self.connected:
            self.carrier.deliver(self._waiting.pop(0))

    def acknowledged(self, envelope_id: str, answer: Json) -> None:
        """Note that the bot has it."""
        envelope = self._held.get(envelope_id)
        if envelope is None:
            return
        self._forget(envelope)
        if envelope.note:
            self._feed.note_answer(envelope.note, answer or None)
        if envelope.reply is not None and not envelope.reply.done():
            envelope.reply.set_result(answer)

    def returned(self, envelope: Envelope) -> None:
        """Take back what was on a connection that closed: it was no attempt."""
        if envelope.id not in self._held:
            return
        if envelope.reply is not None:
            self._give_up(envelope, "the connection closed")
        elif envelope not in self._waiting:
            self._waiting.append(envelope)
            self._waiting.sort(key=lambda each: each.created)

    def failed(self, envelope: Envelope, reason: str, *, again: bool = True) -> None:
        """Try an event again as Slack does, then give up."""
        if envelope.id not in self._held:
            return
        if envelope.reply is not None or not again or envelope.attempt >= RETRIES:
            self._give_up(envelope, reason)
            return
        after = self.carrier.retry_after[min(envelope.attempt, len(self.carrier.retry_after) - 1)]
        envelope.attempt += 1
        envelope.reason = reason
        asyncio.get_running_loop().call_later(after, self._retry, envelope)

    def _retry(self, envelope: Envelope) -> None:
        if envelope.id in self._held and envelope not in self._waiting:
            self._waiting.append(envelope)
            self._waiting.sort(key=lambda each: each.created)
            self.flush()

    def _give_up(self, envelope: Envelope, reason: str) -> None:
        self._forget(envelope)
        self._feed.log("out", "gave_up", type=envelope.kind, reason=reason, attempts=envelope.attempt + 1)
        if envelope.reply is not None and not envelope.reply.done():
            envelope.reply.set_exception(NotDeliveredError(reason))

    def _forget(self, envelope: Envelope) -> None:
        del self._held[envelope.id]
        if envelope in self._waiting:
            self._waiting.remove(envelope)
        if envelope.reply is None:
            self._records.remove("outbox", envelope.id)

    def _expire(self) -> None:
        oldest = time.time() - self._hold
        surplus = max(0, len(self._waiting) - HELD_AT_MOST)
        for index, envelope in enumerate(list(self._waiting)):
            if index < surplus or envelope.created < oldest:
                self._give_up(envelope, "held too long")
