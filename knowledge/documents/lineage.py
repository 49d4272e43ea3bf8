"""Link documents to those that they change: newer versions of the same contract, and amendments to it.

Links are worked out among the documents that somebody sees, so that none tells of one that they do not.
"""

import datetime
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from knowledge.documents.amends import is_amendment, without_restating
from knowledge.documents.dating import whole
from knowledge.documents.fieldbook import Entry
from knowledge.documents.resolve import COMMON, COVERED, YEAR
from knowledge.documents.words import stems
from knowledge.facts import dates_in
from knowledge.types import Document

FIELDS = ("title", "parties", "agreed", "effective", "changes")  # What links rest on.
ALIKE = 2  # Parties that two documents share at least.
# Only of these is a later one with the same parties and title a newer version; of orders and notices there are many.
_LASTING = re.compile(
    r"(?i)\b(?:agreement|contract|lease|licen[cs]e|policy|terms|conditions|plan|undertaking|memorandum|mandate)s?\b"
)
_VERSION = re.compile(r"(?i)\b(?:(?:final|signed|executed|draft|clean|copy|version|conformed)\b|v\d+\b)")
_EARLIER = re.compile(
    r"(?i)\b(?:earlier|older|old|previous|former|original|superseded|historic\w*)\s+"
    r"(?:\w+\s+){0,2}(?:version|agreement|contract|lease|licen[cs]e|policy|terms|one|text)\b|\bused\s+to\b|\bpreviously\b"
)
_KINDS = frozenset(stems("agreement contract lease license licence policy terms conditions plan memorandum of"))


@dataclass(frozen=True, slots=True)
class Link:
    """A document that changes an older one: `amends` it, or else takes its place; `day` is that of the newer."""

    newer: Document
    older: Document
    day: datetime.date | None
    older_day: datetime.date | None
    amends: bool


@dataclass(frozen=True)
class Lineage:
    """Which documents change which; `unfound` is what those say that they change whose older one is not here."""

    links: Mapping[str, Link] = field(default_factory=dict)
    unfound: Mapping[str, str] = field(default_factory=dict)

    def changes(self, document_id: str) -> Link | None:
        """Return what a document changes."""
        return self.links.get(document_id)

    def amendments(self, document_id: str) -> tuple[Link, ...]:
        """Return the amendments to a document, the oldest first."""
        found = [each for each in self.links.values() if each.amends and each.older.id == document_id]
        return tuple(sorted(found, key=lambda each: (each.day or datetime.date.max, each.newer.name)))

    def successor(self, document_id: str) -> Link | None:
        """Return what has taken a document's place: the newest of those that follow one another."""
        after = {each.older.id: each for each in sorted(self._replacing(), key=_by_day)}
        found, seen = after.get(document_id), {document_id}
        while found and found.newer.id in after and found.newer.id not in seen:
            seen.add(found.newer.id)
            found = after[found.newer.id]
        return found

    def outdated(self, question: str) -> frozenset[str]:
        """Return the documents whose place was taken, except where a question asks for what was before."""
        if not self.links or _EARLIER.search(question):
            return frozenset()
        years = {int(each) for each in YEAR.findall(question)}
        links = ((each.older.id, self.successor(each.older.id)) for each in self._replacing())
        return frozenset(older for older, newest in links if newest and not _of_then(self._day(older), newest, years))

    def _replacing(self) -> list[Link]:
        return [each for each in self.links.values() if not each.amends]

    def _day(self, document_id: str) -> datetime.date | None:
        return next((each.older_day for each in self.links.values() if each.older.id == document_id), None)


@dataclass(frozen=True, slots=True)
class _Told:
    """A document with what its links are worked out from."""

    document: Document
    title: str
    parties: tuple[frozenset[str], ...]
    days: tuple[datetime.date, ...]
    changes: Entry | None

    @property
    def day(self) -> datetime.date | None:
        return self.days[0] if self.days else None

    @property
    def key(self) -> frozenset[str]:
        """Return what tells its title from others."""
        title = without_restating(_VERSION.sub(" ", YEAR.sub(" ", self.title)))
        return frozenset(stems(title))

    @property
    def called(self) -> frozenset[str]:
        """Return the words by which another document may name it."""
        return frozenset(stems(f"{self.title} {re.sub(r'[_.-]+', ' ', self.document.name)}"))


