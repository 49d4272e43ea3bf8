"""A site in the library: new pages are read, changed ones again, vanished ones removed, and nobody else sees them."""

from datetime import date

import pytest

from knowledge.documents.library import Library
from knowledge.tables import connect, metadata
from knowledge.types import PUBLIC, Audience
from knowledge.web.crawl import Crawler, Walk
from knowledge.web.keep import Keeper, Tally
from tests.knowledge.documents.conftest import HashedWords

HERE = Audience(frozenset({PUBLIC, "C1"}))
RATES = "The Saver account pays interest of 2.10 percent a year on the whole balance, credited each quarter."
FEES = "The monthly account fee is 35 kroner, and a debit card costs 295 kroner for each year that it is used."


@pytest.fixture
def library(tmp_path):
    engine = connect(f"sqlite:///{tmp_path / 'state.db'}")
    metadata.create_all(engine)
    yield Library(engine, tmp_path / "library", HashedWords())
    engine.dispose()


@pytest.fixture
def crawl(library, fetcher, site, tmp_path):
    engine = connect(f"sqlite:///{tmp_path / 'state.db'}")

    def crawl(today=date(2026, 11, 22)):
        keeper = Keeper(library, engine, Crawler(fetcher, pause=0, sleep=lambda _seconds: None), today=lambda: today)
        walk, tally = Walk.begin(f"{site.url}/", depth=2), Tally()
        while walk.waiting:
            tally = keeper.step(walk, tally, "C1", user="U1", pages=2)
            walk, tally = Walk.from_json(walk.to_json()), Tally.from_json(tally.to_json())
        return keeper.sweep(walk, tally, "C1")

    yield crawl
    engine.dispose()


def found(library, question, audience=HERE):
    return [(each.document.name, each.chunk.text) for each in library.search(question, audience).passages]


def test_a_site_is_kept_read_again_where_it_changed_and_forgotten_where_it_is_gone(library, crawl, site):
    site.page("/", f"Welcome. {RATES}", "/fees")
    site.page("/fees", FEES, "/")

    first = crawl()
    again = crawl()
    names = [name for name, _ in found(library, "monthly account fee")]

    assert (first.new, again.same, again.new) == (2, 2, 0)
    assert names[0] == f"{site.url}/fees (read 2026-11-22)"
    assert found(library, "monthly account fee", Audience()) == []

    site.page("/fees", FEES.replace("35 kroner", "40 kroner"), "/")
    changed = crawl(date(2026, 12, 1))
    texts = found(library, "monthly account fee")

    assert (changed.changed, changed.same) == (1, 1)
    assert "40 kroner" in texts[0][1]
    assert not any("35 kroner" in text for _, text in texts)
    assert texts[0][0].endswith("(read 2026-12-01)")

    del site.pages["/fees"]
    site.page("/", f"Welcome. {RATES}")
    gone = crawl()

    assert gone.gone == 1
    assert not any("kroner" in text for _, text in found(library, "monthly account fee"))
    assert len(library.documents(HERE)) == 1

    site.page("/", f"Welcome. {RATES}", "/fees")
    site.page("/fees", FEES, "/")
    assert crawl().new == 1
    assert any("35 kroner" in text for _, text in found(library, "monthly account fee"))


def test_what_says_nothing_or_cannot_be_read_is_left_out_with_why(library, crawl, site):
    site.page("/", f"Welcome. {RATES}", "/empty", "/broken.pdf")
    site.sends("/empty", b"<html><body></body></html>", "text/html")
    site.sends("/broken.pdf", b"%PDF-1.7 nothing", "application/pdf")

    tally = crawl()

    assert (tally.new, tally.left_out) == (1, 2)
    assert all(": " in each for each in tally.skipped)
    assert len(library.documents(HERE)) == 1
