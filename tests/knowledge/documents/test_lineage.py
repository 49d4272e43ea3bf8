"""Newer versions and amendments are linked to what they change, for those who see both, and can be put right."""

import datetime

import pytest

from knowledge.documents.amends import changed
from knowledge.documents.fieldbook import FieldBook
from knowledge.documents.paper import Paper
from knowledge.documents.title import title_and_parties
from knowledge.standing import of_receipt
from knowledge.types import PUBLIC, Audience, Page

HERE = Audience(frozenset({PUBLIC, "C1"}))
HOSTING = """HOSTING AGREEMENT

This Hosting Agreement is made on {day} by and between Alpha Bank ASA and Hoster Ltd. The parties agree as follows.

1. TERM. This Agreement continues for an initial term of {years} years.

2. TERMINATION. Either party may terminate this Agreement for convenience upon ninety (90) days written notice.
"""
OLD = HOSTING.format(day="1 March 2019", years="three (3)")
NEW = HOSTING.format(day="1 March 2021", years="five (5)")
AMENDMENT = """AMENDMENT NO. 2 TO THE HOSTING AGREEMENT

This Amendment No. 2 is entered into on 5 May 2022 by and between Alpha Bank ASA and Hoster Ltd. and amends the
Hosting Agreement dated as of 1 March 2021 between the parties.

1. Section 2 of the Agreement is hereby deleted and replaced with the following: Either party may terminate this
Agreement upon thirty (30) days written notice.

2. All other terms remain in force.
"""


@pytest.fixture
def shelve(library, write):
    """Read a text into the library, not yet searchable, and return its document id."""

    def shelve(name, text, place="C1"):
        document = library.keep(write(name, text))
        library.read(document, name=name)
        library.place(document, place, name=name)
        return document

    return shelve


def read(text):
    pages = (Page(1, text),)
    return changed(Paper.of(pages), title_and_parties(pages, name="x.txt")[0])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (AMENDMENT, "Hosting Agreement of 1 March 2021"),
        (
            """FIRST AMENDMENT TO LICENSE AGREEMENT

            This First Amendment (the “Amendment”), dated as of May 1, 2022, amends that certain License Agreement,
            dated as of March 3, 2018, by and between A Corp. and B Inc.""",
            "License Agreement of 3 March 2018",
        ),
        (
            """AMENDMENT NO. 1 TO DISTRIBUTOR AGREEMENT

            This Amendment No. 1 to Distributor Agreement, dated as of May 1, 2022 (this “Amendment”), amends the
            Distributor Agreement between A Corp. and B Inc.""",
            "Distributor Agreement",
        ),
        (
            """AMENDED AND RESTATED SUPPLY AGREEMENT

            This agreement amends and restates the Supply Agreement dated 3 March 2019 between A Corp. and B Inc. and
            the Security Agreement dated 4 April 2018.""",
            "Supply Agreement of 3 March 2019",
        ),
    ],
)
def test_an_amendment_names_what_it_changes(text, value):
    found = read(text)

    assert found is not None
    assert found.value == value
    assert all(words.quote in " ".join(text.split()) for words in found.words)


@pytest.mark.parametrize(
    "text",
    [
        OLD,
        "GAS TRANSPORTATION AGREEMENT\n\nService Package No: 40715 Amendment No: between A Corp. and B Inc.",
        "LICENSE AGREEMENT\n\nAs amended, the License Agreement dated 1 March 2019 may be changed by an amendment.",
    ],
)
def test_what_only_speaks_of_amendments_changes_nothing(text):
    assert read(text) is None


def test_a_later_one_of_the_same_parties_and_title_takes_the_place_of_the_older(library, shelve):
    old, new = shelve("hosting-2019.txt", OLD), shelve("hosting-2021.txt", NEW)

    links = library.lineage(HERE)

    assert links.successor(old).newer.id == new
    assert links.successor(old).day == datetime.date(2021, 3, 1)
    assert links.successor(new) is None
    assert of_receipt(new, links) == ("“hosting-2021.txt” is a newer version of “hosting-2019.txt” of 1 March 2019.",)
    assert "superseded by “hosting-2021.txt” of 1 March 2021" in of_receipt(old, links)[0]


@pytest.mark.parametrize(
    "other",
    [
        OLD.replace("Alpha Bank ASA", "Gamma Bank AB").replace("2019", "2021"),
        OLD.replace("HOSTING", "LICENSE").replace("Hosting", "License").replace("2019", "2021"),
        OLD + "\n\nA copy with a note.",
        OLD.replace("HOSTING AGREEMENT", "PURCHASE ORDER").replace("2019", "2021"),
    ],
)
def test_other_parties_another_title_the_same_day_or_an_order_is_no_newer_version(library, shelve, other):
    shelve("a.txt", OLD)
    shelve("b.txt", other)

    assert library.lineage(HERE).links == {}


def test_an_amendment_is_linked_to_the_version_that_it_dates(library, shelve):
    old, new = shelve("hosting-2019.txt", OLD), shelve("hosting-2021.txt", NEW)
    amendment = shelve("amendment-2.txt", AMENDMENT)

    links = library.lineage(HERE)

    assert [each.newer.id for each in links.amendments(new)] == [amendment]
    assert links.amendments(old) == ()
    assert of_receipt(amendment, links) == ("“amendment-2.txt” is an amendment to “hosting-2021.txt” of 1 March 2021.",)


def test_an_amendment_to_what_is_not_here_says_so_and_is_linked_to_nothing(library, shelve):
    shelve("hosting-2019.txt", OLD)
    amendment = shelve("amendment-2.txt", AMENDMENT)

    links = library.lineage(HERE)

    assert links.changes(amendment) is None
    assert "changes the Hosting Agreement of 1 March 2021, which I do not find" in of_receipt(amendment, links)[0]


def test_a_version_that_somebody_does_not_see_is_never_named_to_them(library, ingest):
    old = ingest("hosting-2019.txt", OLD, "C1")
    ingest("hosting-2021.txt", NEW, "C2")

    assert library.lineage(HERE).links == {}
    assert of_receipt(old, library.lineage(HERE)) == ()
    assert library.search("What is the term of the hosting agreement?", HERE).documents[0].id == old


def test_the_current_version_is_searched_unless_an_earlier_one_is_asked_for(library, ingest):
    old, new = ingest("hosting-2019.txt", OLD, "C1"), ingest("hosting-2021.txt", NEW, "C1")

    def first(question):
        return library.search(question, HERE).passages[0].document.id

    assert [each.id for each in library.search("term of the hosting agreement with Hoster?", HERE).documents] == [new]
    assert first("For how many years is the initial term?") == new
    assert old in {each.id for each in library.search("term of the old hosting agreement with Hoster?", HERE).documents}
    assert first("What was the term of the hosting agreement of 2019?") == old


def test_a_wrong_link_is_undone_and_a_missing_one_is_made(library, shelve, engine):
    old, new = shelve("hosting-2019.txt", OLD), shelve("hosting-2021.txt", NEW)
    other = shelve("other.txt", OLD.replace("HOSTING", "STORAGE").replace("Hosting", "Storage"))
    book = FieldBook(engine)
    assert library.lineage(HERE).successor(old)

    book.correct(new, "changes", "nothing", author="U1", author_name="Ben")
    assert library.lineage(HERE).successor(old) is None

    book.correct(new, "changes", other, author="U1", author_name="Ben")
    assert library.lineage(HERE).successor(other).newer.id == new

    book.correct(new, "changes", "", author="U1", author_name="Ben")
    assert library.lineage(HERE).successor(old).newer.id == new
