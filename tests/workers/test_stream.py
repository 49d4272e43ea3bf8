"""An answer that grows in Slack, and what becomes of it."""

import threading
import time

import pytest

from knowledge.models.llm import StoppedError
from tests.workers.asking import CHANNEL, TEAM, receive
from workers.answer import withdraw
from workers.attempt import Attempt
from workers.deliver import deliver_reply
from workers.hearing import edit
from workers.janitor import Janitor
from workers.ledger import Ledger
from workers.posting import repair
from workers.progress import Progress
from workers.stream import Stream

THREAD = "1800000000.000100"
ANSWER = {"type": "notice", "text": "Ninety days. In writing."}


@pytest.fixture
def ledger(sqlite_engine, clock):
    return Ledger(sqlite_engine, clock=clock)


@pytest.fixture
def streaming(fake_slack):
    fake_slack.streams = {}
    return fake_slack


@pytest.fixture
def claim(ledger):
    return ledger.claim(receive(ledger))


def test_text_is_streamed_to_the_asker_and_the_stream_becomes_the_reply(claim, ledger, slack, streaming):
    stream = Stream(slack, ledger, claim)
    stream.show("Ninety days.")
    stream.show("Ninety days. In writing.")
    ledger.partial(claim, "Ninety days. In writing.")
    assert streaming.standing(CHANNEL) == ["Ninety days. In writing."]
    ledger.ready(claim, ANSWER)

    deliver_reply(claim.id, ledger, slack)

    (start,) = streaming.called("chat.startStream")
    (message,) = streaming.messages[CHANNEL]
    assert (start["recipient_team_id"], start["recipient_user_id"]) == (TEAM, claim.request.user)
    assert streaming.streams == {}, "the stream was ended"
    assert (message["text"], message["ts"]) == (ANSWER["text"], ledger.get(claim.id).reply_ts)
    assert message["metadata"]["event_payload"] == {"id": claim.id, "part": 0}
    assert streaming.called("chat.postMessage") == []


def test_in_direct_messages_a_stream_names_nobody(ledger, slack, streaming):
    claim = ledger.claim(receive(ledger, channel="D0BEN00001", channel_type="im"))

    Stream(slack, ledger, claim).show("Ninety days.")

    (start,) = streaming.called("chat.startStream")
    assert not {"recipient_team_id", "recipient_user_id"} & set(start)


def test_quoted_clauses_wait_for_the_end_as_more_text_would_come_before_them(claim, ledger, slack, streaming):
    stream = Stream(slack, ledger, claim)

    stream.show("Ninety days [1]\n“ninety days’ notice” [1]")
    stream.show("Ninety days [1] In writing [1]\n“ninety days’ notice” [1]")

    assert streaming.standing(CHANNEL) == ["Ninety days [1] In writing [1]"]


def test_what_documents_say_links_and_calls_nobody_in_a_stream(claim, ledger, slack, streaming):
    Stream(slack, ledger, claim).show("See <!channel> [here](https://evil.example/?s=1) <@U1>")

    (said,) = streaming.standing(CHANNEL)
    assert "<!" not in said
    assert "https://" not in said
    assert "](" not in said


@pytest.mark.parametrize("fault", ["message_not_in_streaming_state", "500", "lost"])
def test_a_stream_that_grows_no_more_is_changed_like_any_message(claim, ledger, slack, streaming, fault):
    stream = Stream(slack, ledger, claim)
    stream.show("Ninety")
    streaming.fails("chat.appendStream", fault)

    stream.show("Ninety days.")
    stream.show("Ninety days. In writing.")

    assert streaming.standing(CHANNEL) == ["Ninety days. In writing."]
    assert len(streaming.called("chat.startStream")) == 1
    assert streaming.streams == {}


@pytest.mark.parametrize("fault", ["missing_recipient_team_id", "channel_type_not_supported", "unknown_method"])
def test_where_streams_are_refused_a_message_grows(claim, ledger, slack, streaming, fault):
    streaming.fails("chat.startStream", fault)
    stream = Stream(slack, ledger, claim)

    stream.show("Ninety")
    stream.show("Ninety days.")

    assert streaming.standing(CHANNEL) == ["Ninety days."]
    assert len(streaming.called("chat.postMessage")) == 1


def test_what_slack_does_not_offer_is_not_asked_for_again(ledger, slack, streaming):
    streaming.fails("chat.startStream", "unknown_method")

    for number in range(3):
        Stream(slack, ledger, ledger.claim(receive(ledger, f"{number}.5"))).show("Ninety")

    assert len(streaming.called("chat.startStream")) == 0
    assert len(streaming.called("chat.postMessage")) == 3


