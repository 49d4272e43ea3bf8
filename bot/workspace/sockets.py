"""Socket Mode: push envelopes over WebSockets, each to one of the connected bots."""

import asyncio
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.workspace.config import APP, Config
from bot.workspace.feed import Feed
from bot.workspace.outbox import Envelope, Outbox

Json = dict[str, Any]
MOST_LINKS = 10
TICKET_SECONDS = 60.0


@dataclass(eq=False)
class Link:
    """One connected bot."""

    outgoing: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    in_flight: dict[str, Envelope] = field(default_factory=dict)


class Sockets:
    """The connected bots, taking turns."""

    retry_after = (0.0,)
    silence = "timeout"

    def __init__(self, config: Config, outbox: Outbox, feed: Feed) -> None:
        self._config = config
        self._outbox = outbox
        self._feed = feed
        self._links: list[Link] = []
        self._turn = 0
        self._tickets: dict[str, float] = {}

    @property
    def connected(self) -> bool:
        """Return whether a bot is connected."""
        return bool(self._links)

    def ticket(self) -> str:
        """Return a ticket that opens one connection, soon."""
        now = time.monotonic()
        self._tickets = {each: until for each, until in self._tickets.items() if until > now}
        ticket = secrets.token_urlsafe(24)
        self._tickets[ticket] = now + TICKET_SECONDS
        return ticket

    def deliver(self, envelope: Envelope) -> None:
        """Send to the next bot in turn, and again if it stays silent."""
        self._turn += 1
        link = self._links[self._turn % len(self._links)]
        link.in_flight[envelope.id] = envelope
        frame: Json = {
            "envelope_id": envelope.id,
            "payload": envelope.payload,
            "type": envelope.kind,
            "accepts_response_payload": envelope.kind != "events_api",
        }
        if envelope.kind == "events_api":
            frame |= {"retry_attempt": envelope.attempt, "retry_reason": envelope.reason}
        link.outgoing.put_nowait(json.dumps(frame))
        envelope.note = self._feed.log(
            "out", "socket", sent=envelope.payload, type=envelope.kind, name=envelope.name, attempt=envelope.attempt
        )
        asyncio.get_running_loop().call_later(self._config.ack_seconds, self._overdue, link, envelope)

    def _overdue(self, link: Link, envelope: Envelope) -> None:
        # A command or click is left in flight: a late answer is still shown.
        if envelope.reply is None and link.in_flight.pop(envelope.id, None) is not None:
            self._outbox.failed(envelope, self.silence)

    async def serve(self, websocket: WebSocket) -> None:
        """Speak with one bot until it leaves."""
        until = self._tickets.pop(websocket.query_params.get("ticket", ""), 0.0)
        if until < time.monotonic():
            await websocket.close(code=1008)
            return
        await websocket.accept()
        if len(self._links) >= MOST_LINKS:
            await websocket.send_json(_farewell("too_many_websockets"))
            await websocket.close()
            return
        link = Link()
        self._links.append(link)
        await websocket.send_json(self._hello())
        writer = asyncio.create_task(self._write(link, websocket))
        self._feed.publish("bot", connected=True)
        self._outbox.flush()
        try:
            while True:
                self._read(link, await websocket.receive_text())
        except WebSocketDisconnect:
            pass
        finally:
            writer.cancel()
            self._lose(link)

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self._links),
            "debug_info": {"host": "local-workspace", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": APP},
        }

    async def _write(self, link: Link, websocket: WebSocket) -> None:
        while True:
            frame = await link.outgoing.get()
            try:
                await websocket.send_text(frame)
                if not frame.startswith('{"envelope_id"'):
                    await websocket.close()
            except (WebSocketDisconnect, RuntimeError):
                return  # The reader sees the same end and hands back what is in flight.

    def _read(self, link: Link, text: str) -> None:
        try:
            frame = json.loads(text)
        except json.JSONDecodeError:
            return
        if isinstance(frame, dict) and isinstance(frame.get("envelope_id"), str):
            for each in self._links:
                each.in_flight.pop(frame["envelope_id"], None)
            answer = frame.get("payload")
            self._outbox.acknowledged(frame["envelope_id"], answer if isinstance(answer, dict) else {})

    def _lose(self, link: Link) -> None:
        self._links.remove(link)
        for envelope in link.in_flight.values():
            self._outbox.returned(envelope)
        self._feed.publish("bot", connected=self.connected)
        self._outbox.flush()

    def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask every bot to connect anew, as Slack does from time to time."""
        for link in self._links:
            link.outgoing.put_nowait(json.dumps(_farewell(reason)))


def _farewell(reason: str) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "local-workspace"}}
