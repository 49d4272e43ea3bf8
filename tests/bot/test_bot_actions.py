import json

import pytest
from sqlalchemy import select

from bot.actions import THANKS
from bot.home import ADMIN_TITLE, TITLE
from tests.bot.small_slack import ADA, BEN, DIRECT, GENERAL, Bot, said
from workers.request import feedback


def opinions(bot: Bot) -> list[tuple[str, str, str]]:
    with bot.ledger.engine.connect() as connection:
        return [(row.request_id, row.user, row.value) for row in connection.execute(select(feedback))]


@pytest.mark.parametrize("thumb", ["up", "down"])
def test_a_thumb_is_kept_and_thanked_for_in_the_thread_where_no_form_opens(bot: Bot, thumb: str) -> None:
    bot.slack.answers["views.open"] = {"error": "expired_trigger_id"}
    bot.event(said("When?"))
    (row,) = bot.rows

    response = bot.press({
        "type": "feedback_buttons", "action_id": "feedback", "block_id": "b1", "value": f"{row.id}:{thumb}",
        "text": {"type": "plain_text", "text": "Good answer"}, "action_ts": "1700000100.000100",
    })  # fmt: skip

    (thanks,) = bot.slack.asked("chat.postEphemeral")
    assert response.status == 200
    assert opinions(bot) == [(row.id, BEN, thumb)]
    assert len(bot.slack.asked("views.open")) == (thumb == "down")
    assert (thanks["channel"], thanks["user"], thanks["text"]) == (GENERAL, BEN, THANKS[thumb])
    assert thanks["thread_ts"] == "1700000001.000100"


def test_a_thumb_that_points_down_is_asked_why_and_the_reason_is_kept(bot: Bot) -> None:
    bot.event(said("When?"))
    (row,) = bot.rows

    bot.press({"type": "button", "action_id": "feedback", "block_id": "b", "value": f"{row.id}:down"})
    (opened,) = bot.slack.asked("views.open")
    view = json.loads(opened["view"]) if isinstance(opened["view"], str) else opened["view"]
    assert bot.slack.asked("chat.postEphemeral") == []
    for _ in range(2):  # Slack may send a form twice.
        response = bot.submit(
            view, {"reason": {"selected_option": {"value": "source"}}, "comment": {"value": "page 3"}}
        )

    assert response.status == 200
    with bot.ledger.engine.connect() as connection:
        (kept,) = connection.execute(select(feedback))
    assert (kept.value, kept.reason, kept.comment) == ("down", "source", "page 3")
    assert bot.slack.asked("chat.postEphemeral")[0]["thread_ts"] == "1700000001.000100"


def test_the_last_thumb_of_a_person_counts(bot: Bot) -> None:
    bot.event(said("When?"))
    (row,) = bot.rows

    for thumb in ("up", "down"):
        bot.press({"type": "button", "action_id": f"feedback:{thumb}", "block_id": "b", "value": f"{row.id}:{thumb}"})

    assert opinions(bot) == [(row.id, BEN, "down")]


@pytest.mark.parametrize("value", ["unknown:up", "", "up", "a:b:c"])
def test_a_thumb_for_nothing_is_acknowledged_and_dropped(bot: Bot, value: str) -> None:
    response = bot.press({"type": "button", "action_id": "feedback", "block_id": "b", "value": value})

    assert response.status == 200
    assert opinions(bot) == []
    assert bot.slack.asked("chat.postEphemeral") == []


def test_thanks_that_slack_refuses_lose_no_thumb(bot: Bot) -> None:
    bot.slack.answers["chat.postEphemeral"] = {"error": "user_not_in_channel"}
    bot.event(said("When?"))

    response = bot.press({"type": "button", "action_id": "feedback", "block_id": "b", "value": f"{bot.rows[0].id}:up"})

    assert response.status == 200
    assert len(opinions(bot)) == 1


@pytest.mark.parametrize(("user", "title"), [(BEN, TITLE), (ADA, ADMIN_TITLE)])
def test_opening_the_messages_suggests_questions_by_role(bot: Bot, user: str, title: str) -> None:
    event = {"type": "app_home_opened", "user": user, "channel": DIRECT, "tab": "messages", "event_ts": "1700.1"}

    response = bot.event(event)

    (call,) = bot.slack.asked("assistant.threads.setSuggestedPrompts")
    assert response.status == 200
    assert (call["channel_id"], call["title"]) == (DIRECT, title)
    assert 1 <= len(call["prompts"]) <= 4


def test_opening_another_tab_suggests_nothing(bot: Bot) -> None:
    bot.event({"type": "app_home_opened", "user": BEN, "channel": DIRECT, "tab": "home", "event_ts": "1700.1"})

    assert bot.slack.asked("assistant.threads.setSuggestedPrompts") == []


def test_prompts_that_slack_refuses_do_no_harm(bot: Bot) -> None:
    bot.slack.answers["assistant.threads.setSuggestedPrompts"] = {"error": "missing_scope"}

    event = {"type": "app_home_opened", "user": BEN, "channel": DIRECT, "tab": "messages", "event_ts": "1700.1"}

    assert bot.event(event).status == 200


@pytest.mark.parametrize(("user", "stopped"), [(BEN, True), (ADA, True), ("U0LENA0001", False)])
def test_the_asker_or_an_admin_stops_an_answer(bot: Bot, user: str, stopped: bool) -> None:
    bot.slack.answers["users.info"] = lambda values: {"user": {"id": values["user"], "is_admin": values["user"] == ADA}}
    bot.event(said("When does it end?"))
    claim = bot.ledger.claim(bot.rows[0].id)
    assert claim

    response = bot.press({"type": "button", "action_id": "stop", "value": bot.rows[0].id}, user=user)

    assert response.status == 200
    assert bot.ledger.stands(claim) is not stopped
    assert bool(bot.slack.asked("chat.postEphemeral")) is not stopped
