"""Files, removals and rebuilding: in steps, each of which may be the last of its worker."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from knowledge.documents.comparing import Comparer
from knowledge.documents.fieldbook import FieldBook
from knowledge.documents.library import Library
from knowledge.documents.places import Places
from knowledge.documents.show import Shower
from knowledge.errors import NotAllowedError
from knowledge.tables import metadata
from knowledge.types import PUBLIC, Audience
from tests.knowledge.documents.conftest import HashedWords
from tests.workers.asking import BEN, CHANNEL, TEAM, receive
from tests.workers.fake_slack import BOT
from workers.deliver import deliver_reply, withdraw_file
from workers.index import index_step
from workers.ledger import Ledger
from workers.render import render
from workers.settings import Settings

SHEET = next((Path(__file__).parents[2] / "knowledge" / "samples").glob("*Saver*.pdf"))
OLDER = b"""STORAGE AGREEMENT

This Storage Agreement is made on 1 March 2019 by and between Alpha Bank ASA and Hoster Ltd. It is performed in Oslo.

1. TERM. This Agreement continues for three (3) years.
"""
NEWER = OLDER.replace(b"2019", b"2021").replace(b"three", b"Zorblatt three")
HERE = Audience(frozenset({PUBLIC, CHANNEL}))


class DyingEmbeddings(HashedWords):
    """Embeds until it is told to die."""

    dies = False

    def embed_documents(self, texts):
        if self.dies:
            raise KeyboardInterrupt  # What nothing catches.
        return super().embed_documents(texts)


@pytest.fixture
def services(sqlite_engine, clock, slack, tmp_path):
    embeddings = DyingEmbeddings()
    return SimpleNamespace(
        engine=sqlite_engine,
        ledger=Ledger(sqlite_engine, clock=clock),
        slack=slack,
        embeddings=embeddings,
        library=Library(sqlite_engine, tmp_path / "library", embeddings),
        settings=Settings(max_file_mb="1"),
    )


@pytest.fixture
def drop(services, fake_slack):
    """Put a file into Slack and into the ledger."""

    def drop(item="F1", content=None, *, name="saver.pdf", **values):
        path = f"/files-pri/{TEAM}-{item}/{name}"
        body = SHEET.read_bytes() if content is None else content
        fake_slack.content[path] = (200, {"content-type": "application/pdf"}, body)
        fake_slack.files[item] = {
            "id": item, "name": name, "size": len(body), "mimetype": "application/pdf", "user": BEN,
            "url_private_download": fake_slack.url.removesuffix("/api/") + path,
        }  # fmt: skip
        return receive(services.ledger, kind="file", item=item, detail={"name": name}, **values)

    return drop


def finish(id_, services):
    """Do the steps of a request until none is left."""
    for step in range(60):
        index_step(id_, services)
        if services.ledger.get(id_).state not in ("received", "queued"):
            return step + 1
    raise AssertionError(services.ledger.get(id_))


def test_a_dropped_file_ends_as_a_receipt_and_can_be_found(services, drop, fake_slack):
    id_ = drop()

    finish(id_, services)

    reply = services.ledger.get(id_).reply
    assert reply["type"] == "receipt"
    assert reply["name"] == "saver.pdf"
    assert reply["pages"] >= 1
    assert reply["places"] == [CHANNEL]
    assert "members of this channel" in reply["audience_words"]
    assert services.library.document_of_file("F1") == reply["document_id"]
    assert services.library.search("interest rate", HERE).passages
    assert not services.library.search("interest rate", Audience()).passages
    shown = [each["status"] for each in fake_slack.called("assistant.threads.setStatus")]
    assert any("Reading" in words for words in shown)


def test_a_file_sent_in_private_belongs_to_who_sent_it(services, drop):
    id_ = drop(channel="D0BEN00001", channel_type="im")

    finish(id_, services)

    assert services.ledger.get(id_).reply["places"] == [BEN]
    assert services.library.documents(Audience(frozenset({BEN})))
    assert not services.library.documents(HERE)


def test_nothing_can_be_found_before_all_is_embedded(services, drop):
    id_ = drop()

    index_step(id_, services)

    assert services.ledger.get(id_).state == "queued"
    assert services.library.documents(HERE) == ()


def test_a_worker_that_dies_in_the_middle_loses_one_step(services, drop, clock, fake_slack):
    id_ = drop()
    index_step(id_, services)
    services.embeddings.dies = True
    with pytest.raises(KeyboardInterrupt):
        index_step(id_, services)
    assert services.ledger.get(id_).state == "running"

    services.embeddings.dies = False
    index_step(id_, services)
    assert services.ledger.get(id_).state == "running", "its claim has not lapsed yet"
    clock.forward(31)
    finish(id_, services)

    assert services.ledger.get(id_).reply["type"] == "receipt"
    assert len(fake_slack.called("files.info")) == 1, "it was fetched and read once"


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "empty"), (b"not a pdf at all", None), (b"%PDF-1.7 broken", None), (b"x" * 1_100_000, "too_large")],
    ids=["empty", "words", "broken", "large"],
)
def test_a_file_that_cannot_be_read_is_said_to_be_so_and_not_kept(services, drop, content, reason):
    id_ = drop(content=content)

    finish(id_, services)

    reply = services.ledger.get(id_).reply
    assert reply["type"] == "unreadable"
    assert reply["reason"] == (reason or reply["reason"])
    assert reply["text"]
    assert services.library.rebuild_plan() == ()


def test_a_file_that_was_deleted_first_is_answered_when_its_message_stands(services, drop, fake_slack):
    id_ = drop()
    fake_slack.files.clear()
    fake_slack.messages[CHANNEL].append({"ts": "1800000000.000100", "user": BEN, "text": "see this"})

    finish(id_, services)

    assert "deleted before" in services.ledger.get(id_).reply["text"]


def test_a_file_that_was_deleted_with_its_message_is_let_go_in_silence(services, drop, fake_slack):
    id_ = drop()
    fake_slack.files.clear()

    finish(id_, services)

    assert (services.ledger.get(id_).state, services.ledger.get(id_).reply) == ("cancelled", None)


def test_a_slack_that_fails_is_asked_again(services, drop, fake_slack, clock):
    id_ = drop()
    fake_slack.fails("files.info", "429")
    index_step(id_, services)
    assert services.ledger.get(id_).state == "queued"

    clock.forward(10)
    finish(id_, services)

    assert services.ledger.get(id_).reply["type"] == "receipt"


def test_the_same_file_again_is_known(services, drop):
    finish(drop("F1"), services)
    again = drop("F2", message_ts="2.0")

    finish(again, services)

    assert services.ledger.get(again).reply["known_before"]
    assert len(services.library.documents(HERE)) == 1


def test_the_shell_may_name_a_path_and_slack_may_not(services, tmp_path):
    shell = receive(
        services.ledger, kind="file", channel="", channel_type="cli", team="cli", user="",
        detail={"path": str(SHEET), "name": SHEET.name},
    )  # fmt: skip
    finish(shell, services)
    assert services.ledger.get(shell).reply["places"] == [PUBLIC]

    forged = receive(services.ledger, "9.9", kind="file", item="F9", detail={"path": "/etc/passwd", "name": "x.txt"})
    index_step(forged, services)

    assert services.ledger.get(forged).reply is None
    assert services.ledger.get(forged).state == "cancelled"


@pytest.mark.parametrize("deleted", [True, False], ids=["deleted in Slack", "taken out of the channel"])
def test_a_removed_file_is_hidden_at_once_and_removed_after(services, drop, deleted):
    finish(drop(), services)
    named = {"of": services.library.document_of_file("F1"), "place": CHANNEL}
    which = {"item": "F1", "channel": ""} if deleted else {"detail": named}
    removal = receive(services.ledger, "3.0", kind="removal", **which)

    withdraw_file(removal, services)
    assert services.library.documents(HERE) == ()
    assert services.library.rebuild_plan() != ()

    finish(removal, services)
    assert services.library.rebuild_plan() == ()
    assert list((services.library._files).iterdir()) == []
    deliver_reply(removal, services.ledger, services.slack)
    assert services.ledger.get(removal).state == "answered"


def test_nothing_of_a_deleted_file_is_left_in_any_folder_or_table(services, drop, fake_slack, tmp_path):
    fake_slack.users[BEN] = {}
    fake_slack.members[CHANNEL] = [BEN, BOT]
    finish(drop("F1", OLDER, name="older.txt"), services)
    finish(drop("F2", NEWER, name="newer.txt", message_ts="2.0"), services)
    older, newer = (services.library.document_of_file(each) for each in ("F1", "F2"))
    FieldBook(services.engine).correct(newer, "law", "Quillavale", author=BEN, author_name="Ben")
    comparer = Comparer(services.library, services.embeddings)
    seen = {each.id: each for each in services.library.documents(HERE)}
    comparer.compare(seen[older], seen[newer])
    removal = receive(services.ledger, "3.0", kind="removal", item="F2")

    withdraw_file(removal, services)
    finish(removal, services)
    comparer.compare(seen[older], seen[older])

    kept = b"".join(path.read_bytes() for path in (tmp_path / "library").rglob("*") if path.is_file())
    tables = [each for each in metadata.sorted_tables if each.name.startswith(("document", "field", "page", "chunk"))]
    with services.engine.connect() as connection:
        rows = "".join(str(row) for table in tables for row in connection.execute(select(table)))
    for word in ("zorblatt", "Zorblatt", "Quillavale"):
        assert word.lower() not in rows.lower()
        assert word.encode() not in kept
    assert newer not in rows
    assert newer not in str(list(comparer._known))
    assert services.library.lineage(HERE).links == {}
    assert "Oslo" in rows
    with pytest.raises(NotAllowedError):
        Shower(Places(services.engine), tmp_path / "library").picture(newer, page=1, quotes=(), audience=HERE)


def test_a_receipt_says_of_what_a_file_is_a_newer_version_to_those_who_see_both(services, drop, fake_slack):
    fake_slack.users[BEN] = {}
    fake_slack.members[CHANNEL] = [BEN, BOT]
    finish(drop("F1", OLDER, name="older.txt"), services)
    second = drop("F2", NEWER, name="newer.txt", message_ts="2.0")
    elsewhere = drop("F3", NEWER, name="newer.txt", message_ts="3.0", channel="C0ELSEWHER")

    finish(second, services)
    finish(elsewhere, services)

    reply = services.ledger.get(second).reply
    assert reply["standing"] == ["“newer.txt” is a newer version of “older.txt” of 1 March 2019."]
    assert "newer version" in str(render(reply, second)[0].blocks)
    assert '"amend"' in json.dumps(render(reply, second)[0].blocks)
    assert services.ledger.get(elsewhere).reply["standing"] == []


def test_a_document_that_another_file_shares_is_kept(services, drop):
    finish(drop("F1"), services)
    finish(drop("F2", message_ts="2.0"), services)
    removal = receive(services.ledger, "3.0", kind="removal", item="F1")

    withdraw_file(removal, services)
    finish(removal, services)

    assert len(services.library.documents(HERE)) == 1
    assert services.library.document_of_file("F1") is None


def test_a_document_that_is_just_being_read_for_another_file_is_not_removed(services, drop, clock):
    finish(drop("F1"), services)
    second = drop("F2", message_ts="2.0")
    index_step(second, services)
    removal = receive(services.ledger, "3.0", kind="removal", item="F1")

    withdraw_file(removal, services)
    index_step(removal, services)
    assert services.ledger.get(removal).state == "queued"
    finish(second, services)
    clock.forward(11)
    finish(removal, services)

    assert len(services.library.documents(HERE)) == 1


def test_a_file_that_is_deleted_while_it_is_read_is_never_found(services, drop):
    id_ = drop()
    index_step(id_, services)
    removal = receive(services.ledger, "3.0", kind="removal", item="F1")
    withdraw_file(removal, services)

    finish(id_, services)

    assert services.library.documents(HERE) == ()
    assert services.library.rebuild_plan() == ()
    assert services.ledger.get(id_).state == "cancelled"


def test_an_index_is_rebuilt_in_steps_with_progress_and_a_report(services, drop, fake_slack):
    finish(drop(), services)
    before = services.library.status().snapshot
    id_ = receive(services.ledger, "trigger", kind="reindex", channel="U0ADA00001", channel_type="im")

    assert finish(id_, services) >= 2

    report = services.ledger.get(id_).reply
    assert (report["type"], report["documents"], report["failed"]) == ("reindexed", 1, [])
    assert services.library.status().snapshot != before
    assert services.library.search("interest rate", HERE).passages
    assert fake_slack.standing("D0ADA00001") == ["Rebuilding the index: 0 of 1 documents"]
    deliver_reply(id_, services.ledger, services.slack)
    assert fake_slack.standing("D0ADA00001") == [report["text"]]


def test_what_a_rebuild_would_come_to_is_told_and_nothing_changed(services, drop, fake_slack):
    finish(drop(), services)
    before = services.library.status()
    id_ = receive(services.ledger, "trigger", kind="reindex", channel="U0ADA00001", detail={"rehearsal": True})

    finish(id_, services)

    said = services.ledger.get(id_).reply
    assert (said["documents"], said["waiting"], said["before"]) == (1, 0, said["embedder"])
    assert said["chunks"] == before.chunks
    assert "None of the" in said["text"]
    assert "Nothing was changed" in said["text"]
    assert services.library.status() == before


def test_another_embedder_would_embed_everything_anew(services, drop):
    finish(drop(), services)
    library = services.library
    library._embedder = "another"

    told = library.rehearse()

    assert told.waiting == told.chunks > 0
    assert told.before != "another"
    assert told.seconds > 0


def test_a_killed_rebuilding_goes_on_where_it_was_and_the_old_index_answers_meanwhile(services, drop, clock):
    finish(drop(), services)
    finish(
        drop("F2", SHEET.with_name("Fjordbank Green Home Loan - product sheet.pdf").read_bytes(), message_ts="2.0"),
        services,
    )
    id_ = receive(services.ledger, "trigger", kind="reindex")
    index_step(id_, services)
    services.embeddings = services.library._embeddings
    services.embeddings.dies = True
    services.library._embedder = "another"  # So that there is something to embed.
    with pytest.raises(KeyboardInterrupt):
        index_step(id_, services)

    assert services.library.search("interest rate", HERE).passages
    services.embeddings.dies = False
    clock.forward(31)
    finish(id_, services)

    assert services.ledger.get(id_).reply["documents"] == 2
