"""Answer questions over the fields of all documents, as a table, with the words that each value rests on."""

import datetime
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from knowledge.documents.demand import Demand, described
from knowledge.documents.fieldbook import Entry, FieldBook
from knowledge.documents.fields import FIELDS, shown
from knowledge.documents.inquiry import Inquiry, inquiry
from knowledge.documents.judging import Fields, expires, is_with, may_go_on, passes
from knowledge.documents.library import Library
from knowledge.documents.resolve import COVERED
from knowledge.documents.words import stems
from knowledge.types import Answer, Audience, Check, Citation, Document, Question, Table

NAMED = 12  # Documents that a line names; of more it says how many.
LISTED = 100  # What a menu takes.
ANY = frozenset({"document", "paper"})
_ALSO = {"nda": "non-disclosure|nondisclosure|confidentiality|nda", "licence": "licen[cs]e", "license": "licen[cs]e"}
_EVERY = frozenset({"contract", "agreement", "supplier", "vendor", "counterparty", "counterpartie", *ANY})


@dataclass(frozen=True, slots=True)
class _Row:
    """A document with its fields."""

    document: Document
    fields: Fields
    ends: datetime.date | None = None  # After it has renewed by itself.
    goes_on: bool = False  # For how long, it does not say.

    def judged(self, tests: Sequence[Demand], today: datetime.date) -> bool | None:
        """Tell whether it passes all tests; None where it does not say what decides."""
        outcomes = [passes(self.document, self.fields, test, today) for test in tests]
        return False if False in outcomes else None if None in outcomes else True


class Register:
    """Knows what all documents state, and tells an audience of those that it may see."""

    def __init__(
        self, library: Library, book: FieldBook, *, today: Callable[[], datetime.date] = datetime.date.today
    ) -> None:
        self._library = library
        self._book = book
        self._today = today

    def answer(self, question: Question, *, on_stage: Callable[[str], None] = lambda _words: None) -> Answer | None:
        """Return the documents that a question asks for by their fields; None where it asks for anything else."""
        wish = inquiry(question.text, self._today())
        if wish is None:
            return None
        rows = self._asked_for(wish, self._rows(question.audience))
        if not rows:
            return None
        on_stage(f"Looking through the fields of {len(rows)} document{'' if len(rows) == 1 else 's'}")
        wish = replace(wish, tests=tuple(_as_one(test, rows) for test in wish.tests))
        known = [row.judged(wish.tests, self._today()) for row in rows]
        found = [row for row, state in zip(rows, known, strict=True) if state]
        silent = [row for row, state in zip(rows, known, strict=True) if state is None]
        if any(test.field == "parties" for test in wish.tests) and not found:
            return None  # Whoever is meant may be spelt otherwise: the search is more lenient.
        found.sort(key=lambda row: _order(row, wish))
        if wish.first and found:
            found = [row for row in found if _order(row, wish)[0] == _order(found[0], wish)[0]]
        return self._told(wish, rows, found, silent)

    def _rows(self, audience: Audience) -> list[_Row]:
        documents = self._library.documents(audience)
        fields = self._book.of([each.id for each in documents])
        today = self._today()
        return [
            _Row(each, known, expires(known, today), may_go_on(known, today))
            for each in documents
            for known in (fields[each.id],)
        ]

    def _asked_for(self, wish: Inquiry, rows: Sequence[_Row]) -> list[_Row]:
        """Return the documents that go by the noun and the words of a question."""
        noun = re.sub(r"s$", "", wish.noun)
        if noun not in ANY:
            # A report is no contract, and need not say when it expires.
            rows = [row for row in rows if not COVERED.search(row.document.title)]
        if noun not in _EVERY:
            pattern = re.compile(rf"(?i)\b(?:{_ALSO.get(noun, re.escape(noun))})")
            rows = [row for row in rows if pattern.search(_called(row))]
        wanted = set(stems(" ".join(wish.words)))
        return [row for row in rows if wanted <= set(stems(_called(row)))]

    def _told(self, wish: Inquiry, rows: Sequence[_Row], found: Sequence[_Row], silent: Sequence[_Row]) -> Answer:
        citations: list[Citation] = []
        lines = [self._line(row, wish.columns, citations) for row in found]
        columns = ("Document", *(FIELDS[each].capitalize() for each in wish.columns), "Page")
        sure = [row.fields[each].confidence for row in found for each in wish.columns if each in row.fields]
        text = [_head(wish, rows, found)]
        if silent:
            text += _silence(wish, silent)
        checks = (Check("quotes", passed=True, detail="every quote stands on its page"),) if citations else ()
        return Answer(
            "\n".join(text),
            citations=tuple(citations),
            table=Table(columns, tuple(lines)) if lines else None,
            checks=checks,
            confidence=min(sure, default=1.0),
            searched=tuple(row.document.name for row in rows),
            listed=tuple((row.document.id, row.document.name) for row in (*found, *silent))[:LISTED],
        )

    def _line(self, row: _Row, columns: Sequence[str], citations: list[Citation]) -> tuple[str, ...]:
        cells, pages = [], []
        for name in columns:
            entry = row.fields.get(name)
            cells.append(_cell(entry, row) if entry else "not found")
            proof = [entry] if entry else []
            if entry and name == "expiry" and _renewed(row):
                proof.append(row.fields["renewal"])
            for each in (words for given in proof for words in self._cited(row.document, given)):
                if each not in citations:
                    citations.append(each)
                pages.append(f"{each.page} [{citations.index(each) + 1}]")
        return (row.document.name, *cells, ", ".join(dict.fromkeys(pages)))

    def _cited(self, document: Document, entry: Entry) -> list[Citation]:
        """Return the words of a field that stand on their pages as they are now."""
        found = []
        for words in entry.words:
            page = " ".join(self._library.page_text(document.id, words.page).split())
            if words.quote and words.quote in page:
                found.append(Citation(document.id, document.name, words.page, words.quote, FIELDS[entry.name]))
        return found


