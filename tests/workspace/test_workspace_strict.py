"""What `--strict` and its switches enforce."""

import json
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse
from workspace_fixture import LocalWorkspace

Start = Callable[..., LocalWorkspace]
Json = dict[str, Any]
GENERAL, LEGAL, BEN = "C0GENERAL1", "C0LEGAL001", "U0BEN00001"
STRICT = {"strict": True}


def refusal(call: Any, **named: Any) -> Json:
    with pytest.raises(SlackApiError) as caught:
        call(**named)
    return dict(caught.value.response.data)


def manifest(folder: Path, *, scopes: list[str], events: list[str] = []) -> str:  # noqa: B006 - It is only read.
    path = folder / "manifest.yaml"
    asked = {
        "display_information": {"name": "Teller"},
        "features": {
            "slash_commands": [{"command": "/ask", "description": "Ask"}],
            "shortcuts": [{"type": "message", "callback_id": "explain", "name": "Explain", "description": "Explain"}],
        },
        "oauth_config": {"scopes": {"bot": scopes}},
        "settings": {"event_subscriptions": {"bot_events": events}},
    }
    path.write_text(yaml.safe_dump(asked), encoding="utf-8")
    return str(path)


def heard(workspace: LocalWorkspace, seconds: float, act: Callable[[], Any]) -> list[Json]:
    """Return the payloads that Slack's own client hears while and after `act`."""
    found: list[Json] = []
    client = SocketModeClient(app_token=workspace.app_token, web_client=workspace.client)

    def hear(client: SocketModeClient, request: Any) -> None:
        client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))
        found.append(request.payload | {"attempt": request.retry_attempt})

    client.socket_mode_request_listeners.append(hear)
    client.connect()
    try:
        act()
        time.sleep(seconds)
    finally:
        client.close()
    return found


def test_a_method_says_which_scope_the_manifest_lacks(start: Start, tmp_path: Path) -> None:
    path = manifest(tmp_path, scopes=["chat:write", "channels:history", "users:read"])
    slack = start(settings={"manifest": path}).client

    lacking = refusal(slack.conversations_history, channel="C0LEGAL001")
    assert (lacking["error"], lacking["needed"]) == ("missing_scope", "groups:history")
    assert lacking["provided"] == "channels:history,chat:write,users:read"
    assert refusal(slack.files_info, file="F1")["error"] == "missing_scope"
    assert slack.conversations_history(channel=GENERAL)["ok"]
    assert "email" not in slack.users_info(user=BEN)["user"]["profile"]
    assert slack.auth_test().headers["x-oauth-scopes"] == "channels:history,chat:write,users:read"


def test_the_manifest_says_what_is_told_and_offered(start: Start, tmp_path: Path) -> None:
    path = manifest(tmp_path, scopes=["chat:write", "assistant:write"], events=["app_mention"])
    workspace = start(settings={"manifest": path})

    told = heard(workspace, 0.3, lambda: workspace.post("ben", "general", "@Teller hello"))

    assert [each["event"]["type"] for each in told] == ["app_mention"]
    offered = workspace.ask("state", person="ben")
    assert [each["name"] for each in offered["commands"]] == ["/ask"]
    assert [each["callback_id"] for each in offered["shortcuts"]] == ["explain"]
    ts = workspace.post("ben", "general", "Work")
    session = {"channel_id": GENERAL, "thread_ts": ts, "status": "processing"}
    answer = workspace.client.api_call("agents.sessions.setStatus", json=session)
    assert answer["warning"] == "missing_agent_session_stopped_event_subscription"


