"""A crawl is a request in steps like any other, and ends with a word on what was found."""

import re
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
from tests.workers.asking import BEN, CHANNEL, TEAM, receive
from workers.index import index_step
from workers.ledger import Ledger
from workers.render import render
from workers.request import WAITING
from workers.schedule import DAY, HOUR, Schedule


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


def done(id_, services):
    while services.ledger.get(id_).state in WAITING:
        index_step(id_, services)


def test_a_site_is_read_in_steps_and_told_of(services, site, fake_slack):
    site.page(
        "/",
        "The rate of the Saver account is 2.10 percent a year, credited at the end of each quarter.",
        "/a",
        "/b",
        "/private",
    )
    site.page("/a", "The fee of the Everyday account is 35 kroner a month, and nothing for who is paid through it.")
    site.page("/private", "Not for robots.")
    site.sends("/robots.txt", b"User-agent: *\nDisallow: /private\n")
    site.page("/b", "", "/private", status=500)
    id_ = receive(services.ledger, kind="crawl", detail={"url": f"{site.url}/", "depth": 2})

    done(id_, services)

    reply = services.ledger.get(id_).reply
    assert (reply["type"], reply["new"], reply["left_out"]) == ("crawled", 2, 2)
    told = render(reply)[0].text
    assert "2 pages read: 2 new" in told
    assert re.search(r"1 × robots.txt asks not to, as \S+/private", told)
    assert "1 × the site answers 500" in told
    shown = [each["text"] for each in fake_slack.called("chat.postMessage")]
    assert shown == ["Reading 127.0.0.1: 0 of 1 pages"]
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


def planned(services, site, **more):
    where = {"team": TEAM, "channel": CHANNEL, "channel_type": "channel", "user": BEN}
    return Schedule(services.ledger).put(f"{site.url}/", **where, **more)


def begun(services):
    """Return the requests that two janitors begin at the same time."""
    before = {each.id for each in services.ledger.rows.all()}
    for janitor in (Schedule(services.ledger), Schedule(services.ledger)):
        janitor.begin_due()
    return [each for each in services.ledger.rows.all() if each.id not in before]


def test_a_planned_crawl_is_begun_when_it_is_due_and_tells_of_it_only_when_there_is_news(services, site, clock):
    site.page("/", "The rate of the Saver account is 2.10 percent a year, credited at the end of each quarter.")
    schedule = Schedule(services.ledger)
    crawl = planned(services, site, depth=1, period=DAY)
    first = schedule.begin(crawl)
    done(first, services)
    types = [services.ledger.get(first).reply["type"]]

    assert begun(services) == []

    for change in (None, "3.10", None):
        clock.forward(DAY)
        if change:
            site.page("/", f"The rate of the Saver account is {change} percent a year, credited each quarter of it.")
        (request,) = begun(services)
        assert begun(services) == []
        done(request.id, services)
        types.append(services.ledger.get(request.id).reply["type"])

    assert types == ["crawled", "silence", "crawled", "silence"]
    assert schedule.get(crawl.id).next_at == clock() + DAY


def test_what_was_missed_is_not_made_up_for_and_nothing_is_begun_while_a_crawl_runs(services, site, clock):
    schedule = Schedule(services.ledger)
    crawl = planned(services, site, period=HOUR)
    schedule.begin(crawl)

    clock.forward(10.5 * HOUR)

    assert begun(services) == []
    assert schedule.begin(schedule.get(crawl.id)) is None
    assert schedule.get(crawl.id).next_at == clock() + HOUR
    clock.forward(HOUR)
    services.ledger.rows.change(state="cancelled")
    assert len(begun(services)) == 1


def test_whoever_begins_the_same_crawl_finds_the_same_request(services, site):
    crawl = planned(services, site, period=DAY)

    assert len({Schedule(services.ledger).begin(crawl) for _ in range(3)}) == 1


def test_a_crawl_that_is_stopped_ends_after_its_step_and_its_pages_go_when_they_are_to(services, site, clock):
    site.page("/", "The rate of the Saver account is 2.10 percent a year, credited at the end of each quarter.")
    schedule = Schedule(services.ledger)
    crawl = planned(services, site, period=DAY)
    id_ = schedule.begin(crawl)
    index_step(id_, services)
    schedule.stop(crawl.id)

    done(id_, services)

    here = Audience(frozenset({PUBLIC, CHANNEL}))
    assert "I stopped reading" in services.ledger.get(id_).reply["text"]
    assert len(services.library.documents(here)) == 1
    clock.forward(2 * DAY)
    assert begun(services) == []

    detail = {"forget": crawl.url, "crawl": crawl.id}
    forgetting = receive(services.ledger, "2.0", kind="crawl", detail=detail)
    done(forgetting, services)
    assert "removed 1 page" in services.ledger.get(forgetting).reply["text"]
    assert services.library.documents(here) == ()

    done(schedule.begin(schedule.resume(crawl.id)), services)
    assert len(services.library.documents(here)) == 1
    late = receive(services.ledger, "3.0", kind="crawl", detail=detail)
    done(late, services)
    assert services.ledger.get(late).state == "cancelled"
    assert len(services.library.documents(here)) == 1
