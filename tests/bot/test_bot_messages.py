import pytest

from bot.messages import MAX_CHARACTERS, TOO_LONG
from tests.bot.small_slack import ADA, BEN, BOT, DIRECT, GENERAL, TEAM, Bot, mentioned, said, shared


def test_a_mention_becomes_one_row_without_the_mention_and_only_its_id_is_queued(bot: Bot) -> None:
    response = bot.event(mentioned(f"<@{BOT}> What is the notice period?"))

    (row,) = bot.rows
    assert response.status == 200
    assert (row.kind, row.text, row.user, row.team) == ("question", "What is the notice period?", BEN, TEAM)
    assert (row.channel, row.channel_type, row.thread_ts) == (GENERAL, "channel", "")
    assert row.state == "queued"
    assert bot.queued == [(row.id, "question")]


def test_the_first_direct_message_is_a_question_although_it_has_no_thread(bot: Bot) -> None:
    bot.event(said("When does the lease end?"))

    (row,) = bot.rows
    assert (row.channel, row.channel_type, row.text) == (DIRECT, "im", "When does the lease end?")
    assert row.reply_thread == "1700000001.000100"


def test_a_reply_in_a_direct_thread_stays_in_its_thread(bot: Bot) -> None:
    bot.event(said("And the other?", ts="1700000005.000100", thread_ts="1700000001.000100"))

    assert bot.rows[0].reply_thread == "1700000001.000100"


@pytest.mark.parametrize("order", [("app_mention", "message"), ("message", "app_mention")])
def test_the_two_events_of_one_message_make_one_row(bot: Bot, order: tuple[str, str]) -> None:
    text = f"<@{BOT}> What is the notice period?"
    twins = {"app_mention": mentioned(text), "message": said(text, channel=GENERAL)}

    statuses = [bot.event(twins[each]).status for each in order]

    assert statuses == [200, 200]
    assert len(bot.rows) == len(bot.queued) == 1


def test_an_event_that_slack_repeats_is_acknowledged_and_recorded_once(bot: Bot) -> None:
    for retry in range(4):
        assert bot.event(said("When?"), event_id="Ev1", retry=retry).status == 200

    assert len(bot.rows) == len(bot.queued) == 1


def test_a_mention_that_comes_before_its_file_message_waits_behind_the_file(bot: Bot) -> None:
    text = f"<@{BOT}> What is the notice period here?"
    message = shared(text, "F1", channel=GENERAL)
    bot.slack.answers["conversations.history"] = {"messages": [message]}

    bot.event(mentioned(text))
    bot.event(message)

    assert [(row.kind, row.item) for row in bot.rows] == [("file", "F1"), ("question", "")]
    (asked,) = bot.slack.asked("conversations.history")
    assert (asked["channel"], asked["latest"], asked["oldest"]) == (GENERAL, message["ts"], message["ts"])


def test_a_mention_is_recorded_although_slack_does_not_show_its_message(bot: Bot) -> None:
    bot.slack.answers["conversations.replies"] = {"error": "missing_scope"}

    bot.event(mentioned(f"<@{BOT}> When?", thread_ts="1700000000.000100"))

    assert [row.text for row in bot.rows] == ["When?"]


def test_a_follow_up_in_a_thread_needs_no_mention(bot: Bot) -> None:
    bot.event(mentioned(f"<@{BOT}> What is the notice period?"))
    bot.event(said("And for cause?", channel=GENERAL, ts="1700000009.000100", thread_ts="1700000001.000100"))

    assert [row.text for row in bot.rows] == ["What is the notice period?", "And for cause?"]


def test_a_question_in_the_thread_of_a_dropped_file_needs_no_mention(bot: Bot) -> None:
    bot.event(shared("", "F1", channel=GENERAL))
    bot.event(said("Who signed?", channel=GENERAL, ts="1700000009.000100", thread_ts="1700000001.000100"))

    assert [(row.kind, row.text) for row in bot.rows] == [("file", ""), ("question", "Who signed?")]


def test_what_people_say_to_each_other_is_not_recorded(bot: Bot) -> None:
    bot.event(mentioned(f"<@{BOT}> What is the notice period?"))
    bot.event(said(f"<@{ADA}> is that so?", channel=GENERAL, ts="1700000008.000100", thread_ts="1700000001.000100"))
    bot.event(said("Lunch?", channel=GENERAL, ts="1700000009.000100"))
    bot.event(said("Yes", channel=GENERAL, ts="1700000010.000100", thread_ts="1700000009.000100"))

    assert len(bot.rows) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"bot_id": "B0OTHER001"},
        {"user": BOT},
        {"user": "USLACKBOT"},
        {"user": None},
        {"subtype": "thread_broadcast", "thread_ts": "1700000000.000100"},
        {"subtype": "bot_message", "bot_id": "B0OTHER001", "user": None},
        {"subtype": "channel_join"},
        {"subtype": "message_replied"},
    ],
)
def test_bots_and_notices_are_acknowledged_and_ignored(bot: Bot, changes: dict[str, str]) -> None:
    response = bot.event(said(f"<@{BOT}> What is the notice period?") | changes)

    assert response.status == 200
    assert bot.rows == []


