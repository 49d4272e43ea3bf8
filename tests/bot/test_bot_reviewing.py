"""Admins find on their home page what waits for a review, and decide there, once."""

import json
from typing import Any

import pytest

from bot.membership import ADMINS_ONLY
from bot.review_page import MOST
from bot.reviewing import NOT_STALE, RUNNING
from bot.workspace.limits import check_blocks
from knowledge.database.review import REJECTED, RETIRED, VERIFIED, WAITING, Review, verified_query
from tests.bot.small_slack import ADA, BEN, DIRECT, GENERAL, TEAM, Bot, said

EVA = "U0EVA00001"
SQL = "SELECT city, SUM(balance) FROM account WHERE name <> '<!channel>' GROUP BY city"


@pytest.fixture
def review(bot: Bot) -> Review:
    people = {ADA: True, EVA: True, BEN: False}
    bot.slack.answers["users.info"] = lambda values: {
        "user": {"id": values["user"], "is_admin": people[values["user"]]}
    }
    return Review(bot.ledger.engine)


def propose(review: Review, question: str = "Deposits by city?", *, author: str = BEN, **more: str) -> int:
    meant = {"tables": ["account"], "fingerprint": "as it was"}
    return review.propose(question, SQL, author=author, reason="filter: only open ones", **meant, **more)


def stale(review: Review) -> int:
    number = propose(review)
    review.approve(number, reviewer=ADA)
    review.change(verified_query.c.number == number, stale_at=1_800_000_000.0)
    return number


def home(bot: Bot, user: str = ADA) -> list[dict[str, Any]]:
    event = {"type": "app_home_opened", "user": user, "channel": DIRECT, "tab": "home", "event_ts": "1700000001.000100"}
    bot.event(event)
    return shown(bot)


def shown(bot: Bot) -> list[dict[str, Any]]:
    published = bot.slack.asked("views.publish")[-1]["view"]
    blocks: list[dict[str, Any]] = (json.loads(published) if isinstance(published, str) else published)["blocks"]
    check_blocks(blocks, most=100)
    return blocks


def buttons(blocks: list[dict[str, Any]]) -> list[str]:
    rows = [block["elements"] for block in blocks if block["type"] == "actions"]
    return [f"{each['text']['text']} {each['value']}" for row in rows for each in row]


def press(bot: Bot, verb: str, number: int, *, user: str = ADA) -> None:
    action = {"type": "button", "action_id": f"review_{verb}", "block_id": "b", "value": str(number)}
    assert bot.press_at_home(action, user=user).status == 200


def window(bot: Bot) -> str:
    opened = bot.slack.asked("views.open")[-1]["view"]
    return opened if isinstance(opened, str) else json.dumps(opened)


def state(review: Review, number: int) -> tuple[str, str]:
    pair = review.get(number)
    assert pair
    return pair.state, pair.reviewer


def test_an_admin_sees_what_waits_who_corrected_it_and_why(bot: Bot, review: Review) -> None:
    number = propose(review, "Deposits of <!channel> by city?")

    blocks = home(bot)

    text = json.dumps([block for block in blocks if block["type"] != "rich_text"], ensure_ascii=False)
    assert "Deposits of &lt;!channel&gt; by city?" in text
    assert f"Corrected by <@{BEN}>, just now  ·  It counts too much or too little: only open ones" in text
    assert SQL in json.dumps(blocks)
    assert buttons(blocks) == [f"Approve {number}", f"Reject {number}", f"Show {number}"]


def test_nobody_else_sees_it(bot: Bot, review: Review) -> None:
    propose(review)

    assert "Waiting for review" not in json.dumps(home(bot, BEN))


def test_an_author_is_told_that_another_admin_decides(bot: Bot, review: Review) -> None:
    number = propose(review, author=ADA)

    assert buttons(home(bot)) == [f"Show {number}"]
    press(bot, "approve", number)

    assert "someone other than its author" in window(bot)
    assert state(review, number) == (WAITING, "")


