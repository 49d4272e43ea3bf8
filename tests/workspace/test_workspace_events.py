import asyncio
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from websockets.asyncio.client import connect
from workspace_fixture import LocalWorkspace

Start = Callable[..., LocalWorkspace]
GENERAL, RETAIL, BOT = "C0GENERAL1", "C0RETAIL01", "U0TELLER01"
IMPATIENT = {"ack_seconds": 0.3}


class Listener:
    """Slack's own Socket Mode client, keeping what it hears."""

    def __init__(self, workspace: LocalWorkspace, *, acks: bool = True) -> None:
        self.heard: list[SocketModeRequest] = []
        self.acks = acks
        self.client = SocketModeClient(app_token=workspace.app_token, web_client=workspace.client)
        self.client.socket_mode_request_listeners.append(self.hear)
        self.client.connect()

    def hear(self, client: SocketModeClient, request: SocketModeRequest) -> None:
        self.heard.append(request)
        if self.acks:
            client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))

    def events(self) -> list[dict[str, Any]]:
        return [each.payload["event"] for each in self.heard if each.type == "events_api"]

    def wait(self, count: int, seconds: float = 10.0) -> list[dict[str, Any]]:
        deadline = time.monotonic() + seconds
        while len(self.events()) < count and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(self.events()) >= count, [each.get("type") for each in self.events()]
        return self.events()


@contextmanager
def listening(workspace: LocalWorkspace, **choices: Any) -> Iterator[Listener]:
    listener = Listener(workspace, **choices)
    try:
        yield listener
    finally:
        listener.client.close()


@pytest.fixture(scope="module")
def ear(workspace: LocalWorkspace) -> Iterator[Listener]:
    with listening(workspace) as listener:
        yield listener


@pytest.fixture
def listener(ear: Listener) -> Listener:
    time.sleep(0.05)  # What the test before caused has arrived.
    ear.heard.clear()
    return ear


def test_a_mention_is_told_twice_with_different_event_ids(workspace: LocalWorkspace, listener: Listener) -> None:
    ts = workspace.post("ben", "general", "@Teller hello")

    message, mention = listener.wait(2)
    assert (message["type"], message["channel_type"], message["ts"]) == ("message", "channel", ts)
    assert (mention["type"], mention["ts"], mention["text"]) == ("app_mention", ts, f"<@{BOT}> hello")
    assert "channel_type" not in mention
    first, second = (each.payload for each in listener.heard)
    assert first["event_id"] != second["event_id"]
    assert first["authorizations"][0]["user_id"] == BOT
    assert first["type"] == "event_callback"
    assert [each.retry_attempt for each in listener.heard] == [0, 0]


def test_a_file_comes_with_its_message_and_not_with_its_mention(workspace: LocalWorkspace, listener: Listener) -> None:
    ts = workspace.post("ben", "general", "@Teller read", files=[("a.pdf", b"%PDF"), ("b.pdf", b"%PDF")])

    message, mention, *shared = listener.wait(4)
    assert (message["subtype"], [each["name"] for each in message["files"]]) == ("file_share", ["a.pdf", "b.pdf"])
    assert message["files"][0]["url_private_download"].startswith(workspace.url)
    assert "files" not in mention
    assert [(each["type"], each["channel_id"]) for each in shared] == [("file_shared", GENERAL)] * 2
    assert [each["file_id"] for each in shared] == [each["id"] for each in message["files"]]
    assert ts == message["ts"]


def test_direct_messages_are_no_mentions(workspace: LocalWorkspace, listener: Listener) -> None:
    workspace.post("gus", "teller", "@Teller hello")

    events = listener.wait(1)
    time.sleep(0.1)
    assert [(each["type"], each["channel_type"], each["channel"]) for each in events] == [
        ("message", "im", "D0GUS00001")
    ]


def test_replies_say_whose_thread_it_is(workspace: LocalWorkspace, listener: Listener) -> None:
    ts = workspace.post("lena", "legal", "Root")

    workspace.post("ada", "legal", "Reply", thread_ts=ts)

    root, reply = listener.wait(2)
    assert "thread_ts" not in root
    assert (reply["channel_type"], reply["thread_ts"], reply["parent_user_id"]) == ("group", ts, "U0LENA0001")


def test_edits_and_deletions_are_told_with_what_was_before(workspace: LocalWorkspace, listener: Listener) -> None:
    ts = workspace.post("ben", "general", "First")
    workspace.edit("ben", "general", ts, "Second")
    workspace.delete_message("ben", "general", ts)

    _, changed, deleted = listener.wait(3)
    assert (changed["subtype"], changed["message"]["text"], changed["previous_message"]["text"]) == (
        "message_changed",
        "Second",
        "First",
    )
    assert changed["message"]["edited"]["user"] == "U0BEN00001"
    assert (deleted["subtype"], deleted["deleted_ts"], deleted["previous_message"]["text"]) == (
        "message_deleted",
        ts,
        "Second",
    )
    assert changed["channel_type"] == deleted["channel_type"] == "channel"


def test_a_deleted_question_with_an_answer_leaves_a_tombstone(workspace: LocalWorkspace, listener: Listener) -> None:
    ts = workspace.post("ben", "general", "Question")
    answer = workspace.client.chat_postMessage(channel=GENERAL, thread_ts=ts, text="Answer")["ts"]

    workspace.delete_message("ben", "general", ts)
    workspace.client.chat_delete(channel=GENERAL, ts=answer)

    events = listener.wait(5)
    tombstone, *ends = events[2:]
    assert (tombstone["subtype"], tombstone["message"]["subtype"]) == ("message_changed", "tombstone")
    assert tombstone["previous_message"]["text"] == "Question"
    assert [(each["subtype"], each["deleted_ts"]) for each in ends] == [
        ("message_deleted", answer),
        ("message_deleted", ts),
    ]


