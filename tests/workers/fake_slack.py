"""A Slack of a few methods that can be told to fail, each in the way that Slack fails."""

import json
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Answer = dict[str, Any]

BOT = "U0TELLER01"


class FakeSlack:
    """The state of a workspace, the calls it got, and the faults that wait to happen."""

    def __init__(self) -> None:
        self.messages: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.members: dict[str, list[str]] = {}
        self.channels: dict[str, dict[str, Any]] = {}
        self.users: dict[str, dict[str, Any]] = {BOT: {"is_bot": True}}
        self.files: dict[str, dict[str, Any]] = {}
        self.content: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.uploaded: list[bytes] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.faults: dict[str, deque[str]] = defaultdict(deque)
        self.before: dict[str, Callable[[], None]] = {}
        self.streams: dict[str, str] | None = None  # Channels by ts of what grows; None: there are no streams here.
        self._lock = threading.RLock()
        self._count = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/api/"

    def __enter__(self) -> "FakeSlack":
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def fails(self, method: str, *faults: str) -> None:
        """Have the next calls fail: `429`, `500`, `lost` (done, then 504), `slow` (done, too late) or an error."""
        self.faults[method].extend(faults)

    def called(self, method: str) -> list[dict[str, Any]]:
        return [arguments for name, arguments in self.calls if name == method]

    def standing(self, channel: str) -> list[str]:
        return [message["text"] for message in self.messages[channel] if not message.get("files")]

    def attached(self, channel: str) -> dict[str, bytes]:
        """Return the files in a channel by name; one that stands twice is an error."""
        shared = [file for message in self.messages[channel] for file in message.get("files", ())]
        assert len({file["name"] for file in shared}) == len(shared), shared
        return {file["name"]: self.content[f"/upload/{file['id']}"][2] for file in shared}

    def answer(self, method: str, arguments: dict[str, Any]) -> Answer:
        if hook := self.before.pop(method, None):
            hook()
        with self._lock:
            self.calls.append((method, arguments))
            handler: Callable[[dict[str, Any]], Answer] | None = getattr(self, "_" + method.replace(".", "_"), None)
            return handler(arguments) if handler else {"ok": False, "error": "unknown_method"}

    def _auth_test(self, _: dict[str, Any]) -> Answer:
        return {"ok": True, "team_id": "T0TELLER01", "user_id": BOT}

    def _chat_postMessage(self, given: dict[str, Any]) -> Answer:  # noqa: N802
        self._count += 1
        ts = f"1800000001.{self._count:06d}"
        self.messages[given["channel"]].append({**given, "ts": ts, "user": BOT})
        return {"ok": True, "ts": ts, "channel": given["channel"]}

    def _chat_update(self, given: dict[str, Any]) -> Answer:
        if given["ts"] in (self.streams or {}):
            return {"ok": False, "error": "streaming_state_conflict"}
        for message in self.messages[given["channel"]]:
            if message["ts"] == given["ts"]:
                changes = {name: given[name] for name in ("text", "blocks", "metadata") if name in given}
                message.update({"blocks": None, **changes})
                return {"ok": True, "ts": given["ts"]}
        return {"ok": False, "error": "message_not_found"}

    def _chat_startStream(self, given: dict[str, Any]) -> Answer:  # noqa: N802
        if self.streams is None:
            return {"ok": False, "error": "unknown_method"}
        place = {name: given[name] for name in ("channel", "thread_ts")}
        answer = self._chat_postMessage({**place, "text": _said(given["chunks"])})
        self.streams[answer["ts"]] = given["channel"]
        return answer

    def _chat_appendStream(self, given: dict[str, Any]) -> Answer:  # noqa: N802
        if given["ts"] not in (self.streams or {}):
            return {"ok": False, "error": "message_not_in_streaming_state"}
        (message,) = [each for each in self.messages[given["channel"]] if each["ts"] == given["ts"]]
        message["text"] += _said(given["chunks"])
        return {"ok": True, "ts": given["ts"]}

    def _chat_stopStream(self, given: dict[str, Any]) -> Answer:  # noqa: N802
        if (self.streams or {}).pop(given["ts"], None) is None:
            return {"ok": False, "error": "message_not_in_streaming_state"}
        return {"ok": True, "ts": given["ts"]}

    def _agents_sessions_setStatus(self, _: dict[str, Any]) -> Answer:  # noqa: N802
        return {"ok": self.streams is not None, "error": "unknown_method"}

    def _chat_delete(self, given: dict[str, Any]) -> Answer:
        before = self.messages[given["channel"]]
        after = [message for message in before if message["ts"] != given["ts"]]
        self.messages[given["channel"]] = after
        (self.streams or {}).pop(given["ts"], None)
        return {"ok": True} if len(after) < len(before) else {"ok": False, "error": "message_not_found"}

    def _conversations_replies(self, given: dict[str, Any]) -> Answer:
        found = [m for m in self.messages[given["channel"]] if given["ts"] in (m.get("thread_ts"), m["ts"])]
        return {"ok": True, "messages": found} if found else {"ok": False, "error": "thread_not_found"}

    def _conversations_history(self, given: dict[str, Any]) -> Answer:
        found = [message for message in self.messages[given["channel"]] if not message.get("thread_ts")]
        return {"ok": True, "messages": found[::-1]}

    def _conversations_members(self, given: dict[str, Any]) -> Answer:
        return self._known(self.members, given["channel"], "members")

    def _conversations_info(self, given: dict[str, Any]) -> Answer:
        if given["channel"] not in self.members:
            return {"ok": False, "error": "channel_not_found"}
        return {"ok": True, "channel": {"id": given["channel"], **self.channels.get(given["channel"], {})}}

    def _conversations_open(self, given: dict[str, Any]) -> Answer:
        return {"ok": True, "channel": {"id": "D" + given["users"][1:]}}

    def _users_conversations(self, given: dict[str, Any]) -> Answer:
        found = [channel for channel, users in self.members.items() if given["user"] in users and channel[0] != "D"]
        half = len(found) // 2
        if given.get("cursor") == "more":
            return {"ok": True, "channels": [{"id": each} for each in found[half:]]}
        page = [{"id": each} for each in found[:half]]
        return {"ok": True, "channels": page, "response_metadata": {"next_cursor": "more"}}

    def _users_info(self, given: dict[str, Any]) -> Answer:
        if given["user"] not in self.users:
            return {"ok": False, "error": "user_not_found"}
        user = {"id": given["user"], "team_id": "T0TELLER01", **self.users[given["user"]]}
        return {"ok": True, "user": user}

    def _users_list(self, _: dict[str, Any]) -> Answer:
        return {
            "ok": True,
            "members": [{"id": id_, "team_id": "T0TELLER01", **user} for id_, user in self.users.items()],
        }

    def _assistant_threads_setStatus(self, _: dict[str, Any]) -> Answer:  # noqa: N802
        return {"ok": True}

    def _files_getUploadURLExternal(self, given: dict[str, Any]) -> Answer:  # noqa: N802
        self._count += 1
        id_ = f"F{self._count:09d}"
        self.files[id_] = {"id": id_, "name": given["filename"]}
        return {"ok": True, "upload_url": f"{self.url.removesuffix('/api/')}/upload/{id_}", "file_id": id_}

    def _files_completeUploadExternal(self, given: dict[str, Any]) -> Answer:  # noqa: N802
        shared = [self.files[each["id"]] | {"title": each.get("title")} for each in given["files"]]
        place = {name: given[name] for name in ("thread_ts",) if given.get(name)}
        self._count += 1
        message = {"ts": f"1800000001.{self._count:06d}", "user": BOT, "text": "", "files": shared, **place}
        self.messages[given["channel_id"]].append(message)
        return {"ok": True, "files": shared}

    def _files_info(self, given: dict[str, Any]) -> Answer:
        return self._known(self.files, given["file"], "file", "file_not_found")

    @staticmethod
    def _known(found: dict[str, Any], key: str, name: str, error: str = "channel_not_found") -> Answer:
        return {"ok": True, name: found[key]} if key in found else {"ok": False, "error": error}


