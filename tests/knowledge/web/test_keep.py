"""A site in the library: new pages are read, changed ones again, vanished ones removed, and nobody else sees them."""

from datetime import date

import pytest

from knowledge.documents.library import Library
from knowledge.tables import connect, metadata
from knowledge.types import PUBLIC, Audience
from knowledge.web.crawl import Crawler, Walk
from knowledge.web.keep import Keeper
from knowledge.web.tally import Tally
from tests.knowledge.documents.conftest import HashedWords

HERE = Audience(frozenset({PUBLIC, "C1"}))
RATES = "The Saver account pays interest of 2.10 percent a year on the whole balance, credited each quarter."
MONDAY = "Mon, 16 Nov 2026 10:00:00 GMT"
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
        while not walk.done:
            tally = keeper.step(walk, tally, "C1", user="U1", pages=3)
            walk, tally = Walk.from_json(walk.to_json()), Tally.from_json(tally.to_json())
        return tally

    crawl.forget = lambda: Keeper(library, engine, Crawler(fetcher)).forget(f"{site.url}/", "C1")
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
    assert [each.count for each in tally.reasons] == [1, 1]
    assert all(" × " in each and site.url in each for each in tally.why(5))
    assert len(library.documents(HERE)) == 1


def test_a_page_that_has_not_changed_is_asked_for_and_not_sent(library, crawl, site):
    def answers(handler):
        asked = site.headers[-1]
        same = asked.get("if-none-match") == '"v1"' and asked.get("if-modified-since") == MONDAY
        handler.send_response(304 if same else 200)
        if not same:
            body = f"<html><main><h1>Rates</h1><p>{RATES}</p><a href='/fees'>Fees</a></main></html>".encode()
            for name, value in (("etag", '"v1"'), ("last-modified", MONDAY), ("content-type", "text/html")):
                handler.send_header(name, value)
            handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(b"" if same else body)

    site.pages["/"] = answers
    site.page("/fees", FEES, etag='"f1"')
    crawl()
    site.pages["/fees"] = (304, {}, b"")

    again = crawl()

    assert (again.read, again.same) == (2, 2)
    assert site.headers[-1]["if-none-match"] == '"f1"'
    assert found(library, "monthly account fee")

    assert crawl.forget() == 2
    assert library.documents(HERE) == ()
    del site.pages["/fees"]
    site.page("/", f"Welcome. {RATES}")
    assert crawl().new == 1  # Nothing is asked for by the stamp of a page that is kept no more.


def test_one_page_under_many_addresses_is_one_document(library, crawl, site):
    site.page("/", f"Welcome. {RATES}", "/fees?utm_source=mail", "/fees#cards", "/print")
    own = f'<link rel="canonical" href="{site.url}/fees">'
    site.page("/fees", FEES, head=own)
    site.page("/print", FEES, head=own)

    crawl()

    names = [name for name, _ in found(library, "monthly account fee")]
    assert f"{site.url}/fees (read 2026-11-22)" in names
    assert len(library.documents(HERE)) == 2

    site.page("/fees", FEES, head='<meta name="robots" content="noindex">')
    assert crawl().gone == 1
    assert len(library.documents(HERE)) == 1
