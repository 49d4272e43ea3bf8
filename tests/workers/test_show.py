"""A press on `Show on page` ends as a picture in the thread, once, and only where its document may be seen."""

from types import SimpleNamespace

import pytest

from knowledge.documents.places import Places
from knowledge.documents.show import Shower
from knowledge.types import Answer, Citation
from tests.knowledge.documents.conftest import HashedWords
from tests.workers.asking import BEN, CHANNEL, receive
from tests.workers.fake_slack import BOT
from tests.workers.test_index import SHEET
from workers.deliver import deliver_reply
from workers.ledger import Ledger
from workers.render import render
from workers.show import show_page


@pytest.fixture
def services(sqlite_engine, clock, slack, tmp_path):
    from knowledge.documents.library import Library

    library = Library(sqlite_engine, tmp_path / "library", HashedWords())
    return SimpleNamespace(
        engine=sqlite_engine,
        ledger=Ledger(sqlite_engine, clock=clock),
        slack=slack,
        library=library,
        shower=Shower(Places(sqlite_engine), tmp_path / "library"),
    )


@pytest.fixture
def answered(services, fake_slack):
    """An answer whose source is on page one of a document of the channel."""
    fake_slack.users[BEN] = {}
    fake_slack.members[CHANNEL] = [BEN, BOT]
    document = services.library.keep(SHEET)
    services.library.read(document, name="saver.pdf")
    services.library.place(document, CHANNEL, name="saver.pdf")
    words = services.library.page_text(document, 1).split()
    quote = " ".join(words[5:15])
    id_ = receive(services.ledger)
    claim = services.ledger.claim(id_)
    found = Answer("It is so [1].", citations=(Citation(document, "saver.pdf", 1, quote),))
    services.ledger.ready(claim, {"type": "answer", **found.to_json()})
    deliver_reply(id_, services.ledger, services.slack)
    return id_


def press(services, answered, *, item="c1", **values):
    detail = {"of": answered, "whole": False}
    place = {"message_ts": "1800000900.000100", "thread_ts": "1800000000.000100"}
    return receive(services.ledger, kind="page", item=item, detail=detail, **{**place, **values})


def test_the_picture_is_uploaded_into_the_thread(services, answered, fake_slack):
    id_ = press(services, answered)

    show_page(id_, services)
    deliver_reply(id_, services.ledger, services.slack)

    (uploaded,) = fake_slack.called("files.completeUploadExternal")
    assert b"PNG" in fake_slack.uploaded[0]
    assert uploaded["channel_id"] == CHANNEL
    assert uploaded["thread_ts"] == "1800000000.000100"
    assert "saver.pdf, page 1" in str(uploaded["files"])
    assert services.ledger.get(id_).state == "answered"
    assert len(fake_slack.standing(CHANNEL)) == 1  # The answer, and no further words.


def test_running_twice_shows_it_once(services, answered, fake_slack):
    id_ = press(services, answered)

    show_page(id_, services)
    show_page(id_, services)

    assert len(fake_slack.called("files.completeUploadExternal")) == 1


def test_a_document_withdrawn_since_is_not_shown(services, answered, fake_slack):
    with services.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE document_place SET withdrawn_at = 1")
    id_ = press(services, answered)

    show_page(id_, services)

    assert fake_slack.called("files.completeUploadExternal") == []
    assert services.ledger.get(id_).reply["type"] == "failure"


def test_who_is_not_in_the_channel_is_not_shown_its_pages(services, answered, fake_slack):
    fake_slack.members[CHANNEL] = ["U0SOMEBODY"]
    id_ = press(services, answered, user=BEN)

    show_page(id_, services)

    assert fake_slack.called("files.completeUploadExternal") == []


@pytest.mark.parametrize("values", [{"item": "c2"}, {"item": "n1"}, {"item": "cx"}, {"channel": "C0ELSEWHERE"}])
def test_a_source_that_is_not_of_this_answer_or_place_is_refused(services, answered, fake_slack, values):
    id_ = press(services, answered, **values)

    show_page(id_, services)

    assert fake_slack.called("files.completeUploadExternal") == []
    assert services.ledger.get(id_).outcome == "failed"


def test_each_source_of_a_pdf_has_its_buttons_and_others_have_none():
    citations = (Citation("d", "a.pdf", 3, "x"), Citation("d", "a.pdf", 3, "y"), Citation("e", "b.docx", 1, "z"))
    reply = {"type": "answer", **Answer("So [1].", citations=citations).to_json()}

    (message,) = render(reply, "r1")

    values = [each["accessory"]["value"] for each in message.blocks if "accessory" in each]
    (row,) = [each for each in message.blocks if each["type"] == "actions"]
    assert values == ["r1:c1", "r1:c2"]
    assert [each["value"] for each in row["elements"]] == ["r1:c1"]
    assert row["elements"][0]["text"]["text"] == "Open [1], page 3"
