"""A corrected query is guarded, run, shown, and verified once another admin approves it."""

from types import SimpleNamespace

import pytest
from sqlalchemy import text

from knowledge.database.analyst import Analyst
from knowledge.database.audit import Audit
from knowledge.database.catalog import read_catalog
from knowledge.database.pairs import VERIFIED, WAITING, Pairs
from knowledge.database.policy import Policy
from knowledge.database.run import Runner
from knowledge.tables import connect
from tests.workers.asking import BEN, CHANNEL, receive
from workers.answer import answer_request
from workers.approve import approve_pair
from workers.deliver import deliver_reply
from workers.ledger import Ledger
from workers.roles import Roles

ADA, EVA = "U0ADA00001", "U0EVA00001"
SQL = "SELECT city, SUM(balance) AS total FROM account GROUP BY city"


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
    analyst = Analyst(catalog, Policy.open(catalog.schema), runner, None, None, Pairs(sqlite_engine))
    yield SimpleNamespace(
        engine=sqlite_engine, ledger=Ledger(sqlite_engine, clock=clock), slack=slack, roles=Roles(), analyst=analyst,
        memory=SimpleNamespace(recent=lambda _: (), remember=lambda *_: None),
        library=SimpleNamespace(document_of_file=lambda _: None), assistant=None,
    )  # fmt: skip
    bank.dispose()


def correct(services, sql=SQL, *, user=ADA):
    detail = {"correction": {"what": "join", "words": "by city", "sql": sql}, "chosen": "Corrected: by city"}
    id_ = receive(services.ledger, text="Deposits by city?", user=user, item="fix:V1", detail=detail)
    answer_request(id_, services)
    deliver_reply(id_, services.ledger, services.slack)
    return services.ledger.get(id_)


def approve(services, of, *, user, ts="3.0"):
    detail = {"of": of.id, "pair": of.detail["pair"]}
    id_ = receive(services.ledger, ts, kind="approval", user=user, item=f"approve:{user}", detail=detail)
    approve_pair(id_, services)
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