@pytest.mark.parametrize(("verb", "becomes"), [("approve", VERIFIED), ("reject", REJECTED)])
def test_a_decision_counts_once_and_the_page_shows_it_at_once(
    bot: Bot, review: Review, verb: str, becomes: str
) -> None:
    number = propose(review)

    press(bot, verb, number)
    press(bot, verb, number, user=EVA)

    assert state(review, number) == (becomes, ADA)
    assert f"{becomes} by <@{ADA}> on 20" in window(bot)
    assert f"Approve {number}" not in buttons(shown(bot))


def test_who_corrected_is_told_in_the_thread_of_their_question(bot: Bot, review: Review) -> None:
    bot.event(said("<@U0TELLER01> Deposits by city?", channel=GENERAL))
    (asked,) = bot.rows
    number = propose(review, request=asked.id)

    press(bot, "approve", number)

    told = bot.rows[1]
    assert (told.kind, told.user, told.channel, told.thread_ts) == ("approval", ADA, GENERAL, asked.message_ts)
    assert told.detail == {"of": asked.id, "pair": number, "state": VERIFIED}


@pytest.mark.parametrize("verb", ["approve", "reject", "retire", "renew", "show"])
def test_who_is_no_admin_decides_nothing(bot: Bot, review: Review, verb: str) -> None:
    number = propose(review)

    press(bot, verb, number, user=BEN)

    assert state(review, number) == (WAITING, "")
    assert ADMINS_ONLY in window(bot)
    assert not bot.slack.asked("views.publish")


def test_what_is_verified_says_who_and_when_and_is_retired_once(bot: Bot, review: Review) -> None:
    number = propose(review)
    approved = review.approve(number, reviewer=EVA)

    blocks = home(bot)
    assert f"Approved by <@{EVA}> on {approved.reviewed_on}, corrected by <@{BEN}>" in json.dumps(blocks)
    assert buttons(blocks) == [f"Retire {number}", f"Show {number}"]
    press(bot, "retire", number)
    press(bot, "retire", number, user=EVA)

    assert state(review, number) == (RETIRED, ADA)
    assert f"retired by <@{ADA}>" in window(bot)


def test_what_has_gone_stale_says_so_and_is_run_before_it_counts_again(bot: Bot, review: Review) -> None:
    number = stale(review)

    blocks = home(bot)
    assert "have changed since it was approved (noticed on 2027-01-15)" in json.dumps(blocks)
    assert buttons(blocks) == [f"Approve again {number}", f"Retire {number}", f"Show {number}"]
    press(bot, "renew", number)

    (row,) = bot.rows
    assert (row.kind, row.team, row.channel, row.user) == ("renewal", TEAM, ADA, ADA)
    assert (row.detail, row.reply_thread) == ({"pair": number}, "")
    assert bot.queued == [(row.id, "renewal")]
    assert RUNNING in window(bot)


def test_nothing_is_run_for_what_is_not_stale(bot: Bot, review: Review) -> None:
    number = propose(review)
    review.approve(number, reviewer=ADA)

    press(bot, "renew", number)

    assert not bot.rows
    assert NOT_STALE in window(bot)


def test_all_of_a_query_is_shown_to_an_admin(bot: Bot, review: Review) -> None:
    long = " ".join(["SELECT", *(f"c{n}," for n in range(300)), "c300 FROM account"])
    number = review.propose("All?", long, tables=["account"], fingerprint="f", author=BEN, reason="other: <!here>")

    press(bot, "show", number)

    assert "c300 FROM account" in window(bot)
    assert "<!here>" not in window(bot)


def test_the_page_holds_no_more_than_slack_takes(bot: Bot, review: Review) -> None:
    numbers = [propose(review, f"Question {n} {'long ' * 200}?", author=ADA) for n in range(2 * MOST[WAITING] + 3)]
    for number in numbers[: MOST[VERIFIED] + 1]:
        review.approve(number, reviewer=EVA)
        review.change(verified_query.c.number == number, stale_at=1.0)

    blocks = home(bot)

    assert len(blocks) <= 100
    text = json.dumps(blocks)
    assert "and 1 more" in text
    assert "and 2 more" in text
    newest = [pair.number for pair in review.newest(WAITING, limit=1)]
    assert newest == [numbers[-1]]


def test_a_button_of_a_page_long_gone_says_so(bot: Bot, review: Review) -> None:
    press(bot, "approve", 12345)

    assert "not there any more" in window(bot)
