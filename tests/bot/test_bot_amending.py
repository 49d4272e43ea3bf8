"""A field of a listed document is corrected through a form, once, and only with what the field can hold."""

import json
from typing import Any

import pytest

from knowledge.types import Answer, Receipt, Table
from tests.bot.small_slack import BEN, GENERAL, Bot, said
from workers.render import render
from workers.request import Request

LEASE = "a" * 64
ANSWER = Answer(
    "1 of 1 document expires.",
    table=Table(("Document", "Expiry", "Page"), (("lease.pdf", "31 January 2027", "1"),)),
    listed=((LEASE, "lease.pdf"),),
)


RECEIPT = Receipt(LEASE, "lease.pdf", "LEASE", 1, 1)


@pytest.fixture
def asked(bot: Bot) -> Request:
    return replied(bot, {"type": "answer", **ANSWER.to_json()})


def replied(bot: Bot, reply: dict[str, Any]) -> Request:
    bot.event(said("<@U0TELLER01> Which contracts expire soon?", channel=GENERAL))
    claim = bot.ledger.claim(bot.rows[0].id)
    assert claim
    bot.ledger.ready(claim, reply)
    bot.queued.clear()
    return bot.rows[0]


def form(bot: Bot, asked: Request) -> dict[str, Any]:
    bot.press({"type": "button", "action_id": "amend", "block_id": "b", "value": asked.id}, user=BEN)
    opened = bot.slack.asked("views.open")[-1]
    view: dict[str, Any] = json.loads(opened["view"]) if isinstance(opened["view"], str) else opened["view"]
    return view


def filled(value: str, *, document: str = LEASE, field: str = "expiry") -> dict[str, Any]:
    return {
        "document": {"selected_option": {"value": document}},
        "field": {"selected_option": {"value": field}},
        "value": {"type": "plain_text_input", "value": value},
    }


def test_the_answer_offers_the_form(bot: Bot, asked: Request) -> None:
    assert '"action_id": "amend"' in json.dumps(render({"type": "answer", **ANSWER.to_json()}, asked.id)[0].blocks)

    blocks = form(bot, asked)["blocks"]

    assert [block["block_id"] for block in blocks] == ["document", "field", "value"]
    assert blocks[0]["element"]["initial_option"]["text"]["text"] == "lease.pdf"
    assert blocks[1]["element"]["initial_option"]["value"] == "expiry"


def test_a_receipt_offers_the_form_for_what_its_document_changes(bot: Bot) -> None:
    view = form(bot, replied(bot, {"type": "receipt", **RECEIPT.to_json()}))

    assert view["blocks"][0]["element"]["initial_option"]["text"]["text"] == "lease.pdf"
    assert view["blocks"][1]["element"]["initial_option"]["value"] == "changes"
    assert bot.submit(view, filled("hosting-2019.pdf", field="changes")).status == 200
    assert bot.rows[-1].detail["value"] == "hosting-2019.pdf"


def test_a_value_is_recorded_once_as_the_field_keeps_it(bot: Bot, asked: Request) -> None:
    view = form(bot, asked)

    for _ in range(2):
        assert bot.submit(view, filled("31 December 2028")).status == 200

    _, correction = bot.rows
    assert (correction.kind, correction.user) == ("field", BEN)
    assert correction.detail == {"of": asked.id, "document": LEASE, "field": "expiry", "value": "2028-12-31"}
    assert bot.queued == [(correction.id, "field")]


def test_an_empty_value_takes_a_correction_back(bot: Bot, asked: Request) -> None:
    bot.submit(form(bot, asked), filled(""))

    assert bot.rows[1].detail["value"] == ""


def test_what_the_field_cannot_hold_is_said_in_the_form(bot: Bot, asked: Request) -> None:
    response = bot.submit(form(bot, asked), filled("soon"))

    assert "Write one day" in json.loads(response.body)["errors"]["value"]
    assert len(bot.rows) == 1


def test_a_document_that_was_not_listed_is_not_touched(bot: Bot, asked: Request) -> None:
    bot.submit(form(bot, asked), filled("31 December 2028", document="b" * 64))

    assert len(bot.rows) == 1
