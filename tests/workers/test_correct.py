"""A corrected query is guarded, run, shown, and verified once another admin approves it."""

from types import SimpleNamespace

import pytest
from sqlalchemy import text

from knowledge.database.analyst import Analyst
from knowledge.database.audit import Audit
from knowledge.database.catalog import read_catalog
from knowledge.database.pairs import Pairs
from knowledge.database.policy import Policy
from knowledge.database.review import REJECTED, VERIFIED, WAITING, verified_query
from knowledge.database.run import Runner
from knowledge.tables import connect
from tests.knowledge.conftest import ScriptedModel
from tests.workers.asking import BEN, CHANNEL, receive
from workers.answer import answer_request
from workers.approve import decide
from workers.deliver import deliver_reply
from workers.ledger import Ledger
from workers.render import render_request
from workers.renew import renew_pair
from workers.roles import Roles

ADA, EVA = "U0ADA00001", "U0EVA00001"
SQL = "SELECT city, SUM(balance) AS total FROM account GROUP BY city"


class FromData:
    """An assistant to whom every question is one about the bank's data."""

    def __init__(self, analyst):
        self.analyst = analyst

    def answer(self, question, *, on_text, **more):
        return self.analyst.answer(question, **more)


@pytest.fixture
def services(sqlite_engine, clock, slack, fake_slack, tmp_path):
    fake_slack.users |= {BEN: {}, ADA: {"is_admin": True}, EVA: {"is_admin": True}}
    fake_slack.members |= {CHANNEL: [BEN, ADA, EVA, "U0TELLER01"]}
    url = f"sqlite:///{tmp_path / 'bank.db'}"
    bank = connect(url)
    with bank.begin() as connection:
        connection.execute(text("CREATE TABLE account (city TEXT, balance INTEGER)"))
        connection.execute(text("INSERT INTO account VALUES ('Oslo', 5), ('Oslo', 2), ('Bergen', 1)"))
    runner = Runner(url, audit=Audit(sqlite_engine))
    catalog = read_catalog(bank)
    analyst = Analyst(catalog, Policy.open(catalog.schema), runner, ScriptedModel(), None, Pairs(sqlite_engine))
    yield SimpleNamespace(
        engine=sqlite_engine, ledger=Ledger(sqlite_engine, clock=clock), slack=slack, roles=Roles(), analyst=analyst,
        memory=SimpleNamespace(recent=lambda _: (), remember=lambda *_: None),
        library=SimpleNamespace(document_of_file=lambda _: None), assistant=FromData(analyst),
    )  # fmt: skip
    bank.dispose()


@pytest.fixture
def llm(services):
    model = services.analyst.desk.llm
    yield model
    assert not model.replies


def correct(services, sql=SQL, *, user=ADA):
    detail = {"correction": {"what": "join", "words": "by city", "sql": sql}, "chosen": "Corrected: by city"}
    id_ = receive(services.ledger, text="Deposits by city?", user=user, item="fix:V1", detail=detail)
    answer_request(id_, services)
    deliver_reply(id_, services.ledger, services.slack)
    return services.ledger.get(id_)


def correct_in_words(services, *, question="Account balance by city?"):
    text = f"{question}\n(Correction: only the city Oslo)"
    correction = {"what": "filter", "words": "in Oslo", "sql": "", "question": question}
    detail = {"correction": correction, "chosen": "Corrected: in Oslo"}
    id_ = receive(services.ledger, text=text, user=BEN, item="fix:V2", detail=detail)
    answer_request(id_, services)
    return services.ledger.get(id_)


def approve(services, of, *, user, ts="3.0", state=VERIFIED):
    detail = {"of": of.id, "pair": of.detail["pair"], "state": state}
    id_ = receive(services.ledger, ts, kind="approval", user=user, item=f"approve:{user}", detail=detail)
    decide(id_, services)
    return services.ledger.get(id_)


def test_a_corrected_query_is_run_and_waits_for_its_reviewer(services, fake_slack):
    done = correct(services)

    (message,) = fake_slack.messages[CHANNEL]
    assert sorted(done.reply["table"]["rows"]) == [["Bergen", 1], ["Oslo", 7]]
    assert message["blocks"][-1]["elements"][0]["value"] == f"{done.id}:{done.detail['pair']}"
    assert Pairs(services.engine).get(done.detail["pair"]).state == WAITING
    assert "Corrected: by city" in str(message["blocks"][0])


