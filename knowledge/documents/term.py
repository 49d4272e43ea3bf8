"""Find when a contract ends, whether it renews, and how much notice that takes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from knowledge.documents.dating import ABOVE, START, Dated, days_in, whole
from knowledge.documents.duration import Duration, durations
from knowledge.documents.paper import Paper, Words
from knowledge.facts import dates_in

Found = TypeVar("Found", Dated, "Told")
AUTOMATIC, AGREED = "automatically", "if agreed"
_SUBJECT = re.compile(
    r"(?i)\b(?:(?:this|the|your|his|her)\s+(?:[\w-]+\s+){0,3}(?:agreement|contract|lease|licen[cs]e|engagement|appointment|employment|"
    r"arrangement)|(?:initial|contract)\s+(?:\w+\s+)?(?:term|period)|the\s+\"?term\b|terms?\s+of\s+(?:this|the))|\"term\""
)
_RUNS = re.compile(
    r"(?i)\b(?:expir\w+|terminat\w+|continue\w*|remain\w*|ends?|ending|commenc\w+|begins?|extends?|concluding|through|"
    r"valid|(?:in|into)\s+(?:full\s+)?(?:force|effect)|terms?|effective)\b"
)
_LASTS = re.compile(
    r"(?i)\b(?:expir\w+|terminat\w+|continue\w*|remain\w*|ends?|ending|extends?|valid|terms?|for\s+an?\s+(?:\w+\s+)?period|"
    r"in\s+(?:full\s+)?(?:force|effect))\b"
)
_AGAIN = re.compile(r"(?i)\b(?:renew\w*|additional|successive|extension)\b")
_NAMED = re.compile(
    r"(?i)\(\s*(?:the\s+)?\"(?:the\s+)?(?:initial\s+)?(?:\w+\s+)?(?:term|period)\b|^[\d. ]*\"?(?:initial\s+)?term\b"
)
_OTHERWISE = re.compile(
    r"(?i)\b(?:confidential\w*|surviv\w+|warrant\w+|non-?compet\w+|compete|audit\w*|records|insurance|invoice|statute|"
    r"indemnif\w+|purchase\s+orders?|statement\s+of\s+work|default|breach|royalt\w+|patent|pay|paid|payable|fees?|"
    r"instal\w+|\"?(?:calendar|contract|fiscal|licen[cs]e)\s+(?:quarter|year|month)|"
    r"(?:after|following|upon|follows)\s+(?:the\s+|any\s+)?(?:expiration|termination|expiry))\b"
)
_ASIDE = re.compile(r"(?i)\b(?:unless|subject\s+to)\b[^,.;]*,?|[;,]\s*provided\b.*|;.*$")
_SUPPOSED = re.compile(r"(?i)^[\d.()\sa-z]{0,6}\bif\b")
_BEFORE_END = re.compile(
    r"(?i)\b(?:until|through|thru|to|ends?|ending|expir\w+(?:\s+date)?\s*:?|terminat\w+|conclud\w+)"
    r"(?:\s+(?:automatically|without|notice|on|at|as|of|and|including|midnight|the|close|business|is|earlier|\(i\)|end|"
    r"season|which|scheduled|day|upon|to|be)\b|\s*\(i\))*\s*,?\s*(?:\d\d?[:.]\d\d\s*[ap]\.?m\.?\s*(?:on\s+)?)?$"
)
_NOT_BEFORE = re.compile(
    r"(?i)\b(?:not|cannot|neither|no\s+party|nor)\b[^.;]{0,60}\b(?:terminat|expir|end|cancel)\w*[^.;]{0,40}$"
)
_ITS_VERB = re.compile(r"(?i)\b(?:continu|remain|force|effect|expir|terminat|ends?\b)[^.;,]{0,50}$")
_DEFINES = re.compile(r"[\"“][^\"”]{1,60}[\"”]\s+(?:shall\s+)?means?\b")
_OF_END = re.compile(r"(?i)\b(?:term|terms|expir\w+|end|ending|termination|maturity)\b")
_COUNTED_FROM = re.compile(r"(?i)[\"')\s,]*(?:\w+\s+)?(?:from|after|following|of|commencing|beginning|starting)\b")
_COUNTED_ON = re.compile(
    r"(?i)(?:commenc\w+|begin\w*|from|start\w*|effective|effect|following|after|of)\s+(?:on|as\s+of|from)?\s*(?:the\s+)?$"
)
_LATER = re.compile(r"(?i)\blat(?:er|est)\s+(?:of|to)\b")
_EARLIER = re.compile(r"(?i)\bearl(?:ier|iest)\s+(?:of|to)\b")
_FROM_START = re.compile(rf"(?i)\b{START}\b")
_FROM_ABOVE = re.compile(rf"(?i)\b(?:{ABOVE})\b")
_EXECUTED = re.compile(r"(?i)\b(?:date\s+of\s+(?:its\s+)?(?:execution|signing)|execution\s+date)\b")
# `From the Service Commencement Date`: a start of something else.
_MILESTONE = re.compile(r"\b(?!The\b|This\b|Contract\b|Agreement\b|Lease\b)[A-Z][a-z]+\s+$")
_OF_ANOTHER = re.compile(r"(?i)\s+(?:of|to)\s+(?!this\b|the\s+(?:agreement|contract)\b)")
# A term that is told without its start runs from when the contract does.
_PLAIN = re.compile(
    r"(?i)\b(?:term\s+of\s+(?:this|the)\s+(?:\w+\s+)?(?:agreement|contract|lease|licen[cs]e)\s+(?:is|shall\s+be|will\s+be)|"
    r"this\s+(?:\w+\s+)?(?:agreement|contract|lease|licen[cs]e)\s+(?:is|(?:shall|will)\s+(?:be|remain|continue)|remains|continues)"
    r"(?:\s+(?:valid|effective|in|full|force|and|effect))*)\s+(?:for\s+)?(?:an?\s+)?(?:initial\s+)?(?:(?:term|period)\s+(?:of\s+)?)?\(?$"
)
_OPEN = re.compile(
    r"(?i)\b(?:continu\w+|remain\w*|in\s+(?:full\s+)?(?:force|effect))\b[^.;]{0,60}?\b(?:indefinitely|(?:until|unless)\s+"
    r"(?:and\s+until\s+)?(?:it\s+is\s+|such\s+time\s+as\s+(?:it\s+is\s+)?|either\s+party\s+)?(?:otherwise\s+|so\s+|sooner\s+|earlier\s+)?"
    r"(?:terminate[sd]?|cancel\w+|gives\s+notice)|(?:in|for)\s+perpetuity)|\bunlimited\s+period|\bindefinite\s+(?:term|period)|"
    r"\bperpetual\s+term|\bend\s+when\s+terminated\b"
)
_THEREAFTER = re.compile(r"(?i)\b(?:thereafter|after\s+which|following\s+which|and\s+then)\b")
_MONTHLY = r"\b(?:month\s*-?\s*to\s*-?\s*month|monthly\s+basis)"
_YEARLY = r"\b(?:year\s*-?\s*to\s*-?\s*year|yearly\s+basis)"
_RENEWS = re.compile(
    rf"(?i)\b(?:renew(?:s|ed|al|als|able|ing)?|exten(?:ds?|ded|sions?|ding)|automatically\s+continue)\b|{_MONTHLY}|{_YEARLY}"
)
_PROLONGED = re.compile(r"(?i)\b(?:renew|exten(?:d|sion)|continu)\w*")
_BY_ITSELF = re.compile(
    r"(?i)\bautomatic(?:ally)?\b[^.;]{0,60}\b(?:renew\w*|exten\w+|continu\w+)|\b(?:renew\w*|exten(?:d|sion)\w*)\b[^.;]{0,40}"
    rf"\bautomatic(?:ally)?\b|\bcontinue\b[^.;]{{0,40}}(?:{_MONTHLY}|{_YEARLY})"
)
_DENIED = re.compile(r"(?i)\b(?:no|not|never|neither|nor)\b(?!\s+(?:less|more|later)\b)|n['’]t\b")
_IF_AGREED = re.compile(
    r"(?i)\b(?:may|option|right|elects?|negotiate\w*|agree[ds]?|written\s+agreement|consent|mutual\w*|discretion|desires?)\b"
)
_AT_A_TIME = re.compile(r"(?i)\b(?:successive|consecutive|subsequent|each|terms|periods|anniversary)\b")
_OF_CONTRACT = re.compile(r"(?i)\b(?:agreement|contract|lease|licen[cs]e|term|appointment|engagement)\b")
_NOTICE_AFTER = re.compile(
    r"(?i)^[\"')]*(?:\s+in\s+advance|(?:\s+(?:advance|prior|written|before))|\s*'?\s*(?:advance|prior|written|notice)|\s+of\s+the\s+(?:end|expir|conclu))"
)
_UPON = re.compile(r"(?i)\bterminat\w+\b[^.;]{0,80}$")


@dataclass(frozen=True, slots=True)
class Told:
    """A value as it is shown, with the words that tell it."""

    value: str
    words: tuple[Words, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class Known:
    """The days that a term may be counted from."""

    made: Dated | None
    begun: Dated | None


@dataclass(frozen=True, slots=True)
class Ending:
    """How long a contract lasts; what it does not say is None."""

    expiry: Dated | None = None
    unending: Told | None = None
    renewal: Told | None = None
    notice: Told | None = None


def ending(paper: Paper, made: Dated | None, begun: Dated | None) -> Ending:
    """Return how a contract ends, reckoned from when it was made or takes effect where it says so."""
    ends: list[tuple[float, Dated]] = []
    opens: list[Told] = []
    renewals: list[tuple[float, Told]] = []
    notices: list[tuple[float, Told]] = []
    for start, end in paper.sentences:
        sentence = paper.text[start:end]
        if _RUNS.search(sentence) and (points := _points(sentence)) >= 3:
            found = _fixed(paper, start, end) or _reckoned(paper, start, end, Known(made, begun))
            if found is not None:
                ends.append((points + found.confidence, found))
            elif (
                (unending := _OPEN.search(sentence))
                and _SUBJECT.search(sentence[: unending.end()])
                and not _is_limited(sentence, unending.end())
            ):
                opens.append(Told("", (_cite(paper, start, end, _OPEN),), 0.8))
        if _RENEWS.search(sentence) and _OF_CONTRACT.search(sentence):
            renewals += _renewals(paper, start, end)
        notices += _notices(paper, start, end)
    return Ending(
        expiry=_best(ends),
        unending=opens[0] if opens else None,
        renewal=_best(renewals),
        notice=_best(notices),
    )


def _best(found: Sequence[tuple[float, Found]]) -> Found | None:
    return max(found, key=lambda each: each[0])[1] if found else None


def _points(sentence: str) -> int:
    """Return how surely a sentence is about how long the whole contract lasts."""
    points = 2 * bool(_SUBJECT.search(sentence)) + 2 * bool(_NAMED.search(sentence)) + bool(_RUNS.search(sentence))
    main = _ASIDE.sub("", sentence)
    return points - 3 * bool(_OTHERWISE.search(main) or _SUPPOSED.search(main))


def _fixed(paper: Paper, start: int, end: int) -> Dated | None:
    """Return the day on which a sentence lets the contract end."""
    if (other := _DEFINES.search(paper.text[start:end])) and not _OF_END.search(other[0]):
        return None
    found: list[tuple[bool, Dated]] = []
    for begin, _, day in days_in(paper, start, end):
        before = paper.text[max(start, begin - 90) : begin]
        if not _BEFORE_END.search(before) or _LATER.search(before) or _NOT_BEFORE.search(before):
            continue
        sure = 0.7 if _EARLIER.search(before) else 0.95
        found.append((bool(_ITS_VERB.search(before)), Dated(day, (paper.cite(start, end, at=begin),), sure)))
    return max(found, key=lambda each: each[0])[1] if found else None


def _is_limited(sentence: str, end: int) -> bool:
    """Tell whether what lasts `until terminated` has a term of its own, though nobody knows from when."""
    if _THEREAFTER.search(sentence):
        return False
    return any(
        long.unit in {"month", "year"} and not _NOTICE_AFTER.search(sentence[stop:])
        for _, stop, long in durations(sentence[:end])
    )


def _reckoned(paper: Paper, start: int, end: int, known: Known) -> Dated | None:
    """Return the day that lies as far from a known one as a sentence says; None where it does not say from which."""
    sentence = paper.text[start:end]
    if _LATER.search(sentence):
        return None
    for at, stop, long in durations(sentence):
        if (
            long.unit in {"day", "week"}
            or _NOTICE_AFTER.search(sentence[stop:])
            or _AGAIN.search(sentence[max(0, at - 60) : at])
        ):
            continue
        near = sentence[max(0, at - 220) : stop]
        if not (_SUBJECT.search(near) and _LASTS.search(near)):
            continue
        if (base := _base(sentence, at, stop, known)) is None:
            if _COUNTED_FROM.match(sentence[stop : stop + 90]):
                return None  # From something that nobody here knows; no other time of the sentence is the term.
            continue
        day = long.after(base.day)
        words = tuple(dict.fromkeys((paper.cite(start, end, at=start + at), *base.words)))
        return Dated(day, words, min(0.85, base.confidence)) if day else None
    return None


def _base(sentence: str, at: int, stop: int, known: Known) -> Dated | None:
    """Return the day that a term from `at` to `stop` is counted from, as its sentence says."""
    after = sentence[stop : stop + 90]
    zone = after if _COUNTED_FROM.match(after) else sentence[max(0, at - 160) : stop + 90]
    for begin, _, found in dates_in(zone):
        day = whole(found)
        if day is not None and _COUNTED_ON.search(zone[:begin]):
            return Dated(day, (), 0.9)
    if (start := _FROM_START.search(zone)) is not None:
        return None if _MILESTONE.search(zone[: start.start()]) else known.begun
    if _FROM_ABOVE.search(zone) or ((signed := _EXECUTED.search(zone)) and not _OF_ANOTHER.match(zone[signed.end() :])):
        return known.made
    base = known.begun or known.made
    plain = _PLAIN.search(sentence[:at]) and not _COUNTED_FROM.match(after)
    return replace(base, confidence=0.6) if base and plain else None


def _renewals(paper: Paper, start: int, end: int) -> list[tuple[float, Told]]:
    sentence = paper.text[start:end]
    alone = _BY_ITSELF.search(sentence)
    if alone and _DENIED.search(sentence[max(0, alone.start() - 40) : alone.end()]):
        alone = None
    if not alone and not (
        _IF_AGREED.search(sentence)
        and re.search(
            r"(?i)\b(?:renew\w*|exten(?:d|sion)\w*)\b.{0,80}\b(?:term|agreement|contract|lease|year|month)", sentence
        )
    ):
        return []
    found = alone or _RENEWS.search(sentence)
    at = found.start() if found else 0
    rest = sentence[at : at + 260]
    how = AUTOMATIC if alone else AGREED
    long = next((each for begin, stop, each in durations(rest) if not _NOTICE_AFTER.search(rest[stop:])), None)
    if long is None and re.search(_MONTHLY, rest, re.IGNORECASE):
        long = Duration(1, "month")
    elif long is None and re.search(_YEARLY, rest, re.IGNORECASE):
        long = Duration(1, "year")
    if long is None and not alone:
        return []
    each = " at a time" if long and (_AT_A_TIME.search(rest) or re.search(f"(?i){_MONTHLY}|{_YEARLY}", rest)) else ""
    value = f"{how}, {long}{each}" if long else how
    points = 2.0 * bool(alone) + bool(long) - bool(_OTHERWISE.search(sentence))
    return [(points, Told(value, (paper.cite(start, end, at=start + at),), 0.9 if alone and long else 0.7))]


def _notices(paper: Paper, start: int, end: int) -> list[tuple[float, Told]]:
    """Return how much notice ends a contract, or keeps it from being renewed."""
    sentence = paper.text[start:end]
    renews = bool(_PROLONGED.search(sentence)) and bool(re.search(r"(?i)\bnot(?:ice|if)", sentence))
    opens = bool(_OPEN.search(sentence))
    if not (renews or opens) or not _OF_CONTRACT.search(sentence):
        return []
    for at, stop, long in durations(sentence):
        if _NOTICE_AFTER.search(sentence[stop : stop + 40]):
            told = Told(str(long), (paper.cite(start, end, at=start + at),), 0.9 if renews else 0.7)
            return [(2.0 * renews + bool(_BY_ITSELF.search(sentence)), told)]
    return []


def _cite(paper: Paper, start: int, end: int, pattern: re.Pattern[str]) -> Words:
    found = pattern.search(paper.text[start:end])
    return paper.cite(start, end, at=start + (found.start() if found else 0))
