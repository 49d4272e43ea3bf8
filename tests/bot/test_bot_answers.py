"""The buttons under an answer from the bank's data: each press counts, and counts once."""

import json

import pytest

from knowledge.types import Answer, Choice, Table
from tests.bot.small_slack import ADA, BEN, DIRECT, GENERAL, Bot, said
from workers.request import Request

ANSWER = Answer(
    "Which quarter?", route="data", sql="SELECT city FROM branch",
    table=Table(("city", "n"), (("Oslo", 1), ("Bergen", 2))),
    choices=(Choice("Calendar", "Deposits this calendar quarter?"), Choice("Fiscal", "Deposits this fiscal quarter?")),
)  # fmt: skip


@pytest.fixture
def asked(bot: Bot) -> Request:
    """A question of Ben's in the channel, answered."""
    bot.event(said("<@U0TELLER01> Deposits this quarter?", channel=GENERAL))
    claim = bot.ledger.claim(bot.rows[0].id)
    assert claim
    bot.ledger.ready(claim, {"type": "answer", **ANSWER.to_json()})
    bot.queued.clear()
    return bot.rows[0]


def press(bot: Bot, action: str, value: str, **more: str) -> None:
    response = bot.press({"type": "button", "action_id": action, "block_id": "b", "value": value}, **more)
    assert response.status == 200


def test_a_choice_is_asked_in_the_asker_s_name_in_the_thread_and_once(bot: Bot, asked: Request) -> None:
    press(bot, "choose_1", f"{asked.id}:1")
    press(bot, "choose_1", f"{asked.id}:1")
    press(bot, "choose_0", f"{asked.id}:0")

    _, chosen = bot.rows
    assert (chosen.kind, chosen.text, chosen.user) == ("question", "Deposits this fiscal quarter?", BEN)
    assert (chosen.channel, chosen.thread_ts) == (GENERAL, asked.message_ts)
    assert chosen.detail["chosen"] == "Fiscal"
    assert bot.queued == [(chosen.id, "question")]


def test_nobody_chooses_for_somebody_else(bot: Bot, asked: Request) -> None:
    press(bot, "choose_0", f"{asked.id}:0", user=ADA)

    assert len(bot.rows) == 1
    assert "Only the one who asked" in bot.slack.asked("chat.postEphemeral")[0]["text"]


def test_each_way_to_draw_is_recorded_once(bot: Bot, asked: Request) -> None:
    for wish in ("bar", "pie", "bar"):
        press(bot, f"chart_{wish}", f"{asked.id}:{wish}", user=ADA)

    drawn = bot.rows[1:]
    assert [(row.kind, row.item, row.user, row.detail["of"]) for row in drawn] == [
        ("chart", "bar", ADA, asked.id), ("chart", "pie", ADA, asked.id),
    ]  # fmt: skip
    assert bot.queued == [(row.id, "chart") for row in drawn]


def test_a_press_stands_although_the_queue_is_down(bot: Bot, asked: Request) -> None:
    bot.broker_up = False

    press(bot, "chart_bar", f"{asked.id}:bar")

    assert [row.state for row in bot.rows[1:]] == ["received"]
    assert [row.kind for row in bot.ledger.backlog.due()] == ["chart"] or bot.ledger.backlog.due()[-1].kind == "chart"


def test_the_query_is_shown_to_who_asks_for_it(bot: Bot, asked: Request) -> None:
    press(bot, "sql", asked.id)

    (opened,) = bot.slack.asked("views.open")
    view = json.loads(opened["view"]) if isinstance(opened["view"], str) else opened["view"]
    assert "SELECT city FROM branch" in json.dumps(view)
    assert "submit" not in view


@pytest.mark.parametrize("value", ["", "nothing", "nothing:0", ":"])
@pytest.mark.parametrize("action", ["choose_0", "chart_bar", "sql"])
def test_a_button_of_an_answer_that_is_gone_says_so(bot: Bot, action: str, value: str) -> None:
    press(bot, action, value)

    assert bot.rows == []
    assert "not there any more" in bot.slack.asked("chat.postEphemeral")[0]["text"]


def test_a_value_from_elsewhere_tells_nothing(bot: Bot) -> None:
    bot.event(said("Deposits this quarter?", channel=DIRECT))
    claim = bot.ledger.claim(bot.rows[0].id)
    assert claim
    bot.ledger.ready(claim, {"type": "answer", **ANSWER.to_json()})

    press(bot, "sql", bot.rows[0].id)  # The button is pressed in the channel, the answer was given in private.

    assert bot.slack.asked("views.open") == []
