"""Understand a question that asks for documents by what they state: `which contracts expire in the next 90 days?`.

Every word of it must be understood: what asks for more than fields is left to the search.
"""

import datetime
import re
from dataclasses import dataclass
from functools import cache

from knowledge.documents.fields import FIELDS
from knowledge.documents.law import law_called, place_pattern
from knowledge.documents.span import WHEN, Span, span_of, spoken

_LEAD = re.compile(
    r"(?i)^(?:(?:please|can\s+you|could\s+you|and|also|ok|so|hi|hello)[\s,]+)*(?:"
    r"(?:list|show|give|find|tell|name|get|display)(?:\s+(?:me|us))?(?:\s+(?:a\s+(?:list|table)|an\s+overview)\s+of|\s+(?:which|what))?|which|what|"
    r"how\s+many|do\s+we\s+have(?:\s+any)?|are\s+there(?:\s+any)?|(?:a\s+)?list\s+of|overview\s+of)"
    r"(?:\s+(?:of|all|any|the|our|my|every|each|other|these|those))*\s+"
)
_HAVING = re.compile(
    r"(?i)\W*(?:which|what|how|do|are)\b"
)  # `Which have a cap?` asks for those; a list shows them all.
_ALL = re.compile(r"(?i)^(?:(?:of|all|any|the|our|every|each)\s+)+")
_NOUN = re.compile(
    r"(?i)^(?P<words>(?:[\w-]+\s+){0,3}?)(?P<noun>contracts?|agreements?|leases?|licen[cs]es|documents?|suppliers?|vendors?|"
    r"counterpart(?:y|ies)|ndas?|deeds|guarantees|amendments|papers)\b(?:\s+(?:do|does|did)\s+we\s+have|\s+we\s+have|\s+(?:have|has)\s+we)?"
)
_RUNNING = frozenset({"active", "current", "live", "existing", "valid", "ongoing", "running"})
_OVER = frozenset({"expired", "old", "past", "ended"})
_EMPTY = frozenset(
    {"signed", "written", "legal", "supplier", "vendor", "different", "single", "kept", "stored", "commercial"}
)
_JOIN = re.compile(
    r"(?i)^(?:[\s,;:.?!–-]+|(?:and|that|which|who|where|are|is|will|have|has|do|does|there|here|on\s+file|together|along|please|also|"
    r"currently|now|but|be|were|was|us|already|all|of\s+them)\b)+"
)
_THE = r"(?:(?:the|their|its|a|an|any|respective|each|all)\s+)*"
COLUMNS = {
    "law": r"(?:governing|applicable)?\s*laws?",
    "expiry": r"(?:expir(?:y|ation)|end|ending|termination)\s+dates?|expir(?:y|ations?)|"
    r"when\s+(?:they|it|each)\s+(?:expires?|ends?)",
    "effective": r"(?:effective|start|starting|commencement)\s+dates?|when\s+(?:they|it|each)\s+(?:starts?|begins?)",
    "agreed": r"(?:agreement|signing|signature|contract)\s+dates?|dates?\s+of\s+(?:agreement|signing)|"
    r"when\s+(?:they|it)\s+(?:were|was)\s+signed",
    "parties": r"part(?:y|ies)|counterpart(?:y|ies)|with\s+whom",
    "renewal": r"(?:automatic\s+)?renewals?(?:\s+(?:terms?|clauses?|periods?))?|"
    r"whether\s+(?:they|it)\s+renews?(?:\s+automatically)?",
    "notice": r"notice(?:\s+periods?|\s+terms?)?",
    "cap": r"(?:liability\s+caps?|caps?\s+on\s+liability)",
    "total": r"(?:total\s+|contract\s+)?(?:values?|amounts?|worth)",
    "kind": r"(?:kinds?|types?)(?:\s+of\s+(?:document|contract)s?)?",
    "title": r"titles?",
}
_COLUMN = "|".join(f"(?P<{name}>{pattern})" for name, pattern in COLUMNS.items())
_ANY_COLUMN = re.compile(rf"(?i)^(?:(?:with|showing|including|by|plus|&)\s+)*{_THE}(?:{_COLUMN})(?!\w)")
_MISSING = re.compile(
    rf"(?i)^(?:(?:(?:do|does|did)\s*n[o']t|don't|doesn't|not)\s+(?:state|say|name|mention|give|have|specify)|without|with\s+no|no|lack)\s+"
    rf"{_THE}(?:{_COLUMN})(?!\w)"
)
_ENDS = r"(?:expir(?:e|es|ed|ing)|end(?:s|ed|ing)?|run(?:s|ning)?\s+out|terminat(?:e|es|ed|ing)|laps(?:e|es|ed|ing))"
_EXPIRES = rf"(?i)^(?:(?:due|set|going|about)\s+to\s+)?{_ENDS}(?!\w)|^(?:com(?:e|ing)\s+)?up\s+for\s+renewal\b"
_STARTS = r"(?i)^(?:(?:start|beg[aiu]n|commenc|bec[ao]me\s+effective|t(?:ake|akes|ook)\s+effect)\w*|effective)\b"
_SIGNED = r"(?i)^(?:signed|dated|made|entered\s+into|concluded|executed|agreed)\b"
_VERBS = (
    ("expiry", re.compile(_EXPIRES)),
    ("effective", re.compile(_STARTS)),
    ("agreed", re.compile(_SIGNED)),
)
_NEXT = re.compile(r"(?i)^\s*(?:next|first|soonest|earliest)\b")
_NOT_OVER = re.compile(
    r"(?i)^(?:(?:still\s+)?(?:in\s+force|active|running|valid|in\s+effect)|(?:have\s+)?not\s+(?:yet\s+)?(?:expired|ended))\b"
)
_AUTOMATIC = re.compile(
    r"(?i)^(?P<not>(?:(?:do|does|will)\s*n[o']t|don't|doesn't|won't|not)\s+)?(?:(?:with\s+)?(?:an?\s+)?(?:auto(?:matic(?:ally)?)?[\s-]*"
    r"(?:renew(?:al|als|s|ed|ing)?|extend(?:s|ed)?)(?:\s+clauses?)?)|(?:renew|extend|roll\s+over)(?:s|ed)?\s+(?:automatically|by\s+(?:itself|themselves))|"
    r"roll\s+over)\b"
)
_NOTICE = re.compile(
    r"(?i)^(?:need(?:s|ed|ing)?|requir(?:e|es|ed|ing)|with)\s+(?:a\s+|any\s+)?(?:prior\s+|written\s+|advance\s+)*notice(?:\s+periods?)?"
    r"(?:\s+(?:to\s+(?:end|terminate|stop|cancel|not\s+renew|(?:avoid|prevent|stop)\s+renewal|be\s+terminated)|before\s+(?:renewal|they\s+renew)|"
    r"(?:of|for)\s+(?:termination|non-?renewal)))?"
)


