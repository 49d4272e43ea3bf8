"""One round through everything that a workspace offers: a person acts, a bot listens and calls."""

import json
import threading
import time
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

import httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

Json = dict[str, Any]
GENERAL, BEN = "C0GENERAL1", "U0BEN00001"
MODAL = {
    "type": "modal",
    "callback_id": "form",
    "notify_on_close": True,
    "title": {"type": "plain_text", "text": "Form"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "b",
            "label": {"type": "plain_text", "text": "Why?"},
            "element": {"type": "plain_text_input", "action_id": "a"},
        }
    ],
}
BUTTON = {"type": "button", "action_id": "ask", "value": "1", "text": {"type": "plain_text", "text": "Ask"}}
ACTIONS = [{"type": "actions", "block_id": "x", "elements": [BUTTON]}]


class Round:
    """A bot connected by Socket Mode that acknowledges everything, and people beside it."""

    def __init__(self, url: str, config: Json) -> None:
        self._bot = httpx.Client(base_url=f"{url}/api/", headers=_bearer(config["bot_token"]), trust_env=False)
        self._app = httpx.Client(base_url=f"{url}/api/", headers=_bearer(config["app_token"]), trust_env=False)
        self._people = httpx.Client(
            base_url=f"{url}/control/", headers=_bearer(config["control_token"]), trust_env=False
        )
        self._held = ExitStack()
        for client in (self._bot, self._app, self._people):
            self._held.callback(client.close)
        self.heard: list[Json] = []
        self.answered: list[tuple[str, Json]] = []

    def __enter__(self) -> Self:
        answer = self._app.post("apps.connections.open").json()
        self.answered.append(("apps.connections.open", answer))
        self._socket = self._held.enter_context(connect(answer["url"]))
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.close()
        self._listener.join(timeout=5)

    def _listen(self) -> None:
        try:
            for text in self._socket:
                frame = json.loads(text)
                if "envelope_id" in frame:
                    self._socket.send(json.dumps({"envelope_id": frame["envelope_id"]}))
                    self.heard.append(frame["payload"])
        except ConnectionClosed:
            return

    def call(self, method: str, **arguments: Any) -> Json:
        """Call a method as the bot and keep the answer."""
        answer: Json = self._bot.post(method, json=arguments).json()
        self.answered.append((method, answer))
        return answer

    def act(self, action: str, **sent: Any) -> Json:
        """Do what Ben, or another `person`, does."""
        answer: Json = self._people.post(action, json={"person": "ben", **sent}).json()
        return answer

    def last(self, kind: str) -> Json:
        """Return the latest payload of a kind, waiting for it a little."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if found := [each for each in self.heard if each.get("type") == kind]:
                return found[-1]
            time.sleep(0.02)
        raise TimeoutError(f"No {kind} came.")

    def drive(self) -> tuple[list[Json], list[tuple[str, Json]]]:
        """Do everything once; return what the bot heard and what it was answered."""
        self._look_around()
        thread = self._talk()
        self._stream(thread)
        self._files(thread)
        self._press(thread)
        self._change_who_is_where()
        time.sleep(0.3)  # What was caused last arrives.
        return self.heard, self.answered

    def _look_around(self) -> None:
        for method in ("api.test", "auth.test", "team.info", "bots.info", "users.list", "users.conversations"):
            self.call(method)
        self.call("users.info", user=BEN)
        self.call("users.lookupByEmail", email="ben@fjordbank.example")
        self.call("conversations.list", types="public_channel,private_channel,im")
        self.call("conversations.info", channel=GENERAL, include_num_members=True)
        self.call("conversations.members", channel=GENERAL)
        self.call("conversations.open", users=BEN, return_im=True)
        self.call("conversations.join", channel=GENERAL)

    def _talk(self) -> str:
        said = self.act("post", channel="general", text="@Teller see https://bank.example and #general")
        thread = str(said["ts"])
        self.act("post", channel="teller", text="Hello")
        self.act("edit", channel="general", ts=thread, text="@Teller see this")
        self.act("react", channel="general", ts=thread, name="eyes")
        self.act("react", channel="general", ts=thread, name="eyes")
        gone = self.act("post", channel="general", text="Soon gone", thread_ts=thread)
        self.act("delete", channel="general", ts=gone["ts"])
        for tab in ("messages", "home"):
            self.call("views.publish", user_id=BEN, view={"type": "home", "blocks": ACTIONS})
            self.act("open_home", tab=tab)
        metadata = {"event_type": "t", "event_payload": {"a": 1}}
        ts = self.call("chat.postMessage", channel=GENERAL, thread_ts=thread, text="x", metadata=metadata)["ts"]
        self.call("chat.postMessage", channel=GENERAL, thread_ts=thread, text="To all", reply_broadcast=True)
        self.call("chat.update", channel=GENERAL, ts=ts, text="y")
        self.call("chat.getPermalink", channel=GENERAL, message_ts=ts)
        self.call("chat.postEphemeral", channel=GENERAL, user=BEN, text="Psst")
        for method in ("reactions.add", "reactions.get", "reactions.remove"):
            self.call(method, channel=GENERAL, timestamp=ts, name="eyes")
        self.call("conversations.history", channel=GENERAL, include_all_metadata=True)
        self.call("conversations.replies", channel=GENERAL, ts=thread)
        self.call("chat.delete", channel=GENERAL, ts=ts)
        return thread

    def _stream(self, thread: str) -> None:
        place = {"channel_id": GENERAL, "thread_ts": thread}
        self.call("assistant.threads.setStatus", **place, status="is thinking")
        self.call("assistant.threads.setTitle", **place, title="Title")
        self.call("assistant.threads.setSuggestedPrompts", **place, prompts=[{"title": "t", "message": "m"}])
        self.call("agents.sessions.setStatus", **place, status="processing", title="Title")
        self.call("agents.sessions.rename", **place, title="Other")
        reader = {"recipient_team_id": "T0TELLER01", "recipient_user_id": BEN}
        ts = self.call("chat.startStream", channel=GENERAL, thread_ts=thread, markdown_text="One", **reader)["ts"]
        self.call("chat.appendStream", channel=GENERAL, ts=ts, markdown_text=" two")
        self.call("chat.stopStream", channel=GENERAL, ts=ts, markdown_text=".")
        self.act("stop", channel="general", thread_ts=thread)

    def _files(self, thread: str) -> None:
        dropped = self._people.post("upload", params={"person": BEN, "name": "a.pdf"}, content=b"%PDF").json()["file"]
        self.act("post", channel="general", text="Read this", files=[dropped["id"]])
        self.call("files.info", file=dropped["id"])
        self.call("files.list")
        address = self.call("files.getUploadURLExternal", filename="b.csv", length=3)
        self._bot.post(address["upload_url"], content=b"a,b").raise_for_status()
        mine = [{"id": address["file_id"], "title": "B"}]
        self.call("files.completeUploadExternal", files=mine, channel_id=GENERAL, thread_ts=thread)
        self.call("files.delete", file=address["file_id"])
        self.act("delete_file", file=dropped["id"])

    def _press(self, thread: str) -> None:
        ts = self.call("chat.postMessage", channel=GENERAL, thread_ts=thread, text="x", blocks=ACTIONS)["ts"]
        self.act("command", channel="general", command="/ask this")
        self.act("shortcut", channel="general", ts=ts, callback_id="explain")
        self.act("press", channel="general", ts=ts, action_id="ask")
        view = self.call("views.open", trigger_id=self.last("block_actions")["trigger_id"], view=MODAL)["view"]
        self.call("views.update", view_id=view["id"], view=MODAL)
        self.act("press", channel="general", ts=ts, action_id="ask")
        above = self.call("views.push", trigger_id=self.last("block_actions")["trigger_id"], view=MODAL)["view"]
        self.act("submit", view=above["id"], values={"b": {"a": {"type": "plain_text_input", "value": "x"}}})
        self.act("close_view", view=view["id"])

    def _change_who_is_where(self) -> None:
        self.act("add_person", person="ada", name="Nora", title="Auditor")
        self.act("change_person", person="ada", who="nora", role="guest")
        self.act("add_channel", person="ada", name="deals")
        self.act("join", person="ada", channel="deals", who="teller")
        self.act("join", channel="deals")
        self.act("leave", channel="deals")
        self.call("conversations.leave", channel="deals")


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
