"""Slack's answers mean: done, refused for good, or try again."""

import pytest

from knowledge.errors import TransientError
from workers.slack import RateLimitedError, Slack, SlackRefusedError


def test_a_post_carries_what_it_is_recognised_by_and_unfolds_no_links(fake_slack, slack):
    ts = slack.post("C1", "Hello", [], thread_ts="1.0", request_id="abc", part=2)

    (sent,) = fake_slack.called("chat.postMessage")
    assert sent["metadata"] == {"event_type": "teller_reply", "event_payload": {"id": "abc", "part": 2}}
    assert (sent["unfurl_links"], sent["unfurl_media"], sent["parse"]) == (False, False, "none")
    (found,) = slack.replies("C1", "1.0")
    assert (found.ts, found.request_id, found.part) == (ts, "abc", 2)


def test_too_many_calls_are_told_with_the_pause_that_slack_asks_for(fake_slack, slack):
    fake_slack.fails("chat.postMessage", "429")

    with pytest.raises(RateLimitedError) as raised:
        slack.post("C1", "Hello")

    assert raised.value.after == 7
    assert fake_slack.called("chat.postMessage") == [], "and nothing was sent a second time"


@pytest.mark.parametrize("fault", ["500", "lost", "slow", "internal_error", "service_unavailable"])
def test_a_failure_of_slack_s_is_passing_and_nothing_is_sent_twice(fake_slack, slack, fault):
    fake_slack.fails("chat.postMessage", fault)

    with pytest.raises(TransientError):
        slack.post("C1", "Hello")

    assert len(fake_slack.standing("C1")) == (1 if fault in ("lost", "slow") else 0)


@pytest.mark.parametrize("code", ["channel_not_found", "is_archived", "not_in_channel", "invalid_blocks"])
def test_a_refusal_is_final(fake_slack, slack, code):
    fake_slack.fails("chat.postMessage", code)

    with pytest.raises(SlackRefusedError) as raised:
        slack.post("C1", "Hello")

    assert raised.value.code == code


def test_a_slack_that_is_not_there_is_passing():
    with pytest.raises(TransientError):
        Slack("xoxb-test", "http://127.0.0.1:1/api/", timeout=1).members("C1")


def test_a_status_that_cannot_be_shown_harms_nothing(fake_slack, slack):
    fake_slack.fails("assistant.threads.setStatus", "not_allowed", "429", "500")

    assert [slack.status("C1", "1.0", "Searching") for _ in range(4)] == [False, False, False, True]
    assert not slack.status("C1", "", "nowhere")


def test_a_message_that_is_gone_is_deleted_well_enough(slack):
    slack.delete("C1", "1.0")


def test_somebody_else_s_metadata_is_not_taken_for_ours(fake_slack, slack):
    fake_slack.messages["C1"] = [
        {"ts": "1.0", "user": "U1", "text": "?", "metadata": {"event_type": "other", "event_payload": {"id": "abc"}}}
    ]

    assert slack.replies("C1", "1.0")[0].request_id == ""


def test_the_token_is_in_no_printout(slack):
    assert "xoxb" not in repr(slack)
