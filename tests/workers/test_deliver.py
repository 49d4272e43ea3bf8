"""A reply stands in Slack exactly once, whatever Slack does and whoever dies."""

import logging
import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.workers.asking import CHANNEL, TEAM, receive
from workers.attempt import Attempt
from workers.deliver import deliver_reply
from workers.janitor import Janitor
from workers.ledger import Ledger
from workers.posting import Poster, repair
from workers.progress import Progress
from workers.render import Rendered, render_partial
from workers.slack import Slack

THREAD = "1800000000.000100"
TEXT = "Ninety days."


@pytest.fixture
def ledger(sqlite_engine, clock):
    return Ledger(sqlite_engine, clock=clock)


@pytest.fixture
def ready(ledger):
    """The id of a question whose answer is saved."""
    id_ = receive(ledger)
    ledger.ready(ledger.claim(id_), {"type": "notice", "text": TEXT})
    return id_


def deliver_until_done(id_, ledger, slack, clock):
    for _ in range(20):
        deliver_reply(id_, ledger, slack)
        if ledger.get(id_).state != "ready":
            return ledger.get(id_).state
        clock.forward(61)
    raise AssertionError(ledger.get(id_))


def test_a_reply_is_posted_in_its_thread_once(ready, ledger, slack, fake_slack):
    deliver_reply(ready, ledger, slack)
    deliver_reply(ready, ledger, slack)

    (message,) = fake_slack.messages[CHANNEL]
    assert (message["text"], message["thread_ts"]) == (TEXT, THREAD)
    assert message["metadata"] == {"event_type": "teller_reply", "event_payload": {"id": ready, "part": 0}}
    assert (ledger.get(ready).state, ledger.get(ready).reply_ts) == ("answered", message["ts"])
    assert fake_slack.called("assistant.threads.setStatus")[-1]["status"] == ""


@pytest.mark.parametrize(
    "faults", ["429", "500", "lost", "slow", "lost lost", "429 500 lost", "service_unavailable slow"]
)
def test_whatever_slack_does_one_reply_stands(ready, ledger, fake_slack, clock, faults):
    slack = Slack("xoxb-test", fake_slack.url, timeout=2)
    fake_slack.fails("chat.postMessage", *faults.split())

    assert deliver_until_done(ready, ledger, slack, clock) == "answered"

    assert fake_slack.standing(CHANNEL) == [TEXT]
    assert ledger.get(ready).reply_ts == fake_slack.messages[CHANNEL][0]["ts"]


def test_the_look_before_a_second_post_is_repeated_until_it_succeeds(ready, ledger, slack, fake_slack, clock):
    fake_slack.fails("chat.postMessage", "lost")
    fake_slack.fails("conversations.replies", "429", "500")

    deliver_until_done(ready, ledger, slack, clock)

    assert len(fake_slack.called("chat.postMessage")) == 1


def test_the_pause_that_slack_asks_for_is_kept(ready, ledger, slack, fake_slack, clock):
    fake_slack.fails("chat.postMessage", "429")
    deliver_reply(ready, ledger, slack)

    clock.forward(6.9)
    deliver_reply(ready, ledger, slack)
    assert fake_slack.standing(CHANNEL) == []

    clock.forward(2)
    deliver_reply(ready, ledger, slack)
    assert fake_slack.standing(CHANNEL) == [TEXT]


@pytest.mark.parametrize("code", ["channel_not_found", "is_archived", "not_in_channel", "account_inactive"])
def test_where_teller_may_not_speak_the_request_fails_and_is_not_tried_again(ready, ledger, slack, fake_slack, code):
    fake_slack.fails("chat.postMessage", code)

    deliver_reply(ready, ledger, slack)

    assert ledger.get(ready).state == "failed"
    assert code in ledger.get(ready).error


