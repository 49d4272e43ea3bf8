import json
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from workspace_fixture import LocalWorkspace

GENERAL, LEGAL, RETAIL, BEN = "C0GENERAL1", "C0LEGAL001", "C0RETAIL01", "U0BEN00001"
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "*Yes*"}}


def refusal(call: Any, *arguments: Any, **named: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        call(*arguments, **named)
    assert caught.value.response.status_code == 200
    return str(caught.value.response["error"])


def test_a_posted_message_keeps_its_blocks_and_metadata_as_given(slack: WebClient) -> None:
    metadata = {"event_type": "answer", "event_payload": {"id": "abc"}}

    posted = slack.chat_postMessage(channel=GENERAL, text="Yes", blocks=[SECTION], metadata=metadata)

    told = slack.conversations_history(channel=GENERAL, limit=1, include_all_metadata=True)["messages"][0]
    assert told["ts"] == posted["ts"]
    assert told["blocks"] == [SECTION]
    assert told["metadata"] == metadata
    assert told["user"] == "U0TELLER01"
    assert told["bot_id"] == "B0TELLER01"
    assert "metadata" not in slack.conversations_history(channel=GENERAL, limit=1)["messages"][0]


def test_a_thread_is_summed_up_on_its_first_message(workspace: LocalWorkspace, slack: WebClient) -> None:
    ts = workspace.post("ben", "general", "A question")

    answer = slack.chat_postMessage(channel=GENERAL, text="An answer", thread_ts=ts)

    root, reply = slack.conversations_replies(channel=GENERAL, ts=ts)["messages"]
    assert (root["reply_count"], root["reply_users"], root["latest_reply"]) == (1, ["U0TELLER01"], answer["ts"])
    assert (reply["thread_ts"], reply["parent_user_id"]) == (ts, BEN)
    assert reply["ts"] not in [each["ts"] for each in slack.conversations_history(channel=GENERAL)["messages"]]


def test_history_and_replies_come_in_pages(workspace: LocalWorkspace, slack: WebClient) -> None:
    ts = workspace.post("ada", "retail", "Numbers")
    for number in range(5):
        slack.chat_postMessage(channel=RETAIL, text=str(number), thread_ts=ts)
        workspace.post("ada", "retail", f"top {number}")

    thread = [
        each["text"]
        for page in slack.conversations_replies(channel=RETAIL, ts=ts, limit=2)
        for each in page["messages"]
    ]
    history = [
        each["text"] for page in slack.conversations_history(channel=RETAIL, limit=2) for each in page["messages"]
    ]

    assert thread == ["Numbers", "0", "1", "2", "3", "4"]
    assert history == ["top 4", "top 3", "top 2", "top 1", "top 0", "Numbers"]


def test_one_message_is_found_by_its_time(workspace: LocalWorkspace, slack: WebClient) -> None:
    workspace.post("ben", "general", "Before")
    ts = workspace.post("ben", "general", "This one")
    workspace.post("ben", "general", "After")

    found = slack.conversations_history(channel=GENERAL, latest=ts, inclusive=True, limit=1)["messages"]

    assert [each["text"] for each in found] == ["This one"]


def test_the_bot_changes_and_deletes_its_own_messages_only(workspace: LocalWorkspace, slack: WebClient) -> None:
    ts = slack.chat_postMessage(channel=GENERAL, text="Thinking", blocks=[SECTION])["ts"]
    theirs = workspace.post("ben", "general", "Mine")

    slack.chat_update(channel=GENERAL, ts=ts, text="Done")

    assert refusal(slack.chat_update, channel=GENERAL, ts=theirs, text="x") == "cant_update_message"
    assert refusal(slack.chat_delete, channel=GENERAL, ts=theirs) == "cant_delete_message"
    changed = next(each for each in workspace.messages("general") if each["ts"] == ts)
    assert (changed["text"], changed["blocks"]) == ("Done", [])
    slack.chat_delete(channel=GENERAL, ts=ts)
    assert refusal(slack.chat_update, channel=GENERAL, ts=ts, text="x") == "message_not_found"


def blocks(block: dict[str, Any], count: int = 1) -> dict[str, Any]:
    return {"channel": GENERAL, "text": "x", "blocks": [block] * count}


TOO_MUCH = [
    (blocks({"type": "divider"}, 51), "invalid_blocks"),
    (blocks({"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}), "invalid_blocks"),
    (blocks({"type": "section"}), "invalid_blocks"),
    (blocks({"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}), "invalid_blocks"),
    (blocks({"type": "header", "text": {"type": "mrkdwn", "text": "x"}}), "invalid_blocks"),
    (blocks({"type": "markdown", "text": "x" * 12_001}), "invalid_blocks"),
    (blocks({"type": "sparkles"}), "invalid_blocks"),
    (blocks({"type": ["section"]}), "invalid_blocks"),
    (blocks({"type": "actions", "elements": [1]}), "invalid_blocks"),
    (blocks({"type": "table", "rows": 5}), "invalid_blocks"),
    (blocks({"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * 11}), "invalid_blocks"),
    (blocks({"type": "actions", "elements": [{"type": "button", "action_id": "a"}]}), "invalid_blocks"),
    (blocks({"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}}, 5), "msg_blocks_too_long"),
    (blocks({"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]}, 2), "invalid_attachments"),
    ({"channel": GENERAL, "text": "x" * 40_001}, "msg_too_long"),
    ({"channel": GENERAL, "text": "  "}, "no_text"),
    ({"channel": GENERAL, "text": "x", "blocks": "[not json"}, "invalid_blocks_format"),
    ({"channel": GENERAL, "text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
    ({"channel": GENERAL, "text": "x", "metadata": {"event_type": "x"}}, "invalid_metadata_format"),
    ({"channel": "C0NOWHERE1", "text": "x"}, "channel_not_found"),
    ({"channel": GENERAL, "text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
]


@pytest.mark.parametrize(("arguments", "error"), TOO_MUCH)
def test_a_message_that_slack_would_refuse_is_refused(slack: WebClient, arguments: dict[str, Any], error: str) -> None:
    before = len(slack.conversations_history(channel=GENERAL, limit=900)["messages"])

    assert refusal(slack.api_call, "chat.postMessage", json=arguments) == error

    assert len(slack.conversations_history(channel=GENERAL, limit=900)["messages"]) == before


def test_a_refused_block_is_pointed_at(slack: WebClient) -> None:
    with pytest.raises(SlackApiError) as caught:
        slack.api_call("chat.postMessage", json=blocks({"type": "header", "text": {"type": "plain_text", "text": ""}}))

    assert "json-pointer:/blocks/0/text" in caught.value.response["response_metadata"]["messages"][0]


def test_the_longest_allowed_message_passes(slack: WebClient) -> None:
    longest = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3000}}

    assert slack.chat_postMessage(channel=GENERAL, text="x" * 40_000, blocks=[longest, *[{"type": "divider"}] * 49])[
        "ok"
    ]
    assert slack.chat_postMessage(channel=GENERAL, markdown_text="x" * 12_000)["ok"]


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("chat.shout", {}, "unknown_method"),
        ("conversations.replies", {"channel": GENERAL, "ts": "1.000001"}, "thread_not_found"),
        ("conversations.history", {"channel": GENERAL, "cursor": "xyz"}, "invalid_cursor"),
        ("conversations.join", {"channel": LEGAL}, "method_not_supported_for_channel_type"),
        ("users.info", {"user": "U0NOBODY01"}, "user_not_found"),
        ("users.info", {}, "invalid_arguments"),
        ("conversations.history", {"channel": GENERAL, "limit": 0}, "invalid_limit"),
        ("files.list", {"count": -1}, "invalid_arguments"),
        ("files.getUploadURLExternal", {"filename": "a", "length": 0}, "invalid_arguments"),
        ("api.test", {"number": float("nan")}, "invalid_json"),
        ("files.info", {"file": "F0NOTHING1"}, "file_not_found"),
        ("files.completeUploadExternal", {"files": [{"id": "F0NOTHING1"}], "channel_id": GENERAL}, "file_not_found"),
        ("reactions.add", {"channel": GENERAL, "timestamp": "1.0", "name": "eyes"}, "message_not_found"),
        ("views.open", {"trigger_id": "1.x", "view": {"type": "modal"}}, "invalid_trigger_id"),
        ("chat.postEphemeral", {"channel": GENERAL, "user": "U0GUS00001", "text": "x"}, "user_not_in_channel"),
    ],
)
def test_a_wrong_call_is_named(slack: WebClient, method: str, arguments: dict[str, Any], error: str) -> None:
    assert refusal(slack.api_call, method, json=arguments) == error


def test_arguments_come_in_every_form_that_slack_takes(workspace: LocalWorkspace, http: httpx.Client) -> None:
    url, token = f"{workspace.api_url}chat.postMessage", workspace.bot_token
    header = {"Authorization": f"Bearer {token}"}
    sent = {"channel": GENERAL, "text": "hello", "blocks": json.dumps([SECTION])}
    answers = [
        http.post(url, headers=header, json=sent | {"blocks": [SECTION]}),
        http.post(url, headers=header, json=sent),
        http.post(url, headers=header, data=sent),
        http.post(url, data=sent | {"token": token}),
        http.post(url, headers=header, files={name: (None, value) for name, value in sent.items()}),
        http.get(url, headers=header, params=sent),
    ]

    assert [each.json()["message"]["blocks"] for each in answers] == [[SECTION]] * 6


@pytest.mark.parametrize(
    ("token", "error"), [("", "not_authed"), ("xoxb-wrong", "invalid_auth"), (None, "not_allowed_token_type")]
)
def test_a_call_without_the_right_token_is_refused(workspace: LocalWorkspace, token: str | None, error: str) -> None:
    client = WebClient(token=workspace.app_token if token is None else token, base_url=workspace.api_url)

    assert refusal(client.auth_test) == error


def test_the_bot_token_opens_no_socket(slack: WebClient, workspace: LocalWorkspace) -> None:
    assert refusal(slack.apps_connections_open, app_token=workspace.bot_token) == "not_allowed_token_type"


def test_the_bot_learns_who_it_is(slack: WebClient) -> None:
    me = slack.auth_test()

    assert (me["team_id"], me["user_id"], me["bot_id"]) == ("T0TELLER01", "U0TELLER01", "B0TELLER01")
    assert "chat:write" in me.headers["x-oauth-scopes"]
    assert slack.bots_info(bot=me["bot_id"])["bot"]["user_id"] == me["user_id"]
    assert slack.team_info()["team"]["name"] == "Fjordbank"


def test_admins_and_guests_are_told_apart(slack: WebClient) -> None:
    people = {each["id"]: each for page in slack.users_list(limit=2) for each in page["members"]}

    assert [user for user, each in people.items() if each["is_admin"]] == ["U0ADA00001"]
    assert [user for user, each in people.items() if each["is_restricted"]] == ["U0GUS00001"]
    assert slack.users_lookupByEmail(email="ben@fjordbank.example")["user"]["id"] == BEN


def test_a_persons_channels_are_those_that_they_are_in(slack: WebClient) -> None:
    def names(user: str, types: str) -> set[str]:
        return {each["name"] for each in slack.users_conversations(user=user, types=types)["channels"]}

    assert names(BEN, "public_channel,private_channel") == {"general", "retail"}
    assert names("U0LENA0001", "public_channel,private_channel") == {"general", "legal"}
    assert names("U0GUS00001", "public_channel,private_channel") == {"retail"}
    assert slack.conversations_open(users=BEN)["channel"]["id"] == "D0BEN00001"
    assert set(slack.conversations_members(channel=LEGAL)["members"]) == {"U0LENA0001", "U0ADA00001", "U0TELLER01"}


def test_where_the_bot_is_no_member_it_reads_and_writes_nothing(workspace: LocalWorkspace, slack: WebClient) -> None:
    workspace.leave("ada", "legal", who="teller")
    workspace.leave("ada", "retail", who="teller")

    assert refusal(slack.conversations_history, channel=LEGAL) == "channel_not_found"
    assert refusal(slack.conversations_info, channel=LEGAL) == "channel_not_found"
    assert refusal(slack.conversations_history, channel=RETAIL) == "not_in_channel"
    assert refusal(slack.chat_postMessage, channel=RETAIL, text="x") == "not_in_channel"
    assert slack.conversations_info(channel=RETAIL)["channel"]["is_member"] is False
    assert {each["name"] for each in slack.conversations_list(types="public_channel,private_channel")["channels"]} == {
        "general",
        "retail",
    }

    slack.conversations_join(channel=RETAIL)
    workspace.join("ada", "legal", who="teller")
    assert slack.chat_postMessage(channel=RETAIL, text="Back")["ok"]
    assert slack.conversations_history(channel=LEGAL)["ok"]


def test_an_ephemeral_message_is_seen_by_one_person_and_in_no_history(
    workspace: LocalWorkspace, slack: WebClient
) -> None:
    ts = slack.chat_postEphemeral(channel=GENERAL, user=BEN, text="Only you")["message_ts"]

    assert [each["text"] for each in workspace.messages("general", person="ben") if each["ts"] == ts] == ["Only you"]
    assert ts not in [each["ts"] for each in workspace.messages("general", person="lena")]
    assert ts not in [each["ts"] for each in slack.conversations_history(channel=GENERAL)["messages"]]
    assert refusal(slack.chat_update, channel=GENERAL, ts=ts, text="x") == "message_not_found"


def test_a_stream_grows_and_ends(workspace: LocalWorkspace, slack: WebClient) -> None:
    question = workspace.post("ben", "general", "Tell me a lot")

    stream = slack.chat_stream(
        channel=GENERAL, thread_ts=question, recipient_team_id="T0TELLER01", recipient_user_id=BEN, buffer_size=1
    )
    stream.append(markdown_text="**First** ")
    growing = workspace.messages("general", question)[1]
    stream.append(markdown_text="then")
    stream.stop(blocks=[SECTION], metadata={"event_type": "done", "event_payload": {}})

    ended = workspace.messages("general", question)[1]
    assert (growing["text"], growing["streaming_state"]) == ("**First** ", "in_progress")
    assert (ended["text"], ended["streaming_state"]) == ("**First** then", "completed")
    assert ended["blocks"] == [{"type": "markdown", "text": "**First** then"}, SECTION]
    late = {"channel": GENERAL, "ts": ended["ts"], "markdown_text": "more"}
    assert refusal(slack.chat_appendStream, **late) == "message_not_in_streaming_state"


def test_a_stream_in_a_channel_says_for_whom(workspace: LocalWorkspace, slack: WebClient) -> None:
    public = workspace.post("ben", "general", "In public")
    private = workspace.post("ben", "teller", "In private")

    assert refusal(slack.chat_startStream, channel=GENERAL, thread_ts=public) == "missing_recipient_team_id"
    assert slack.chat_startStream(channel="D0BEN00001", thread_ts=private, markdown_text="x")["ok"]


def test_the_status_line_goes_when_the_bot_answers(workspace: LocalWorkspace, slack: WebClient) -> None:
    ts = workspace.post("ben", "general", "How long?")

    slack.assistant_threads_setStatus(
        channel_id=GENERAL, thread_ts=ts, status="is reading", loading_messages=["Page 1"]
    )

    assert workspace.status("ben", GENERAL, ts) == "is reading"
    assert workspace.status("gus", GENERAL, ts) == ""
    slack.chat_postMessage(channel=GENERAL, thread_ts=ts, text="Not long")
    assert workspace.status("ben", GENERAL, ts) == ""


def test_reactions_are_added_once_and_taken_back(workspace: LocalWorkspace, slack: WebClient) -> None:
    ts = workspace.post("ben", "general", "Look")
    where = {"channel": GENERAL, "timestamp": ts, "name": "eyes"}

    slack.reactions_add(**where)

    assert refusal(slack.reactions_add, **where) == "already_reacted"
    assert slack.reactions_get(channel=GENERAL, timestamp=ts)["message"]["reactions"] == [
        {"name": "eyes", "users": ["U0TELLER01"], "count": 1}
    ]
    slack.reactions_remove(**where)
    assert refusal(slack.reactions_remove, **where) == "no_reaction"


def test_what_people_type_is_escaped_and_marked_up(workspace: LocalWorkspace, slack: WebClient) -> None:
    ts = workspace.post("ben", "general", "@Teller see #general <b>&</b> at https://bank.example/a?b=1&c=2. a@b")

    said = slack.conversations_history(channel=GENERAL, latest=ts, inclusive=True, limit=1)["messages"][0]

    assert said["text"] == (
        "<@U0TELLER01> see <#C0GENERAL1|general> &lt;b&gt;&amp;&lt;/b&gt; at <https://bank.example/a?b=1&amp;c=2>. a@b"
    )
    spoken = said["blocks"][0]["elements"][0]["elements"]
    assert [each["type"] for each in spoken] == ["user", "text", "channel", "text", "link", "text"]
    assert spoken[3]["text"] == " <b>&</b> at "


def test_people_see_and_write_only_where_they_are_members(workspace: LocalWorkspace) -> None:
    with pytest.raises(RuntimeError, match="channel_not_found"):
        workspace.messages("legal", person="ben")
    with pytest.raises(RuntimeError, match="not_in_channel"):
        workspace.post("gus", "general", "Hello?")
    with pytest.raises(RuntimeError, match="not_in_channel"):
        workspace.join("gus", "general")


def test_a_permalink_leads_to_the_message(workspace: LocalWorkspace, slack: WebClient, http: httpx.Client) -> None:
    ts = workspace.post("ben", "general", "Here")

    link = slack.chat_getPermalink(channel=GENERAL, message_ts=ts)["permalink"]

    moved = http.get(link)
    assert moved.headers["location"] == f"/#channel={GENERAL}&thread={ts}"


def test_a_view_is_published_for_one_person(workspace: LocalWorkspace, slack: WebClient) -> None:
    home = {"type": "home", "blocks": [SECTION]}

    first = slack.views_publish(user_id=BEN, view=home)["view"]["id"]
    again = slack.views_publish(user_id=BEN, view=home)["view"]["id"]

    assert first == again
    assert workspace.ask("state", person="ben")["home"]["blocks"] == [SECTION]
    assert workspace.ask("state", person="lena")["home"] is None
