"""A whole Bolt app, over Socket Mode and over signed HTTP."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from slack_bolt import App, BoltRequest
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.signature import SignatureVerifier
from workspace_fixture import LocalWorkspace

Start = Callable[..., LocalWorkspace]
GENERAL, BEN = "C0GENERAL1", "U0BEN00001"
BUTTONS = [
    {
        "type": "actions",
        "block_id": "row",
        "elements": [
            {"type": "button", "action_id": "share", "text": {"type": "plain_text", "text": "Share"}, "value": "42"},
            {
                "type": "static_select",
                "action_id": "pick",
                "options": [
                    {"text": {"type": "plain_text", "text": "A"}, "value": "a"},
                    {"text": {"type": "plain_text", "text": "B"}, "value": "b"},
                ],
            },
        ],
    },
    {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "vote",
                "positive_button": {"text": {"type": "plain_text", "text": "Good"}, "value": "up"},
                "negative_button": {"text": {"type": "plain_text", "text": "Bad"}, "value": "down"},
            }
        ],
    },
]
MODAL = {
    "type": "modal",
    "callback_id": "why",
    "private_metadata": "m",
    "title": {"type": "plain_text", "text": "Why?"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "reason",
            "label": {"type": "plain_text", "text": "Reason"},
            "element": {"type": "plain_text_input", "action_id": "text"},
        }
    ],
}


class Seen(list[dict[str, Any]]):
    """What the app's listeners were given."""

    def next(self, seconds: float = 10.0) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        while not self and time.monotonic() < deadline:
            time.sleep(0.01)
        return self.pop(0)


def app_of(workspace: LocalWorkspace, seen: Seen) -> App:
    app = App(client=workspace.client, signing_secret=workspace.signing_secret)

    @app.event("app_mention")
    def answer(event: dict[str, Any], say: Any) -> None:
        say(text="Answer", blocks=BUTTONS, thread_ts=event["ts"])

    @app.event("message")
    def note(event: dict[str, Any]) -> None:
        seen.append(event)

    @app.command("/reindex")
    def reindex(ack: Any, respond: Any, body: dict[str, Any]) -> None:
        ack("Working on it")
        seen.append(body)
        respond("Done")
        respond("For all", response_type="in_channel")

    @app.action("share")
    def share(ack: Any, respond: Any, body: dict[str, Any]) -> None:
        ack()
        seen.append(body)
        respond("Shared", replace_original=True)

    @app.action("pick")
    def pick(ack: Any, body: dict[str, Any]) -> None:
        ack()
        seen.append(body)

    @app.action("vote")
    def vote(ack: Any, body: dict[str, Any], client: Any) -> None:
        ack()
        seen.append(body)
        client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @app.view("why")
    def why(ack: Any, body: dict[str, Any], view: dict[str, Any]) -> None:
        said = view["state"]["values"]["reason"]["text"]["value"]
        ack(response_action="errors", errors={"reason": "Say more"}) if said == "?" else ack()
        seen.append(body)

    return app


@pytest.fixture(scope="module")
def seen() -> Seen:
    return Seen()


@pytest.fixture(scope="module")
def bolt(workspace: LocalWorkspace, seen: Seen) -> Iterator[LocalWorkspace]:
    handler = SocketModeHandler(app_of(workspace, seen), workspace.app_token)
    handler.connect()
    yield workspace
    handler.close()


@pytest.fixture
def reply(bolt: LocalWorkspace, seen: Seen) -> dict[str, Any]:
    ts = bolt.post("ben", "general", "@Teller go")
    found = bolt.wait_for_reply(GENERAL, ts)
    seen.next()
    seen.clear()
    for view in bolt.ask("state", person="ben")["modals"]:
        bolt.act("close_view", person="ben", view=view["id"])
    return found