def _called(row: _Row) -> str:
    return " ".join((row.document.title, row.document.name, row.fields["kind"].value if "kind" in row.fields else ""))


def _as_one(test: Demand, rows: Sequence[_Row]) -> Demand:
    """Return a test of several names, or of the one that they make up where a party goes by all of it."""
    if test.whole and any(is_with(row.document, row.fields, test.whole, alone=True) for row in rows):
        return replace(test, names=(test.whole,))
    return test


def _order(row: _Row, wish: Inquiry) -> tuple[str, str]:
    dated = next((test.field for test in wish.tests if test.span is not None), "")
    day = row.fields[dated].value if dated in row.fields else ""
    return (row.ends.isoformat() if dated == "expiry" and row.ends else day, row.document.name.lower())


def _renewed(row: _Row) -> bool:
    return row.goes_on or (row.ends is not None and row.ends.isoformat() != row.fields["expiry"].value)


def _cell(entry: Entry, row: _Row) -> str:
    said = shown(entry.name, entry.value)
    if entry.name == "expiry" and _renewed(row):
        said = (
            f"{shown(entry.name, row.ends.isoformat())}, as renewed automatically since {said}"
            if row.ends
            else (f"{said}, but renews automatically")
        )
    return said + (f" (corrected by {entry.corrected_by})" if entry.corrected_by else "")


def _head(wish: Inquiry, rows: Sequence[_Row], found: Sequence[_Row]) -> str:
    every = f"{len(rows)} document{'' if len(rows) == 1 else 's'}"
    if not wish.tests:
        return f"{every} that you can ask about here:"
    asked = " and ".join(described(test) for test in wish.tests)
    if wish.first and found:
        return f"Of {every}, the first of those that {asked}:"
    if not found:
        return f"None of {every} that you can ask about here is known to {_singular(asked)}."
    return f"{len(found)} of {every} {asked}:"


def _singular(asked: str) -> str:
    asked = re.sub(r"(^| and )(?:are|were)( not)?\b", r"\1\2 be", asked).replace("  ", " ").strip()
    return asked.replace("do not ", "not ")


def _silence(wish: Inquiry, silent: Sequence[_Row]) -> list[str]:
    """Name those that do not say what was asked for."""
    tests = [test for test in wish.tests if not test.missing]
    mute = [row for row in silent if any(test.field not in row.fields for test in tests)]
    going = [row for row in silent if row not in mute and row.goes_on]
    other = [row for row in silent if row not in mute and row not in going]
    fields = dict.fromkeys(test.field for test in tests if any(test.field not in row.fields for row in mute))
    amounts = dict.fromkeys(f"{FIELDS[test.field]} in {test.bound.currency}" for test in tests if test.bound)
    text = []
    if mute:
        text.append(f"I found no {' or '.join(FIELDS[each] for each in fields)} in {_named(mute)}")
    if going:
        text.append(f"Past expiry but renewed automatically, for how long I did not find: {_named(going)}")
    if other:
        text.append(f"I found no {' or '.join(amounts)} in {_named(other)}")
    return text


def _named(rows: Sequence[_Row]) -> str:
    names = ", ".join(row.document.name for row in rows[:NAMED])
    more = f" and {len(rows) - NAMED} more" if len(rows) > NAMED else ""
    return f"{len(rows)} {'other' if len(rows) == 1 else 'others'}: {names}{more}."
