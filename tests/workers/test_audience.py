"""Who may see what: a reply rests only on what everyone who can read it may see."""

import pytest

from tests.workers.asking import request
from workers.audience import audience_from_shell, audience_of, audience_words, places_of_upload
from workers.slack import Slack

BEN, LENA, GUS, BOT = "U0BEN00001", "U0LENA0001", "U0GUS00001", "U0TELLER01"
GENERAL, LEGAL, RETAIL, DM = "C0GENERAL1", "C0LEGAL001", "C0RETAIL01", "D0BEN00001"


@pytest.fixture
def bank(fake_slack):
    fake_slack.users |= {BEN: {}, LENA: {}, GUS: {"is_restricted": True}}
    fake_slack.members |= {
        GENERAL: [BEN, LENA, BOT], LEGAL: [LENA, BOT], RETAIL: [BEN, GUS, BOT],
        DM: [BEN, BOT], "D0GUS00001": [GUS, BOT],
    }  # fmt: skip
    return fake_slack


def places(slack, **values):
    return audience_of(request(**values), slack).places


def test_in_a_channel_the_public_and_that_channel_s_documents_are_used(bank, slack):
    assert places(slack, channel=GENERAL, user=BEN) == {"public", GENERAL}


def test_in_a_private_channel_as_well(bank, slack):
    assert places(slack, channel=LEGAL, channel_type="group", user=LENA) == {"public", LEGAL}


def test_in_a_direct_message_those_of_all_the_asker_s_channels_and_the_asker_s_own(bank, slack):
    assert places(slack, channel=DM, channel_type="im", user=BEN) == {"public", BEN, GENERAL, RETAIL}


def test_a_channel_with_a_guest_in_it_gets_public_documents_only(bank, slack):
    assert places(slack, channel=RETAIL, user=BEN) == {"public"}


def test_a_guest_gets_public_documents_only_even_in_private(bank, slack):
    assert places(slack, channel="D0GUS00001", channel_type="im", user=GUS) == {"public"}
    assert places(slack, channel=RETAIL, user=GUS) == {"public"}


@pytest.mark.parametrize("flag", ["is_ultra_restricted", "is_stranger", "is_restricted"])
def test_every_kind_of_guest_is_one(bank, slack, flag):
    bank.users[BEN] = {flag: True}

    assert places(slack, channel=DM, channel_type="im", user=BEN) == {"public"}


def test_somebody_of_another_workspace_is_a_guest(bank, slack):
    bank.users[BEN] = {"team_id": "T0OTHER"}

    assert places(slack, channel=DM, channel_type="im", user=BEN) == {"public"}


@pytest.mark.parametrize("flag", ["is_shared", "is_ext_shared", "is_pending_ext_shared"])
def test_a_shared_channel_gets_public_documents_only(bank, slack, flag):
    bank.channels[GENERAL] = {flag: True}

    assert places(slack, channel=GENERAL, user=BEN) == {"public"}


def test_whoever_is_not_in_the_channel_learns_nothing_of_it(bank, slack):
    assert places(slack, channel=LEGAL, channel_type="group", user=BEN) == {"public"}


def test_a_direct_message_that_others_read_is_none(bank, slack):
    bank.members[DM].append(LENA)

    assert places(slack, channel=DM, channel_type="im", user=BEN) == {"public"}


def test_an_asker_whom_slack_does_not_know_gets_public_documents_only(bank, slack):
    assert places(slack, channel=GENERAL, user="U0NOBODY") == {"public"}
    assert places(slack, channel=GENERAL, user="") == {"public"}


def test_a_member_whom_slack_does_not_know_counts_as_a_guest(bank, slack):
    bank.members[GENERAL].append("U0NOBODY")

    assert places(slack, channel=GENERAL, user=BEN) == {"public"}


def test_a_channel_that_slack_does_not_know_gets_public_documents_only(bank, slack):
    assert places(slack, channel="C0NOWHERE", user=BEN) == {"public"}


@pytest.mark.parametrize("method", ["users.info", "conversations.members", "conversations.info", "users.conversations"])
@pytest.mark.parametrize("fault", ["429", "500", "slow", "missing_scope"])
def test_whatever_slack_does_not_tell_narrows_the_answer(bank, slack, method, fault):
    bank.fails(method, *[fault] * 5)
    channel, kind = (DM, "im") if method == "users.conversations" else (GENERAL, "channel")

    assert places(slack, channel=channel, channel_type=kind, user=BEN) == {"public"}


def test_a_type_of_channel_that_is_not_known_gets_public_documents_only(bank, slack):
    assert places(slack, channel=GENERAL, channel_type="huddle", user=BEN) == {"public"}


def test_a_big_channel_is_checked_for_guests_by_one_list(bank, slack):
    crowd = [f"U{number:09}" for number in range(200)]
    bank.users |= {user: {} for user in crowd}
    bank.members[GENERAL] += crowd

    assert places(slack, channel=GENERAL, user=BEN) == {"public", GENERAL}
    assert len(bank.called("users.info")) == 1
    assert len(bank.called("users.list")) == 1


def test_a_guest_in_a_big_channel_is_found(bank, slack):
    crowd = [f"U{number:09}" for number in range(200)]
    bank.users |= {user: {} for user in crowd}
    bank.members[GENERAL] += [*crowd, GUS]

    assert places(slack, channel=GENERAL, user=BEN) == {"public"}


def test_who_left_a_channel_is_known_within_a_minute(bank, clock):
    slack = Slack("xoxb-test", bank.url, clock=clock)
    assert LEGAL in places(slack, channel=LEGAL, channel_type="group", user=LENA)
    bank.members[LEGAL].remove(LENA)

    clock.forward(60)

    assert places(slack, channel=LEGAL, channel_type="group", user=LENA) == {"public"}


def test_a_failed_look_is_not_remembered(bank, slack):
    bank.fails("conversations.info", "500")
    assert places(slack, channel=GENERAL, user=BEN) == {"public"}

    assert places(slack, channel=GENERAL, user=BEN) == {"public", GENERAL}


def test_the_shell_asks_by_the_same_rules(bank, slack):
    assert audience_from_shell(slack, user=BEN, channel=GENERAL).places == {"public", GENERAL}
    assert audience_from_shell(slack, user=BEN, channel=LEGAL).places == {"public"}
    assert audience_from_shell(slack, user=GUS, channel=RETAIL).places == {"public"}
    assert audience_from_shell(slack, user=BEN).places == {"public", BEN, GENERAL, RETAIL}
    assert audience_from_shell(slack, channel=LEGAL).places == {"public", LEGAL}
    assert audience_from_shell(slack).places == {"public"}
    assert places(slack, channel=LEGAL, channel_type="cli", user=BEN) == {"public"}


def test_the_shell_without_slack_gets_public_documents_only(slack, fake_slack):
    fake_slack.fails("users.info", "500")

    assert audience_from_shell(slack, user=BEN).places == {"public"}


def test_a_file_belongs_to_the_channel_it_was_dropped_in_or_to_who_sent_it_in_private():
    assert places_of_upload(request(channel=LEGAL)) == (LEGAL,)
    assert places_of_upload(request(channel="D0BEN00001", channel_type="im", user=BEN)) == (BEN,)
    assert places_of_upload(request(channel="", channel_type="cli", user="")) == ("public",)
    assert places_of_upload(request(channel=LEGAL, channel_type="cli", user="")) == (LEGAL,)


def test_a_receipt_says_who_can_ask():
    assert "only you" in audience_words(request(channel_type="im"))
    assert "members of this channel" in audience_words(request())
