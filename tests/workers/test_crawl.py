"""A crawl is a request in steps like any other, and ends with a word on what was found."""

from types import SimpleNamespace

import pytest

from knowledge.documents.library import Library
from knowledge.types import PUBLIC, Audience
from knowledge.web.address import Rules
from knowledge.web.crawl import Crawler
from knowledge.web.fetch import Fetcher
from knowledge.web.keep import Keeper
from tests.knowledge.documents.conftest import HashedWords
from tests.knowledge.web.conftest import Site
from tests.workers.asking import CHANNEL, receive
from workers.index import index_step
from workers.ledger import Ledger
from workers.render import render


@pytest.fixture
def site():
    with Site() as site:
        yield site


@pytest.fixture
def services(sqlite_engine, clock, slack, tmp_path, site):
    library = Library(sqlite_engine, tmp_path / "library", HashedWords())
    rules = Rules(ports=frozenset({site.port}), inside=frozenset({"127.0.0.1"}))
    crawler = Crawler(Fetcher(rules), pause=0, sleep=lambda _seconds: None)
    return SimpleNamespace(
        engine=sqlite_engine,
        ledger=Ledger(sqlite_engine, clock=clock),
        slack=slack,
        library=library,
        keeper=Keeper(library, sqlite_engine, crawler),
    )


def test_a_site_is_read_in_steps_and_told_of(services, site):
    site.page("/", "The rate of the Saver account is 2.10 percent a year, credited at the end of each quarter.", "/a")
    site.page("/a", "The fee of the Everyday account is 35 kroner a month, and nothing for who is paid through it.")
    id_ = receive(services.ledger, kind="crawl", detail={"url": f"{site.url}/", "depth": 2})

    for _ in range(4):
        index_step(id_, services)

    reply = services.ledger.get(id_).reply
    assert (reply["type"], reply["new"]) == ("crawled", 2)
    assert "2 new" in render(reply)[0].text
    here = Audience(frozenset({PUBLIC, CHANNEL}))
    assert services.library.search("fee of the Everyday account", here).passages
    assert not services.library.search("fee of the Everyday account", Audience()).passages


@pytest.mark.parametrize("url", ["http://127.0.0.2/", "http://169.254.169.254/", "file:///etc/passwd", "nonsense://x"])
def test_what_may_not_be_read_is_said_and_nothing_is_kept(services, url):
    id_ = receive(services.ledger, kind="crawl", detail={"url": url, "depth": 1})

    for _ in range(3):
        index_step(id_, services)

    request = services.ledger.get(id_)
    assert request.reply is not None
    assert request.reply.get("new", 0) == 0
    assert services.library.documents(Audience(frozenset({PUBLIC, CHANNEL}))) == ()