def lineage(documents: Collection[Document], fields: Mapping[str, Mapping[str, Entry]]) -> Lineage:
    """Return the links among documents, by the fields that each states or that somebody has put right."""
    told = [_told(each, fields.get(each.id, {})) for each in documents]
    by_id = {each.document.id: each for each in told}
    links: dict[str, Link] = {}
    unfound: dict[str, str] = {}
    for each in told:
        if each.changes is None:
            continue
        if each.changes.corrected_by:
            older = by_id.get(each.changes.value)
        else:
            older = _amended(each, told)
            if older is None:
                unfound[each.document.id] = each.changes.value
        if older and older is not each:
            links[each.document.id] = _link(each, older)
    for each, older in _versions(told):
        if each.document.id not in links and not (each.changes and each.changes.corrected_by):
            links[each.document.id] = _link(each, older)
            unfound.pop(each.document.id, None)
    return Lineage(links, unfound)


def _told(document: Document, fields: Mapping[str, Entry]) -> _Told:
    days = [datetime.date.fromisoformat(fields[each].value) for each in ("agreed", "effective") if each in fields]
    title = fields["title"].value if "title" in fields else document.title
    named = fields["parties"].value.split("; ") if "parties" in fields else []
    return _Told(document, title, _parties(named), tuple(dict.fromkeys(days)), fields.get("changes"))


def _parties(names: Iterable[str]) -> tuple[frozenset[str], ...]:
    """Return the telling words of each party, each party once however often it is named."""
    words = [frozenset(re.findall(r"\w+", name.lower().replace(".", ""))) - COMMON for name in names]
    kept: list[frozenset[str]] = []
    for each in sorted((each for each in words if each), key=len, reverse=True):
        if not any(each <= other for other in kept):
            kept.append(each)
    return tuple(kept)


def _shared(one: _Told, other: _Told) -> int:
    """Return how many parties two documents have in common."""
    left = list(other.parties)
    count = 0
    for party in one.parties:
        same = next((each for each in left if party <= each or each <= party), None)
        if same is not None:
            left.remove(same)
            count += 1
    return count


def _amended(amendment: _Told, told: Sequence[_Told]) -> _Told | None:
    """Return the document that an amendment names: same parties, its name and its date."""
    assert amendment.changes is not None  # noqa: S101 - by the only caller.
    said = amendment.changes.value
    day = next((day for _, _, found in dates_in(said) if (day := whole(found))), None)
    wanted = frozenset(stems(re.split(r" of \d", said)[0])) - _KINDS

    def fits(each: _Told) -> bool:
        if each is amendment or is_amendment(each.title) or not wanted <= each.called:
            return False
        if day is not None and each.days:
            return day in each.days and _shared(amendment, each) >= 1
        before = amendment.day is None or each.day is None or each.day < amendment.day
        return before and _shared(amendment, each) >= ALIKE

    found = [each for each in told if fits(each)]
    return max(found, key=lambda each: (day in each.days, _since(each)), default=None)


def _versions(told: Sequence[_Told]) -> list[tuple[_Told, _Told]]:
    """Return each document with the one before it of the same parties and title."""
    shelves: dict[frozenset[str], list[_Told]] = {}
    for each in told:
        lasting = _LASTING.search(each.title) and not COVERED.search(each.title) and not is_amendment(each.title)
        if lasting and each.day and each.key - _KINDS:
            shelves.setdefault(each.key, []).append(each)
    found = []
    for shelf in shelves.values():
        shelf.sort(key=_since)
        for at, each in enumerate(shelf):
            before = [other for other in shelf[:at] if _since(other) < _since(each) and _shared(each, other) >= ALIKE]
            if before:
                found.append((each, before[-1]))
    return found


def _since(each: _Told) -> datetime.date:
    return each.day or datetime.date.min


def _link(newer: _Told, older: _Told) -> Link:
    return Link(newer.document, older.document, newer.day, older.day, amends=is_amendment(newer.title))


def _by_day(link: Link) -> datetime.date:
    return link.day or datetime.date.min


def _of_then(day: datetime.date | None, newest: Link, years: Collection[int]) -> bool:
    """Tell whether a question that speaks of some years asks for the document as it was then."""
    return day is not None and day.year in years and not (newest.day and newest.day.year in years)
