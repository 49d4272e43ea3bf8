"""Events over HTTP: signed requests to the bot's address."""

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from typing import Any
from urllib.parse import urlencode

import httpx

from bot.workspace.config import Config
from bot.workspace.feed import Feed
from bot.workspace.outbox import Envelope, Outbox

Json = dict[str, Any]


class Webhook:
    """One address for events, interactions and commands, as an app with one handler has."""

    silence = "http_timeout"

    def __init__(self, config: Config, outbox: Outbox, feed: Feed) -> None:
        self.retry_after = config.retry_after
        self._config = config
        self._outbox = outbox
        self._feed = feed
        self._verified = False
        self._tasks: set[asyncio.Task[None]] = set()
        # Slack follows no redirect off a request URL, and a proxy could see what is said here.
        self._client = httpx.AsyncClient(timeout=config.ack_seconds, follow_redirects=False, trust_env=False)

    @property
    def connected(self) -> bool:
        """Return True: whether the bot listens is seen by sending."""
        return True

    def deliver(self, envelope: Envelope) -> None:
        """Send in the background."""
        task = asyncio.create_task(self._deliver(envelope))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, envelope: Envelope) -> None:
        if envelope.kind == "events_api":
            body, kind = json.dumps(envelope.payload).encode(), "application/json"
        elif envelope.kind == "slash_commands":
            body, kind = urlencode(envelope.payload).encode(), "application/x-www-form-urlencoded"
        else:
            packed = {"payload": json.dumps(envelope.payload)}
            body, kind = urlencode(packed).encode(), "application/x-www-form-urlencoded"
        headers = {"Content-Type": kind}
        if envelope.attempt:
            headers |= {"X-Slack-Retry-Num": str(envelope.attempt), "X-Slack-Retry-Reason": envelope.reason}
        envelope.note = self._feed.log(
            "out", "http", sent=envelope.payload, type=envelope.kind, name=envelope.name, attempt=envelope.attempt
        )
        try:
            async with asyncio.timeout(self._config.ack_seconds):
                response = await self._send(body, headers) if await self._verify() else None
        except (TimeoutError, httpx.TimeoutException):
            self._fail(envelope, self.silence)
        except httpx.TransportError:
            self._fail(envelope, "connection_failed")
        else:
            if response is None:
                self._fail(envelope, "http_error")
            else:
                self._judge(envelope, response)

    def _judge(self, envelope: Envelope, response: httpx.Response) -> None:
        self._feed.note_answer(envelope.note, None)
        envelope.note["status"] = response.status_code
        if response.is_success:
            self._outbox.acknowledged(envelope.id, _answer(response))
        elif response.is_redirect:
            self._fail(envelope, "too_many_redirects")
        else:
            self._fail(envelope, "http_error", again=response.headers.get("X-Slack-No-Retry") != "1")

    def _fail(self, envelope: Envelope, reason: str, *, again: bool = True) -> None:
        self._feed.log("out", "http_failed", type=envelope.kind, reason=reason, attempt=envelope.attempt)
        envelope.note |= {"ok": False, "error": reason}
        self._outbox.failed(envelope, reason, again=again)

    async def _verify(self) -> bool:
        if not self._verified:
            challenge = secrets.token_hex(16)
            asked = {"token": self._config.verification_token, "challenge": challenge, "type": "url_verification"}
            response = await self._send(json.dumps(asked).encode(), {"Content-Type": "application/json"})
            self._verified = response.is_success and challenge in response.text
            self._feed.log("out", "url_verification", status=response.status_code, verified=self._verified)
        return self._verified

    async def _send(self, body: bytes, headers: dict[str, str]) -> httpx.Response:
        stamp = str(int(time.time()))
        signed = b"v0:" + stamp.encode() + b":" + body
        signature = "v0=" + hmac.new(self._config.signing_secret.encode(), signed, hashlib.sha256).hexdigest()
        headers |= {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature}
        return await self._client.post(self._config.event_url, content=body, headers=headers)

    async def close(self) -> None:
        """Let go of the connections."""
        for task in self._tasks:
            task.cancel()
        await self._client.aclose()


def _answer(response: httpx.Response) -> Json:
    if response.headers.get("content-type", "").startswith("application/json"):
        try:
            answer = response.json()
        except json.JSONDecodeError:
            return {}
        return answer if isinstance(answer, dict) else {}
    return {"text": response.text} if response.text else {}
