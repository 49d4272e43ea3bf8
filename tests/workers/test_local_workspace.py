"""The workers' side of Slack, against the local workspace: a second opinion, in another process."""

import time
from types import SimpleNamespace

import pytest

from knowledge.database.chart import chart_of
from knowledge.types import Answer, Citation, Receipt, Table
from tests.workers.asking import receive, request
from tests.workspace_fixture import LocalWorkspace
from workers.audience import audience_of
from workers.deliver import deliver_reply
from workers.download import download
from workers.ledger import Ledger
from workers.posting import Poster
from workers.render import render_partial
from workers.slack import Slack

BEN, LENA, GUS = "U0BEN00001", "U0LENA0001", "U0GUS00001"
GENERAL, LEGAL, RETAIL, DM = "C0GENERAL1", "C0LEGAL001", "C0RETAIL01", "D0BEN00001"
MANY = Table(("city", "deposits"), tuple((f"city {n}", n * 1.5) for n in range(12)))
DRAWN = chart_of(MANY, "as a bar chart")
PDF = b"%PDF-1.7 a small one"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    with LocalWorkspace(tmp_path_factory.mktemp("workspace"), settings={"strict": True}) as workspace:
        yield workspace


@pytest.fixture
def slack(workspace):
    return Slack(workspace.bot_token, workspace.api_url)


@pytest.fixture
def ledger(sqlite_engine):
    return Ledger(sqlite_engine)


def test_who_may_see_what(slack):
    def places(**values):
        return audience_of(request(**values), slack).places

    assert places(channel=GENERAL, user=BEN) == {"public", GENERAL}
    assert places(channel=LEGAL, channel_type="group", user=LENA) == {"public", LEGAL}
    assert places(channel=LEGAL, channel_type="group", user=BEN) == {"public"}
    assert places(channel=RETAIL, user=BEN) == {"public"}
    assert places(channel=DM, channel_type="im", user=BEN) == {"public", BEN, GENERAL, RETAIL}
    assert places(channel="D0GUS00001", channel_type="im", user=GUS) == {"public"}


def test_an_answer_grows_and_ends_with_its_proof_in_its_thread(workspace, slack, ledger):
    ts = workspace.post("ben", "general", "@Teller what is the notice period?")
    id_ = receive(ledger, ts, channel=GENERAL)
    claim = ledger.claim(id_)
    assert slack.status(GENERAL, ts, "Searching")
    assert workspace.status("ben", GENERAL, ts) == "Searching"
    Poster(slack, ledger, claim).put(render_partial("Ninety"))
    answer = Answer("Ninety days [1].", citations=(Citation("d", "A.pdf", 3, "ninety days’ notice", "7. Term"),))
    ledger.ready(claim, {"type": "answer", **answer.to_json()})

    deliver_reply(id_, ledger, slack)

    _root, reply = workspace.messages("general", ts)
    assert ledger.get(id_).state == "answered"
    assert "Ninety days [1]." in reply["text"]
    assert "ninety days’ notice" in str(reply["blocks"])
    assert workspace.status("ben", GENERAL, ts) == ""
    assert slack.replies(GENERAL, ts)[-1].request_id == id_


def test_every_kind_of_reply_is_taken(workspace, slack, ledger, caplog):
    for reply in (
        {"type": "receipt", **Receipt("d", "A.pdf", "Lease", 3, 9, (2,), (3,)).to_json(), "audience_words": "all"},
        {"type": "unreadable", "reason": "encrypted", "text": "This file is locked.", "name": "A.pdf"},
        {"type": "failure", "text": "Sorry.", "reference": "01234567"},
        {"type": "answer", **Answer("word " * 5000).to_json()},
        {"type": "answer", **Answer("Oslo.", route="data", sql="S", table=MANY, chart=DRAWN.to_json()).to_json()},
        {"type": "chart", "of": "x", **Answer("", route="data", chart=DRAWN.to_json()).to_json()},
    ):
        ts = workspace.post("ben", "general", "@Teller hello")
        id_ = receive(ledger, ts, channel=GENERAL)
        ledger.ready(ledger.claim(id_), reply)

        deadline = time.monotonic() + 60
        while ledger.get(id_).state == "ready" and time.monotonic() < deadline:
            deliver_reply(id_, ledger, slack)  # Slack takes about a message a second.
            time.sleep(0.2)

        assert ledger.get(id_).state == "answered", ledger.get(id_).error
    assert "refused" not in caplog.text, "Slack took every block"


def test_a_report_finds_its_person(workspace, slack, ledger):
    id_ = receive(ledger, "trigger", kind="reindex", channel=BEN, channel_type="im")
    ledger.ready(ledger.claim(id_), {"type": "reindexed", "text": "The index is rebuilt: 3 documents."})

    deliver_reply(id_, ledger, slack)

    assert ledger.get(id_).reply_channel == DM
    assert workspace.messages(DM)[-1]["text"] == "The index is rebuilt: 3 documents."


def test_a_channel_that_teller_left_is_given_up(workspace, slack, ledger):
    ts = workspace.post("ada", "legal", "@Teller hello")
    id_ = receive(ledger, ts, channel=LEGAL)
    ledger.ready(ledger.claim(id_), {"type": "notice", "text": "too late"})
    workspace.leave("ada", "legal", "teller")
    try:
        deliver_reply(id_, ledger, slack)
    finally:
        workspace.join("ada", "legal", "teller")

    assert ledger.get(id_).state == "failed"


def test_a_file_is_fetched_and_one_that_is_gone_is_known_to_be(workspace, slack, tmp_path):
    ts = workspace.post("ben", "general", "see", files=[("a.pdf", PDF)])
    (message,) = [each for each in workspace.messages("general") if each["ts"] == ts]
    file = slack.file(message["files"][0]["id"])

    path = download(slack, file, tmp_path, limit=1000)

    assert path.read_bytes() == PDF
    assert (file.name, file.size, file.user) == ("a.pdf", len(PDF), BEN)


def test_who_teller_is(slack):
    assert SimpleNamespace(team=slack.team, user=slack.user) == SimpleNamespace(team="T0TELLER01", user="U0TELLER01")
    assert slack.is_admin("U0ADA00001")
    assert not slack.is_admin(BEN)
