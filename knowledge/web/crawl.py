"""Walk through one site as a guest would: what robots.txt allows, not too fast, each page once."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from knowledge.errors import TransientError, UserError
from knowledge.web.fetch import Fetched, Fetcher
from knowledge.web.page import WebPage, canonical, read_page

NAME = "Teller"
DEPTH = 2
MOST_DEPTH = 6
MOST_PAGES = 500
PAUSE = 1.0
MOST_PAUSE = 10.0
PAGES = frozenset({"text/html", "application/xhtml+xml"})
FILES = {"application/pdf": ".pdf", "text/plain": ".txt"}
GONE = frozenset({404, 410})


@dataclass(frozen=True, slots=True)
class Visit:
    """What came of one address: `page` or, for a file, `data`; `gone` when the site says so; else `why` nothing."""

    url: str
    page: WebPage | None = None
    data: bytes = b""
    suffix: str = ""
    gone: bool = False
    why: str = ""


@dataclass(slots=True)
class Walk:
    """How far a crawl has come: what waits, with how many links it lies from the start, and what was seen."""

    start: str
    depth: int = DEPTH
    waiting: list[tuple[str, int]] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)

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

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {"start": self.start, "depth": self.depth, "waiting": self.waiting, "seen": self.seen}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Make the crawl that `to_json` wrote."""
        return cls(data["start"], data["depth"], [(url, depth) for url, depth in data["waiting"]], list(data["seen"]))


class Crawler:
    """Visits the pages of one site."""

    def __init__(
        self,
        fetcher: Fetcher,
        *,
        pause: float = PAUSE,
        most_pages: int = MOST_PAGES,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._fetcher = fetcher
        self._pause = pause
        self._most_pages = most_pages
        self._sleep = sleep
        self._robots: dict[str, RobotFileParser] = {}

    def visits(self, walk: Walk) -> Iterator[Visit]:
        """Yield what comes of each address that waits, and let `walk` know what it leads to."""
        while walk.waiting:
            url, depth = walk.waiting.pop(0)
            visit = self.visit(url)
            if visit.page and not visit.page.nofollow and depth < walk.depth:
                for link in visit.page.links:
                    if link not in walk.seen and _same_site(link, walk.start) and len(walk.seen) < self._most_pages:
                        walk.seen.append(link)
                        walk.waiting.append((link, depth + 1))
            own = visit.page.canonical if visit.page else ""
            if own and own != url and _same_site(own, walk.start):
                # The page says that it is another's double: that one is visited, this one is not kept.
                if own not in walk.seen and len(walk.seen) < self._most_pages:
                    walk.seen.append(own)
                    walk.waiting.append((own, depth))
                visit = Visit(url, why=f"the same as {own}")
            yield visit

    def visit(self, url: str) -> Visit:
        """Return what comes of one address; a site that misbehaves costs that page."""
        try:
            robots = self._rules_of(url)
            if not robots.can_fetch(NAME, url):
                return Visit(url, why="robots.txt asks not to")
            self._sleep(min(MOST_PAUSE, max(self._pause, float(robots.crawl_delay(NAME) or 0))))
            fetched = self._fetcher.fetch(url, same_site=True)
            return self._read(url, fetched)
        except (UserError, TransientError) as error:
            return Visit(url, why=str(error))

    def _read(self, url: str, fetched: Fetched) -> Visit:
        if fetched.status in GONE:
            return Visit(url, gone=True, why="gone")
        if fetched.status != 200:
            return Visit(url, why=f"the site answers {fetched.status}")
        if fetched.kind in FILES:
            return Visit(url, data=fetched.body, suffix=FILES[fetched.kind])
        if fetched.kind not in PAGES:
            return Visit(url, why=f"it is {fetched.kind or 'of no known kind'}")
        page = read_page(fetched)
        moved = canonical(fetched.url)
        if moved and moved != url and not page.canonical:
            page = WebPage(page.url, page.title, page.text, page.links, moved, page.noindex, page.nofollow)
        if page.noindex:
            return Visit(
                url, page=WebPage(page.url, page.title, "", page.links, "", noindex=True), why="it asks not to"
            )
        return Visit(url, page=page)

    def _rules_of(self, url: str) -> RobotFileParser:
        """Return what robots.txt asks; one that cannot be had forbids everything, one that there is not, nothing."""
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self._robots:
            rules = RobotFileParser()
            try:
                fetched = self._fetcher.fetch(f"{site}/robots.txt")
            except TransientError:
                rules.disallow_all = True  # type: ignore[attr-defined]
            else:
                if fetched.status == 200:
                    rules.parse(fetched.text[:500_000].splitlines())
                elif 400 <= fetched.status < 500:
                    rules.parse([])
                else:
                    rules.disallow_all = True  # type: ignore[attr-defined]
            rules.modified()
            self._robots[site] = rules
        return self._robots[site]


def _same_site(url: str, start: str) -> bool:
    """Tell whether two addresses are of one site, with `www.` or without."""
    ours, theirs = (urlsplit(each) for each in (start, url))
    names = [(each.hostname or "").removeprefix("www.") for each in (ours, theirs)]
    return names[0] == names[1] and ours.port == theirs.port