def test_a_deleted_message_takes_its_files_along(workspace: LocalWorkspace, listener: Listener) -> None:
    ts = workspace.post("ben", "general", "Look", files=[("a.pdf", b"%PDF")])
    file = listener.wait(2)[0]["files"][0]["id"]

    workspace.delete_message("ben", "general", ts)

    deleted, gone = listener.wait(4)[2:]
    assert deleted["subtype"] == "message_deleted"
    assert (gone["type"], gone["file_id"], gone["channel_ids"]) == ("file_deleted", file, [GENERAL])


def test_coming_and_going_is_told_and_the_bot_hears_nothing_outside(
    workspace: LocalWorkspace, listener: Listener
) -> None:
    workspace.leave("ada", "retail", who="teller")
    workspace.post("ada", "retail", "@Teller are you there?")
    workspace.join("ada", "retail", who="teller")
    workspace.join("lena", "retail")

    events = listener.wait(5)
    told = [(each["type"], each.get("subtype"), each["user"]) for each in events]
    assert told == [
        ("member_left_channel", None, BOT),
        ("member_joined_channel", None, BOT),
        ("message", "channel_join", BOT),
        ("member_joined_channel", None, "U0LENA0001"),
        ("message", "channel_join", "U0LENA0001"),
    ]
    assert events[1]["inviter"] == "U0ADA00001"
    workspace.leave("lena", "retail")


def test_opening_the_bots_tabs_and_reacting_is_told(workspace: LocalWorkspace, listener: Listener) -> None:
    ts = workspace.client.chat_postMessage(channel=GENERAL, text="Answer")["ts"]
    workspace.act("open_home", person="ben", tab="messages")
    workspace.act("react", person="ben", channel="general", ts=ts, name="+1")

    own, opened, reacted = listener.wait(3)
    assert own["bot_id"] == "B0TELLER01"
    assert (opened["type"], opened["tab"], opened["channel"]) == ("app_home_opened", "messages", "D0BEN00001")
    assert (reacted["reaction"], reacted["item_user"], reacted["item"]["ts"]) == ("+1", BOT, ts)


def test_what_is_not_acknowledged_comes_again_three_times(start: Start) -> None:
    workspace = start(settings=IMPATIENT)
    with listening(workspace, acks=False) as listener:
        workspace.post("ben", "general", "Hello?")

        listener.wait(4)
        time.sleep(0.6)
        attempts = [(each.retry_attempt, each.retry_reason) for each in listener.heard]
        assert attempts == [(0, ""), (1, "timeout"), (2, "timeout"), (3, "timeout")]
        assert len({each.envelope_id for each in listener.heard}) == 1
        assert any(each["kind"] == "gave_up" for each in workspace.traffic())


def test_events_wait_for_the_bot_even_over_a_restart(start: Start) -> None:
    before = start()
    ts = before.post("ben", "general", "@Teller asleep?")
    before.close()

    with listening(start()) as listener:
        message, mention = listener.wait(2)

    assert (message["ts"], mention["type"]) == (ts, "app_mention")


def test_a_bot_that_dies_before_its_ack_hands_back_what_it_held(start: Start) -> None:
    workspace = start()

    async def die() -> dict[str, Any]:
        url = WebClient(base_url=workspace.api_url).apps_connections_open(app_token=workspace.app_token)["url"]
        async with connect(str(url), proxy=None) as socket:
            assert json.loads(await socket.recv())["type"] == "hello"
            await asyncio.to_thread(workspace.post, "ben", "general", "Take this")
            envelope: dict[str, Any] = json.loads(await socket.recv())
            return envelope

    lost = asyncio.run(die())
    with listening(workspace) as listener:
        listener.wait(1)
        assert listener.heard[0].envelope_id == lost["envelope_id"]
        assert listener.heard[0].retry_attempt == 0


def test_two_bots_share_the_events(start: Start) -> None:
    workspace = start()
    with listening(workspace) as one, listening(workspace) as other:
        sent = [workspace.post("ben", "general", str(number)) for number in range(6)]

        workspace.wait_for(lambda: len(one.heard) + len(other.heard) >= 6)
        assert sorted(each["ts"] for each in one.events() + other.events()) == sent
        assert len(one.heard) == len(other.heard) == 3


def test_a_bot_that_is_told_to_reconnect_misses_nothing(start: Start) -> None:
    workspace = start()
    with listening(workspace) as listener:
        workspace.act("disconnect")
        workspace.post("ben", "general", "Meanwhile")

        assert listener.wait(1, seconds=20)[0]["text"] == "Meanwhile"


def test_stop_is_told_with_what_was_growing(workspace: LocalWorkspace, listener: Listener) -> None:
    slack = workspace.client
    ts = workspace.post("ben", "general", "Stop me")
    ben = {"recipient_team_id": "T0TELLER01", "recipient_user_id": "U0BEN00001"}
    stream = slack.chat_startStream(channel=GENERAL, thread_ts=ts, markdown_text="One", **ben)["ts"]
    slack.chat_appendStream(channel=GENERAL, ts=stream, markdown_text=" two")

    workspace.act("stop", person="ben", channel="general", thread_ts=ts)

    told = listener.wait(4)
    assert [each.get("subtype", each["type"]) for each in told] == [
        "message",
        "message",
        "message_changed",
        "agent_session_stopped",
    ]
    assert told[3] == {
        "type": "agent_session_stopped",
        "channel": GENERAL,
        "thread_ts": ts,
        "user": "U0BEN00001",
        "streaming_message_ts": [stream],
        "event_ts": told[3]["event_ts"],
    }
