"""Read robots.txt as RFC 9309 says, and the pause that it asks for."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote, unquote, urlsplit

MOST = 500_000  # Characters that are read: the RFC asks for as many at least.


@dataclass(frozen=True, slots=True)
class Robots:
    """What a site asks of us: patterns of paths with whether they may be read, and seconds between two pages."""

    rules: tuple[tuple[str, bool], ...] = ()
    pause: float = 0.0
    why: str = "robots.txt asks not to"

    @classmethod
    def parse(cls, text: str, *, name: str) -> Self:
        """Return what `text` asks of the robot `name`, else of all."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for names, lines in _groups(text[:MOST]):
            for each in names:
                groups.setdefault(each, []).extend(lines)
        asked = groups.get(name.lower(), groups.get("*", []))
        rules = tuple((_written(value), what == "allow") for what, value in asked if what != "crawl-delay" and value)
        return cls(rules, max((_seconds(value) for what, value in asked if what == "crawl-delay"), default=0.0))

    @classmethod
    def closed(cls, why: str) -> Self:
        """Return what lets nothing be read."""
        return cls((("/", False),), why=why)

    def allow(self, url: str) -> bool:
        """Return whether an address may be read: its longest pattern decides, and of two the kinder."""
        parts = urlsplit(url)
        path = _written((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        found = [(len(pattern), allowed) for pattern, allowed in self.rules if _fits(pattern, path)]
        return max(found, default=(0, True))[1]


def _groups(text: str) -> Iterator[tuple[list[str], list[tuple[str, str]]]]:
    names: list[str] = []
    rules: list[tuple[str, str]] = []
    for line in text.removeprefix("\ufeff").splitlines():
        what, colon, value = line.partition("#")[0].partition(":")
        what, value = what.strip().lower(), value.strip()
        if not colon:
            continue
        if what == "user-agent":
            if rules:
                yield names, rules
                names, rules = [], []
            names.append(value.partition("/")[0].strip().lower())
        elif what in {"allow", "disallow", "crawl-delay"} and names:
            rules.append((what, value))
    yield names, rules or [("allow", "")]


def _fits(pattern: str, path: str) -> bool:
    """Tell whether a pattern is the beginning of a path; `*` stands for anything, `$` at its end for the path's end.

    Found piece by piece, not by a regular expression: a stranger's pattern could keep one busy for ever.
    """
    ends = pattern.endswith("$")
    first, *pieces = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    last = pieces.pop() if ends and pieces else None
    for piece in pieces:
        at = path.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    if not ends:
        return True
    return at == len(path) if last is None else path.endswith(last) and len(path) - len(last) >= at


def _written(path: str) -> str:
    return quote(unquote(path), safe="/:@!$&'()*+,;=~-._?%")


def _seconds(written: str) -> float:
    try:
        seconds = float(written)
    except ValueError:
        return 0.0
    return seconds if math.isfinite(seconds) and seconds > 0 else 0.0
