"""Take out of a document what every contract has: what it is, whose, from when till when, how much, by whose law."""

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.documents.amends import NOTHING, changed
from knowledge.documents.amounts import cap, money_in, total
from knowledge.documents.dating import Dated, agreed, effective, whole
from knowledge.documents.law import governing_law, law_called
from knowledge.documents.paper import Paper, Words
from knowledge.documents.resolve import COMMON
from knowledge.documents.roles import COMPANY, FIRST, apart, is_mere_kind, is_role, opening_of, parts
from knowledge.documents.term import AGREED, AUTOMATIC, Told, ending
from knowledge.documents.title import KIND
from knowledge.errors import UserError
from knowledge.facts import dates_in
from knowledge.types import Page

OPEN_ENDED = "open-ended"
# Each field with what it is called, in the order in which people ask for them.
FIELDS = {
    "kind": "kind of document",
    "title": "title",
    "parties": "parties",
    "agreed": "date of the agreement",
    "effective": "effective date",
    "expiry": "expiry",
    "renewal": "renewal",
    "notice": "notice period",
    "total": "total amount",
    "cap": "liability cap",
    "law": "governing law",
    "changes": "document that it changes",
}
DATES = ("agreed", "effective", "expiry")
AMOUNTS = ("total", "cap")
# `Joint Venture` before `Agreement`, but not what stands before an `and`.
_QUALIFIED = re.compile(
    r"(?<![\w-])(?:(?!(?:and|of|for|the|this|to|with|or|amended|restated|corporation|inc|llc|ltd)\b)[A-Za-z][\w-]*\s+){1,2}$",
    re.IGNORECASE,
)
_PAIR = re.compile(r"(?i)\bterms\s+(?:and|&)\s+$")  # `and conditions`: two words for one kind.
# What stands before a name: the heading, or the address of the party before.
_BEFORE_NAME = re.compile(r"^.*\bAGREEMENT\s+(?=\w)|^.*\d[^a-z]*\s(?:and|AND)\s+(?=[A-Z])|^(?:And|AND)\s+")
_PAPER = re.compile(rf"{KIND.pattern}$", re.IGNORECASE)  # `License Agreement` is nobody.
_ADDRESS = re.compile(r"(?i)^\d+[\w-]*\s|\b(?:street|avenue|ave|blvd|boulevard|drive|suite|ste|road)\b")


@dataclass(frozen=True, slots=True)
class Field:
    """A value with the words that give it; days are written as in 2024-03-02, parties are set apart by `; `."""

    name: str
    value: str
    words: tuple[Words, ...]
    confidence: float


def extract(pages: Sequence[Page], *, title: str, parties: Sequence[str]) -> tuple[Field, ...]:
    """Return the fields that a document states; `title` and `parties` are those found already."""
    paper = Paper.of(pages)
    if not paper.numbers:
        return ()
    changes = changed(paper, title)
    made = agreed(paper, besides=changes.day if changes else None)
    begun = effective(paper, made)
    ends = ending(paper, made, begun)
    found: list[Field | None] = [
        *_names(Paper.of(pages[:FIRST]), title, _named(pages, parties)),
        _dated("agreed", made),
        _dated("effective", begun),
        _dated("expiry", ends.expiry),
        _told("expiry", ends.unending, OPEN_ENDED) if ends.expiry is None else None,
        _told("renewal", ends.renewal),
        _told("notice", ends.notice),
        _told("total", total(paper)),
        _told("cap", cap(paper)),
    ]
    if law := governing_law(paper):
        found.append(Field("law", law[0], (law[1],), law[2]))
    if changes:
        found.append(Field("changes", changes.value, changes.words, changes.confidence))
    return tuple(each for each in found if each is not None)


def read_value(name: str, written: str) -> str:
    """Return a value that a person wrote as the field keeps it.

    Raises:
        UserError: the field cannot hold it; the words say what it takes.
    """
    written = " ".join(written.split())
    if name in DATES:
        if name == "expiry" and re.fullmatch(r"(?i)open[ -]?ended|perpetual|none|indefinite|no end", written):
            return OPEN_ENDED
        days = [day for _, _, found in dates_in(written) if (day := whole(found))]
        if len(days) != 1:
            raise UserError("Write one day, as in 31 December 2027 or 2027-12-31.")
        return days[0].isoformat()
    if name in AMOUNTS:
        amounts = [value for _, _, value in money_in(written)]
        if len(amounts) != 1:
            raise UserError("Write one amount with its currency, as in EUR 1,500,000.")
        return amounts[0]
    if name == "law":
        return law_called(written) or written[:200]
    if name == "changes" and re.fullmatch(r"(?i)nothing|none|no(?:\s+\w+)?|new", written):
        return NOTHING
    return written[:500]


def shown(name: str, value: str) -> str:
    """Return a value as people read it."""
    if name in DATES and value != OPEN_ENDED:
        day = datetime.date.fromisoformat(value)
        return f"{day.day} {day:%B %Y}"
    return value


def company_names(parties: Sequence[str]) -> tuple[str, ...]:
    """Return of what the parties go by their names, rather than what the contract calls them for short."""
    tidied = [_BEFORE_NAME.sub("", each) for each in parties]
    kept = [each for each in tidied if not (is_mere_kind(each) or is_role(each) or _ADDRESS.search(each))]
    parties = apart([each for each in kept if not _PAPER.search(each)] or kept or tidied)
    named = tuple(each for each in parties if COMPANY.fullmatch(each))
    own = tuple(each for each in parties if not COMMON.issuperset(re.findall(r"\w+", each.lower())))
    return named if len(named) > 1 else own or tuple(parties)


def _named(pages: Sequence[Page], parties: Sequence[str]) -> tuple[str, ...]:
    """Return the parties by name: those whose part is defined, otherwise what else goes by a company's name."""
    defined = parts(opening_of(pages))
    return tuple(each.name for each in defined) if len(defined) > 1 else company_names(parties)


def _names(opening: Paper, title: str, names: Sequence[str]) -> Iterator[Field]:
    words = _found(opening, title)
    yield Field("title", title, words, 0.9 if words else 0.5)
    kinds = list(KIND.finditer(title))
    if kinds:
        ahead = title[: kinds[-1].start()]
        before = _PAIR.search(ahead) or _QUALIFIED.search(ahead)
        kind = f"{before[0] if before else ''}{kinds[-1][0]}".lower()
        yield Field("kind", kind, words, 0.8 if words else 0.5)
    if names:
        stands = tuple(dict.fromkeys(each for name in names for each in _found(opening, name)))
        yield Field("parties", "; ".join(names), stands[:4], 0.8 if stands else 0.5)


def _found(opening: Paper, name: str) -> tuple[Words, ...]:
    """Return the name where it first stands, whichever its letters."""
    at = opening.text.lower().find(" ".join(Paper.of([Page(1, name)]).text.lower().split())) if name.strip() else -1
    return (opening.cite(at, at + len(" ".join(name.split()))),) if at >= 0 and opening.numbers else ()


def _dated(name: str, found: Dated | None) -> Field | None:
    return Field(name, found.day.isoformat(), found.words, found.confidence) if found else None


def _told(name: str, found: Told | None, value: str = "") -> Field | None:
    return Field(name, value or found.value, found.words, found.confidence) if found else None


__all__ = ["AGREED", "AUTOMATIC", "FIELDS", "Field", "extract", "read_value", "shown"]