def _handler(fake: FakeSlack) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            if path.startswith("/api/"):
                self._call(path.removeprefix("/api/"), _flat(urlsplit(self.path).query))
                return
            status, headers, body = fake.content.get(path, (404, {}, b""))
            fake.calls.append((path, {name.lower(): value for name, value in self.headers.items()}))
            self._send(status, body, headers)

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length") or 0))
            if self.path.startswith("/upload/"):
                fake.uploaded.append(raw)
                fake.content[self.path] = (200, {}, raw)
                self._send(200, b"OK", {})
                return
            body = raw.decode()
            is_json = "json" in (self.headers.get("content-type") or "")
            self._call(
                urlsplit(self.path).path.removeprefix("/api/"), json.loads(body or "{}") if is_json else _flat(body)
            )

        def _call(self, method: str, arguments: dict[str, Any]) -> None:
            fault = fake.faults[method].popleft() if fake.faults[method] else ""
            if fault == "429":
                self._json(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "7"})
            elif fault == "500":
                self._send(500, b"<html>sorry</html>", {"content-type": "text/html"})
            elif fault == "lost":
                fake.answer(method, arguments)
                self._send(504, b"too late", {})
            elif fault == "slow":
                fake.answer(method, arguments)
                time.sleep(2.5)
                self._json(200, {"ok": True}, {})
            elif fault:
                self._json(200, {"ok": False, "error": fault}, {})
            else:
                self._json(200, fake.answer(method, arguments), {})

        def _json(self, status: int, answer: Answer, headers: dict[str, str]) -> None:
            self._send(status, json.dumps(answer).encode(), {"content-type": "application/json", **headers})

        def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            try:
                self.send_response(status)
                for name, value in {"content-length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                self.close_connection = True  # The client did not wait.

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


def _said(chunks: list[dict[str, Any]]) -> str:
    return "".join(each["text"] for each in chunks if each["type"] == "markdown_text")


def _flat(query: str) -> dict[str, Any]:
    found: dict[str, Any] = {name: values[0] for name, values in parse_qs(query).items()}
    return {name: json.loads(value) if value[:1] in "[{" else value for name, value in found.items()}
