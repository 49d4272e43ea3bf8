"""What the ledger promises, on every database it runs on."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import create_engine, select

from knowledge.errors import TransientError
from tests.workers.asking import BEN, CHANNEL, TEAM, receive
from workers.hearing import edit
from workers.ledger import Ledger
from workers.request import feedback

pytestmark = pytest.mark.timeout(120)


def test_a_question_goes_from_received_to_answered(ledger):
    id_ = receive(ledger)
    states = [ledger.get(id_).state]

    ledger.enqueued(id_)
    states.append(ledger.get(id_).state)
    claim = ledger.claim(id_)
    states.append(ledger.get(id_).state)
    ledger.ready(claim, {"type": "answer", "text": "Three months – “§ 4”."})
    states.append(ledger.get(id_).state)
    delivery = ledger.deliveries.claim(id_)
    ledger.deliveries.delivered(delivery)
    states.append(ledger.get(id_).state)

    assert states == ["received", "queued", "running", "ready", "answered"]
    assert ledger.get(id_).reply == {"type": "answer", "text": "Three months – “§ 4”."}
    assert ledger.get(id_).done_at > 0


def test_everything_that_was_heard_is_kept(ledger):
    text = "Kündigungsfrist? 解約 🙂 " + "long " * 20_000

    id_ = receive(ledger, text=text, thread_ts="1.0", item="F1", detail={"size": 3}, kind="file", channel_type="im")

    kept = ledger.get(id_)
    assert (kept.text, kept.thread_ts, kept.item, kept.detail) == (text, "1.0", "F1", {"size": 3})
    assert (kept.kind, kept.channel_type, kept.user, kept.team) == ("file", "im", BEN, TEAM)


def test_an_event_that_slack_sends_again_gives_the_same_request(ledger):
    first = receive(ledger, event_id="Ev1")

    again = ledger.receive(
        kind="question", team=TEAM, channel=CHANNEL, channel_type="channel", message_ts="9.9", user=BEN, event_id="Ev1"
    )

    assert (again.id, again.new) == (first, False)


def test_a_mention_and_its_message_twin_are_one_request(ledger):
    first = receive(ledger, event_id="Ev1")

    twin = ledger.receive(
        kind="question", team=TEAM, channel=CHANNEL, channel_type="channel",
        message_ts="1800000000.000100", user=BEN, event_id="Ev2",
    )  # fmt: skip

    assert (twin.id, twin.new) == (first, False)
    assert ledger.counts() == {"received": 1}


def test_a_message_with_two_files_and_a_question_is_three_requests(ledger):
    ids = {receive(ledger, kind="file", item="F1"), receive(ledger, kind="file", item="F2"), receive(ledger)}

    assert len(ids) == 3
    assert len(ledger.find(TEAM, CHANNEL, "1800000000.000100")) == 3


def test_many_deliveries_of_one_event_at_once_make_one_row(ledger):
    def hear(number: int) -> tuple[str | None, bool]:
        received = ledger.receive(
            kind="question", team=TEAM, channel=CHANNEL, channel_type="channel", message_ts="1.1", user=BEN,
            event_id=f"Ev{number % 2}",
        )  # fmt: skip
        return received.id, received.new

    with ThreadPoolExecutor(8) as pool:
        heard = list(pool.map(hear, range(24)))

    assert len({id_ for id_, _ in heard}) == 1
    assert sum(new for _, new in heard) == 1


def test_of_many_workers_one_gets_the_claim(ledger):
    id_ = receive(ledger)

    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(lambda _: ledger.claim(id_), range(16)))

    assert sum(claim is not None for claim in claims) == 1
    assert ledger.get(id_).attempts == 1


def test_of_many_workers_at_many_requests_each_request_is_claimed_once(ledger):
    ids = [receive(ledger, f"{number}.0") for number in range(12)]

    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(ledger.claim, ids * 4))

    assert sorted(claim.id for claim in claims if claim) == sorted(ids)


def test_a_lapsed_lease_lets_another_worker_take_over_and_fences_the_first_out(ledger, clock):
    id_ = receive(ledger)
    asleep = ledger.claim(id_)
    clock.forward(31)

    awake = ledger.claim(id_)

    assert awake is not None
    assert awake.request.attempts == 2
    assert not ledger.heartbeat(asleep)
    assert not ledger.stage(asleep, "Searching")
    assert not ledger.partial(asleep, "Three")
    assert not ledger.again(asleep, "late", after=0)
    assert not ledger.fail(asleep, "Sorry", error="late")
    assert not ledger.release(asleep)
    assert not ledger.note(asleep, document="x")
    assert not ledger.abandon(asleep)
    assert not ledger.ready(asleep, {"type": "answer", "text": "stale"})
    assert not ledger.deliveries.tried(asleep)
    assert ledger.ready(awake, {"type": "answer", "text": "fresh"})
    assert ledger.get(id_).reply["text"] == "fresh"


def test_a_heartbeat_keeps_the_lease(ledger, clock):
    id_ = receive(ledger)
    claim = ledger.claim(id_)

    for _ in range(5):
        clock.forward(20)
        assert ledger.heartbeat(claim)

    assert ledger.claim(id_) is None


def test_a_thread_is_answered_in_order_and_other_threads_do_not_wait(ledger):
    first = receive(ledger, "1.0")
    second = receive(ledger, "1.1", thread_ts="1.0")
    elsewhere = receive(ledger, "2.0")

    assert ledger.claim(second) is None
    claim = ledger.claim(first)
    assert ledger.claim(second) is None
    assert ledger.claim(elsewhere)
    ledger.ready(claim, {"type": "notice", "text": "one"})
    assert ledger.claim(second) is None, "the first answer is not posted yet"
    ledger.deliveries.delivered(ledger.deliveries.claim(first))
    assert ledger.claim(second)


def test_a_question_waits_for_the_file_that_was_dropped_with_it(ledger):
    file = receive(ledger, kind="file", item="F1")
    question = receive(ledger)

    assert ledger.claim(question) is None
    assert ledger.claim(file)


def test_a_removal_does_not_wait_for_its_thread(ledger):
    receive(ledger, "1.0")

    assert ledger.claim(receive(ledger, "1.0", kind="removal", item="F1"))


def test_given_back_a_request_is_due_only_after_its_pause(ledger, clock):
    id_ = receive(ledger)
    ledger.again(ledger.claim(id_), "model busy", after=10)

    assert ledger.claim(id_) is None
    clock.forward(11)
    assert ledger.claim(id_).request.error == "model busy"


def test_a_step_that_made_progress_starts_the_attempts_afresh(ledger):
    id_ = receive(ledger, kind="file", item="F1")
    for _ in range(10):
        claim = ledger.claim(id_)
        ledger.note(claim, document="d")
        assert ledger.release(claim)

    assert ledger.get(id_).state == "queued"
    assert ledger.get(id_).detail == {"document": "d"}


def test_a_deleted_message_cancels_its_question_and_stops_the_worker(ledger):
    id_ = receive(ledger)
    claim = ledger.claim(id_)

    assert ledger.cancel(TEAM, CHANNEL, "1800000000.000100")

    assert not ledger.heartbeat(claim)
    assert not ledger.ready(claim, {"type": "answer"})
    assert ledger.get(id_).state == "cancelled"
    assert not ledger.cancel(TEAM, CHANNEL, "1800000000.000100")


def test_an_answered_question_cannot_be_cancelled(ledger):
    id_ = receive(ledger)
    ledger.ready(ledger.claim(id_), {"type": "answer"})
    ledger.deliveries.delivered(ledger.deliveries.claim(id_))

    assert not ledger.cancel(TEAM, CHANNEL, "1800000000.000100")
    assert ledger.get(id_).state == "answered"


def test_stopping_a_thread_says_so_and_ends_as_cancelled(ledger):
    running, waiting = receive(ledger, "1.0"), receive(ledger, "1.1", thread_ts="1.0")
    claim = ledger.claim(running)

    assert ledger.stop_thread(TEAM, CHANNEL, "1.0")

    assert not ledger.heartbeat(claim)
    assert not ledger.stands(claim)
    assert ledger.get(waiting).reply == {"type": "stopped"}
    ledger.deliveries.delivered(ledger.deliveries.claim(running))
    assert ledger.get(running).state == "cancelled"


def test_one_question_is_stopped_and_the_next_in_its_thread_goes_on(ledger):
    running, waiting = receive(ledger, "1.0"), receive(ledger, "1.1", thread_ts="1.0")
    claim = ledger.claim(running)
    assert ledger.stands(claim)

    assert ledger.stop(running)

    assert not ledger.stands(claim)
    assert not ledger.stop(running)
    assert ledger.get(waiting).state == "received"


@pytest.mark.parametrize("reached", ["received", "running", "ready", "answered", "failed"])
def test_an_edited_question_is_answered_afresh_whatever_it_had_come_to(ledger, clock, reached):
    id_ = receive(ledger, "1.0")
    claim = None if reached == "received" else ledger.claim(id_)
    if reached in ("ready", "answered"):
        ledger.ready(claim, {"type": "notice", "text": "old"})
    elif reached == "failed":
        ledger.fail(claim, "Sorry.", error="x")
    if reached in ("answered", "failed"):
        ledger.deliveries.posted(id_, CHANNEL, "9.9")
        ledger.deliveries.delivered(ledger.deliveries.claim(id_))
    clock.forward(3600)

    assert edit(ledger, TEAM, CHANNEL, "1.0", text="And the fee?") == (id_,)
    assert edit(ledger, TEAM, CHANNEL, "1.0", text="And the fee?") == (), "the same event once more"

    found = ledger.get(id_)
    assert (found.state, found.text, found.reply, found.detail) == ("received", "And the fee?", None, {"edits": 1})
    assert found.reply_ts == ("9.9" if reached in ("answered", "failed") else "")
    assert claim is None or not ledger.stands(claim)
    assert ledger.backlog.fail_hopeless() == ()
    assert ledger.claim(id_)


def test_an_edit_wakes_no_question_that_was_deleted(ledger):
    id_ = receive(ledger, "1.0")
    ledger.cancel(TEAM, CHANNEL, "1.0")

    assert edit(ledger, TEAM, CHANNEL, "1.0", text="And the fee?") == ()
    assert ledger.get(id_).state == "cancelled"


def test_a_failure_is_a_reply_with_a_reference(ledger):
    id_ = receive(ledger)

    ledger.fail(ledger.claim(id_), "The model is not here.", error="UnavailableError")

    assert ledger.get(id_).reply == {"type": "failure", "text": "The model is not here.", "reference": id_[:8]}
    ledger.deliveries.delivered(ledger.deliveries.claim(id_))
    assert ledger.get(id_).state == "failed"


def test_the_place_in_the_queue_counts_questions_only(ledger):
    first, _file, second, third = (
        receive(ledger, "1.0"), receive(ledger, "2.0", kind="file", item="F"), receive(ledger, "3.0"),
        receive(ledger, "4.0"),
    )  # fmt: skip

    assert [ledger.ahead(id_) for id_ in (first, second, third)] == [0, 1, 2]
    ledger.ready(ledger.claim(first), {"type": "answer"})
    assert ledger.ahead(third) == 1


def test_it_is_known_how_long_the_oldest_question_waits(ledger, clock):
    assert ledger.oldest_waiting() == 0
    receive(ledger, "1.0")
    clock.forward(40)
    receive(ledger, "2.0")

    assert ledger.oldest_waiting() == pytest.approx(40)


def test_a_thread_is_teller_s_once_it_was_asked_there(ledger):
    receive(ledger, "1.0")

    assert ledger.in_thread(TEAM, CHANNEL, "1.0")
    assert not ledger.in_thread(TEAM, CHANNEL, "2.0")
    assert not ledger.in_thread(TEAM, "C0OTHER", "1.0")
    ledger.cancel(TEAM, CHANNEL, "1.0")
    assert not ledger.in_thread(TEAM, CHANNEL, "1.0")


def test_the_last_thumb_of_a_person_counts(ledger):
    id_ = receive(ledger)

    for user, value in (("U1", "up"), ("U2", "up"), ("U1", "down")):
        ledger.feedback(id_, user, value)

    with ledger.engine.connect() as connection:
        rows = connection.execute(select(feedback.c.user, feedback.c.value).order_by(feedback.c.user)).all()
    assert [tuple(row) for row in rows] == [("U1", "down"), ("U2", "up")]


def test_a_database_that_is_down_is_a_passing_error():
    ledger = Ledger(create_engine("sqlite:////nowhere/at/all/teller.db"))

    with pytest.raises(TransientError):
        receive(ledger)


def test_a_mariadb_that_is_down_is_a_passing_error():
    ledger = Ledger(create_engine("mysql+pymysql://nobody:x@127.0.0.1:1/none"))

    with pytest.raises(TransientError):
        receive(ledger)