def test_blocks_that_slack_refuses_are_left_out(ready, ledger, slack, fake_slack):
    fake_slack.fails("chat.postMessage", "invalid_blocks")

    deliver_reply(ready, ledger, slack)

    assert fake_slack.standing(CHANNEL) == [TEXT]
    assert ledger.get(ready).state == "answered"


def test_a_worker_that_died_after_posting_leaves_one_reply(ready, ledger, slack, fake_slack, clock):
    claim = ledger.deliveries.claim(ready)
    ledger.deliveries.tried(claim)
    slack.post(CHANNEL, TEXT, thread_ts=THREAD, request_id=ready)
    clock.forward(31)

    assert deliver_until_done(ready, ledger, slack, clock) == "answered"

    assert fake_slack.standing(CHANNEL) == [TEXT]


def test_a_worker_that_died_before_posting_leaves_one_reply(ready, ledger, slack, fake_slack, clock):
    ledger.deliveries.tried(ledger.deliveries.claim(ready))
    clock.forward(31)

    assert deliver_until_done(ready, ledger, slack, clock) == "answered"

    assert fake_slack.standing(CHANNEL) == [TEXT]


def test_a_worker_that_slept_before_posting_takes_its_own_back(ready, ledger, fake_slack, clock):
    slack = Slack("xoxb-test", fake_slack.url)
    sleeper = ledger.deliveries.claim(ready)
    fake_slack.before["chat.postMessage"] = lambda: (clock.forward(31), deliver_reply(ready, ledger, slack))

    Poster(slack, ledger, sleeper).put(Rendered("from the sleeper", []))

    assert fake_slack.standing(CHANNEL) == [TEXT]
    assert ledger.get(ready).state == "answered"


def test_a_worker_that_died_before_taking_its_own_back_is_cleaned_up_after(ready, ledger, slack, fake_slack, clock):
    deliver_reply(ready, ledger, slack)
    slack.post(CHANNEL, "surplus", thread_ts=THREAD, request_id=ready)
    ledger.deliveries.contested(ready)
    janitor = Janitor(ledger, slack, send=lambda *_: True)

    janitor.round()
    assert len(fake_slack.standing(CHANNEL)) == 2, "too early to look: Slack may not have caught up"
    clock.forward(16)
    janitor.round()

    assert fake_slack.standing(CHANNEL) == [TEXT]
    assert ledger.get(ready).checked == 1
    clock.forward(60)
    janitor.round()
    assert ledger.get(ready).checked == 2
    assert ledger.deliveries.suspects() == ()


def test_the_sweep_leaves_others_messages_alone(ready, ledger, slack, fake_slack):
    deliver_reply(ready, ledger, slack)
    other = receive(ledger, "2.0")
    slack.post(CHANNEL, "another answer", thread_ts=THREAD, request_id=other)
    fake_slack.messages[CHANNEL].append({"ts": "9.9", "thread_ts": THREAD, "user": "U1", "text": "hello"})

    repair(ledger.get(ready), ledger, slack)

    assert fake_slack.standing(CHANNEL) == [TEXT, "another answer", "hello"]


def test_an_unfinished_text_that_was_written_over_the_reply_is_put_right(ledger, slack, fake_slack, clock):
    id_ = receive(ledger)
    sleeper = ledger.claim(id_)
    Poster(slack, ledger, sleeper).put(render_partial("Nine"))
    clock.forward(31)
    ledger.ready(ledger.claim(id_), {"type": "notice", "text": TEXT})
    deliver_reply(id_, ledger, slack)
    slack.update(CHANNEL, ledger.get(id_).reply_ts, "Nine")

    clock.forward(16)
    Janitor(ledger, slack, send=lambda *_: True).round()

    assert fake_slack.standing(CHANNEL) == [TEXT]


