import pytest

from bot.commands import HELP, NOT_NOTED, REHEARSING, REINDEX_USAGE, STARTED
from bot.membership import ADMINS_ONLY
from tests.bot.small_slack import ADA, BEN, GENERAL, Bot, refusing_writes


def test_an_admin_starts_a_rebuild_that_is_reported_in_the_channel(bot: Bot) -> None:
    response = bot.command("/reindex", user=ADA)

    (row,) = bot.rows
    assert (response.status, response.body) == (200, STARTED)
    assert (row.kind, row.channel, row.user, row.reply_thread) == ("reindex", GENERAL, ADA, "")
    assert bot.queued == [(row.id, "reindex")]


def test_what_a_rebuild_would_come_to_is_asked_for_first(bot: Bot) -> None:
    response = bot.command("/reindex", " Plan ", user=ADA)

    (row,) = bot.rows
    assert response.body == REHEARSING
    assert row.detail == {"rehearsal": True}


def test_an_unknown_wish_rebuilds_nothing(bot: Bot) -> None:
    assert bot.command("/reindex", "everything twice", user=ADA).body == REINDEX_USAGE
    assert bot.rows == []


def test_a_second_rebuild_is_a_row_of_its_own(bot: Bot) -> None:
    bot.command("/reindex", user=ADA)
    bot.command("/reindex", user=ADA)

    assert len(bot.rows) == 2


def test_where_teller_cannot_write_the_admin_is_told_directly(bot: Bot) -> None:
    bot.slack.answers["conversations.info"] = {"error": "channel_not_found"}

    bot.command("/reindex", user=ADA)

    assert (bot.rows[0].channel, bot.rows[0].channel_type) == (ADA, "im")


@pytest.mark.parametrize("person", [{"is_admin": False}, {"is_restricted": True}, {"is_admin": True, "deleted": True}])
def test_who_is_no_admin_is_refused_clearly(bot: Bot, person: dict[str, bool]) -> None:
    bot.slack.answers["users.info"] = {"user": {"id": BEN, **person}}

    response = bot.command("/reindex", user=BEN)

    assert response.status == 200
    assert ADMINS_ONLY in response.body
    assert bot.rows == []


def test_when_slack_does_not_say_who_somebody_is_nothing_starts(bot: Bot) -> None:
    bot.slack.answers["users.info"] = {"error": "internal_error"}

    response = bot.command("/reindex", user=ADA)

    assert "Please try again" in response.body
    assert bot.rows == []


def test_a_rebuild_that_cannot_be_noted_says_so(bot: Bot) -> None:
    with refusing_writes(bot.ledger):
        response = bot.command("/reindex", user=ADA)

    assert (response.status, response.body) == (200, NOT_NOTED)


def test_help_is_for_everyone(bot: Bot) -> None:
    assert bot.command("/teller").body == bot.command("/teller", "help").body == HELP


def test_the_status_counts_what_waits(bot: Bot) -> None:
    bot.command("/reindex", user=ADA)

    assert "1 waiting" in bot.command("/teller", " Status ").body
