"""Walk through one site as a guest would: what robots.txt allows, not too fast, each page once."""

import time
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Self
from urllib.parse import urlsplit

from knowledge.errors import TransientError, UserError
from knowledge.web.fetch import Fetched, Fetcher
from knowledge.web.page import WebPage, canonical, same_site
from knowledge.web.reader import Reader
from knowledge.web.robots import Robots

NAME = "Teller"
DEPTH = 2
MOST_DEPTH = 6
MOST_PAGES = 500
PAUSE = 1.0
SHORT_PAUSE = 3.0  # Waited for on the spot; a longer one is waited for between two steps, while others are served.
MOST_PAUSE = 300.0
ROBOTS_KEPT = 3600.0  # Seconds; the RFC allows a day.
PAGES = frozenset({"text/html", "application/xhtml+xml"})
FILES = {"application/pdf": ".pdf", "text/plain": ".txt"}
GONE = frozenset({404, 410})
UNCHANGED = 304
LONGEST_STAMP = 200


@dataclass(frozen=True, slots=True)
class Stamp:
    """How a site knows again the version of a page that is kept, and the links that were on it."""

    etag: str = ""
    modified: str = ""
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Visit:
    """What came of one address: `page` or, for a file, `data`; else one of the states below, or `why` nothing.

    `same`: the site says that it did not change; `gone`: that there is no such page; `unwanted`: that it is not to be
    kept, being another's double or by its own wish.
    """

    url: str
    page: WebPage | None = None
    data: bytes = b""
    suffix: str = ""
    same: bool = False
    gone: bool = False
    unwanted: bool = False
    why: str = ""
    stamp: Stamp = Stamp()


