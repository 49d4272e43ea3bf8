"""`/docs` lists what a channel holds, and takes a document out of it for those who may."""

import pytest

from bot.membership import ADMINS_ONLY
from knowledge.documents.places import Places
from knowledge.documents.tables import document
from tests.bot.small_slack import ADA, BEN, DIRECT, GENERAL, Bot

LEASE, LOAN = "a" * 64, "b" * 64


@pytest.fixture
def places(bot: Bot) -> Places:
    with bot.ledger.engine.begin() as connection:
        for id_ in (LEASE, LOAN):
            connection.execute(document.insert().values(id=id_, kept_at=0.0))
    places = Places(bot.ledger.engine)
    places.place(LEASE, GENERAL, file_id="F1", user=ADA, name="Lease of the branch.pdf")
    places.place(LOAN, GENERAL, file_id="F2", user=BEN, name="Loan of the branch.pdf")
    places.place(LOAN, BEN, file_id="F3", user=BEN, name="Loan, mine.pdf")
    return places


def test_what_was_read_for_a_channel_is_listed(bot: Bot, places: Places) -> None:
    here, mine = bot.command("/docs", user=BEN).body, bot.command("/docs", user=BEN, channel=DIRECT).body

    assert "Lease of the branch.pdf" in here
    assert f"<@{ADA}>" in here
    assert "mine" not in here
    assert "Loan, mine.pdf" in mine
    assert "Lease" not in mine
    assert "Loan" not in bot.command("/docs", "lease", user=BEN).body


def test_who_shared_a_document_takes_it_out_of_the_channel(bot: Bot, places: Places) -> None:
    assert "taken out" in bot.command("/docs", "delete loan", user=BEN).body

    (row,) = bot.rows
    assert (row.kind, row.detail) == ("removal", {"of": LOAN, "place": GENERAL})
    assert bot.queued == [(row.id, "removal")]


def test_an_admin_takes_out_what_others_shared(bot: Bot, places: Places) -> None:
    assert "taken out" in bot.command("/docs", "delete Loan of the branch.pdf", user=ADA).body
    assert len(bot.rows) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("delete lease", ADMINS_ONLY),
        ("delete branch", "whole name"),
        ("delete nothing", "no document"),
        ("delete", "/docs delete"),
    ],
)
def test_what_may_not_or_cannot_be_taken_out_is_said(bot: Bot, places: Places, words: str, said: str) -> None:
    assert said in bot.command("/docs", words, user=BEN).body
    assert bot.rows == []


def test_a_guest_is_told_nothing_of_what_is_there(bot: Bot, places: Places) -> None:
    bot.slack.answers["users.info"] = {"user": {"id": BEN, "is_restricted": True}}

    assert "Lease" not in bot.command("/docs", user=BEN).body


def test_a_document_goes_when_no_place_is_left(places: Places) -> None:
    assert places.take_out(LOAN, GENERAL) == ()
    assert places.take_out(LOAN, BEN) == (LOAN,)
    assert [each.name for each in places.listed(GENERAL)] == ["Lease of the branch.pdf"]
