"""Understand a question about figures: what is asked to be done with which lines of which years."""

import re
from dataclasses import dataclass

from knowledge.documents.fiscal import subject, written_out

YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?:\s?/\s?(?:20)?\d\d)?(?!\d)")
RANGE = re.compile(
    r"(?<!\d)((?:19|20)\d\d)\s*(?:-|–|to|through)\s*(?:fiscal\s+|FY\s?)?((?:19|20)\d\d)(?!\d)", re.IGNORECASE
)
_DOINGS = (
    (
        "growth",
        (
            r"(?:percent(?:age)?|%)\s*(?:change|increase|decrease|growth|difference|increase\s*/\s*\(?decrease\)?)|"
            r"growth\s+rate|(?:change|increase|decrease|growth)\s+(?:in|by)\s+percent(?:age)?|"
            r"year[- ]o(?:n|ver)[- ]year\s+(?:growth|change)"
        ),
    ),
    (
        "share",
        (
            r"\bas\s+a\s+(?:percentage|percent|share|proportion|%)\s+of\b|"
            r"\b(?:percentage|share|proportion|%)\s+(?:constitution\s+)?of\b.*"
            r"\b(?:among|in|out\s+of|to|over|against|of)\s+(?:the\s+)?total\b"
        ),
    ),
    ("ratio", r"\bratio\s+of\b|\bdivided\s+by\b"),
    ("average", r"\baverage\b|\bmean\s+of\b"),
    ("change", r"\b(?:change|increase|decrease|difference|decline|rise|growth)\b"),
    ("sum", r"\b(?:sum|combined)\b|\btotal\b(?=.*\band\b)"),
)
DOINGS = tuple((name, re.compile(rf"(?i){pattern}")) for name, pattern in _DOINGS)
_LEAD = re.compile(
    r"(?i)^\W*(?:what|how\s+(?:much|many)|which|state|give|tell\s+me|show|find|calculate|compute)\b\s*"
    r"(?:(?:is|was|are|were|did|does|do|has|have|had|me|us)\b\s*)?"
)
_SCALE = re.compile(r"(?i)\bin\s+(?:us\s?d?\s+|us\s+dollars?\s+|\$\s?)?(thousand|million|billion)s?\b")
_PLACES = re.compile(r"(?i)\bround\w*\b[^.]{0,40}?\bto\s+(one|two|three|\d)\s+decimal")
_WORDS = {"one": 1, "two": 2, "three": 3}
_BETWEEN = re.compile(r"(?i)\bbetween\s+(?P<a>.+?)\s+and\s+(?P<b>.+)$")
_AND = re.compile(r"(?i)\s+(?:and|&)\s+(?:the\s+)?")
_TO = re.compile(r"(?i)\s+(?:to|and|divided\s+by|over)\s+(?:the\s+)?")
_OF = re.compile(
    r"(?i)\s+(?:as\s+a\s+(?:percentage|percent|share|proportion|%)\s+of|among|out\s+of|against|in\s+(?=(?:the\s+)?total)|to\s+(?=(?:the\s+)?total))\s+(?:the\s+)?"
)
_MOVED = re.compile(
    r"(?i)\b(?:by\s+)?(?:how\s+(?P<much>much|many\s+per\s?cent)|what\s+per\s?cent(?:age)?)\s+(?:did|has|have|had|do|does)\s+"
    r"(?P<line>.+?)\s+(?:grow|grown|grew|increased?|rise|risen|go\s+up|fall|fallen|fell|go\s+down|decreased?|declined?|"
    r"drop(?:ped)?|changed?)\b(?:\s+by)?"
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What to do (`cell` is to look one up), with which lines, of which years; `scale` and `places` are how to say it.

    `whole` are the words of all lines together: an `and` may be part of one line's name.
    """

    doing: str
    lines: tuple[str, ...]
    years: tuple[str, ...]
    scale: str = ""
    places: int | None = None
    whole: str = ""


def reworded(question: str) -> str:
    """Return a question that says by a verb what is to be done, `how much did it grow`, with the noun for it."""

    def noun(match: re.Match[str]) -> str:
        doing = "change" if (match["much"] or "").lower() == "much" else "percentage change"
        return f"what was the {doing} in {match['line']}"

    return _MOVED.sub(noun, question, count=1)


def wish(question: str) -> Wish | None:
    """Return what a question asks of figures, None where it is no such question."""
    text = written_out(subject(question)).replace("’", "'")
    whole = written_out(question)
    if re.match(r"(?i)\W*(?:why|who|where|when|does|did|is|are|was|were|has|have|can|should)\b", text):
        return None
    scale = _SCALE.search(whole)
    rounded = _PLACES.search(whole)
    places = None if rounded is None else _WORDS.get(rounded[1].lower()) or int(rounded[1])
    years = _years(text)
    doing = next((name for name, pattern in DOINGS if pattern.search(text)), "cell")
    lines = _lines(text, doing)
    if not lines:
        return None
    rest = next((pattern.sub(" ", text, count=1) for name, pattern in DOINGS if name == doing), text)
    return Wish(doing, lines, years, scale[1].lower() if scale else "", places, _bare(_LEAD.sub("", rest)))


def as_lookup(question: str) -> Wish | None:
    """Return a question as one for a single line whose label has the words that could mean to reckon."""
    text = written_out(subject(question)).replace("’", "'")
    line = _bare(_LEAD.sub("", text))
    return Wish("cell", (line,), _years(text)) if line else None


def _years(text: str) -> tuple[str, ...]:
    ranges = [(int(first), int(last)) for first, last in RANGE.findall(text)]
    if any(1 < last - first < 6 for first, last in ranges):
        first, last = next(each for each in ranges if 1 < each[1] - each[0] < 6)
        return tuple(str(year) for year in range(first, last + 1))
    return tuple(dict.fromkeys(" ".join(each.split()) for each in YEAR.findall(text)))


def _lines(text: str, doing: str) -> tuple[str, ...]:
    text = _LEAD.sub("", text).rstrip(" ?.!")
    if doing == "cell":
        return tuple(filter(None, (_bare(text),)))
    if doing == "share":
        parts = _OF.split(text, maxsplit=1)
        if len(parts) < 2:
            parts = re.split(r"(?i)\s+of\s+(?:the\s+)?(?=total)", text, maxsplit=1)
        return tuple(map(_bare, parts)) if len(parts) == 2 else ()
    text = next(pattern for name, pattern in DOINGS if name == doing).sub(" ", text, count=1)
    if doing == "ratio":
        parts = _TO.split(text, maxsplit=1)
        return tuple(each for each in map(_bare, parts) if each)
    between = _BETWEEN.search(text)
    if doing in {"change", "sum", "average"}:
        parts = [between["a"], between["b"]] if between and doing == "change" else _AND.split(text)
        lines = [_bare(each) for each in parts]
        if len(lines) > 1 and all(lines):
            return tuple(lines)
        before = text[: between.start()] if between else text
        if between and not _bare(before):
            return tuple(each for each in lines if each)
    return tuple(filter(None, (_bare(text),)))


_NOISE = re.compile(
    r"(?i)\b(?:the|company's|company|group's|respective|amount|amounts|value|figure|of|in|for|from|to|at|as|on|by|and|between|during|over|"
    r"end|ended|ending|fiscal|fy|year|years|year-end|period|was|were|is|are|did|does|its|their|both|respectively|compared|with|than|"
    r"reported|usd|us|dollars?|millions?|thousands?|billions?|december|31|june|30|september|march|how|much|many|what|there|have|had|a|an|"
    r"january|february|april|may|july|august|october|november)\b"
)


def _bare(text: str) -> str:
    """Return the words of a line's name: without years and what only holds a sentence together."""
    text = RANGE.sub(" ", text)
    text = YEAR.sub(" ", text)
    return " ".join(re.sub(r"(?<!\w)[^\w\s]+(?!\w)|[?,;:()]", " ", _NOISE.sub(" ", text)).split())
