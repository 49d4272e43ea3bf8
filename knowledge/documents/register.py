"""Answer questions over the fields of all documents, as a table, with the words that each value rests on."""

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from knowledge.documents.duration import durations
from knowledge.documents.fieldbook import Entry, FieldBook
from knowledge.documents.fields import AUTOMATIC, FIELDS, OPEN_ENDED, shown
from knowledge.documents.inquiry import Demand, Inquiry, described, inquiry
from knowledge.documents.library import Library
from knowledge.documents.resolve import COVERED
from knowledge.documents.words import stems
from knowledge.types import Answer, Audience, Check, Citation, Document, Question, Table

NAMED = 12  # Documents that a line names; of more it says how many.
LISTED = 100  # What a menu takes.
ANY = frozenset({"document", "paper"})
_ALSO = {"nda": "non-disclosure|nondisclosure|confidentiality|nda", "licence": "licen[cs]e", "license": "licen[cs]e"}
_EVERY = frozenset({"contract", "agreement", "supplier", "vendor", "counterparty", "counterpartie", *ANY})
Fields = Mapping[str, Entry]


@dataclass(frozen=True, slots=True)
class _Row:
    """A document with its fields."""

    document: Document
    fields: Fields
    rolled: str = ""  # The day on which it would have ended, had it not been renewed of itself since.


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
        rows = [_renewed(row, self._today()) for row in rows]
        known = [_judged(row, wish.tests) for row in rows]
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
        return [_Row(each, fields[each.id]) for each in documents]

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
            text.append(_silence(wish, silent))
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
            since = f" (renewed since {shown(name, row.rolled)})" if entry and row.rolled and name == "expiry" else ""
            cells.append(f"{_cell(entry)}{since}" if entry else "not found")
            for each in self._cited(row.document, entry) if entry else ():
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


def _judged(row: _Row, tests: Sequence[Demand]) -> bool | None:
    """Tell whether a document passes all tests; None where it does not say what decides."""
    outcomes = [_passes(row, test) for test in tests]
    return False if False in outcomes else None if None in outcomes else True


def _passes(row: _Row, test: Demand) -> bool | None:
    entry = row.fields.get(test.field)
    if test.field == "parties":
        return _is_with(row, test.names[0])
    if test.missing:
        return entry is None or entry.value == OPEN_ENDED
    if entry is None:
        return None
    if test.span is not None:
        if entry.value == OPEN_ENDED:
            return test.running
        return test.span.holds(datetime.date.fromisoformat(entry.value))
    if test.names:
        return entry.value in test.names
    if test.starts:
        return entry.value.startswith(test.starts) != test.negated
    return test.present and entry.value != OPEN_ENDED


def _renewed(row: _Row, today: datetime.date) -> _Row:
    """Return a document that renews of itself with the end of the time that runs today.

    Where it does not say for how long it is renewed, its end is unknown.
    """
    expiry, renewal = row.fields.get("expiry"), row.fields.get("renewal")
    if expiry is None or renewal is None or expiry.value == OPEN_ENDED or not renewal.value.startswith(AUTOMATIC):
        return row
    first = day = datetime.date.fromisoformat(expiry.value)
    if day >= today:
        return row
    long = next((each for _, _, each in durations(renewal.value)), None)
    step = 0
    while long is not None and day < today:
        step += 1
        later = replace(long, count=long.count * step).after(first)
        if later is None:
            return row
        day = later
    fields = {name: entry for name, entry in row.fields.items() if name != "expiry"}
    if long is not None:
        fields["expiry"] = replace(expiry, value=day.isoformat())
    return replace(row, fields=fields, rolled=expiry.value)


def _is_with(row: _Row, name: str) -> bool:
    wanted = set(stems(name))
    parties = row.fields["parties"].value if "parties" in row.fields else ""
    return bool(wanted) and any(
        wanted <= set(stems(each)) for each in (parties, *row.document.parties, row.document.title)
    )


def _order(row: _Row, wish: Inquiry) -> tuple[str, str]:
    dated = next((test.field for test in wish.tests if test.span is not None), "")
    return (row.fields[dated].value if dated in row.fields else "", row.document.name.lower())


def _cell(entry: Entry) -> str:
    return shown(entry.name, entry.value) + (f" (corrected by {entry.corrected_by})" if entry.corrected_by else "")


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
    return re.sub(r"^(?:are|were)\b", "be", asked).replace(" and are ", " and be ").replace("do not renew", "not renew")


def _silence(wish: Inquiry, silent: Sequence[_Row]) -> str:
    """Name those that do not say what was asked for."""
    fields = dict.fromkeys(
        test.field for test in wish.tests if not test.missing and any(test.field not in row.fields for row in silent)
    )
    names = ", ".join(row.document.name for row in silent[:NAMED])
    more = f" and {len(silent) - NAMED} more" if len(silent) > NAMED else ""
    which = " or ".join(FIELDS[each] for each in fields)
    return f"I found no {which} in {len(silent)} {'other' if len(silent) == 1 else 'others'}: {names}{more}."