@dataclass(frozen=True, slots=True)
class Demand:
    """What a document must state; of the rest only one is set."""

    field: str
    span: Span | None = None
    names: tuple[str, ...] = ()
    starts: str = ""
    running: bool = False
    present: bool = False
    missing: bool = False
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Inquiry:
    """The documents that are asked for, and what to show of them; `words` are what they are called."""

    noun: str
    words: tuple[str, ...] = ()
    tests: tuple[Demand, ...] = ()
    columns: tuple[str, ...] = ()
    first: bool = False


def inquiry(text: str, today: datetime.date) -> Inquiry | None:
    """Return what a text asks for by fields; None where it asks for anything else."""
    rest = " ".join(text.split()).strip(" ?!.")
    lead = _LEAD.match(rest)
    rest = _ALL.sub("", rest[lead.end() :] if lead else rest)
    noun = _NOUN.match(rest)
    if noun is None or (lead is None and not noun["noun"].endswith("s")):
        return None
    words = tuple(each.lower() for each in noun["words"].split())
    tests: list[Demand] = []
    if _RUNNING & set(words):
        tests.append(Demand("expiry", span=Span(low=today), running=True))
    if _OVER & set(words):
        tests.append(Demand("expiry", span=Span(high=today - datetime.timedelta(days=1))))
    words = tuple(each for each in words if each not in _RUNNING | _OVER | _EMPTY)
    reading = _Reading(rest[noun.end() :], today, tests)
    if not reading.read():
        return None
    if not reading.tests and not reading.columns:
        return None
    if not reading.tests and lead and _HAVING.match(lead[0]):
        reading.tests = [Demand(name, present=True) for name in reading.columns]
    tested = [test.field for test in reading.tests if not test.missing]
    columns = tuple(dict.fromkeys((*tested, *reading.columns)))
    return Inquiry(noun["noun"].lower(), words, tuple(reading.tests), columns or ("title",), reading.first)


