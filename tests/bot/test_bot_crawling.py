"""Admins have sites read, once or every so often, see what is read, stop it and take it up again."""

import pytest

from bot.membership import ADMINS_ONLY
from tests.bot.small_slack import ADA, BEN, GENERAL, Bot, refusing_writes
from workers.janitor import Janitor

SITE = "https://www.example.com/a"


def crawl(bot: Bot, text: str) -> str:
    return str(bot.command("/crawl", text, user=ADA).body)


def finish(bot: Bot) -> None:
    row = bot.rows[-1]
    claim = bot.ledger.claim(row.id)
    assert claim
    bot.ledger.ready(claim, {"type": "crawled", "text": "I have read it.", "words": "3 pages read: 3 new"})
    delivery = bot.ledger.deliveries.claim(row.id)
    assert delivery
    bot.ledger.deliveries.delivered(delivery)


def test_an_admin_has_a_site_read_and_nobody_else_does(bot: Bot) -> None:
    said = crawl(bot, f"<{SITE}> 3")

    (row,) = bot.rows
    assert "www.example.com" in said
    assert (row.kind, row.channel, row.detail["url"], row.detail["depth"]) == ("crawl", GENERAL, SITE, 3)
    assert bot.queued == [(row.id, "crawl")]

    bot.slack.answers["users.info"] = {"user": {"id": BEN, "is_admin": False}}
    for text in ("https://www.example.com/", "list", f"stop {SITE}", f"forget {SITE}"):
        assert ADMINS_ONLY in bot.command("/crawl", text, user=BEN).body
    assert len(bot.rows) == 1


@pytest.mark.parametrize(
    "text",
    ["", "www.example.com", "file:///etc/passwd", "https://a.example b", "https://a.example 1 2", "https://a.example 7",
     "https://a.example every blue moon", "https://a.example every 0 days", "https://a.example every 99 weeks",
     "stop", "stop https://a.example 2", "lists"],
)  # fmt: skip
def test_a_crawl_of_nothing_is_explained(bot: Bot, text: str) -> None:
    said = crawl(bot, text)

    assert "/crawl https://" in said or "The depth is a number" in said or "I come back" in said
    assert bot.rows == []


@pytest.mark.parametrize(
    ("text", "often"),
    [("2 every day", "every day"), ("every 12 hours", "every 12 hours"), ("1 EVERY 2 weeks", "every 2 weeks"),
     ("every 24 hours", "every day")],
)  # fmt: skip
def test_a_site_is_read_every_so_often(bot: Bot, text: str, often: str) -> None:
    said = crawl(bot, f"{SITE}?utm_source=mail {text}")

    assert f"Then I read it {often}" in said
    assert "being read since" in crawl(bot, "list")
    finish(bot)
    listed = crawl(bot, "list")
    assert f"{SITE}: " in listed
    assert f"{often}; read 20" in listed
    assert "3 pages read: 3 new; next 20" in listed


def test_what_is_read_already_is_not_read_twice_and_keeps_how_often(bot: Bot) -> None:
    crawl(bot, f"{SITE} every week")

    assert "already" in crawl(bot, SITE)

    assert len(bot.rows) == 1
    finish(bot)
    assert "every week" in crawl(bot, SITE)
    assert len(bot.rows) == 2


def test_a_site_is_read_no_more_until_it_is_taken_up_again(bot: Bot) -> None:
    crawl(bot, f"{SITE} every day")
    finish(bot)

    said = crawl(bot, f"stop {SITE}")

    assert f"/crawl forget {SITE}" in said
    assert f"/crawl resume {SITE}" in said
    assert crawl(bot, "list").endswith("stopped")
    assert len(bot.rows) == 1

    crawl(bot, f"forget {SITE}")
    assert bot.rows[-1].detail["forget"] == SITE
    assert "Reading" in crawl(bot, f"resume {SITE}")
    assert len(bot.rows) == 3
    assert "stopped" not in crawl(bot, "list")
    assert "do not read" in crawl(bot, "stop https://other.example.com/")


def test_another_channel_lists_nothing_of_it(bot: Bot) -> None:
    crawl(bot, SITE)
    bot.slack.answers["conversations.info"] = {"error": "channel_not_found"}

    assert "no site for this channel" in crawl(bot, "list")


def test_a_crawl_that_cannot_be_noted_says_so_and_one_that_was_only_noted_is_begun_by_the_janitor(bot: Bot) -> None:
    with refusing_writes(bot.ledger):
        assert "nothing was done" in crawl(bot, SITE)
    crawl(bot, SITE)
    finish(bot)
    now = bot.ledger.clock()
    bot.ledger.clock = lambda: now + 86_400 * 7
    Janitor(bot.ledger, None, lambda _task, _id: True).round()  # type: ignore[arg-type]

    assert len(bot.rows) == 1  # It was to be read once.