@pytest.mark.parametrize("fault", ["lost", "500", "429"])
def test_a_start_whose_fate_is_unknown_leaves_one_reply(ledger, slack, streaming, clock, fault):
    claim = ledger.claim(receive(ledger))
    streaming.fails("chat.startStream", fault)
    with Attempt(ledger, claim), Progress(slack, ledger, claim, pause=0.01) as progress:
        progress.text("Ninety days.")
        progress._done.wait(0.3)
    ledger.ready(claim, ANSWER)

    deliver_reply(claim.id, ledger, slack)
    for _ in range(2):
        clock.forward(61)
        Janitor(ledger, slack, send=lambda *_: True).round()

    assert streaming.standing(CHANNEL) == [ANSWER["text"]]
    assert streaming.streams == {}


def test_a_worker_that_died_while_streaming_leaves_one_reply(claim, ledger, slack, streaming, clock):
    Stream(slack, ledger, claim).show("Ninety")
    ledger.partial(claim, "Ninety")
    clock.forward(31)
    second = ledger.claim(claim.id)
    Stream(slack, ledger, second).show("Ninety days.")
    ledger.ready(second, ANSWER)

    deliver_reply(claim.id, ledger, slack)

    assert streaming.standing(CHANNEL) == [ANSWER["text"]]
    assert streaming.streams == {}


def test_the_sweep_takes_a_stream_that_another_answer_of_the_thread_owns_for_no_surplus(ledger, slack, streaming):
    first = ledger.claim(receive(ledger))
    ledger.ready(first, ANSWER)
    deliver_reply(first.id, ledger, slack)
    second = ledger.claim(receive(ledger, "1800000000.000200", thread_ts=THREAD))
    Stream(slack, ledger, second).show("Ninety")

    repair(ledger.get(first.id), ledger, slack)

    assert streaming.standing(CHANNEL) == [ANSWER["text"], "Ninety"]


def test_stop_is_seen_within_a_second_and_what_was_said_stays(claim, ledger, slack, streaming):
    took = []

    def press_stop():
        while not streaming.standing(CHANNEL):
            time.sleep(0.01)
        ledger.stop(claim.id)
        took.append(time.monotonic())

    threading.Thread(target=press_stop).start()
    with Attempt(ledger, claim) as attempt, Progress(slack, ledger, claim, pause=0.01) as progress:
        progress.stage("Writing and checking")
        progress.text("Ninety days.")
        deadline = time.monotonic() + 60
        while not attempt.stopped():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        took.append(time.monotonic())
        raise StoppedError

    deliver_reply(claim.id, ledger, slack)

    assert took[1] - took[0] < 3
    (said,) = streaming.standing(CHANNEL)
    assert said.startswith("Ninety days.")
    assert "Stopped" in said
    assert ledger.get(claim.id).state == "cancelled"
    assert streaming.called("agents.sessions.setStatus")[-1]["status"] == "active"


def test_a_question_stopped_before_anything_was_said_gets_a_word(ledger, slack, fake_slack):
    id_ = receive(ledger)
    ledger.stop(id_)

    deliver_reply(id_, ledger, slack)

    assert fake_slack.standing(CHANNEL) == ["Stopped. Ask again whenever you like."]


def test_an_edited_question_is_answered_in_the_place_of_the_old_answer(ledger, slack, fake_slack):
    id_ = receive(ledger)
    words = " ".join(f"word{number}" for number in range(6000))
    long = {"type": "answer", "text": words, "citations": [], "nearest": [], "checks": [], "searched": []}
    ledger.ready(ledger.claim(id_), long)
    deliver_reply(id_, ledger, slack)
    assert len(fake_slack.standing(CHANNEL)) > 1
    first = ledger.get(id_).reply_ts

    edit(ledger, TEAM, CHANNEL, THREAD, text="And the fee?")
    ledger.ready(ledger.claim(id_), ANSWER)
    deliver_reply(id_, ledger, slack)

    assert fake_slack.standing(CHANNEL) == [ANSWER["text"]]
    assert ledger.get(id_).reply_ts == first
    assert ledger.get(id_).state == "answered"


def test_a_deleted_question_takes_what_was_streamed_with_it_at_once(claim, ledger, slack, streaming):
    Stream(slack, ledger, claim).show("Ninety")
    ledger.cancel(TEAM, CHANNEL, THREAD)

    withdraw(claim.id, type("Parts", (), {"ledger": ledger, "slack": slack})())

    assert streaming.standing(CHANNEL) == []


def test_without_a_status_line_the_stage_is_a_message_with_a_stop_button(claim, ledger, slack, fake_slack):
    fake_slack.fails("assistant.threads.setStatus", "missing_scope")

    with Progress(slack, ledger, claim, pause=0.01) as progress:
        progress.stage("Searching 3 documents")
        progress._done.wait(0.3)

    (message,) = fake_slack.messages[CHANNEL]
    assert "Searching 3 documents" in message["text"]
    assert message["blocks"][-1]["elements"][0] | {"text": ""} == {
        "type": "button", "text": "", "action_id": "stop", "value": claim.id,
    }  # fmt: skip