@pytest.mark.parametrize("sql", ["DELETE FROM account", "SELECT * FROM secret", "SELECT 1; SELECT 2"])
def test_a_corrected_query_is_guarded_as_any(services, sql):
    done = correct(services, sql)

    assert (done.state, done.reply["type"]) == ("failed", "failure")
    assert "pair" not in done.detail


def test_who_is_no_admin_changes_no_query(services):
    assert "Only an admin" in correct(services, user=BEN).reply["text"]


def test_another_admin_makes_it_verified_and_its_author_does_not(services):
    done = correct(services)

    assert "someone other" in approve(services, done, user=ADA).reply["text"]
    assert "Only an admin" in approve(services, done, user=BEN, ts="4.0").reply["text"]
    assert "Verified" in approve(services, done, user=EVA, ts="5.0").reply["text"]

    pair = Pairs(services.engine).get(done.detail["pair"])
    assert (pair.state, pair.author, pair.reviewer) == (VERIFIED, ADA, EVA)
    assert "Verified" in approve(services, done, user=EVA, ts="6.0").reply["text"], "twice is once"


IN_OSLO = "SELECT SUM(balance) AS total FROM account WHERE city = 'Oslo'"


def test_a_correction_in_words_waits_for_a_reviewer_under_the_question_that_was_asked(services, llm):
    llm.says(IN_OSLO)

    done = correct_in_words(services, question="Account balance; by city?")

    pair = Pairs(services.engine).get(done.detail["pair"])
    assert (pair.question, pair.author, pair.state) == ("Account balance; by city?", BEN, WAITING)
    assert pair.reason == "filter: in Oslo"
    assert pair.sql == done.reply["sql"]
    assert "approve" in str(render_request(done))


def test_once_it_is_approved_the_next_who_asks_gets_that_query_with_a_badge(services, llm):
    llm.says(IN_OSLO)
    approve(services, correct_in_words(services), user=ADA)

    id_ = receive(services.ledger, "7.0", text="account balance by city")
    answer_request(id_, services)

    asked = services.ledger.get(id_)
    assert asked.reply["verified"] == ADA
    assert asked.reply["table"]["rows"] == [[7]]
    assert f"Verified by <@{ADA}> on 20" in str(render_request(asked))


def test_a_correction_whose_query_does_not_run_is_not_kept(services, llm):
    llm.says(*["SELECT 1 FROM nowhere"] * 2)

    done = correct_in_words(services)

    assert done.reply["refused"]
    assert "pair" not in done.detail
    assert not Pairs(services.engine).count(WAITING)


def test_an_attempt_that_died_before_its_answer_was_saved_leaves_one_query(services, llm, clock):
    llm.says(IN_OSLO, IN_OSLO)
    ready = services.ledger.ready
    services.ledger.ready = lambda *_: False
    first = correct_in_words(services)
    services.ledger.ready = ready
    clock.forward(1000)

    answer_request(first.id, services)

    done = services.ledger.get(first.id)
    assert done.reply["type"] == "answer"
    assert done.detail["pair"] == first.detail["pair"]
    assert Pairs(services.engine).count(WAITING) == 1


def test_who_corrected_is_told_in_the_thread_what_the_page_has_decided(services, llm):
    llm.says(IN_OSLO)
    done = correct_in_words(services)
    Pairs(services.engine).reject(done.detail["pair"], reviewer=ADA)

    told = approve(services, done, user=ADA, state=REJECTED)

    assert told.outcome == "answered"
    assert "put it aside" in told.reply["text"]


def renew(services, number, *, user, ts):
    id_ = receive(
        services.ledger,
        ts,
        kind="renewal",
        channel=user,
        channel_type="im",
        user=user,
        text="",
        detail={"pair": number},
    )
    renew_pair(id_, services)
    return services.ledger.get(id_)


def test_a_stale_query_is_approved_again_by_an_admin_once_it_ran(services, llm):
    llm.says(IN_OSLO)
    number = approve(services, correct_in_words(services), user=ADA).detail["pair"]
    pairs = Pairs(services.engine)
    pairs.change(verified_query.c.number == number, fingerprint="of another time", stale_at=1.0)

    assert "Only an admin" in renew(services, number, user=BEN, ts="8.0").reply["text"]
    for ts in ("9.0", "10.0"):
        assert "counts as verified again" in renew(services, number, user=EVA, ts=ts).reply["text"]

    pair = pairs.get(number)
    assert (pair.reviewer, pair.stale) == (EVA, False)
    assert pairs.similar("Account balance by city?", services.analyst.catalog)
