"""Probes for leaks: nobody finds a passage of a document that they may not see, whichever way they ask."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from knowledge.documents.fieldbook import FieldBook
from knowledge.documents.library import Library
from knowledge.documents.register import Register
from knowledge.tables import connect, metadata
from knowledge.types import Question
from tests.knowledge.documents.conftest import LOAN, HashedWords
from tests.workers.asking import request
from tests.workspace_fixture import LocalWorkspace
from workers.audience import audience_from_shell, audience_of
from workers.slack import Slack

BEN, LENA, ADA, GUS = "U0BEN00001", "U0LENA0001", "U0ADA00001", "U0GUS00001"
GENERAL, LEGAL, RETAIL = "C0GENERAL1", "C0LEGAL001", "C0RETAIL01"
DIRECT = {BEN: "D0BEN00001", LENA: "D0LENA0001", ADA: "D0ADA00001", GUS: "D0GUS00001"}

SECRET = LOAN  # Dropped in #legal.
PRIVATE = LOAN.replace("Acme Robotics", "Zenith Shipping").replace("Norway", "Iceland")  # Lena's, in a direct message.
SHEET = "PRODUCT SHEET\n\n1. Interest. The savings account pays interest of 2 percent a year.\n"
CASUAL = "NOTES\n\n1. Lunch. The canteen opens at eleven.\n"

QUESTIONS = (
    "What is the governing law of the Loan Agreement between Fjordbank and Acme Robotics?",
    "This Agreement shall be governed by and construed in accordance with the laws of Norway",
    "Zenith Shipping loan repayment instalments",
    "default interest",
    "and when is the first instalment due?",
)

LISTS = (
    "list all documents with their parties, governing law, expiry dates and notice periods",
    "which documents are governed by Norwegian law",
    "agreements with Zenith Shipping",
    "Which contracts do not state an expiry date?",
)


def said_in(question: str) -> set[str]:
    return {"Norway"} if "Norwegian" in question else set(question.split())


@dataclass
class Bank:
    """The library with a document in each kind of place, and who is where."""

    library: Library
    slack: Slack
    workspace: LocalWorkspace
    ids: dict[str, str]
    engine: Engine

    def found(self, audience, question: str, within=()) -> set[str]:
        """Return the names of the documents that a search brings any chunk, title or id of."""
        search = self.library.search(question, audience, within=within, limit=20)
        seen = {each.document.id for each in search.passages} | {each.id for each in search.documents}
        seen |= {each.id for each in self.library.documents(audience)}
        return {name for name, id_ in self.ids.items() if id_ in seen}


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    folder = tmp_path_factory.mktemp("bank")
    engine = connect(f"sqlite:///{folder / 'state.db'}")
    metadata.create_all(engine)
    library = Library(engine, folder / "library", HashedWords())
    documents = {
        "secret": (SECRET, LEGAL), "private": (PRIVATE, LENA), "casual": (CASUAL, GENERAL), "sheet": (SHEET, "public"),
    }  # fmt: skip
    ids = {}
    for name, (text, place) in documents.items():
        path: Path = folder / f"{name}.txt"
        path.write_text(text)
        ids[name] = library.keep(path)
        library.read(ids[name], name=path.name)
        while library.embed(ids[name]):
            pass
        library.place(ids[name], place, file_id=f"F0{name.upper()}", name=path.name)
    library.publish()
    with LocalWorkspace(folder / "workspace") as workspace:
        yield Bank(library, Slack(workspace.bot_token, workspace.api_url), workspace, ids, engine)
    engine.dispose()


def asked(channel: str, user: str) -> Callable[[Bank], frozenset[str]]:
    kind = "im" if channel.startswith("D") else "channel"
    return lambda bank: audience_of(request(channel=channel, channel_type=kind, user=user), bank.slack)


def from_shell(user: str = "", channel: str = "") -> Callable[[Bank], frozenset[str]]:
    return lambda bank: audience_from_shell(bank.slack, user=user, channel=channel)


SITUATIONS = {
    "Ben in #general": (asked(GENERAL, BEN), {"casual", "sheet"}),
    "Ben in private": (asked(DIRECT[BEN], BEN), {"casual", "sheet"}),
    "Ben in #retail, where a guest reads": (asked(RETAIL, BEN), {"sheet"}),
    "Ben pretending to be in #legal": (asked(LEGAL, BEN), {"sheet"}),
    "Gus the guest in private": (asked(DIRECT[GUS], GUS), {"sheet"}),
    "Gus in #retail": (asked(RETAIL, GUS), {"sheet"}),
    "Lena in #general, where others read": (asked(GENERAL, LENA), {"casual", "sheet"}),
    "Lena in #legal": (asked(LEGAL, LENA), {"secret", "sheet"}),
    "Ada in private, a member of #legal": (asked(DIRECT[ADA], ADA), {"secret", "casual", "sheet"}),
    "nobody, from the shell": (from_shell(), {"sheet"}),
    "Ben, from the shell": (from_shell(BEN), {"casual", "sheet"}),
    "Ben in #legal, from the shell": (from_shell(BEN, LEGAL), {"sheet"}),
    "Gus in #general, from the shell": (from_shell(GUS, GENERAL), {"sheet"}),
}


@pytest.mark.parametrize(("situation", "question"), list(product(SITUATIONS, QUESTIONS)))
def test_a_search_finds_only_what_its_readers_may_see(bank: Bank, situation: str, question: str) -> None:
    audience, allowed = SITUATIONS[situation]

    assert bank.found(audience(bank), question) <= allowed


@pytest.mark.parametrize("situation", ["Ben in #general", "Gus in #retail", "nobody, from the shell"])
def test_naming_a_foreign_document_as_the_thread_s_own_finds_nothing_of_it(bank: Bank, situation: str) -> None:
    audience, allowed = SITUATIONS[situation]

    assert bank.found(audience(bank), QUESTIONS[0], within=tuple(bank.ids.values())) <= allowed


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("question", LISTS)
def test_no_field_of_a_foreign_document_is_ever_shown(bank: Bank, situation: str, question: str) -> None:
    audience, allowed = SITUATIONS[situation]

    answer = Register(bank.library, FieldBook(bank.engine)).answer(Question(question, audience(bank)))

    told = str(answer.to_json()) if answer else ""
    for name, id_ in bank.ids.items():
        if name not in allowed:
            assert id_ not in told
            assert f"{name}.txt" not in told
    if not allowed & {"secret", "private"}:  # What was asked about may be said again.
        assert not {"Acme", "Zenith", "Norway", "Iceland"} & set(re.findall(r"\w+", told)) - said_in(question)


def test_whoever_may_see_a_document_finds_it(bank: Bank) -> None:
    assert "secret" in bank.found(asked(LEGAL, LENA)(bank), QUESTIONS[0])
    assert "private" in bank.found(asked(DIRECT[LENA], LENA)(bank), QUESTIONS[2])


def test_what_is_hidden_is_counted_and_not_named(bank: Bank) -> None:
    search = bank.library.search(QUESTIONS[0], asked(GENERAL, BEN)(bank))

    assert 1 <= search.hidden <= 3
    assert "Acme" not in repr(search)


def test_who_leaves_the_channel_loses_its_documents_in_a_minute_at_most(bank: Bank) -> None:
    bank.workspace.act("leave", person="ada", channel="legal")
    fresh = Slack(bank.workspace.bot_token, bank.workspace.api_url)  # As after the minute that lookups are kept.

    audience = audience_of(request(channel=DIRECT[ADA], channel_type="im", user=ADA), fresh)

    assert "secret" not in bank.found(audience, QUESTIONS[0])


def test_a_deleted_file_is_found_by_nobody_from_that_moment(bank: Bank) -> None:
    before = asked(LEGAL, LENA)(bank)
    assert "secret" in bank.found(before, QUESTIONS[0])

    bank.library.withdraw(file_id="F0SECRET")

    for question in QUESTIONS:
        assert bank.found(before, question) <= {"sheet"}
        assert bank.found(before, question, within=(bank.ids["secret"],)) <= {"sheet"}
