"""Messages that grow, the session of an agent, and the Stop button."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from workspace_fixture import LocalWorkspace

GENERAL, BEN, GUS = "C0GENERAL1", "U0BEN00001", "U0GUS00001"
FOR_BEN = {"channel": GENERAL, "recipient_team_id": "T0TELLER01", "recipient_user_id": BEN}


def refusal(call: Any, **named: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        call(**named)
    return str(caught.value.response["error"])


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"recipient_user_id": ""}, "missing_recipient_user_id"),
        ({"recipient_team_id": "T0ELSEWHERE"}, "team_not_found"),
        ({"recipient_user_id": GUS}, "user_not_in_channel"),
        ({"thread_ts": "1700000000.000100"}, "thread_not_found"),
        ({"markdown_text": "x" * 12_001}, "msg_too_long"),
        ({"chunks": [{"type": "task_update", "id": "1", "title": "x" * 257}]}, "invalid_arguments"),
        ({"chunks": [{"type": "task_update", "id": "1", "status": "done"}]}, "invalid_arguments"),
        ({"chunks": [{"type": "song"}]}, "invalid_arguments"),
    ],
)
def test_a_stream_that_slack_would_refuse_is_refused(
    workspace: LocalWorkspace, slack: WebClient, change: dict[str, Any], error: str
) -> None:
    ts = workspace.post("ben", "general", "Stream")

    assert refusal(slack.chat_startStream, **{**FOR_BEN, "thread_ts": ts, **change}) == error


def test_tasks_become_cards_whose_details_grow(workspace: LocalWorkspace, slack: WebClient) -> None:
    ts = workspace.post("ben", "general", "Plan")
    stream = slack.chat_startStream(**FOR_BEN, thread_ts=ts, task_display_mode="plan")["ts"]
    step = {"type": "task_update", "id": "1", "title": "Read", "status": "in_progress", "details": "page 1"}

    slack.chat_appendStream(channel=GENERAL, ts=stream, chunks=[{"type": "plan_update", "title": "Working"}, step])
    done = {"type": "task_update", "id": "1", "status": "complete", "details": ", page 2"}
    slack.chat_appendStream(channel=GENERAL, ts=stream, chunks=[done])
    slack.chat_stopStream(channel=GENERAL, ts=stream, markdown_text="Done")

    plan, text = workspace.messages("general", ts)[1]["blocks"]
    card = {"type": "task_card", "task_id": "1", "title": "Read", "status": "complete", "details": "page 1, page 2"}
    assert plan == {"type": "plan", "title": "Working", "tasks": [card]}
    assert text == {"type": "markdown", "text": "Done"}


def test_a_stream_ends_by_itself_and_is_mended_by_an_update(start: Callable[..., LocalWorkspace]) -> None:
    workspace = start(settings={"stream_seconds": 0.2})
    slack = workspace.client
    ts = workspace.post("ben", "general", "Slowly")
    stream = slack.chat_startStream(**FOR_BEN, thread_ts=ts, markdown_text="One")["ts"]

    time.sleep(0.3)

    for call in (slack.chat_appendStream, slack.chat_stopStream):
        assert refusal(call, channel=GENERAL, ts=stream, markdown_text="two") == "message_not_in_streaming_state"
    slack.chat_update(channel=GENERAL, ts=stream, markdown_text="One two")
    said = workspace.messages("general", ts)[1]
    assert (said["text"], said["streaming_state"]) == ("One two", "completed")


def test_stop_ends_the_stream_and_leaves_the_session_to_the_bot(workspace: LocalWorkspace, slack: WebClient) -> None:
    ts = workspace.post("ben", "general", "Long work")
    slack.api_call("agents.sessions.setStatus", json={"channel_id": GENERAL, "thread_ts": ts, "status": "processing"})
    stream = slack.chat_startStream(**FOR_BEN, thread_ts=ts, markdown_text="So far")["ts"]

    workspace.act("stop", person="ben", channel="general", thread_ts=ts)

    late = {"channel": GENERAL, "ts": stream, "markdown_text": "more"}
    assert refusal(slack.chat_appendStream, **late) == "message_not_in_streaming_state"
    threads = workspace.ask("state", person="ben")["threads"]
    assert [each["session"] for each in threads if each["thread_ts"] == ts] == ["processing"]
    slack.api_call("agents.sessions.setStatus", json={"channel_id": GENERAL, "thread_ts": ts, "status": "active"})
    with pytest.raises(RuntimeError, match="nothing_to_stop"):
        workspace.act("stop", person="ben", channel="general", thread_ts=ts)


def test_the_end_of_a_stream_may_end_the_session(workspace: LocalWorkspace, slack: WebClient) -> None:
    ts = workspace.post("ben", "general", "Work")
    session = {"channel_id": GENERAL, "thread_ts": ts, "status": "processing", "title": "Law"}
    answer = slack.api_call("agents.sessions.setStatus", json=session)
    stream = slack.chat_startStream(**FOR_BEN, thread_ts=ts, markdown_text="Yes")["ts"]

    slack.chat_stopStream(channel=GENERAL, ts=stream, session_status="active")

    (thread,) = (each for each in workspace.ask("state", person="ben")["threads"] if each["thread_ts"] == ts)
    assert (answer["status"], answer["title"]) == ("processing", "Law")
    assert (thread["session"], thread["title"]) == ("active", "Law")
    renamed = {"channel_id": GENERAL, "thread_ts": ts, "title": "Governing law"}
    assert slack.api_call("agents.sessions.rename", json=renamed)["title"] == "Governing law"


def test_a_stream_that_a_restart_cut_off_is_shown_as_ended(start: Callable[..., LocalWorkspace]) -> None:
    before = start()
    ts = before.post("ben", "general", "Cut")
    before.client.chat_startStream(**FOR_BEN, thread_ts=ts, markdown_text="Half")
    before.close()

    assert start().messages("general", ts)[1]["streaming_state"] == "completed"
