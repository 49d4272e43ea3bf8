"""Modals, shortcuts and the people and channels that can be changed."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from workspace_fixture import LocalWorkspace

Start = Callable[..., LocalWorkspace]
Json = dict[str, Any]
GENERAL, BEN, ADA = "C0GENERAL1", "U0BEN00001", "U0ADA00001"
SHORTCUTS = [["message", "explain", "Explain this"], ["global", "start", "Start a comparison"]]
REASON = {
    "type": "input",
    "block_id": "why",
    "label": {"type": "plain_text", "text": "Why?"},
    "element": {"type": "plain_text_input", "action_id": "words"},
}


def modal(title: str = "Tell me", **changes: Any) -> Json:
    submit = {"type": "plain_text", "text": "Send"}
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": title},
        "submit": submit,
        "blocks": [REASON],
    } | changes


def refusal(call: Any, **named: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        call(**named)
    return str(caught.value.response["error"])


class Bot:
    """A Bolt app that notes what it hears and answers forms as it is told."""

    def __init__(self, workspace: LocalWorkspace) -> None:
        self.workspace = workspace
        self.heard: list[Json] = []
        self.answer: Json = {}
        app = App(client=workspace.client)
        app.use(self._note)
        app.shortcut("explain")(self._ack)
        app.shortcut("start")(self._ack)
        app.action("ask")(self._ack)
        app.view("form")(self._answer)
        app.view_closed("form")(self._ack)
        for event in ("team_join", "user_change", "channel_created", "member_joined_channel", "member_left_channel"):
            app.event(event)(lambda: None)
        app.event("message")(lambda: None)
        self.handler = SocketModeHandler(app, workspace.app_token)
        self.handler.connect()

    def _note(self, body: Json, next: Callable[[], Any]) -> None:  # noqa: A002 - The name that Bolt gives.
        self.heard.append(body)
        next()

    def _ack(self, ack: Any) -> None:
        ack()

    def _answer(self, ack: Any) -> None:
        ack(**self.answer)

    def last(self, kind: str) -> Json:
        def found() -> Json | None:
            return next(
                (each for each in reversed(self.heard) if kind in (each["type"], each.get("event", {}).get("type"))),
                None,
            )

        deadline = time.monotonic() + 10
        while not (body := found()) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert body, [each["type"] for each in self.heard]
        return body

    def trigger(self) -> str:
        """Press a button and return the trigger that came with it."""
        self.heard.clear()
        button = {"type": "button", "action_id": "ask", "text": {"type": "plain_text", "text": "Ask"}}
        blocks = [{"type": "actions", "elements": [button]}]
        ts = str(self.workspace.client.chat_postMessage(channel=GENERAL, text="x", blocks=blocks)["ts"])
        self.workspace.press("ben", "general", ts, "ask")
        return str(self.last("block_actions")["trigger_id"])

    def open(self, **changes: Any) -> Json:
        view = modal(callback_id="form", **changes)
        return dict(self.workspace.client.views_open(trigger_id=self.trigger(), view=view)["view"])

    def shown(self) -> list[Json]:
        return list(self.workspace.ask("state", person="ben")["modals"])


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalWorkspace]:
    with LocalWorkspace(tmp_path_factory.mktemp("views"), settings={"shortcuts": SHORTCUTS}) as made:
        yield made


@pytest.fixture(scope="module")
def running(workspace: LocalWorkspace) -> Iterator[Bot]:
    made = Bot(workspace)
    yield made
    made.handler.close()


@pytest.fixture
def bot(running: Bot) -> Bot:
    running.answer = {}
    return running


def test_a_trigger_opens_one_modal_and_soon(workspace: LocalWorkspace, slack: WebClient, bot: Bot) -> None:
    trigger = bot.trigger()
    slack.views_open(trigger_id=trigger, view=modal())
    late = bot.trigger()

    time.sleep(3.1)

    assert refusal(slack.views_open, trigger_id=trigger, view=modal()) == "exchanged_trigger_id"
    assert refusal(slack.views_open, trigger_id=late, view=modal()) == "expired_trigger_id"
    assert refusal(slack.views_open, trigger_id="1.2", view=modal()) == "invalid_trigger_id"


@pytest.mark.parametrize(
    "changes",
    [
        {"title": {"type": "plain_text", "text": "x" * 25}},
        {"title": {"type": "mrkdwn", "text": "x"}},
        {"submit": None},
        {"private_metadata": "x" * 3001},
        {"type": "home"},
    ],
)
def test_a_modal_that_slack_would_refuse_is_refused(slack: WebClient, bot: Bot, changes: Json) -> None:
    view = {name: value for name, value in modal(**changes).items() if value is not None}

    assert refusal(slack.views_open, trigger_id=bot.trigger(), view=view) == "invalid_arguments"


def test_errors_stand_beside_their_fields_and_the_modal_stays(workspace: LocalWorkspace, bot: Bot) -> None:
    view = bot.open()
    bot.answer = {"response_action": "errors", "errors": {"why": "Say more."}}

    workspace.act("submit", person="ben", view=view["id"], values={"why": {"words": {"type": "x", "value": "a"}}})

    said = bot.last("view_submission")
    assert said["view"]["state"]["values"]["why"]["words"]["value"] == "a"
    assert said["view"]["callback_id"] == "form"
    assert [each["id"] for each in bot.shown()] == [view["id"]]


def test_a_modal_lies_upon_another_and_three_at_most(workspace: LocalWorkspace, slack: WebClient, bot: Bot) -> None:
    first = bot.open()
    bot.answer = {"response_action": "push", "view": modal("Second", callback_id="form")}
    workspace.act("submit", person="ben", view=first["id"], values={})
    (second,) = bot.shown()
    third = slack.views_push(trigger_id=bot.trigger(), view=modal("Third", callback_id="form"))["view"]

    assert second["title"]["text"] == "Second"
    assert (third["previous_view_id"], third["root_view_id"]) == (second["id"], first["id"])
    assert refusal(slack.views_push, trigger_id=bot.trigger(), view=modal()) == "push_limit_reached"
    bot.answer = {}
    workspace.act("submit", person="ben", view=third["id"], values={})
    assert [each["id"] for each in bot.shown()] == [second["id"]]
    bot.answer = {"response_action": "clear"}
    workspace.act("submit", person="ben", view=second["id"], values={})
    assert bot.shown() == []


def test_an_open_modal_is_updated_by_its_own_id_or_the_bots(slack: WebClient, bot: Bot) -> None:
    view = bot.open(external_id="mine")

    slack.views_update(external_id="mine", view=modal("Changed", external_id="mine"))

    assert bot.shown()[0]["title"]["text"] == "Changed"
    stale = {"view_id": view["id"], "hash": view["hash"], "view": modal("Late")}
    assert refusal(slack.views_update, **stale) == "hash_conflict"
    assert refusal(slack.views_update, view_id="V0", view=modal()) == "not_found"


def test_a_closed_modal_is_told_when_the_bot_wants_to_know(workspace: LocalWorkspace, bot: Bot) -> None:
    view = bot.open(notify_on_close=True)

    workspace.act("close_view", person="ben", view=view["id"])

    told = bot.last("view_closed")
    assert (told["view"]["id"], told["is_cleared"], told["user"]["id"]) == (view["id"], False, BEN)
    assert bot.shown() == []


def test_shortcuts_say_on_what_they_were_run(workspace: LocalWorkspace, bot: Bot) -> None:
    ts = workspace.post("lena", "general", "Clause 7 applies")

    workspace.act("shortcut", person="ben", channel="general", ts=ts, callback_id="explain")
    workspace.act("shortcut", person="ben", callback_id="start")

    said = bot.last("message_action")
    assert (said["callback_id"], said["message"]["text"], said["message_ts"]) == ("explain", "Clause 7 applies", ts)
    assert said["channel"] == {"id": GENERAL, "name": "general"}
    assert bot.last("shortcut")["callback_id"] == "start"
    with pytest.raises(RuntimeError, match="shortcut_not_found"):
        workspace.act("shortcut", person="ben", callback_id="explain")


def test_an_admin_adds_people_and_changes_what_they_are(workspace: LocalWorkspace, slack: WebClient, bot: Bot) -> None:
    user = workspace.act("add_person", person="ada", name="Nora Vik", title="Auditor", role="guest")["user"]
    assert bot.last("team_join")["event"]["user"]["is_restricted"] is True

    workspace.act("change_person", person="ada", who="nora-vik", role="member")

    assert bot.last("user_change")["event"]["user"]["id"] == user
    assert slack.users_info(user=user)["user"]["is_restricted"] is False
    assert slack.conversations_open(users=user)["channel"]["id"].startswith("D")
    workspace.act("change_person", person="ada", who="nora-vik", deleted=True)
    assert slack.users_info(user=user)["user"]["deleted"] is True
    with pytest.raises(RuntimeError, match="user_not_found"):
        workspace.post("nora-vik", "teller", "Still here?")
    with pytest.raises(RuntimeError, match="not_an_admin"):
        workspace.act("add_person", person="ben", name="Somebody")


def test_a_new_channel_is_known_to_the_bot_once_it_was_brought_in(
    workspace: LocalWorkspace, slack: WebClient, bot: Bot
) -> None:
    room = workspace.act("add_channel", person="ben", name="deals", private=True)["channel"]
    assert refusal(slack.conversations_info, channel=room) == "channel_not_found"

    workspace.join("ben", "deals", "teller")
    workspace.join("ben", "deals", "lena")

    assert slack.conversations_members(channel=room)["members"] == [BEN, "U0TELLER01", "U0LENA0001"]
    workspace.leave("ben", "deals", "teller")
    assert bot.last("member_left_channel")["event"]["user"] == "U0TELLER01"
    with pytest.raises(RuntimeError, match="restricted_action"):
        workspace.leave("ben", "deals", "lena")


def test_a_channel_shared_with_another_organisation_says_so(
    workspace: LocalWorkspace, slack: WebClient, bot: Bot
) -> None:
    room = workspace.act("add_channel", person="ada", name="partner", shared=True)["channel"]
    bot.last("channel_created")
    workspace.join("ada", "partner", "teller")

    workspace.post("ada", "partner", "Hello")

    assert slack.conversations_info(channel=room)["channel"]["is_ext_shared"] is True
    deadline = time.monotonic() + 10
    while not (body := bot.last("message"))["is_ext_shared_channel"] and time.monotonic() < deadline:
        time.sleep(0.01)
    assert body["event"]["channel"] == room


def test_what_was_changed_outlives_a_restart(start: Start) -> None:
    before = start()
    user = before.act("add_person", person="ada", name="Nora")["user"]
    before.act("add_channel", person="ada", name="deals")
    before.close()

    after = start()

    assert after.client.users_info(user=user)["user"]["real_name"] == "Nora"
    assert "deals" in [each["name"] for each in after.ask("state", person="ada")["channels"]]
