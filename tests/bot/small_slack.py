"""A Slack of a few lines over real HTTP, and what it sends to the bot."""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from slack_bolt import App, BoltRequest, BoltResponse
from sqlalchemy import event

from workers.ledger import Ledger
from workers.request import Request

ROOT = Path(__file__).parents[2]
TEAM, BOT, BEN, ADA = "T0TELLER01", "U0TELLER01", "U0BEN00001", "U0ADA00001"
GENERAL, DIRECT = "C0GENERAL1", "D0BEN00001"
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
HANG_UP = {"hang": "up"}  # As an answer: none, though the call was heard.


@contextmanager
def refusing_writes(ledger: Ledger) -> Iterator[None]:
    """Have the database refuse every write, as one does that was made read-only."""

    def forbid(connection: object, *_: object) -> None:
        connection.cursor().execute("PRAGMA query_only=ON")  # type: ignore[attr-defined]

    event.listen(ledger.engine, "connect", forbid)
    ledger.engine.dispose()
    yield
    event.remove(ledger.engine, "connect", forbid)
    ledger.engine.dispose()


class SmallSlack:
    """Answer Web API calls from `answers`, which map a method to an answer or to a function of its arguments."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, str]]] = []
        people = {ADA: {"id": ADA, "is_admin": True}, BEN: {"id": BEN, "is_admin": False}}
        self.answers: dict[str, Any] = {
            "auth.test": {
                "team_id": TEAM,
                "user_id": BOT,
                "bot_id": "B0TELLER01",
                "team": "Fjordbank",
                "user": "teller",
            },
            "users.info": lambda values: {"user": people[values["user"]]},
            "conversations.info": {"channel": {"id": GENERAL, "is_member": True}},
            "conversations.history": {"messages": []},
            "conversations.replies": {"messages": []},
            "users.conversations": {"channels": [{"id": GENERAL}, {"id": DIRECT, "is_im": True}]},
        }
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                is_json = "json" in self.headers.get("Content-Type", "")
                values = json.loads(body or "{}") if is_json else dict(parse_qsl(body))
                self._answer(values | dict(parse_qsl(urlsplit(self.path).query)))

            def do_GET(self) -> None:
                self._answer(dict(parse_qsl(urlsplit(self.path).query)))

            def _answer(self, values: dict[str, str]) -> None:
                method = urlsplit(self.path).path.rpartition("/")[2]
                outer.calls.append((method, values))
                answer = outer.answers.get(method, {})
                answer = answer(values) if callable(answer) else answer
                if answer is HANG_UP:
                    self.close_connection = True
                    return
                data = json.dumps({"ok": "error" not in answer, **answer}).encode()
                self.send_response(answer.get("status", 200))
                self.send_header("Retry-After", "0")
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/api/"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def asked(self, method: str) -> list[dict[str, str]]:
        return [values for name, values in self.calls if name == method]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Bot:
    """The app under test with what stands around it."""

    app: App

    def __init__(self, ledger: Ledger, slack: SmallSlack) -> None:
        self.ledger = ledger
        self.slack = slack
        self.queued: list[tuple[str, str]] = []
        self.refused: list[float] = []
        self.broker_up = True
        self.attempts = 0
        self.numbers = count(1)

    def enqueue(self, id: str, kind: str) -> bool:  # noqa: A002 - what the ledger calls it
        assert self.ledger.get(id), "the row must stand before its id is queued"
        self.attempts += 1
        if self.broker_up:
            self.queued.append((id, kind))
        return self.broker_up

    def event(self, event: dict[str, Any], *, event_id: str = "", retry: int = 0) -> BoltResponse:
        number = next(self.numbers)
        body = {
            "token": "t", "team_id": TEAM, "api_app_id": "A0TELLER01", "type": "event_callback", "event": event,
            "event_id": event_id or f"Ev{number:08}", "event_time": int(time.time()),
            "authorizations": [
                {"enterprise_id": None, "team_id": TEAM, "user_id": BOT, "is_bot": True, "is_enterprise_install": False}
            ],
            "is_ext_shared_channel": False,
        }  # fmt: skip
        headers = {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_error"} if retry else {}
        return self.post(json.dumps(body), "application/json", headers)

    def command(self, command: str, text: str = "", *, user: str = BEN, channel: str = GENERAL) -> BoltResponse:
        number = next(self.numbers)
        form = {
            "token": "t", "team_id": TEAM, "team_domain": "fjordbank", "channel_id": channel, "channel_name": "general",
            "user_id": user, "user_name": "x", "command": command, "text": text, "api_app_id": "A0TELLER01",
            "is_enterprise_install": "false", "response_url": f"{self.slack.url}respond",
            "trigger_id": f"13345224609.738474920.{number:032x}",
        }  # fmt: skip
        return self.post(urlencode(form), "application/x-www-form-urlencoded")

    def press(self, action: dict[str, Any], *, user: str = BEN) -> BoltResponse:
        body = {
            "type": "block_actions", "user": {"id": user, "team_id": TEAM}, "api_app_id": "A0TELLER01", "token": "t",
            "container": {"type": "message", "message_ts": "1700000099.000100", "channel_id": GENERAL},
            "trigger_id": "1.2.3", "team": {"id": TEAM, "domain": "fjordbank"}, "channel": {"id": GENERAL, "name": "g"},
            "message": {"type": "message", "ts": "1700000099.000100", "thread_ts": "1700000001.000100"},
            "response_url": f"{self.slack.url}respond", "actions": [action],
        }  # fmt: skip
        return self.post(urlencode({"payload": json.dumps(body)}), "application/x-www-form-urlencoded")

    def press_at_home(self, action: dict[str, Any], *, user: str = BEN) -> BoltResponse:
        view = {"id": "V0HOME0001", "type": "home", "hash": "1.a", "state": {"values": {}}}
        body = {
            "type": "block_actions", "user": {"id": user, "team_id": TEAM}, "api_app_id": "A0TELLER01", "token": "t",
            "container": {"type": "view", "view_id": view["id"]}, "view": view, "actions": [action],
            "trigger_id": f"1.2.{next(self.numbers)}", "team": {"id": TEAM, "domain": "fjordbank"},
        }  # fmt: skip
        return self.post(urlencode({"payload": json.dumps(body)}), "application/x-www-form-urlencoded")

    def submit(self, view: dict[str, Any], fields: dict[str, Any], *, user: str = BEN) -> BoltResponse:
        values = {name: {name: filled} for name, filled in fields.items()}
        body = {
            "type": "view_submission", "user": {"id": user, "team_id": TEAM}, "api_app_id": "A0TELLER01", "token": "t",
            "trigger_id": "1.2.4", "team": {"id": TEAM, "domain": "fjordbank"}, "response_urls": [],
            "view": {"id": "V0VIEW0001", **view, "hash": "1.a", "state": {"values": values}},
        }  # fmt: skip
        return self.post(urlencode({"payload": json.dumps(body)}), "application/x-www-form-urlencoded")

    def post(self, body: str, content_type: str, headers: dict[str, str] | None = None) -> BoltResponse:
        return self.app.dispatch(BoltRequest(body=body, headers=signed(body, content_type) | (headers or {})))

    @property
    def rows(self) -> list[Request]:
        return list(self.ledger.rows.all())


def signed(body: str, content_type: str, *, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    stamp = str(int(at or time.time()))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {
        "Content-Type": content_type,
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest}",
    }


def said(text: str, *, ts: str = "1700000001.000100", channel: str = DIRECT, **more: Any) -> dict[str, Any]:
    kind = "im" if channel.startswith("D") else "channel"
    return {
        "type": "message", "client_msg_id": "c-1", "user": BEN, "text": text, "ts": ts, "event_ts": ts, "team": TEAM,
        "channel": channel, "channel_type": kind, **more,
    }  # fmt: skip


def mentioned(text: str, *, ts: str = "1700000001.000100", channel: str = GENERAL, **more: Any) -> dict[str, Any]:
    event = {"type": "app_mention", "user": BEN, "text": text, "ts": ts, "event_ts": ts, "channel": channel, **more}
    return {"client_msg_id": "c-1", "team": TEAM, **event}


def shared(text: str = "", *files: str, **more: Any) -> dict[str, Any]:
    entries = [
        {
            "id": each, "name": f"{each}.pdf", "title": each, "mimetype": "application/pdf", "filetype": "pdf",
            "size": 1234, "user": BEN, "mode": "hosted", "url_private": f"https://files.slack.com/{each}",
        }
        for each in files
    ]  # fmt: skip
    return said(text, subtype="file_share", files=entries, upload=False, **more)