def test_a_message_that_shows_progress_becomes_the_reply(ledger, slack, fake_slack):
    id_ = receive(ledger)
    claim = ledger.claim(id_)
    poster = Poster(slack, ledger, claim)
    poster.put(render_partial("Nine"))
    poster.put(render_partial("Ninety"))
    assert fake_slack.standing(CHANNEL) == ["Ninety"]

    ledger.ready(claim, {"type": "notice", "text": TEXT})
    deliver_reply(id_, ledger, slack)

    assert fake_slack.standing(CHANNEL) == [TEXT]
    assert len(fake_slack.called("chat.postMessage")) == 1


def test_a_reply_that_somebody_deleted_is_posted_anew(ledger, slack, fake_slack):
    id_ = receive(ledger)
    claim = ledger.claim(id_)
    Poster(slack, ledger, claim).put(render_partial("Nine"))
    fake_slack.messages[CHANNEL].clear()

    ledger.ready(claim, {"type": "notice", "text": TEXT})
    deliver_reply(id_, ledger, slack)

    assert fake_slack.standing(CHANNEL) == [TEXT]


def test_one_that_lost_its_claim_posts_nothing(ledger, slack, fake_slack, clock):
    id_ = receive(ledger)
    asleep = ledger.claim(id_)
    clock.forward(31)
    ledger.claim(id_)

    assert not Poster(slack, ledger, asleep).put(render_partial("stale"))
    assert fake_slack.standing(CHANNEL) == []


def test_a_deleted_question_takes_what_was_posted_with_it(ledger, slack, fake_slack, clock):
    id_ = receive(ledger)
    Poster(slack, ledger, ledger.claim(id_)).put(render_partial("Nine"))
    ledger.cancel(TEAM, CHANNEL, THREAD)

    clock.forward(16)
    Janitor(ledger, slack, send=lambda *_: True).round()

    assert fake_slack.standing(CHANNEL) == []


def test_a_long_reply_stands_once_in_all_its_parts(ledger, slack, fake_slack, clock):
    id_ = receive(ledger)
    words = " ".join(f"word{number}" for number in range(6000))
    answer = {
        "type": "answer", "text": words, "citations": [], "nearest": [], "checks": [], "searched": [],
    }  # fmt: skip
    ledger.ready(ledger.claim(id_), answer)
    fake_slack.fails("chat.postMessage", "", "", "lost", "429", "500")

    assert deliver_until_done(id_, ledger, slack, clock) == "answered"

    parts = [message["metadata"]["event_payload"]["part"] for message in fake_slack.messages[CHANNEL]]
    assert len(parts) > 3
    assert sorted(parts) == list(range(len(parts)))


def test_a_request_that_names_a_person_is_answered_in_private(ledger, slack, fake_slack):
    id_ = receive(ledger, kind="reindex", channel="U0ADA00001", channel_type="im", message_ts="trigger")
    ledger.ready(ledger.claim(id_), {"type": "notice", "text": "The index is rebuilt."})

    deliver_reply(id_, ledger, slack)

    assert fake_slack.standing("D0ADA00001") == ["The index is rebuilt."]
    assert fake_slack.messages["D0ADA00001"][0].get("thread_ts") is None
    assert ledger.get(id_).reply_channel == "D0ADA00001"


def test_a_reply_without_a_thread_is_looked_for_in_the_channel(ledger, slack, fake_slack, clock):
    id_ = receive(ledger, kind="reindex", message_ts="trigger")
    ledger.ready(ledger.claim(id_), {"type": "notice", "text": TEXT})
    fake_slack.fails("chat.postMessage", "lost")

    deliver_until_done(id_, ledger, slack, clock)

    assert fake_slack.standing(CHANNEL) == [TEXT]


def test_what_the_shell_asked_is_not_posted(ledger, slack, fake_slack):
    id_ = receive(ledger, channel_type="cli", channel="", team="cli")
    ledger.ready(ledger.claim(id_), {"type": "notice", "text": TEXT})

    deliver_reply(id_, ledger, slack)

    assert ledger.get(id_).state == "answered"
    assert fake_slack.called("chat.postMessage") == []


