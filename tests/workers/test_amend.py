"""A field is corrected by those who may see its document, under their name, and is taken back."""

from types import SimpleNamespace

import pytest

from knowledge.documents.fieldbook import FieldBook
from knowledge.documents.library import Library
from knowledge.types import Audience
from tests.knowledge.documents.conftest import LOAN, HashedWords
from tests.workers.asking import BEN, CHANNEL, receive
from workers.amend import MEMBERS_ONLY, amend_field
from workers.ledger import Ledger

GUS, EVA = "U0GUS00001", "U0EVA00001"


@pytest.fixture
def services(sqlite_engine, clock, slack, fake_slack, tmp_path):
    fake_slack.users |= {BEN: {"real_name": "Ben"}, EVA: {}, GUS: {"is_restricted": True}}
    fake_slack.members |= {CHANNEL: [BEN, "U0TELLER01"]}
    library = Library(sqlite_engine, tmp_path / "library", HashedWords())
    return SimpleNamespace(
        engine=sqlite_engine, ledger=Ledger(sqlite_engine, clock=clock), slack=slack, library=library
    )


@pytest.fixture
def loan(services, tmp_path):
    path = tmp_path / "loan.txt"
    path.write_text(LOAN)
    document = services.library.keep(path)
    services.library.read(document, name="loan.txt")
    while services.library.embed(document):
        pass
    services.library.place(document, CHANNEL, name="loan.txt")
    services.library.publish()
    return document


def amend(services, document, value, *, user=BEN, ts="1.0", field="law"):
    detail = {"of": "x", "document": document, "field": field, "value": value}
    id_ = receive(services.ledger, ts, kind="field", user=user, item=f"field:{ts}", detail=detail)
    amend_field(id_, services)
    return services.ledger.get(id_).reply["text"]


def law(services, document):
    entry = FieldBook(services.engine).of([document])[document]["law"]
    return entry.value, entry.corrected_by


def test_a_member_corrects_a_field_and_takes_it_back(services, loan):
    assert "governing law of “loan.txt” is Ireland, corrected by Ben" in amend(services, loan, "Ireland")
    assert law(services, loan) == ("Ireland", "Ben")

    assert "is again as the document says: Norway" in amend(services, loan, "", ts="2.0")
    assert law(services, loan) == ("Norway", "")


def test_what_a_document_changes_is_kept_as_one_that_everyone_here_may_see(services, loan, tmp_path):
    path = tmp_path / "newer.txt"
    path.write_text(LOAN + "\n5. Term. Ten years.")
    newer = services.library.keep(path)
    services.library.read(newer, name="newer.txt")
    services.library.place(newer, CHANNEL, name="newer.txt")
    here = Audience(frozenset({CHANNEL}))

    assert "is loan.txt, corrected by Ben" in amend(services, newer, "loan.txt", field="changes")
    assert services.library.lineage(here).successor(loan).newer.id == newer

    assert "no one document called “payroll.txt”" in amend(services, newer, "payroll.txt", ts="2.0", field="changes")
    amend(services, newer, "nothing", ts="3.0", field="changes")
    assert services.library.lineage(here).links == {}


@pytest.mark.parametrize("user", [EVA, GUS])
def test_who_is_not_there_corrects_nothing(services, loan, user):
    assert amend(services, loan, "Ireland", user=user) == MEMBERS_ONLY
    assert law(services, loan) == ("Norway", "")


def test_a_document_of_another_place_is_not_corrected_from_here(services, loan):
    services.library.withdraw(file_id="")
    services.library.place(loan, "C0ELSEWHER", file_id="F1", name="loan.txt")

    assert amend(services, loan, "Ireland") == MEMBERS_ONLY
