"""Find what an amendment changes: the agreement that it names, and that agreement's date."""

import datetime
import re
from dataclasses import dataclass

from knowledge.documents.dating import days_in
from knowledge.documents.paper import Paper, Words
from knowledge.documents.title import KINDS

OPENING = 5000  # Characters in which an amendment says what it amends.
REACH = 60  # Characters between an agreement's name and its date.
NOTHING = "nothing"  # What somebody says of a document that changes none.

_AMENDMENT = re.compile(
    r"(?i)\b(?:amendments?|addend(?:um|a)|amending|supplemental|variation|(?:deed|letter)\s+of\s+(?:amendment|variation)|"
    r"supplement(?=\s+(?:no\b|to\b|\d)))\b"
)
_RESTATED = re.compile(
    r"(?i)\b(?:(?:first|second|third|fourth|fifth|sixth)\s+)?(?:amended\s+(?:and|&)\s+restated|restated)\b\s*"
)
_AMENDS = re.compile(r"(?i)\b(?:amend|modif|supplement|restat|var(?:y|ied))")
_NAME = rf"(?P<name>(?:(?:[A-Z][\w&’'-]*|and|of|for|the|on)[\s,]+){{0,8}}?(?i:{KINDS})(?:\s+(?i:{KINDS}))?)(?!\w)"
_NUMBER = r"(?:\s*(?:no\.?|number|nr\.?|#)?\s*(?:\d{1,2}|[IVX]{1,4}|one|two|three|four|five))?"
_TO = re.compile(
    rf"(?i:\b(?:amendment|addendum|supplement|variation){_NUMBER}\s+(?:to|of)\s+(?:the|that\s+certain)?\s*){_NAME}"
)
_DATED_ONE = re.compile(rf"(?i:\b(?:that\s+certain|the|an?|original|existing)\s+){_NAME}")
_BEFORE_DAY = re.compile(
    r"(?i)^[\s,(]*(?:[^.;()]{0,30}\b)?(?:dated|made|entered\s+into|effective|executed|as\s+of|of|on)\b[\s\w,]{0,20}$"
)
_ITS_OWN = re.compile(r"(?i)^[^.;]{0,60}[\"'(]\s*(?:this|the)?\s*[\"']?(?:\w+\s+)?(?:amendment|addendum|supplement)")


@dataclass(frozen=True, slots=True)
class Changed:
    """What a document says that it changes, as in `Hosting Agreement of 1 March 2021`, and that date."""

    value: str
    day: datetime.date | None
    words: tuple[Words, ...]
    confidence: float


def is_amendment(title: str) -> bool:
    """Tell whether a title is that of a document which changes another and stands beside it."""
    return bool(_AMENDMENT.search(title)) and not is_restated(title)


def is_restated(title: str) -> bool:
    """Tell whether a title is that of a document which takes the place of another."""
    return bool(_RESTATED.search(title))


def without_restating(title: str) -> str:
    """Return a title without the words that say that it was restated."""
    return _RESTATED.sub("", title)


def changed(paper: Paper, title: str) -> Changed | None:
    """Return what a document of this title says that it changes; None for one that changes none."""
    restated = is_restated(title)
    if not restated and not is_amendment(title):
        return None
    opening = paper.text[:OPENING]
    if not _AMENDS.search(opening):
        return None
    named = [*_TO.finditer(opening), *_DATED_ONE.finditer(opening)]
    if restated:
        wanted = _key(without_restating(title))
        named = [match for match in named if _key(match["name"]) == wanted]
    named = [match for match in named if not is_amendment(match["name"]) and not is_restated(match["name"])]
    for match in named:
        if dated := _day_after(paper, match.end("name")):
            day, end = dated
            value = f"{_called(match['name'])} of {day.day} {day:%B %Y}"
            return Changed(value, day, (paper.cite(match.start(), end),), 0.9)
    if restated:
        return None  # That it has the same name as what it restates is told by the title.
    if named:
        return Changed(_called(named[0]["name"]), None, (paper.cite(named[0].start(), named[0].end()),), 0.7)
    return None


def _day_after(paper: Paper, at: int) -> tuple[datetime.date, int] | None:
    """Return the date that stands right after an agreement's name, unless it is that of the amendment itself."""
    for start, end, day in days_in(paper, at, min(at + REACH + 20, len(paper.text))):
        own = _ITS_OWN.search(paper.text[end : end + 100])
        if start - at <= REACH and _BEFORE_DAY.search(paper.text[at:start]) and not own:
            return day, end
        return None
    return None


def _called(name: str) -> str:
    name = " ".join(name.split()).removeprefix("the ").removeprefix("The ")
    return name.title() if name.isupper() else name


def _key(name: str) -> str:
    return " ".join(re.findall(r"\w+", name.lower()))