def test_a_pressed_button_says_where_it_stood(bolt: LocalWorkspace, seen: Seen, reply: dict[str, Any]) -> None:
    bolt.press("ben", "general", reply["ts"], "share")

    body = seen.next()
    assert body["type"] == "block_actions"
    assert body["container"] == {
        "type": "message",
        "message_ts": reply["ts"],
        "channel_id": GENERAL,
        "is_ephemeral": False,
        "thread_ts": reply["thread_ts"],
    }
    assert (body["user"]["id"], body["channel"]["id"], body["message"]["ts"]) == (BEN, GENERAL, reply["ts"])
    action = body["actions"][0]
    assert (action["action_id"], action["block_id"], action["value"], action["type"]) == (
        "share",
        "row",
        "42",
        "button",
    )
    bolt.wait_for_reply(
        GENERAL, reply["thread_ts"], lambda each: each["text"] == "Shared" and each["ts"] == reply["ts"]
    )


def test_a_choice_and_a_vote_carry_their_value(bolt: LocalWorkspace, seen: Seen, reply: dict[str, Any]) -> None:
    bolt.press("ben", "general", reply["ts"], "pick", "b")
    bolt.press("ben", "general", reply["ts"], "vote", "negative")

    assert seen.next()["actions"][0]["selected_option"]["value"] == "b"
    vote = seen.next()["actions"][0]
    assert (vote["type"], vote["value"]) == ("feedback_buttons", "down")
    with pytest.raises(RuntimeError, match="action_not_found"):
        bolt.press("ben", "general", reply["ts"], "nothing")


def test_a_modal_is_opened_corrected_and_submitted(bolt: LocalWorkspace, seen: Seen, reply: dict[str, Any]) -> None:
    bolt.press("ben", "general", reply["ts"], "vote", "negative")
    view = bolt.wait_for(lambda: bolt.ask("state", person="ben")["modals"])[0]

    def submit(text: str) -> None:
        values = {"reason": {"text": {"type": "plain_text_input", "value": text}}}
        bolt.act("submit", person="ben", view=view["id"], values=values)

    submit("?")
    assert bolt.ask("state", person="ben")["modals"], "errors keep it open"
    submit("The margin is wrong")
    assert not bolt.ask("state", person="ben")["modals"]
    seen.next()
    seen.next()
    body = seen.next()
    assert (body["type"], body["view"]["private_metadata"]) == ("view_submission", "m")
    assert body["view"]["state"]["values"]["reason"]["text"]["value"] == "The margin is wrong"


def test_a_trigger_opens_one_modal(bolt: LocalWorkspace, seen: Seen, reply: dict[str, Any]) -> None:
    bolt.press("ben", "general", reply["ts"], "vote", "positive")
    trigger = seen.next()["trigger_id"]
    bolt.wait_for(lambda: bolt.ask("state", person="ben")["modals"])

    answer = bolt.client.api_call  # The listener has used it already.
    with pytest.raises(Exception, match="exchanged_trigger_id"):
        answer("views.open", json={"trigger_id": trigger, "view": MODAL})


def test_a_command_is_answered_at_once_and_later(bolt: LocalWorkspace, seen: Seen) -> None:
    bolt.command("ada", "general", "/reindex", "all of it")

    body = seen.next()
    assert (body["command"], body["text"], body["user_id"], body["channel_name"]) == (
        "/reindex",
        "all of it",
        "U0ADA00001",
        "general",
    )

    def told(person: str) -> list[str]:
        return sorted(
            each["text"]
            for each in bolt.messages("general", person=person)
            if each["text"] in {"Working on it", "Done", "For all"}
        )

    assert bolt.wait_for(lambda: len(told("ada")) == 3)
    assert told("ben") == ["For all"], "the rest was for Ada's eyes only"


def test_a_command_without_a_bot_fails_before_the_askers_eyes(start: Start) -> None:
    workspace = start()
    since = workspace.ask("wait", since=0, milliseconds=0)["version"]

    workspace.command("ada", "general", "/reindex")

    assert workspace.ask("wait", since=since, milliseconds=5000)["version"] > since
    assert not [each for each in workspace.traffic() if each["kind"] == "socket"]


