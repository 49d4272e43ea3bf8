"""What is due, what is hopeless."""

from tests.workers.asking import receive
from workers.backlog import ATTEMPTS, QUESTION_DEADLINE


def due(ledger):
    return [request.id for request in ledger.backlog.due()]


def test_what_never_reached_the_broker_is_due_at_once_and_what_did_is_left_alone(ledger, clock):
    forgotten, told = receive(ledger, "1.0"), receive(ledger, "2.0")
    ledger.enqueued(told)

    assert due(ledger) == [forgotten]
    clock.forward(61)
    assert due(ledger) == [forgotten, told]


def test_what_waits_for_its_thread_is_not_due(ledger):
    first, second = receive(ledger, "1.0"), receive(ledger, "1.1", thread_ts="1.0")

    assert due(ledger) == [first]
    ledger.ready(ledger.claim(first), {"type": "notice"})
    ledger.deliveries.delivered(ledger.deliveries.claim(first))
    assert due(ledger) == [second]


def test_a_task_that_came_before_its_turn_is_queued_again_when_it_is(ledger):
    first, second = receive(ledger, "1.0"), receive(ledger, "1.1", thread_ts="1.0")
    ledger.enqueued(first)
    ledger.enqueued(second)
    assert ledger.claim(second) is None

    ledger.ready(ledger.claim(first), {"type": "notice"})
    ledger.deliveries.delivered(ledger.deliveries.claim(first))

    assert due(ledger) == [second]


def test_an_orphan_is_due_when_its_lease_lapses_and_not_again_at_once(ledger, clock):
    id_ = receive(ledger)
    ledger.enqueued(id_)
    ledger.claim(id_)
    clock.forward(29)
    assert due(ledger) == []

    clock.forward(2)

    assert due(ledger) == [id_]
    ledger.enqueued(id_)
    assert due(ledger) == []


def test_a_saved_reply_that_nobody_delivers_is_due(ledger):
    id_ = receive(ledger)
    ledger.enqueued(id_)
    ledger.ready(ledger.claim(id_), {"type": "notice"})

    assert due(ledger) == [id_]


def test_a_poisoned_request_ends_with_one_apology(ledger, clock):
    id_ = receive(ledger)
    for _ in range(ATTEMPTS):
        assert ledger.backlog.fail_hopeless() == ()
        assert ledger.claim(id_)
        clock.forward(31)

    assert ledger.claim(id_) is None
    assert ledger.backlog.fail_hopeless() == (id_,)
    assert ledger.backlog.fail_hopeless() == ()
    assert ledger.get(id_).reply["type"] == "failure"
    assert due(ledger) == [id_]


def test_the_last_attempt_is_not_failed_while_it_runs(ledger, clock):
    id_ = receive(ledger)
    for _ in range(ATTEMPTS - 1):
        ledger.claim(id_)
        clock.forward(31)
    last = ledger.claim(id_)

    assert ledger.backlog.fail_hopeless() == ()
    assert ledger.ready(last, {"type": "answer"})


def test_a_question_is_given_up_after_fifteen_minutes_even_while_it_runs(ledger, clock):
    id_ = receive(ledger)
    claim = ledger.claim(id_)
    for _ in range(46):
        clock.forward(20)
        ledger.heartbeat(claim)

    assert ledger.backlog.fail_hopeless() == (id_,)
    assert not ledger.heartbeat(claim)


def test_a_file_may_take_as_long_as_it_makes_progress(ledger, clock):
    id_ = receive(ledger, kind="file", item="F1")
    question = receive(ledger)
    for _ in range(100):
        claim = ledger.claim(id_)
        clock.forward(20)
        assert ledger.release(claim)

    assert ledger.backlog.fail_hopeless() == (), "neither the file, nor the question that waits for it"
    ledger.ready(ledger.claim(id_), {"type": "receipt"})
    ledger.deliveries.delivered(ledger.deliveries.claim(id_))
    assert ledger.backlog.fail_hopeless() == (), "the question's time begins when the file is read"
    assert ledger.claim(question)
    clock.forward(QUESTION_DEADLINE + 1)
    assert ledger.backlog.fail_hopeless() == (question,)


def test_old_events_are_forgotten_and_their_requests_are_not(ledger, clock):
    id_ = receive(ledger, event_id="Ev1")
    clock.forward(3 * 24 * 3600)

    ledger.backlog.forget_events()

    assert receive(ledger, event_id="Ev1") == id_


def test_the_first_answer_since_a_start_is_told_with_when_it_was_asked(ledger, clock):
    def answer(ts):
        id_, asked = receive(ledger, ts), clock()
        clock.forward(7)
        ledger.ready(ledger.claim(id_), {"type": "notice"})
        ledger.deliveries.delivered(ledger.deliveries.claim(id_))
        return asked

    answer("1.0")
    clock.forward(5)
    start = clock()
    assert ledger.backlog.first_answered(start) is None
    asked = answer("2.0")
    answer("3.0")

    assert ledger.backlog.first_answered(start) == (asked, asked + 7)
