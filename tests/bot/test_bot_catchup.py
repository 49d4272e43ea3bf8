import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from bot.app import slack_client
from bot.catchup import LONGEST, MARGIN, CatchUp, Gaps
from bot.desk import Desk
from knowledge.errors import TransientError
from tests.bot.small_slack import BOT, DIRECT, GENERAL, HANG_UP, TEAM, Bot, refusing_writes, said
from workers.hearing import last_heard
from workers.settings import Settings

NOW = 1_700_010_000.0


class Clock:
    now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def catch_up(bot: Bot, settings: Settings) -> CatchUp:
    return CatchUp(Desk(bot.ledger, bot.enqueue, slack_client(settings)), Gaps(clock=Clock()))


def at(seconds: float) -> str:
    """Return the ts of a message so many seconds from now."""
    return f"{NOW + seconds:.6f}"


def holding(bot: Bot, conversations: dict[str, list[dict[str, Any]]]) -> None:
    """Have Slack hold these messages, newest first as it gives them, two on a page."""

    def history(values: dict[str, str]) -> dict[str, Any]:
        found = [each for each in conversations.get(values["channel"], []) if "thread_ts" not in each]
        return page(found, values)

    def replies(values: dict[str, str]) -> dict[str, Any]:
        place = conversations.get(values["channel"], [])
        return page([each for each in place if values["ts"] in (each["ts"], each.get("thread_ts"))], values)

    def page(found: list[dict[str, Any]], values: dict[str, str]) -> dict[str, Any]:
        found = sorted((each for each in found if each["ts"] > values["oldest"]), key=lambda each: -float(each["ts"]))
        first = int(values.get("cursor", "0"))
        following = {"next_cursor": str(first + 2) if len(found) > first + 2 else ""}
        return {"messages": found[first : first + 2], "response_metadata": following}

    bot.slack.answers |= {"conversations.history": history, "conversations.replies": replies}


def test_what_was_asked_meanwhile_is_recorded_in_order_and_chatter_is_not(bot: Bot, catch_up: CatchUp) -> None:
    holding(bot, {
        GENERAL: [
            said(f"<@{BOT}> first?", channel=GENERAL, ts=at(-90)),
            said("lunch?", channel=GENERAL, ts=at(-80)),
            said("I am a bot", channel=GENERAL, ts=at(-70), bot_id="B1"),
            said(f"<@{BOT}> third?", channel=GENERAL, ts=at(-30)),
        ],
        DIRECT: [said("second?", ts=at(-60))],
    })  # fmt: skip

    catch_up.run(NOW - 100)

    assert [row.text for row in bot.rows] == ["first?", "second?", "third?"]
    assert [row.channel_type for row in bot.rows] == ["channel", "im", "channel"]
    assert len(bot.queued) == 3


def test_what_is_in_the_ledger_already_is_not_asked_again(bot: Bot, catch_up: CatchUp) -> None:
    message = said("When?", ts=at(-60))
    bot.event(message)
    holding(bot, {DIRECT: [message]})

    catch_up.run(NOW - 100)
    catch_up.run(NOW - 100)

    assert len(bot.rows) == len(bot.queued) == 1


def test_replies_are_found_in_old_threads_of_teller_and_in_new_ones(bot: Bot, catch_up: CatchUp) -> None:
    old = said(f"<@{BOT}> long ago?", channel=GENERAL, ts=at(-5000))
    bot.event(old)
    new = said(f"<@{BOT}> just now?", channel=GENERAL, ts=at(-90), reply_count=1)
    holding(bot, {
        GENERAL: [
            old, new,
            said("in the old one?", channel=GENERAL, ts=at(-50), thread_ts=old["ts"]),
            said("before", channel=GENERAL, ts=at(-4000), thread_ts=old["ts"]),
            said("in the new one?", channel=GENERAL, ts=at(-40), thread_ts=new["ts"]),
        ]
    })  # fmt: skip

    catch_up.run(NOW - 100)

    assert [row.text for row in bot.rows] == ["long ago?", "just now?", "in the old one?", "in the new one?"]


def test_it_looks_a_little_further_back_but_never_further_than_a_day(bot: Bot, catch_up: CatchUp) -> None:
    catch_up.run(NOW - 100)
    catch_up.run(NOW - 1_000_000)

    oldest = [float(values["oldest"]) for values in bot.slack.asked("conversations.history")]
    assert oldest == [NOW - 100 - MARGIN] * 2 + [NOW - LONGEST] * 2


def test_a_conversation_that_teller_may_not_read_holds_up_no_other(bot: Bot, catch_up: CatchUp) -> None:
    holding(bot, {DIRECT: [said("When?", ts=at(-60))]})
    history = bot.slack.answers["conversations.history"]
    bot.slack.answers["conversations.history"] = lambda values: (
        {"error": "not_in_channel"} if values["channel"] == GENERAL else history(values)
    )

    catch_up.run(NOW - 100)

    assert [row.text for row in bot.rows] == ["When?"]


@pytest.fixture
def kept_up(catch_up: CatchUp) -> Iterator[CatchUp]:
    stopped = threading.Event()
    thread = threading.Thread(target=catch_up.keep_up, args=(stopped,), kwargs={"soon": 0.01, "later": 0.05})
    thread.start()
    yield catch_up
    stopped.set()
    thread.join()


@pytest.mark.parametrize("fault", ["database", "Slack", "limit"])
def test_a_gap_that_cannot_be_closed_yet_is_tried_again(bot: Bot, kept_up: CatchUp, fault: str) -> None:
    holding(bot, {DIRECT: [said("When?", ts=at(-60))]})
    if fault == "database":
        with refusing_writes(bot.ledger):
            kept_up.gaps.note(NOW - 100)
            wait_for(lambda: len(bot.slack.asked("auth.test")) > 2)
            assert bot.rows == []
    else:
        listing = bot.slack.answers["users.conversations"]
        bot.slack.answers["users.conversations"] = HANG_UP if fault == "Slack" else {"error": "fatal_error"}
        kept_up.gaps.note(NOW - 100)
        wait_for(lambda: len(bot.slack.asked("users.conversations")) > 1)
        bot.slack.answers["users.conversations"] = listing

    wait_for(lambda: bot.rows)
    assert [row.text for row in bot.rows] == ["When?"]


def test_a_database_that_refuses_stops_the_run_with_the_gap_open(bot: Bot, catch_up: CatchUp) -> None:
    holding(bot, {DIRECT: [said("When?", ts=at(-60))]})

    with refusing_writes(bot.ledger), pytest.raises(TransientError):
        catch_up.run(NOW - 100)


def test_of_several_gaps_the_earliest_counts_once() -> None:
    gaps = Gaps(clock=Clock())

    gaps.note()
    gaps.note(NOW - 50)
    gaps.note(NOW - 20)

    assert (gaps.take(), gaps.take()) == (NOW - 50, None)


def test_the_newest_message_tells_when_teller_last_heard(bot: Bot) -> None:
    assert last_heard(bot.ledger) == 0.0

    bot.event(said("Older", ts="1700000001.000100"))
    bot.event(said("Newer", ts="1700000009.000100"))
    bot.command("/reindex")
    bot.ledger.receive(
        kind="question", team=TEAM, channel="cli", channel_type="cli", message_ts="1800000000.000100", user="U"
    )

    assert last_heard(bot.ledger) == pytest.approx(1_700_000_009.0001)


def wait_for(found: Any, seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < deadline
        time.sleep(0.01)