@dataclass(slots=True)
class Walk:
    """How far a crawl has come: what waits, with how many links it lies from the start, and what was seen.

    `full` says that there was more than is read; `swept`, that the pages which are kept from an earlier crawl and were
    not come to in this one wait, too.
    """

    start: str
    depth: int = DEPTH
    waiting: list[tuple[str, int]] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    full: bool = False
    swept: bool = False

    @classmethod
    def begin(cls, url: str, *, depth: int = DEPTH) -> Self:
        """Return a crawl that has not begun.

        Raises:
            UserError: that is no address.
        """
        start = canonical(url if "://" in url else f"https://{url}")
        if not start:
            raise UserError(f"“{url}” is not an address on the web.")
        depth = max(0, min(depth, MOST_DEPTH))
        return cls(start, depth, [(start, 0)], [start])

    @property
    def done(self) -> bool:
        """Return whether nothing waits."""
        return self.swept and not self.waiting

    def add(self, links: Iterable[str], *, depth: int, most: int) -> None:
        """Let links of the same site that were not seen wait, `most` of a crawl in all."""
        for link in links:
            if link in self.seen or not same_site(link, self.start):
                continue
            if len(self.seen) >= most:
                self.full = True
                return
            self.seen.append(link)
            self.waiting.append((link, depth))

    def sweep(self, kept: Iterable[str]) -> None:
        """Let pages that are kept and were not seen wait, without what they lead to."""
        self.add(kept, depth=self.depth, most=len(self.seen) + MOST_PAGES)
        self.swept = True

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Make the crawl that `to_json` wrote."""
        return cls(**{**data, "waiting": [(url, depth) for url, depth in data["waiting"]], "seen": list(data["seen"])})


class Crawler:
    """Visits the pages of sites."""

    def __init__(
        self,
        fetcher: Fetcher,
        *,
        pause: float = PAUSE,
        most_pages: int = MOST_PAGES,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetcher = fetcher
        self._pause = pause
        self._most_pages = most_pages
        self._sleep = sleep
        self._clock = clock
        self._robots: dict[str, tuple[float, Robots]] = {}

    def visits(
        self, walk: Walk, *, kept: Callable[[str], Stamp | None] = lambda _url: None
    ) -> Generator[Visit, None, None]:
        """Yield what comes of each address that waits, and let `walk` know what it leads to.

        `kept` returns the stamp of a page that is kept, for which the site is asked only whether it has changed.
        """
        with Reader() as reader:
            while walk.waiting:
                url, depth = walk.waiting.pop(0)
                visit = self._visit(url, kept(url) or Stamp(), reader)
                if depth < walk.depth:
                    walk.add(visit.stamp.links, depth=depth + 1, most=self._most_pages)
                own = visit.page.canonical if visit.page else ""
                if own and own != url and same_site(own, walk.start):
                    # The page says that it is another's double: that one is visited, this one is not kept.
                    walk.add([own], depth=depth, most=self._most_pages)
                    visit = Visit(url, unwanted=True, why="the same as another page")
                yield visit

    def wait(self, walk: Walk) -> float:
        """Return for how many seconds a crawl has to rest between its steps: none where it rests between pages.

        A site that cannot be asked asks for nothing; that it cannot be read shows when it is visited.
        """
        try:
            pause = self._pause_of(self._rules_of(walk.start))
        except (UserError, TransientError):
            return 0.0
        return pause if SHORT_PAUSE < pause <= MOST_PAUSE else 0.0

    def _visit(self, url: str, kept: Stamp, reader: Reader) -> Visit:
        """Return what comes of one address; a site that misbehaves costs that page."""
        try:
            robots = self._rules_of(url)
            if not robots.allow(url):
                return Visit(url, why=robots.why)
            pause = self._pause_of(robots)
            if pause > MOST_PAUSE:
                return Visit(url, why=f"robots.txt asks for {pause:.0f} seconds between two pages")
            if pause <= SHORT_PAUSE:
                self._sleep(pause)
            asked = {"If-None-Match": kept.etag, "If-Modified-Since": kept.modified}
            headers = {name: value for name, value in asked.items() if value}
            return _read(url, self._fetcher.fetch(url, headers=headers, stay=True), kept, reader)
        except (UserError, TransientError) as error:
            return Visit(url, why=str(error))

    def _pause_of(self, robots: Robots) -> float:
        return max(self._pause, robots.pause)

    def _rules_of(self, url: str) -> Robots:
        """Return what robots.txt asks; one that cannot be had forbids everything, one that there is not, nothing."""
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        read_at, rules = self._robots.get(site, (0.0, None))
        if rules is None or self._clock() - read_at > ROBOTS_KEPT:
            rules = self._ask_rules(f"{site}/robots.txt")
            self._robots[site] = (self._clock(), rules)
        return rules

    def _ask_rules(self, url: str) -> Robots:
        try:
            fetched = self._fetcher.fetch(url)
        except TransientError as error:
            return Robots.closed(f"robots.txt cannot be had: {error}")
        if fetched.status == 200:
            return Robots.parse(fetched.text, name=NAME)
        if 400 <= fetched.status < 500:
            return Robots()
        return Robots.closed(f"robots.txt cannot be had: the site answers {fetched.status}")


def _read(url: str, fetched: Fetched, kept: Stamp, reader: Reader) -> Visit:
    if fetched.status == UNCHANGED and (kept.etag or kept.modified):
        return Visit(url, same=True, stamp=kept)
    if fetched.status in GONE:
        return Visit(url, gone=True, why="gone")
    if fetched.status != 200:
        return Visit(url, why=f"the site answers {fetched.status}")
    etag, modified = (fetched.headers.get(each, "")[:LONGEST_STAMP] for each in ("etag", "last-modified"))
    if fetched.kind in FILES:
        return Visit(url, data=fetched.body, suffix=FILES[fetched.kind], stamp=Stamp(etag, modified))
    if fetched.kind not in PAGES:
        return Visit(url, why=f"it is {fetched.kind or 'of no known kind'}")
    page = reader.read(fetched)
    links = () if page.nofollow else page.links
    if page.noindex:
        return Visit(url, unwanted=True, why="it asks not to be kept", stamp=Stamp(links=links))
    moved = canonical(fetched.url)
    if moved and moved != url and not page.canonical:
        page = replace(page, canonical=moved)
    return Visit(url, page=page, stamp=Stamp(etag, modified, links))
