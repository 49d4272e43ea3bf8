"""Find when a contract was made and when it takes effect."""

import calendar
import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.documents.paper import Paper, Words
from knowledge.facts import Date, dates_in

OPENING = 6000  # Characters in which a contract says when it was made.
REACH = 160  # Characters between the word for it and its date.
START = r"(?:effective|commencement|start|commencing)\s+date"
# Another way to speak of the day on which the contract was made.
ABOVE = (
    r"(?:(?:day|date)(?:\s+and\s+year)?\s+(?:first\s+)?(?:(?:set\s+forth|written|stated|given)\s+)?(?:herein\s*)?"
    r"(?:above|hereof|of\s+this\s+\w+)(?:\s*-?\s*(?:written|mentioned|set\s+forth|stated))?|date\s+hereof|"
    r"(?:date\s+of\s+)?execution(?:\s+date)?\s+(?:of\s+this|hereof)|date\s+of\s+(?:this|the)\s+(?:\w+\s+)?agreement)"
)
_MADE = re.compile(
    r"(?i)\b(?:made|entered\s+into|dated|executed|effective|as\s+of|concluded|signed|between|this\s+agreement|"
    rf"date\s*:|date\s+of\s+(?:the\s+)?(?:agreement|contract))(?!\w)[^.;]{{0,{REACH}}}$"
)
_OF_OTHERS = re.compile(
    r"(?i)\b(?:filed|commission|amended\s+(?:by|on)|born|ending|ended|until|through|before|prior|balances?|"
    r"prices?(?:\s+list)?\s+in\s+effect)\b[^.;]{0,60}$"
)
# `That certain Master Agreement dated as of`: another one, unless it is what the contract calls itself.
_ANOTHER = re.compile(
    r"(?:\b[Tt]hat\s+certain\b|\b(?:under|pursuant\s+to|of|with|to)\s+(?:the|a|an)\b)(?:\s+[A-Z][\w&-]*|\s+agreement){1,6}\s*,?\s*"
    r"(?:\w+\s+){0,3}?(?:dated|effective|made|executed|entered)\b[^.;]{0,40}$"
)
_RECITALS = re.compile(r"\bWHEREAS\b|\bRECITALS?\b|\bWITNESSETH\b|\n\s*(?:1\.|ARTICLE\s+(?:1|I)\b|Section\s+1\b)")
_OWN = re.compile(r"(?i)\bthis\b|\bhereof\b|\bherein\b|\bdate\s*:")
_SO_CALLED = re.compile(
    rf"(?i)^[\s,]*(?:\((?:\s*(?:the|hereinafter|herein|collectively|also)\b){{0,2}}|hereinafter\s+|being\s+|\(?or\s+)?(?:\(\s*)?(?:the\s+|each,?\s+an?\s+)?[\"'(]*{START}"
)
_MEANS = re.compile(
    rf"(?i){START}[\"')]*\s*(?:\([^()]{{0,40}}\)\s*)?(?::|means|shall\s+mean|is|shall\s+be|will\s+be|"
    r"of\s+(?:this|the)\s+(?:\w+\s+){1,3}(?:is|shall\s+be)\s*:?|,|-|of)?\s*(?:the\s+date\s+of\s+[^.;\"]{0,60}i\.e\.,?\s*)?"
    r"(?:as\s+of\s+)?$"
)
_TAKES_EFFECT = re.compile(
    r"(?i)\b(?:effective|effect|commenc\w+|beginning|begins?|start(?:s|ing)?)\s*(?:as\s+of|on|from|upon|at)?\s*"
    r"(?:and\s+as\s+of\s+)?(?:the|this)?\s*$"
)
_EFFECTIVE_ABOVE = re.compile(
    rf"(?i)(?:as\s+of|on)\s+the\s+{ABOVE}[^.;]{{0,40}}\(\s*(?:the\s+)?[\"']?{START}|"
    rf"{START}[\"')]*\s*(?:means|shall\s+mean|is|shall\s+be|:|,)\s+(?:as\s+of\s+)?the\s+{ABOVE}|"
    rf"(?:effective|effect|commenc\w+|begins?)\s+(?:as\s+of|on|from|upon)?\s*the\s+{ABOVE}"
)


@dataclass(frozen=True, slots=True)
class Dated:
    """A day, with the words that give it; more than one where it had to be worked out."""

    day: datetime.date
    words: tuple[Words, ...]
    confidence: float


def days_in(paper: Paper, start: int, end: int) -> Iterator[tuple[int, int, datetime.date]]:
    """Yield the full dates between two places; one without its day or year is none."""
    for begin, stop, found in dates_in(paper.text[start:end]):
        if (day := whole(found)) is not None:
            yield start + begin, start + stop, day


def whole(found: Date) -> datetime.date | None:
    """Return a date that is complete and exists, whichever of its numbers is the month."""
    if not found.year or not found.day:
        return None
    month, day = (found.day, found.month) if found.month > 12 >= found.day else (found.month, found.day)
    if not 1 <= month <= 12 or not 1 <= day <= calendar.monthrange(found.year, month)[1]:
        return None
    return datetime.date(found.year, month, day)


def agreed(paper: Paper, *, besides: datetime.date | None = None) -> Dated | None:
    """Return when the contract was made, as its opening says; `besides` is the day of one that it speaks of."""
    recitals = _RECITALS.search(paper.text, 200)
    preamble = recitals.start() if recitals else OPENING
    for start, end, day in days_in(paper, 0, min(OPENING, len(paper.text))):
        if day == besides:
            continue
        before = paper.text[max(0, start - REACH) : start]
        if not _MADE.search(before) or _OF_OTHERS.search(before) or _ANOTHER.search(before):
            continue
        if start < preamble or _OWN.search(before):
            return Dated(day, (_around(paper, start, end),), 0.9 if start < preamble else 0.7)
    return None


def effective(paper: Paper, made: Dated | None) -> Dated | None:
    """Return when the contract takes effect: a day that it calls so, or that of its making."""
    best: tuple[int, Dated] | None = None
    for start, end, day in days_in(paper, 0, len(paper.text)):
        before, after = paper.text[max(0, start - 90) : start], paper.text[end : end + 60]
        points = 3 if _SO_CALLED.search(after) else 2 if _MEANS.search(before) else 0
        if not points and start < OPENING and _TAKES_EFFECT.search(before):
            points = 1
        if points and (best is None or points > best[0]):
            best = points, Dated(day, (_around(paper, start, end),), (0.7, 0.9, 0.95)[points - 1])
    above = _EFFECTIVE_ABOVE.search(paper.text)
    if above and made and (best is None or best[0] < 2):
        words = _around(paper, above.start(), above.end())
        return Dated(made.day, tuple(dict.fromkeys((words, *made.words))), 0.85)
    return best[1] if best else None


def _around(paper: Paper, start: int, end: int) -> Words:
    """Return the sentence of a place."""
    for begin, stop in paper.sentences:
        if begin <= start < stop:
            return paper.cite(begin, stop, at=start)
    return paper.cite(start, end)