def test_an_empty_mention_is_still_answered(bot: Bot) -> None:
    bot.event(mentioned(f"<@{BOT}>"))

    assert [(row.kind, row.text) for row in bot.rows] == [("question", "")]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (f"<@{BOT}|teller>, what about AT&amp;T?", "what about AT&T?"),
        (f"Tell me, <@{BOT}>: is 3 &lt; 4?", "Tell me, is 3 < 4?"),
        ("See <https://acme.test/a|acme.test> and <https://b.test>", "See acme.test and https://b.test"),
        ("As in <#C0LEGAL001|legal>", "As in #legal"),
        ("Write to <mailto:a@b.test|a@b.test>", "Write to a@b.test"),
    ],
)
def test_markup_is_read_as_people_see_it(bot: Bot, typed: str, read: str) -> None:
    bot.event(said(typed))

    assert bot.rows[0].text == read


def test_a_question_far_too_long_is_refused_in_its_thread_with_what_to_do(bot: Bot) -> None:
    response = bot.event(said("word " * 4000))

    (row,) = bot.rows
    assert response.status == 200
    assert (row.state, row.detail, len(row.text)) == ("ready", {"cut_from": 19_999}, MAX_CHARACTERS)
    assert row.reply is not None
    assert row.reply["text"] == TOO_LONG
    assert bot.queued == []


def test_an_edit_changes_the_question_while_it_waits(bot: Bot) -> None:
    bot.event(said("When does it start?"))

    bot.event(changed("When does it end?", before="When does it start?"))

    assert [row.text for row in bot.rows] == ["When does it end?"]


def test_an_edit_after_work_began_has_the_question_answered_afresh(bot: Bot) -> None:
    bot.event(said("When does it start?"))
    claim = bot.ledger.claim(bot.rows[0].id)
    assert claim

    bot.event(changed("When does it end?", before="When does it start?"))

    (row,) = bot.rows
    assert (row.text, row.state) == ("When does it end?", "queued")
    assert not bot.ledger.stands(claim)
    assert bot.queued == [(row.id, "question")] * 2


def test_a_mention_that_comes_with_an_edit_is_heard(bot: Bot) -> None:
    bot.event(said("what is the fee?", channel=GENERAL))
    assert bot.rows == []

    edit = changed(f"<@{BOT}> what is the fee?", before="what is the fee?", channel=GENERAL, channel_type="channel")
    bot.event({**edit, "channel": GENERAL, "channel_type": "channel"})

    assert [row.text for row in bot.rows] == ["what is the fee?"]


def test_a_link_that_unfolds_changes_nothing(bot: Bot) -> None:
    bot.event(said("See <https://a.test>"))

    bot.event(changed("See <https://a.test>", before="See <https://a.test>"))

    assert [row.text for row in bot.rows] == ["See https://a.test"]


@pytest.mark.parametrize("how", ["deleted", "tombstone"])
def test_a_deleted_question_is_taken_back(bot: Bot, how: str) -> None:
    bot.event(said("When does it end?"))
    deleted = {
        "type": "message", "subtype": "message_deleted", "hidden": True, "channel": DIRECT, "channel_type": "im",
        "ts": "1700000003.000200", "deleted_ts": "1700000001.000100", "previous_message": said("When does it end?"),
    }  # fmt: skip
    tombstone = changed("This message was deleted.", before="When does it end?", subtype="tombstone", user="USLACKBOT")

    bot.event(deleted if how == "deleted" else tombstone)

    assert [row.state for row in bot.rows] == ["cancelled"]


def test_the_stop_button_ends_the_question_of_its_thread(bot: Bot) -> None:
    bot.event(said("When does it end?"))

    bot.event({
        "type": "agent_session_stopped", "channel": DIRECT, "thread_ts": "1700000001.000100", "user": BEN,
        "streaming_message_ts": [], "event_ts": "1700000002.000100",
    })  # fmt: skip

    (row,) = bot.rows
    assert bot.ledger.claim(row.id) is None


def changed(text: str, *, before: str, **message: str) -> dict[str, object]:
    return {
        "type": "message", "subtype": "message_changed", "hidden": True, "channel": DIRECT, "channel_type": "im",
        "ts": "1700000002.000200", "event_ts": "1700000002.000200",
        "message": {**said(text), "edited": {"user": BEN, "ts": "1700000002.000000"}, **message},
        "previous_message": said(before),
    }  # fmt: skip
