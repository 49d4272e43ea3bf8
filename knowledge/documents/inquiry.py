"""Understand a question that asks for documents by what they state: `which contracts expire in the next 90 days?`.

Every word of it must be understood: what asks for more than fields is left to the search.
"""

import datetime
import re
from dataclasses import dataclass

from knowledge.documents.bounds import bound_of
from knowledge.documents.demand import Demand
from knowledge.documents.fields import AMOUNTS, OPEN_ENDED
from knowledge.documents.law import law_called, place_pattern
from knowledge.documents.phrases import (
    ALL,
    ANY_COLUMN,
    ANYBODY,
    AUTOMATIC,
    BESIDES,
    COLUMNS,
    COMPARED,
    EITHER,
    EMPTY,
    FROM_TIME,
    HAVING,
    JOIN,
    LEAD,
    LONG_NOTICE,
    MISSING,
    NEXT,
    NOT,
    NOT_OVER,
    NOTICE,
    NOUN,
    OF_TIME,
    OVER,
    OVER_NOW,
    RUNNING,
    SORT,
    UNENDING,
    VERBS,
    of_law,
)
from knowledge.documents.span import WHEN, Span, span_of


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
    rest = re.sub(r"(?i)n’t\b", "n't", " ".join(text.split()).strip(" ?!."))
    lead = LEAD.match(rest)
    rest = ALL.sub("", rest[lead.end() :] if lead else rest)
    noun = NOUN.match(rest)
    if noun is None or (lead is None and not noun["noun"].endswith("s")):
        return None
    words = tuple(each.lower() for each in noun["words"].split())
    tests: list[Demand] = []
    if RUNNING & set(words):
        tests.append(Demand("expiry", span=Span(low=today), running=True))
    if OVER & set(words):
        tests.append(Demand("expiry", span=Span(high=today - datetime.timedelta(days=1))))
    words = tuple(each for each in words if each not in RUNNING | OVER | EMPTY)
    reading = _Reading(rest[noun.end() :], today, tests)
    if not reading.read():
        return None
    if not reading.tests and not reading.columns:
        return None
    if not reading.tests and lead and HAVING.match(lead[0]):
        reading.tests = [Demand(name, present=True) for name in reading.columns]
    tested = [test.field for test in reading.tests if not test.missing or test.field == "expiry"]
    if any(test.dated for test in reading.tests):
        tested.append("effective")
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
                self._automatic()
                or self._missing()
                or self._law()
                or self._compared()
                or self._notice()
                or self._column()
                or self._dates()
                or self._dated()
                or self._party()
            ):
                return False

    def _skip(self) -> None:
        if not any(each.match(self.rest) for each in (MISSING, AUTOMATIC, NOT_OVER, OVER_NOW, UNENDING)):
            self.rest = JOIN.sub("", self.rest)

    def _take(self, found: re.Match[str]) -> None:
        self.rest = self.rest[found.end() :].strip()

    def _missing(self) -> bool:
        found = MISSING.match(self.rest)
        if found:
            self.tests.append(Demand(_named(found), missing=True))
            self._take(found)
        return bool(found)

    def _automatic(self) -> bool:
        found = AUTOMATIC.match(self.rest)
        if found:
            self.tests.append(Demand("renewal", starts="automatically", negated=bool(found["not"])))
            self._take(found)
        return bool(found)

    def _law(self) -> bool:
        found = of_law().match(self.rest)
        if found:
            named = next(each for each in (found["places"], found["of"], found["under"], found["is"]) if each)
            places = re.findall(rf"(?i)(?<!\w){place_pattern()}", named)
            names = tuple(dict.fromkeys(map(law_called, places)))
            self.tests.append(Demand("law", names=names, negated=bool(found["not"])))
            self._take(found)
        return bool(found)

    def _compared(self) -> bool:
        """Read a field that is to be more or less than something."""
        if (noticed := LONG_NOTICE.match(self.rest)) and (
            bound := bound_of(noticed["how"] or "", self.rest[noticed.start("long") : noticed.end()], money=False)
        ):
            self.tests.append(Demand("notice", bound=bound[0]))
            self._take(noticed)
            return True
        found = COMPARED.match(self.rest)
        if found is None:
            return False
        field = _named(found)
        read = bound_of(found["how"] or "", self.rest[found.end() :], money=field in AMOUNTS)
        if read is None:
            return False
        self.tests.append(Demand(field, bound=read[0]))
        self.rest = read[1]
        return True

    def _dates(self) -> bool:
        if still := NOT_OVER.match(self.rest):
            if WHEN.match(self.rest[still.end() :].strip()):
                return False
            self.tests.append(Demand("expiry", span=Span(low=self.today), running=True))
            self._take(still)
            return True
        if over := OVER_NOW.match(self.rest):
            self.tests.append(Demand("expiry", span=Span(high=self.today - datetime.timedelta(days=1))))
            self._take(over)
            return True
        if unending := UNENDING.match(self.rest):
            self.tests.append(Demand("expiry", starts=OPEN_ENDED, negated=bool(unending["not"])))
            self._take(unending)
            return True
        negated = re.match(rf"(?i){NOT}", self.rest)
        clause = self.rest[negated.end() :] if negated else self.rest
        for field, verb in VERBS:
            found = verb.match(clause)
            if found:
                said, rest = found[0].lower(), clause[found.end() :].strip()
                return self._when(field, said, rest, negated=bool(negated))
        return False

    def _when(self, field: str, said: str, rest: str, *, negated: bool) -> bool:
        if (ahead := NEXT.match(rest)) and not WHEN.match(rest) and not negated:
            self.tests.append(Demand(field, span=Span(low=self.today)))
            self.first, self.rest = True, rest[ahead.end() :]
            return True
        if WHEN.match(rest):
            spans = self._spans(rest)
            if spans:
                self.tests.append(Demand(field, span=spans[0], spans=spans[1:], negated=negated))
            return bool(spans)
        if negated:
            if field != "expiry" or rest:
                return False
            self.tests.append(Demand(field, starts=OPEN_ENDED))
        elif field == "expiry" and said in {"expired", "ended", "lapsed"}:
            self.tests.append(Demand(field, span=Span(high=self.today - datetime.timedelta(days=1))))
        elif rest and field != "expiry":
            return False  # `made of …`: the word means something else.
        else:
            self.tests.append(Demand(field, present=True))
        self.rest = rest
        return True

    def _spans(self, rest: str) -> tuple[Span, ...]:
        """Take the stretches of time that a text opens with: `in 2026 or 2027`; none where one is no day."""
        spans: list[Span] = []
        more: re.Match[str] | None = None
        while when := WHEN.match(rest, more.end() if more else 0):
            span = span_of(when, self.today)
            if span is None:
                return ()
            spans.append(span)
            rest = rest[when.end() :]
            more = BESIDES.match(rest)
            if more is None:
                break
        self.rest = rest
        return tuple(spans)

    def _dated(self) -> bool:
        """Read which time contracts are of: `contracts from 2019`."""
        if not OF_TIME.match(self.rest) or any(test.span for test in self.tests):
            return False
        of = FROM_TIME.match(self.rest)
        rest, before = (self.rest[of.end() :] if of else self.rest), self.rest
        spans = self._spans(rest) if WHEN.match(rest) else ()
        if not spans or any(each.low is None or each.low > self.today for each in spans):
            self.rest = before  # What is to come is not when a contract was made.
            return False
        self.tests.append(Demand("agreed", span=spans[0], spans=spans[1:], dated=True))
        return True

    def _notice(self) -> bool:
        found = NOTICE.match(self.rest)
        if found:
            self.tests.append(Demand("notice", present=True))
            self._take(found)
        return bool(found)

    def _column(self) -> bool:
        found = ANY_COLUMN.match(self.rest)
        if found:
            self.columns.append(_named(found))
            self._take(found)
        return bool(found)

    def _party(self) -> bool:
        found = re.match(
            r"(?i)(?:(?:signed|made|entered\s+into|concluded)\s+)?(?:with|between\s+us\s+and|involving|from)\s+(?:the\s+)?"
            r"(?P<name>[^,;]+?)(?=$|[,;]|\s+(?:that|which|and\s+(?:when|their|its|the)|with\s+(?:their|its|the)|expir\w+|governed|under|ending|showing|(?:do\s+)?we\s+have|have\s+we|are|that's|in\s+force)\b)",
            self.rest,
        )
        if found is None:
            return False
        whole = re.sub(r"(?i)\s+and$", "", found["name"].strip(" \"“”'"))
        if not ANYBODY.fullmatch(whole):
            names = tuple(re.sub(r"(?i)^(?:with\s+)?(?:the\s+)?", "", each) for each in EITHER.split(whole))
            if any(not each or SORT.fullmatch(each) or ANYBODY.fullmatch(each) for each in names):
                return False
            self.tests.append(
                Demand("parties", names=names, whole=whole if len(names) > 1 and " or " not in whole else "")
            )
        self._take(found)
        return True


def _named(found: re.Match[str]) -> str:
    return next(name for name, said in found.groupdict().items() if name in COLUMNS and said)