def test_a_burst_of_posts_is_refused_for_now_and_waiting_helps(start: Start) -> None:
    workspace = start(settings=STRICT)
    hasty = WebClient(token=workspace.bot_token, base_url=workspace.api_url, retry_handlers=[])
    for number in range(5):
        hasty.chat_postMessage(channel=GENERAL, text=str(number))

    with pytest.raises(SlackApiError) as caught:
        hasty.chat_postMessage(channel=GENERAL, text="one too many")

    assert caught.value.response.status_code == 429
    assert caught.value.response["error"] == "ratelimited"
    assert caught.value.response.headers["Retry-After"] == "1"
    hasty.chat_postMessage(channel=LEGAL, text="another channel has its own count")
    with pytest.raises(SlackApiError):
        hasty.chat_postMessage(channel=GENERAL, text="too early")
    assert workspace.ask("traffic")["early"] == 1
    patient = WebClient(token=workspace.bot_token, base_url=workspace.api_url)
    patient.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=2))
    time.sleep(1.0)
    for number in range(2):
        patient.chat_postMessage(channel=GENERAL, text=f"patient {number}")
    assert workspace.ask("traffic")["early"] == 1


def test_each_tier_has_its_own_count_of_calls(start: Start) -> None:
    workspace = start(settings=STRICT)
    slack = WebClient(token=workspace.bot_token, base_url=workspace.api_url, retry_handlers=[])
    ended: Counter[str] = Counter()

    for _ in range(22):
        try:
            slack.conversations_list()
        except SlackApiError as error:
            ended[error.response["error"]] += 1
    for _ in range(22):
        slack.conversations_info(channel=GENERAL)

    assert 1 <= ended["ratelimited"] <= 2


def test_an_upload_is_answered_before_it_is_shared_and_its_picture_is_not_ready(start: Start) -> None:
    workspace = start(settings=STRICT)
    slack = workspace.client
    ts = workspace.post("ben", "general", "Draw")

    file = slack.files_upload_v2(content=b"\x89PNG", filename="chart.png", channel=GENERAL, thread_ts=ts)["file"]["id"]
    picture = [{"type": "image", "slack_file": {"id": file}, "alt_text": "A chart"}]

    assert len(workspace.messages("general", ts)) == 1
    early = refusal(slack.chat_postMessage, channel=GENERAL, text="x", blocks=picture)
    assert early["error"] == "invalid_blocks"
    shown = workspace.wait_for(lambda: workspace.messages("general", ts)[1:], 5)
    assert shown[0]["files"][0]["id"] == file
    assert slack.chat_postMessage(channel=GENERAL, text="x", blocks=picture)["ok"]


def test_a_picture_in_a_block_is_seen_by_who_reads_it(start: Start) -> None:
    workspace = start()
    slack = workspace.client
    file = slack.files_upload_v2(content=b"\x89PNG", filename="chart.png")["file"]
    picture = [{"type": "image", "slack_file": {"id": file["id"]}, "alt_text": "A chart"}]

    slack.chat_postMessage(channel=GENERAL, text="x", blocks=picture)

    url = slack.files_info(file=file["id"])["file"]
    assert workspace.file_bytes("ben", url) == b"\x89PNG"
    with pytest.raises(httpx.HTTPStatusError):
        workspace.file_bytes("gus", url)
    gone = [{"type": "image", "slack_file": {"id": "F0"}, "alt_text": "A chart"}]
    assert refusal(slack.chat_postMessage, channel=GENERAL, text="x", blocks=gone)["error"] == "invalid_blocks"


def test_who_has_no_right_to_a_file_is_shown_a_door_with_status_200(start: Start, http: httpx.Client) -> None:
    workspace = start(settings=STRICT)
    workspace.post("ben", "general", files=[("a.pdf", b"%PDF")])
    file = workspace.messages("general")[-1]["files"][0]

    response = http.get(file["url_private"], headers={"Authorization": "Bearer xoxb-wrong"})

    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    assert b"%PDF" not in response.content


def test_each_event_comes_once_to_three_times_with_one_id(start: Start) -> None:
    workspace = start(settings={"deliveries": 3, "seed": 7})

    told = heard(workspace, 1.5, lambda: [workspace.post("ben", "general", str(number)) for number in range(12)])

    times = Counter(each["event_id"] for each in told)
    assert len(times) == 12
    assert set(times.values()) == {1, 2, 3}
    assert {each["attempt"] for each in told} == {0, 1}


