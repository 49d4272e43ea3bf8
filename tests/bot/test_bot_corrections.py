"""A correction becomes a question in the answer's thread, once; an approval is another admin's."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.corrections import SAY_WHAT
from bot.membership import ADMINS_ONLY
from knowledge.database.review import Review
from knowledge.types import Answer, Table
from tests.bot.small_slack import ADA, BEN, GENERAL, Bot, said
from workers.request import Request

SQL = "SELECT city, SUM(balance) FROM account GROUP BY city"
ANSWER = Answer("Oslo leads.", route="data", sql=SQL, table=Table(("city", "n"), (("Oslo", 2), ("Bergen", 1))))


@pytest.fixture
def asked(bot: Bot) -> Request:
    bot.event(said("<@U0TELLER01> Deposits by city?", channel=GENERAL))
    claim = bot.ledger.claim(bot.rows[0].id)
    assert claim
    bot.ledger.ready(claim, {"type": "answer", **ANSWER.to_json()})
    bot.queued.clear()
    return bot.rows[0]


def form(bot: Bot, asked: Request, user: str) -> dict[str, Any]:
    bot.press({"type": "button", "action_id": "correct", "block_id": "b", "value": asked.id}, user=user)
    opened = bot.slack.asked("views.open")[-1]
    view: dict[str, Any] = json.loads(opened["view"]) if isinstance(opened["view"], str) else opened["view"]
    return view


def filled(**fields: str) -> dict[str, Any]:
    what = fields.pop("what", "filter")
    return {
        "what": {"selected_option": {"value": what}},
        **{name: {"type": "plain_text_input", "value": value} for name, value in fields.items()},
    }


def test_words_become_a_question_in_the_thread_once(bot: Bot, asked: Request) -> None:
    view = form(bot, asked, BEN)
    assert [block["block_id"] for block in view["blocks"]] == ["what", "words"], "only admins see the query"

    for _ in range(2):
        assert bot.submit(view, filled(words="only open accounts")).status == 200

    _, correction = bot.rows
    assert correction.kind == "question"
    assert correction.text == "Deposits by city?\n(Correction: only open accounts)"
    assert (correction.user, correction.thread_ts) == (BEN, asked.message_ts)
    assert correction.detail["correction"] == {
        "what": "filter", "words": "only open accounts", "sql": "", "question": "Deposits by city?",
    }  # fmt: skip
    assert bot.queued == [(correction.id, "question")]


def answer_again(bot: Bot, request: Request, **changes: Any) -> None:
    claim = bot.ledger.claim(request.id)
    assert claim
    bot.ledger.ready(claim, {"type": "answer", **replace(ANSWER, **changes).to_json()})


def test_a_follow_up_is_corrected_as_the_whole_question_that_it_was(bot: Bot) -> None:
    bot.event(said("<@U0TELLER01> and only private?", channel=GENERAL))
    (follow_up,) = bot.rows
    answer_again(bot, follow_up, understood="Customers by city; and only private?")

    bot.submit(form(bot, follow_up, BEN), filled(words="who have not left"))

    correction = bot.rows[1]
    assert correction.text == "Customers by city; and only private?\n(Correction: who have not left)"
    assert correction.detail["correction"]["question"] == "Customers by city; and only private?"


def test_a_wished_chart_is_wished_again_and_is_no_part_of_the_question_that_is_kept(bot: Bot) -> None:
    bot.event(said("<@U0TELLER01> Deposits by city, as a pie", channel=GENERAL))
    (asked,) = bot.rows
    answer_again(bot, asked, understood="Deposits by city")

    bot.submit(form(bot, asked, BEN), filled(words="only open accounts"))

    correction = bot.rows[1]
    assert correction.text == "Deposits by city, as a pie.\n(Correction: only open accounts)"
    assert correction.detail["correction"]["question"] == "Deposits by city"


def test_a_correction_of_a_correction_is_kept_under_the_first_question(bot: Bot, asked: Request) -> None:
    bot.submit(form(bot, asked, BEN), filled(words="only open accounts"))
    first = bot.rows[1]
    delivery = bot.ledger.deliveries.claim(asked.id)
    assert delivery
    bot.ledger.deliveries.delivered(delivery)
    answer_again(bot, first, understood="Deposits by city? (Correction: only open accounts)")

    view = form(bot, first, BEN)
    bot.submit({**view, "id": "V2"}, filled(words="and in euro"))

    again = bot.rows[-1]
    assert again.text == "Deposits by city?\n(Correction: only open accounts)\n(Correction: and in euro)"
    assert again.detail["correction"]["question"] == "Deposits by city?"


def test_an_admin_changes_the_query(bot: Bot, asked: Request) -> None:
    view = form(bot, asked, ADA)
    assert view["blocks"][2]["element"]["initial_value"] == SQL

    bot.submit(view, filled(words="", sql=SQL + " HAVING city <> ''"), user=ADA)

    _, correction = bot.rows
    assert (correction.text, correction.user) == ("Deposits by city?", ADA)
    assert correction.detail["correction"]["sql"].endswith("HAVING city <> ''")


@pytest.mark.parametrize(
    ("fields", "user", "why"),
    [
        ({"words": ""}, BEN, SAY_WHAT),
        ({"words": "", "sql": f"  {SQL} "}, ADA, SAY_WHAT),
        ({"words": "x", "sql": "SELECT 1"}, BEN, ADMINS_ONLY),
    ],
    ids=["nothing said", "nothing changed", "no admin"],
)
def test_what_cannot_be_taken_is_said_in_the_form(
    bot: Bot, asked: Request, fields: dict[str, str], user: str, why: str
) -> None:
    response = bot.submit(form(bot, asked, ADA), filled(**fields), user=user)

    assert json.loads(response.body)["errors"] == {"words": why}
    assert len(bot.rows) == 1


def propose(bot: Bot, *, author: str = BEN) -> int:
    meant = {"tables": ["account"], "fingerprint": "as it was"}
    return Review(bot.ledger.engine).propose("Deposits by city?", SQL, author=author, **meant)


def approve(bot: Bot, asked: Request, number: int, *, user: str = ADA) -> None:
    bot.press({"type": "button", "action_id": "approve", "block_id": "b", "value": f"{asked.id}:{number}"}, user=user)


@pytest.mark.parametrize(
    ("user", "admin", "taken"), [(ADA, True, True), (BEN, True, False), ("U0LENA0001", False, False)]
)
def test_only_another_admin_approves(bot: Bot, asked: Request, user: str, admin: bool, taken: bool) -> None:
    bot.slack.answers["users.info"] = lambda values: {"user": {"id": values["user"], "is_admin": admin}}
    number = propose(bot)

    for _ in range(2):
        approve(bot, asked, number, user=user)

    approvals = bot.rows[1:]
    wanted = [("approval", ADA, number)] if taken else []
    assert [(row.kind, row.user, row.detail["pair"]) for row in approvals] == wanted
    assert bool(bot.slack.asked("chat.postEphemeral")) is not taken


def test_a_press_on_what_is_decided_already_says_by_whom(bot: Bot, asked: Request) -> None:
    number = propose(bot)
    Review(bot.ledger.engine).reject(number, reviewer="U0EVA00001")

    approve(bot, asked, number)

    assert len(bot.rows) == 1
    assert "rejected by <@U0EVA00001> on 20" in bot.slack.asked("chat.postEphemeral")[0]["text"]


def test_an_answer_that_is_gone_takes_no_correction(bot: Bot, asked: Request) -> None:
    view = form(bot, asked, BEN)
    about = {**json.loads(view["private_metadata"]), "request": "nothing"}

    bot.submit({**view, "private_metadata": json.dumps(about)}, filled(words="x"))

    assert len(bot.rows) == 1
    assert replace(asked) == bot.rows[0]
