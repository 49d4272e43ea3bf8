"""A question on its way through a worker; the assistant is scripted, all else is real."""

import logging
import threading
import time
from types import SimpleNamespace

import pytest
import redis

from knowledge.errors import BankDownError, TellerError, TransientError, UnavailableError
from knowledge.people.memory import Memory
from knowledge.types import Answer, Citation, Turn
from tests.workers.asking import BEN, CHANNEL, TEAM, receive
from workers.answer import answer_request
from workers.attempt import APOLOGY
from workers.ledger import Ledger
from workers.roles import Roles

ANSWER = Answer("Ninety days [1].", citations=(Citation("d1", "A.pdf", 3, "ninety days"),))


class ScriptedAssistant:
    """Answers what it is told to, and keeps what it was asked."""

    def __init__(self):
        self.asked = []
        self.does = lambda **_: ANSWER

    def answer(self, question, *, on_stage, on_text, stopped):
        self.asked.append(question)
        return self.does(on_stage=on_stage, on_text=on_text, stopped=stopped)


class NotedMemory:
    """Conversations in a dictionary."""

    def __init__(self):
        self.turns = {}

    def recent(self, key):
        return tuple(self.turns.get(key, ()))

    def remember(self, key, turn):
        self.turns.setdefault(key, []).append(turn)


class NotedLibrary:
    """Knows which document a file is."""

    def document_of_file(self, file_id):
        return {"F1": "d1", "F2": "d2"}.get(file_id)


def raising(error):
    def does(**_):
        raise error

    return does


@pytest.fixture
def services(sqlite_engine, clock, slack, fake_slack):
    fake_slack.users |= {BEN: {}}
    fake_slack.members |= {CHANNEL: [BEN, "U0TELLER01"], "D0BEN00001": [BEN, "U0TELLER01"]}
    return SimpleNamespace(
        engine=sqlite_engine,
        ledger=Ledger(sqlite_engine, clock=clock),
        slack=slack,
        assistant=ScriptedAssistant(),
        memory=NotedMemory(),
        library=NotedLibrary(),
        roles=Roles(),
    )


def test_an_answer_is_saved_before_anything_is_posted(services, fake_slack):
    id_ = receive(services.ledger)

    answer_request(id_, services)

    saved = services.ledger.get(id_)
    assert saved.state == "ready"
    assert saved.reply["type"] == "answer"
    assert Answer.from_json({name: value for name, value in saved.reply.items() if name != "type"}) == ANSWER
    assert fake_slack.called("chat.postMessage") == []


def test_the_assistant_hears_who_asks_what_was_said_and_what_was_dropped(services):
    for item in ("F1", "F2", "F3"):
        file = receive(services.ledger, kind="file", item=item)
        services.ledger.abandon(services.ledger.claim(file))
    services.memory.turns[f"{TEAM}:{CHANNEL}:1800000000.000100"] = [Turn("Hello?", "Hello.")]

    answer_request(receive(services.ledger, "2.0", thread_ts="1800000000.000100"), services)

    (question,) = services.assistant.asked
    assert question.audience.places == {"public", CHANNEL}
    assert question.thread == (Turn("Hello?", "Hello."),)
    assert question.focus == ("d1", "d2")


def test_an_exchange_is_remembered_in_its_own_conversation_only(services):
    private = {"channel": "D0BEN00001", "channel_type": "im"}
    answer_request(receive(services.ledger, "1.0", **private), services)

    answer_request(receive(services.ledger, "1.0"), services)

    assert services.memory.turns[f"{TEAM}:D0BEN00001:1.0"] == [Turn("What is the notice period?", ANSWER.text, ("d1",))]
    assert services.assistant.asked[1].thread == ()


