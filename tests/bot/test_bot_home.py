"""What opens with Teller: suggestions by role, and a page of one's own."""

import json

import pytest

from bot.home import PROMPTS
from tests.bot.small_slack import ADA, BEN, DIRECT, Bot, said, shared
from workers.request import Request


def opened(tab: str, user: str = BEN) -> dict[str, str]:
    return {"type": "app_home_opened", "user": user, "channel": DIRECT, "tab": tab, "event_ts": "1700000001.000100"}


def page(bot: Bot) -> str:
    (published,) = bot.slack.asked("views.publish")
    view = json.loads(published["view"]) if isinstance(published["view"], str) else published["view"]
    assert view["type"] == "home"
    return json.dumps(view["blocks"], ensure_ascii=False)


def finish(bot: Bot, request: Request, reply: dict[str, object]) -> None:
    claim = bot.ledger.claim(request.id)
    assert claim
    bot.ledger.ready(claim, reply)
    delivery = bot.ledger.deliveries.claim(request.id)
    assert delivery
    bot.ledger.deliveries.delivered(delivery)


def test_the_page_shows_what_its_reader_asked_and_dropped_and_nobody_else_s(bot: Bot) -> None:
    bot.event(said("What is the <https://a.test|fee>?"))
    bot.event(shared("", "F1", ts="1700000002.000100"))
    bot.event(said("A secret of Ada's", ts="1700000003.000100", user=ADA, channel="D0ADA00001"))
    question, file, _ = bot.rows
    finish(bot, question, {"type": "notice", "text": "Three euros."})
    finish(bot, file, {"type": "receipt", "pages": 9})

    bot.event(opened("home"))

    shown = page(bot)
    assert "What is the fee? _answered, just now_" in shown
    assert "F1.\u200bpdf _9 pages, just now_" in shown or "F1.pdf _9 pages, just now_" in shown
    assert "secret" not in shown
    assert "/reindex" not in shown


def test_an_admin_sees_how_busy_teller_is(bot: Bot) -> None:
    bot.event(said("What is the fee?"))

    bot.event(opened("home", ADA))

    assert "1 waiting, 0 being worked on" in page(bot)


def test_a_page_that_slack_refuses_does_no_harm(bot: Bot) -> None:
    bot.slack.answers["views.publish"] = {"error": "not_enabled"}

    assert bot.event(opened("home")).status == 200


@pytest.mark.parametrize(("person", "role"), [({"is_restricted": True}, "guest"), ({}, "banker")])
def test_suggestions_fit_the_role(bot: Bot, person: dict[str, bool], role: str) -> None:
    bot.slack.answers["users.info"] = {"user": {"id": BEN, **person}}

    bot.event(opened("messages"))

    (asked,) = bot.slack.asked("assistant.threads.setSuggestedPrompts")
    prompts = json.loads(asked["prompts"]) if isinstance(asked["prompts"], str) else asked["prompts"]
    assert prompts == [dict(each) for each in PROMPTS[role]]
    assert 0 < len(prompts) <= 4


def test_the_older_assistant_view_gets_suggestions_in_its_thread(bot: Bot) -> None:
    thread = {"user_id": BEN, "channel_id": DIRECT, "thread_ts": "1700000009.000100", "context": {}}

    bot.event({"type": "assistant_thread_started", "assistant_thread": thread, "event_ts": "1700000009.000100"})

    (asked,) = bot.slack.asked("assistant.threads.setSuggestedPrompts")
    assert asked["thread_ts"] == "1700000009.000100"