class _Reading:
    """The rest of a question, clause by clause."""

    def __init__(self, rest: str, today: datetime.date, tests: list[Demand]) -> None:
        self.rest = rest
        self.today = today
        self.tests = tests
        self.columns: list[str] = []
        self.first = False

    def read(self) -> bool:
        """Read all clauses; False where one is not understood."""
        while True:
            self._skip()
            if not self.rest:
                return True
            if not (
                self._missing()
                or self._automatic()
                or self._law()
                or self._notice()
                or self._column()
                or self._dates()
                or self._party()
            ):
                return False

    def _skip(self) -> None:
        if not (_MISSING.match(self.rest) or _AUTOMATIC.match(self.rest) or _NOT_OVER.match(self.rest)):
            self.rest = _JOIN.sub("", self.rest)

    def _take(self, found: re.Match[str]) -> None:
        self.rest = self.rest[found.end() :].strip()

    def _missing(self) -> bool:
        found = _MISSING.match(self.rest)
        if found:
            self.tests.append(Demand(_named(found), missing=True))
            self._take(found)
        return bool(found)

    def _automatic(self) -> bool:
        found = _AUTOMATIC.match(self.rest)
        if found:
            self.tests.append(Demand("renewal", starts="automatically", negated=bool(found["not"])))
            self._take(found)
        return bool(found)

    def _law(self) -> bool:
        found = _of_law().match(self.rest)
        if found:
            named = next(each for each in (found["places"], found["of"], found["under"], found["is"]) if each)
            places = re.findall(rf"(?i)(?<!\w){place_pattern()}", named)
            self.tests.append(Demand("law", names=tuple(dict.fromkeys(map(law_called, places)))))
            self._take(found)
        return bool(found)

    def _dates(self) -> bool:
        if still := _NOT_OVER.match(self.rest):
            self.tests.append(Demand("expiry", span=Span(low=self.today), running=True))
            self._take(still)
            return True
        for field, verb in _VERBS:
            found = verb.match(self.rest)
            if found:
                said, rest = found[0].lower(), self.rest[found.end() :].strip()
                return self._when(field, said, rest)
        return False

    def _when(self, field: str, said: str, rest: str) -> bool:
        if (ahead := _NEXT.match(rest)) and not WHEN.match(rest):
            self.tests.append(Demand(field, span=Span(low=self.today)))
            self.first, self.rest = True, rest[ahead.end() :]
            return True
        when = WHEN.match(rest)
        if when:
            span = span_of(when, self.today)
            if span is None:
                return False
            self.tests.append(Demand(field, span=span))
            self.rest = rest[when.end() :]
            return True
        if field == "expiry" and said in {"expired", "ended", "lapsed"}:
            self.tests.append(Demand(field, span=Span(high=self.today - datetime.timedelta(days=1))))
        elif rest and field != "expiry":
            return False  # `made of …`: the word means something else.
        else:
            self.tests.append(Demand(field, present=True))
        self.rest = rest
        return True

    def _notice(self) -> bool:
        found = _NOTICE.match(self.rest)
        if found:
            self.tests.append(Demand("notice", present=True))
            self._take(found)
        return bool(found)

    def _column(self) -> bool:
        found = _ANY_COLUMN.match(self.rest)
        if found:
            self.columns.append(_named(found))
            self._take(found)
        return bool(found)

    def _party(self) -> bool:
        found = re.match(
            r"(?i)(?:(?:signed|made|entered\s+into|concluded)\s+)?(?:with|between\s+us\s+and|involving|from)\s+(?:the\s+)?"
            r"(?P<name>[^,;]+?)(?=$|[,;]|\s+(?:that|which|and\s+(?:when|their|its|the)|with\s+(?:their|its|the)|expir\w+|governed|under|ending|showing)\b)",
            self.rest,
        )
        if found is None:
            return False
        self.tests.append(Demand("parties", names=(found["name"].strip(" \"“”'"),)))
        self._take(found)
        return True


@cache
def _of_law() -> re.Pattern[str]:
    place = place_pattern()

    def several(name: str) -> str:
        return rf"(?P<{name}>{place}(?:\s*(?:,|or|and|/)\s*(?:the\s+)?(?:laws?\s+of\s+)?{place})*)"

    of = r"(?:the\s+)?laws?\s+of\s+(?:the\s+)?(?:state\s+of\s+)?"
    return re.compile(
        rf"(?i)(?:(?:governed\s+by|subject\s+to|in\s+accordance\s+with)\s+(?:the\s+)?(?:{of})?{several('places')}"
        rf"(?:\s+(?:governing\s+)?laws?)?|(?:under|with|on)\s+{of}{several('of')}|"
        rf"(?:under|with|on)\s+{several('under')}\s+(?:(?:as\s+)?(?:the\s+)?governing\s+)?laws?|"
        rf"(?:whose\s+|the\s+)?governing\s+law\s+(?:is\s+)?(?:that\s+of\s+)?{several('is')})(?!\w)"
    )


def _named(found: re.Match[str]) -> str:
    return next(name for name in COLUMNS if found[name])


def described(test: Demand) -> str:
    """Return a test in words."""
    if test.span is not None:
        verb = {"expiry": "expire", "effective": "take effect", "agreed": "were agreed"}[test.field]
        if test.running and test.span.low:
            return f"run past {spoken(test.span.low)}"
        return f"{verb} {test.span}"
    called = FIELDS[test.field]
    if test.missing:
        return f"have no {called} that I found"
    match test.field:
        case "law" if test.names:
            return f"are governed by the law of {' or '.join(test.names)}"
        case "parties":
            return f"are with {' or '.join(test.names)}"
        case "renewal" if test.starts:
            return "do not renew automatically" if test.negated else "renew automatically"
    return f"state their {called}"