def test_a_request_is_answered_by_one_worker(services):
    id_ = receive(services.ledger)

    threads = [threading.Thread(target=answer_request, args=(id_, services)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(services.assistant.asked) == 1


def test_an_error_that_the_asker_should_know_is_the_reply(services):
    id_ = receive(services.ledger)
    services.assistant.does = raising(UnavailableError("The weights are missing: run `teller models pull`."))

    answer_request(id_, services)

    saved = services.ledger.get(id_)
    assert (saved.state, saved.outcome) == ("ready", "failed")
    assert saved.reply["text"] == "The weights are missing: run `teller models pull`."
    assert services.memory.turns == {}


def test_a_passing_error_is_tried_again_later_and_reported_in_the_end(services, clock):
    id_ = receive(services.ledger)
    services.assistant.does = raising(TransientError("model busy", after=5))

    for _ in range(4):
        answer_request(id_, services)
        assert services.ledger.get(id_).state == "queued"
        assert services.ledger.get(id_).next_at >= clock() + 5
        clock.forward(20)
    answer_request(id_, services)

    assert len(services.assistant.asked) == 4
    assert services.ledger.backlog.fail_hopeless() == (id_,)
    assert services.ledger.get(id_).error == "model busy"


def test_a_bank_that_stays_down_is_named_with_what_can_still_be_asked(services, clock):
    id_ = receive(services.ledger)
    services.assistant.does = raising(BankDownError("refused (2003)"))

    for _ in range(4):
        answer_request(id_, services)
        clock.forward(20)
    services.ledger.backlog.fail_hopeless()

    said = services.ledger.get(id_).reply["text"]
    assert "bank's database does not answer" in said
    assert "documents" in said
    assert "2003" not in said


def test_a_passing_error_then_an_answer(services, clock):
    id_ = receive(services.ledger)
    services.assistant.does = raising(TransientError("model busy"))
    answer_request(id_, services)
    services.assistant.does = lambda **_: ANSWER
    clock.forward(3)

    answer_request(id_, services)

    assert services.ledger.get(id_).reply["text"] == ANSWER.text


def test_a_bug_is_logged_apologised_for_once_and_raised(services, caplog):
    id_ = receive(services.ledger)
    services.assistant.does = raising(ZeroDivisionError("secret detail"))

    with pytest.raises(ZeroDivisionError), caplog.at_level(logging.ERROR):
        answer_request(id_, services)

    saved = services.ledger.get(id_)
    assert saved.reply == {"type": "failure", "text": APOLOGY, "reference": id_[:8]}
    assert "secret detail" not in saved.reply["text"]
    assert id_[:8] in caplog.text
    assert "ZeroDivisionError" in caplog.text
    answer_request(id_, services)
    assert len(services.assistant.asked) == 1


def test_stages_are_kept_for_who_asks_how_far_it_is(services):
    id_ = receive(services.ledger)
    seen = []

    def does(*, on_stage, on_text, **_):
        on_stage("Searching 3 documents")
        on_text("Ninety")
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not services.ledger.get(id_).partial:
            time.sleep(0.02)
        seen.append((services.ledger.get(id_).stage, services.ledger.get(id_).partial))
        return ANSWER

    services.assistant.does = does
    answer_request(id_, services)

    assert seen == [("Searching 3 documents", "Ninety")]


def test_a_long_answer_keeps_its_claim(sqlite_engine, services):
    services.ledger = Ledger(sqlite_engine, lease_seconds=1.5)
    id_ = receive(services.ledger)

    def does(**_):
        time.sleep(1)
        assert services.ledger.claim(id_) is None
        return ANSWER

    services.assistant.does = does
    answer_request(id_, services)

    assert services.ledger.get(id_).reply["text"] == ANSWER.text
    assert services.ledger.get(id_).attempts == 1


def test_a_question_that_is_deleted_stops_the_assistant(sqlite_engine, services):
    services.ledger = Ledger(sqlite_engine, lease_seconds=0.3)
    id_ = receive(services.ledger)

    def does(*, stopped, **_):
        services.ledger.cancel(TEAM, CHANNEL, "1800000000.000100")
        deadline = time.monotonic() + 60
        while not stopped():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        raise TellerError("stopped")

    services.assistant.does = does
    answer_request(id_, services)

    assert services.ledger.get(id_).state == "cancelled"
    assert services.ledger.get(id_).reply is None


def test_a_slack_that_is_down_narrows_the_answer_and_does_not_prevent_it(services, fake_slack):
    fake_slack.fails("conversations.members", "500")

    answer_request(receive(services.ledger), services)

    assert services.assistant.asked[0].audience.places == {"public"}


def test_a_redis_that_is_down_costs_the_memory_and_not_the_answer(services):
    services.memory = Memory(redis.Redis(port=1, socket_connect_timeout=1))
    id_ = receive(services.ledger)

    answer_request(id_, services)

    assert services.ledger.get(id_).state == "ready"
