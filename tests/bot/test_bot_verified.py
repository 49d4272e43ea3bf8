"""`teller verified` lists corrected queries and decides about them, in the name of an admin."""

import json

import pytest

from bot.cli import main
from bot.cli_ask import as_text
from bot.cli_people import name_of
from bot.membership import ADMINS_ONLY
from knowledge.database.review import VERIFIED, Review
from knowledge.tables import connect
from knowledge.types import Answer
from tests.bot.small_slack import ADA, BEN
from workers.settings import Settings
from workers.state import upgrade


@pytest.fixture
def teller(settings, monkeypatch, capsys):
    """Return a function that runs the command and returns its status and what it printed."""
    for name in ("slack_bot_token", "slack_api_url", "state_url", "data_dir", "slack_signing_secret"):
        monkeypatch.setenv(name.upper(), getattr(settings, name))
    monkeypatch.chdir(settings.data_dir)

    def teller(*arguments):
        status = main(["verified", *arguments, "--json"])
        return status, json.loads(capsys.readouterr().out)

    return teller


@pytest.fixture
def number(settings):
    (settings.data / "teller.db").unlink()
    upgrade(settings.state)
    engine = connect(settings.state)
    meant = {"tables": ["account"], "fingerprint": "f", "author": BEN}
    yield Review(engine).propose("Deposits by city?", "SELECT 1", **meant)
    engine.dispose()


def test_a_waiting_query_is_approved_and_retired_by_an_admin(teller, number):
    assert [each["number"] for each in teller("list", "--state", "waiting")[1]["queries"]] == [number]

    status, approved = teller("approve", str(number), "--as", ADA)

    assert (status, approved["state"], approved["reviewer"]) == (0, VERIFIED, ADA)
    assert teller("list")[1]["queries"] == [approved]
    assert teller("approve", str(number), "--as", ADA)[0] == 1, "once"
    assert teller("retire", str(number), "--as", ADA)[1]["state"] == "retired"
    assert teller("list")[1]["queries"] == []


@pytest.mark.parametrize("person", [BEN, "U0NOBODY01"])
def test_who_is_no_admin_decides_nothing(teller, number, slack, person):
    known = slack.answers["users.info"]
    slack.answers["users.info"] = lambda values: known(values) if values["user"] == BEN else {"error": "user_not_found"}

    status, said = teller("approve", str(number), "--as", person)

    assert (status, said["error"]) == (1, ADMINS_ONLY)
    assert teller("list")[1]["queries"][0]["state"] == "waiting"


def test_a_terminal_says_who_verified_an_answer_by_name(settings, slack):
    slack.answers["users.info"] = {"user": {"id": ADA, "real_name": "Ada Lund"}}
    answer = Answer("7.", route="data", verified=ADA, verified_on="2026-11-22")

    assert "Verified by Ada Lund on 2026-11-22." in as_text(answer, reviewer=name_of(settings, ADA))
    assert f"Verified by {ADA} on 2026-11-22." in as_text(answer, reviewer=name_of(Settings(), ADA))


def test_a_terminal_says_that_a_verified_query_has_gone_stale():
    assert "approved on 2026-11-20; but" in as_text(Answer("7.", route="data", outdated="2026-11-20"))
