"""A comparison's report goes into the thread, for those who may see both documents; the answer stands without it."""

from types import SimpleNamespace

import pytest

from knowledge.types import Answer
from tests.workers.asking import BEN, CHANNEL, request
from tests.workers.fake_slack import BOT
from workers.report import attach_report


class Comparer:
    """Writes a report for whoever may see the channel."""

    def html(self, _answer, audience):
        return "<!doctype html><p>all of it" if CHANNEL in audience.places else None


@pytest.fixture
def services(slack, fake_slack):
    fake_slack.users[BEN] = {}
    fake_slack.members[CHANNEL] = [BEN, BOT]
    return SimpleNamespace(slack=slack, comparer=Comparer())


FOUND = Answer("They differ.", route="compare", searched=("a.pdf", "b.pdf"))


def test_the_report_is_uploaded_beside_the_answer(services, fake_slack):
    attach_report(request(), FOUND, services)

    (uploaded,) = fake_slack.called("files.completeUploadExternal")
    assert uploaded["channel_id"] == CHANNEL
    assert uploaded["thread_ts"] == "1800000000.000100"
    assert "a.pdf beside b.pdf" in str(uploaded["files"])
    assert b"all of it" in fake_slack.uploaded[0]


def test_nothing_is_uploaded_for_other_answers_or_for_who_may_not_see_both(services, fake_slack):
    attach_report(request(), Answer("Yes [1]."), services)
    fake_slack.members[CHANNEL] = ["U0SOMEBODY"]
    services.slack._known.clear()
    attach_report(request(), FOUND, services)

    assert fake_slack.called("files.completeUploadExternal") == []


def test_an_upload_that_fails_leaves_the_answer_alone(services, fake_slack):
    fake_slack.fails("files.getUploadURLExternal", "500")

    attach_report(request(), FOUND, services)

    assert fake_slack.uploaded == []