def test_a_reply_is_given_up_after_hours(ready, ledger, slack, fake_slack, clock):
    fake_slack.fails("chat.postMessage", *["500"] * 3)
    deliver_reply(ready, ledger, slack)
    clock.forward(7 * 3600)

    deliver_reply(ready, ledger, slack)

    assert ledger.get(ready).state == "failed"


def test_a_reply_that_cannot_be_shown_becomes_an_apology(ledger, slack, fake_slack, caplog):
    id_ = receive(ledger)
    ledger.ready(ledger.claim(id_), {"type": "answer", "surprise": 1})

    with pytest.raises(KeyError), caplog.at_level(logging.ERROR):
        deliver_reply(id_, ledger, slack)
    deliver_reply(id_, ledger, slack)

    assert ledger.get(id_).state == "failed"
    (message,) = fake_slack.standing(CHANNEL)
    assert id_[:8] in message
    assert id_[:8] in caplog.text


def test_an_apology_that_cannot_be_shown_is_not_tried_for_ever(ledger, slack):
    id_ = receive(ledger)
    ledger.ready(ledger.claim(id_), {"type": "failure"})

    with pytest.raises(KeyError):
        deliver_reply(id_, ledger, slack)

    assert ledger.get(id_).state == "failed"


def test_a_stage_is_shown_and_the_newest_words_win(ledger, slack, fake_slack):
    claim = ledger.claim(receive(ledger))

    with Attempt(ledger, claim), Progress(slack, ledger, claim, pause=0.05) as progress:
        for number in range(200):
            progress.stage(f"Searching {number}")
            progress.text(f"text {number}")
        progress._done.wait(0.5)

    shown = [each["status"] for each in fake_slack.called("assistant.threads.setStatus")]
    assert shown[-1] == "Searching 199"
    assert len(shown) < 50
    assert fake_slack.standing(CHANNEL) == ["text 199"]
    assert ledger.get(claim.id).partial == "text 199"


def test_progress_that_slack_refuses_does_not_stop_the_work(ledger, slack, fake_slack):
    claim = ledger.claim(receive(ledger))
    fake_slack.fails("chat.postMessage", "is_archived")
    fake_slack.fails("assistant.threads.setStatus", "500")

    with Progress(slack, ledger, claim, pause=0.01) as progress:
        progress.stage("Searching")
        progress.text("Nine")
        progress._done.wait(0.3)

    assert ledger.heartbeat(claim)


def test_a_slack_that_cannot_be_reached_is_tried_again(ready, ledger, clock):
    assert ledger.get(ready).state == "ready"

    deliver_reply(ready, ledger, Slack("xoxb-test", "http://127.0.0.1:1/api/", timeout=1))

    assert ledger.get(ready).state == "ready"
    assert ledger.get(ready).next_at > clock()


def test_in_a_storm_every_reply_stands_once(ledger, fake_slack, clock):
    slack = Slack("xoxb-test", fake_slack.url)
    ids = [receive(ledger, f"{number}.0") for number in range(24)]
    for id_ in ids:
        ledger.ready(ledger.claim(id_), {"type": "notice", "text": f"answer to {id_}"})
    dice = random.Random(7)
    fake_slack.fails("chat.postMessage", *dice.choices(["429", "500", "lost", ""], k=40))
    fake_slack.fails("conversations.replies", *dice.choices(["429", "500", ""], k=20))
    janitor = Janitor(ledger, slack, send=lambda *_: True)

    with ThreadPoolExecutor(6) as pool:
        for _ in range(30):
            list(pool.map(lambda id_: deliver_reply(id_, ledger, slack), ids * 2))
            clock.forward(25)
            janitor.round()

    assert ledger.counts() == {"answered": 24}
    assert sorted(fake_slack.standing(CHANNEL)) == sorted(f"answer to {id_}" for id_ in ids)
    assert ledger.deliveries.suspects() == ()