class Hook(ThreadingHTTPServer):
    """An HTTP endpoint that checks each signature and answers as told, 200 when nothing is."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], str]] = []
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.app: App | None = None
        self.secret = ""
        super().__init__(("127.0.0.1", 0), HookHandler)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/slack/events"

    def events(self) -> list[tuple[dict[str, str], dict[str, Any]]]:
        return [
            (headers, json.loads(body))
            for headers, body in self.requests
            if body.startswith("{") and "event_callback" in body
        ]


class HookHandler(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        if not SignatureVerifier(self.server.secret).is_valid_request(body, headers):
            self._answer(401, {}, b"bad signature")
            return
        self.server.requests.append((headers, body))
        if "url_verification" in body:
            self._answer(
                200,
                {"Content-Type": "application/json"},
                json.dumps({"challenge": json.loads(body)["challenge"]}).encode(),
            )
        elif self.server.answers:
            status, extra = self.server.answers.pop(0)
            self._answer(status, extra, b"")
        elif self.server.app:
            said = self.server.app.dispatch(BoltRequest(body=body, headers=headers))
            self._answer(said.status, {name: values[0] for name, values in said.headers.items()}, said.body.encode())
        else:
            self._answer(200, {}, b"")

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def hook() -> Iterator[Hook]:
    server = Hook()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def hooked(start: Start, hook: Hook) -> LocalWorkspace:
    workspace = start(event_url=hook.url, settings={"retry_after": [0, 0.1, 0.1], "ack_seconds": 2.0})
    hook.secret = workspace.signing_secret
    return workspace


def test_signed_events_come_after_the_address_is_verified(hooked: LocalWorkspace, hook: Hook) -> None:
    ts = hooked.post("ben", "general", "@Teller hi")

    hooked.wait_for(lambda: len(hook.events()) == 2)
    assert "url_verification" in hook.requests[0][1]
    assert {each["event"]["type"] for _, each in hook.events()} == {"message", "app_mention"}
    assert {each["event"]["ts"] for _, each in hook.events()} == {ts}
    assert all("x-slack-retry-num" not in headers for headers, _ in hook.events())


def test_a_failed_delivery_comes_again_and_says_so(hooked: LocalWorkspace, hook: Hook) -> None:
    hook.answers = [(500, {}), (500, {}), (500, {})]

    hooked.post("ben", "general", "Hello?")

    hooked.wait_for(lambda: len(hook.events()) == 4)
    numbers = [(headers.get("x-slack-retry-num"), headers.get("x-slack-retry-reason")) for headers, _ in hook.events()]
    assert numbers == [(None, None), ("1", "http_error"), ("2", "http_error"), ("3", "http_error")]
    assert len({each["event_id"] for _, each in hook.events()}) == 1


def test_a_bot_may_decline_retries(hooked: LocalWorkspace, hook: Hook) -> None:
    hook.answers = [(500, {"X-Slack-No-Retry": "1"})]

    hooked.post("ben", "general", "Hello?")

    hooked.wait_for(lambda: any(each["kind"] == "gave_up" for each in hooked.traffic()))
    assert len(hook.events()) == 1


def test_a_bolt_app_behind_http_answers_commands_and_buttons(hooked: LocalWorkspace, hook: Hook) -> None:
    seen = Seen()
    hook.app = app_of(hooked, seen)
    ts = hooked.post("ben", "general", "@Teller go")
    reply = hooked.wait_for_reply(GENERAL, ts)
    seen.next()
    seen.clear()

    hooked.command("ben", "general", "/reindex", "now")
    hooked.press("ben", "general", reply["ts"], "pick", "a")

    assert seen.next()["text"] == "now"
    assert seen.next()["actions"][0]["selected_option"]["value"] == "a"
    hooked.wait_for(
        lambda: {"Working on it", "Done"} <= {each["text"] for each in hooked.messages("general", person="ben")}
    )


def test_socket_mode_is_off_while_events_go_over_http(hooked: LocalWorkspace) -> None:
    with pytest.raises(Exception, match="socket_mode_disabled"):
        hooked.client.apps_connections_open(app_token=hooked.app_token)