def test_calls_go_wrong_as_often_as_asked_and_the_same_way_each_time(start: Start) -> None:
    shares = {"fault_429": 0.2, "fault_500": 0.2, "fault_applied": 0.2, "fault_seconds": 0.01, "seed": 3}
    ended: list[list[int]] = []
    for name in ("one", "other"):
        workspace = start(name, settings=shares)
        headers = {"Authorization": f"Bearer {workspace.bot_token}"}
        with httpx.Client(base_url=workspace.api_url, headers=headers, trust_env=False) as client:
            ended.append([])
            for number in range(40):
                # A method of its own for each call, so that no call is refused for the one before.
                method = ("chat.postMessage", "users.list", "conversations.list", "users.info")[number % 4]
                answer = client.post(method, data={"channel": GENERAL, "text": f"m{number}", "user": BEN})
                ended[-1].append(answer.status_code)
                if answer.status_code == 429:
                    assert answer.headers["Retry-After"] == "1"
                    time.sleep(1.01)

    assert ended[0] == ended[1]
    assert {200, 429, 500, 504} == set(ended[0])
    said = [each["text"] for each in workspace.messages("general")]
    posted = {f"m{number}" for number in range(0, 40, 4) if ended[1][number] in (200, 504)}
    assert set(said) == posted, "what answered 504 was done, what answered 429 or 500 was not"


@pytest.mark.parametrize(
    ("block", "pointer"),
    [
        ({"type": "data_table", "rows": [[{"type": "raw_text", "text": "a"}]]}, "/blocks/0/caption"),
        ({"type": "data_table", "caption": "c", "rows": [[{"type": "raw_text", "text": "a"}]]}, "/blocks/0/rows"),
        (
            {
                "type": "data_table",
                "caption": "c",
                "rows": [[{"type": "raw_text", "text": "a"}], [{"type": "raw_number", "value": "1"}]],
            },
            "/blocks/0/rows/1/0/value",
        ),
        ({"type": "data_visualization", "title": "t", "chart": {"type": "donut"}}, "/blocks/0/chart/type"),
        ({"type": "data_visualization", "title": "t" * 51, "chart": {"type": "donut"}}, "/blocks/0/title"),
        (
            {
                "type": "data_visualization",
                "title": "t",
                "chart": {"type": "pie", "segments": [{"label": "a", "value": 0}]},
            },
            "/blocks/0/chart/segments/0/value",
        ),
        (
            {
                "type": "data_visualization",
                "title": "t",
                "chart": {
                    "type": "bar",
                    "series": [{"name": "s", "data": [{"label": "b", "value": 1}]}],
                    "axis_config": {"categories": ["a"]},
                },
            },
            "/blocks/0/chart/series/0/data",
        ),
        ({"type": "container", "child_blocks": [{"type": "header"}]}, "/blocks/0/child_blocks/0"),
    ],
)
def test_tables_and_charts_that_slack_would_refuse_are_refused(slack: WebClient, block: Json, pointer: str) -> None:
    told = refusal(slack.chat_postMessage, channel=GENERAL, text="x", blocks=[block])

    assert told["error"] == "invalid_blocks"
    assert any(pointer in each for each in told["response_metadata"]["messages"]), json.dumps(told)


def test_a_message_holds_one_table_of_any_kind_and_two_charts(slack: WebClient) -> None:
    table = {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]}
    written = {"type": "markdown", "text": "|a|b|\n|-|-|\n|1|2|"}
    inside = {"type": "container", "child_blocks": [table]}
    pie = {"type": "pie", "segments": [{"label": "a", "value": 1}]}
    chart = {"type": "data_visualization", "title": "t", "chart": pie}

    for pair in ([table, table], [table, written], [inside, written]):
        assert refusal(slack.chat_postMessage, channel=GENERAL, text="x", blocks=pair)["error"] == "invalid_attachments"
    assert refusal(slack.chat_postMessage, channel=GENERAL, text="x", blocks=[chart] * 3)["error"] == "invalid_blocks"
    assert slack.chat_postMessage(channel=GENERAL, text="x", blocks=[table, chart, chart])["ok"]
