"""Files beside an answer: all rows, and charts that Slack does not draw, each once whatever happens."""

import pytest

from knowledge.database.chart import chart_of
from knowledge.types import Answer, Picture, Table
from tests.workers.asking import CHANNEL, TEAM, receive
from workers.deliver import deliver_reply
from workers.hearing import edit
from workers.ledger import Ledger
from workers.redraw import redraw_answer

THREAD = "1800000000.000100"
MANY = Table(("name", "n"), tuple((f"name {n}", n) for n in range(300)))
FEW = Table(("city", "deposits"), (("Oslo", 3.0), ("Bergen", 2.0), ("Bodø", 1.0)))


@pytest.fixture
def ledger(sqlite_engine, clock):
    return Ledger(sqlite_engine, clock=clock)


def answered(ledger, table=MANY, *, chart=False, id_=None):
    drawn = chart_of(table, "as a bar chart").to_json() if chart else None
    found = Answer("Here they are.", route="data", sql="SELECT 1", table=table, chart=drawn)
    id_ = id_ or receive(ledger)
    ledger.ready(ledger.claim(id_), {"type": "answer", **found.to_json()})
    return id_


def deliver_until_done(id_, ledger, slack, clock):
    for _ in range(20):
        deliver_reply(id_, ledger, slack)
        if ledger.get(id_).state != "ready":
            return
        clock.forward(61)
    raise AssertionError(ledger.get(id_))


def test_rows_that_a_message_has_no_room_for_come_as_a_file(ledger, slack, fake_slack):
    id_ = answered(ledger)

    deliver_reply(id_, ledger, slack)

    ((name, content),) = fake_slack.attached(CHANNEL).items()
    assert name == f"rows-{id_[:8]}.csv"
    assert len(content.decode("utf-8-sig").splitlines()) == 301
    assert fake_slack.called("files.completeUploadExternal")[0]["thread_ts"] == THREAD
    assert ledger.get(id_).state == "answered"


def test_a_chart_that_slack_draws_needs_no_picture(ledger, slack, fake_slack):
    deliver_reply(answered(ledger, FEW, chart=True), ledger, slack)

    assert fake_slack.attached(CHANNEL) == {}
    assert "data_visualization" in str(fake_slack.messages[CHANNEL])


def test_a_chart_that_slack_refuses_comes_as_a_picture_beside_a_plain_table(ledger, slack, fake_slack):
    fake_slack.fails("chat.postMessage", "invalid_blocks")
    id_ = answered(ledger, FEW, chart=True)

    deliver_reply(id_, ledger, slack)

    ((name, content),) = fake_slack.attached(CHANNEL).items()
    assert name == f"chart-{id_[:8]}.png"
    assert content.startswith(b"\x89PNG")
    (message,) = [each for each in fake_slack.messages[CHANNEL] if not each.get("files")]
    assert "table" in [block["type"] for block in message["blocks"]]
    assert "data_visualization" not in str(message)


@pytest.mark.parametrize("fault", ["429", "500", "lost"])
@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
def test_whatever_slack_does_a_file_stands_once(ledger, fake_slack, slack, clock, method, fault):  # noqa: PLR0917
    fake_slack.fails(method, fault)
    id_ = answered(ledger)

    deliver_until_done(id_, ledger, slack, clock)

    assert list(fake_slack.attached(CHANNEL)) == [f"rows-{id_[:8]}.csv"]
    assert fake_slack.standing(CHANNEL) == ["Here they are."]


def test_a_file_that_may_not_be_shared_does_not_hold_the_answer_back(ledger, slack, fake_slack, caplog):
    fake_slack.fails("files.getUploadURLExternal", "missing_scope")
    id_ = answered(ledger)

    deliver_reply(id_, ledger, slack)

    assert ledger.get(id_).state == "answered"
    assert "missing_scope" in caplog.text


def test_the_files_of_an_older_answer_go_when_its_question_is_edited(ledger, slack, fake_slack):
    id_ = answered(ledger)
    deliver_reply(id_, ledger, slack)
    edit(ledger, TEAM, CHANNEL, THREAD, text="Only three of them?")

    deliver_reply(answered(ledger, FEW, id_=id_), ledger, slack)

    assert fake_slack.attached(CHANNEL) == {}
    assert fake_slack.standing(CHANNEL) == ["Here they are."]


class Parts:
    def __init__(self, ledger, slack):
        self.ledger, self.slack = ledger, slack


def press(ledger, of, wish, **place):
    given = {"message_ts": "1800000001.000001", "thread_ts": THREAD, **place}
    return receive(ledger, kind="chart", item=wish, detail={"of": of}, text="", **given)


@pytest.mark.parametrize("wish", ["bar", "line", "pie", "table"])
def test_a_wish_is_drawn_below_the_answer(ledger, slack, fake_slack, wish):
    of = answered(ledger, FEW)
    deliver_reply(of, ledger, slack)
    id_ = press(ledger, of, wish)

    redraw_answer(id_, Parts(ledger, slack))
    deliver_reply(id_, ledger, slack)

    message = fake_slack.messages[CHANNEL][-1]
    (drawn,) = [block for block in message["blocks"] if block["type"] in ("data_visualization", "table")]
    assert drawn["type"] == ("table" if wish == "table" else "data_visualization")
    assert wish == "table" or drawn["chart"]["type"] == wish
    assert message["blocks"][-1]["elements"][0]["value"] == f"{of}:bar"
    assert message["text"]


def test_rows_that_make_no_chart_are_said_to_make_none(ledger, slack, fake_slack):
    of = answered(ledger, Table(("a", "b"), (("x", "y"), ("z", "w"))))
    id_ = press(ledger, of, "pie")

    redraw_answer(id_, Parts(ledger, slack))

    assert "cannot be drawn as a pie" in ledger.get(id_).reply["text"]


def test_an_answer_of_another_channel_is_not_drawn_here(ledger, slack):
    of = answered(ledger, FEW)
    id_ = press(ledger, of, "bar", channel="C0OTHER001")

    redraw_answer(id_, Parts(ledger, slack))

    assert ledger.get(id_).outcome == "failed"
    assert "elsewhere" in ledger.get(id_).reply["text"]


def test_a_chart_by_generated_code_comes_as_a_picture(ledger, slack, fake_slack):
    found = Answer(
        "Here is the chart.", route="data", sql="SELECT 1", code="plot", picture=Picture.of(b"\x89PNG", alt="A")
    )
    id_ = receive(ledger)
    ledger.ready(ledger.claim(id_), {"type": "answer", **found.to_json()})

    deliver_reply(id_, ledger, slack)

    assert fake_slack.attached(CHANNEL) == {f"analysis-{id_[:8]}.png": b"\x89PNG"}
