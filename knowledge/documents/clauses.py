"""Take a contract apart into its clauses: number, heading, words, page, and what each is about."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import yaml

from knowledge.documents.cells import tables
from knowledge.documents.chunk import Piece, split
from knowledge.documents.words import stems
from knowledge.types import Page

TABLE = Path(__file__).with_name("clause_kinds.yaml")
OTHER = "other"
SHORT = 140  # Characters of a heading.
LONGEST = 9000  # Characters that a section without headings inside may have.
SECTION = "section"  # The key of the numbered section that is the last to have begun.
LEAST = 25  # Characters of a clause; less is a page number or a line of signatures.

_NUMBER = re.compile(
    r"(?P<number>(?:(?:ARTICLE|Article|SECTION|Section|SCHEDULE|Schedule|EXHIBIT|Exhibit|ANNEX|Annex|APPENDIX|Appendix|"
    r"ATTACHMENT|Attachment|§)\s*)?(?:\d{1,2}(?:\.\d{1,2}){0,4}|[IVXLC]{1,6}|[A-Z]))(?:[.):]|\s|$)\s*"
)
_LISTED = re.compile(r"\((?:[a-z]{1,3}|\d{1,2}|[A-Z])\)|[a-z]\)")
_TITLE = re.compile(
    r"(?P<title>[^.\n:;]{2,90}?(?:;\s[^.\n:;]{2,60}?){1,3})\s*(?:\.(?=\s|$)|:|\n|$)|"
    r"(?P<short>[^.\n:;]{2,90}?)\s*(?:\.(?=\s|$)|:|;|\n|$|\s[-–—]\s)"
)
_CONTENTS = re.compile(r"\.{4,}\s*\d*|(?:\. ){4,}|\s\d{1,3}\s*$")
_SIGNED = re.compile(r"(?i)\b(?:by|name|title|date|signature|signed)\s*:|/s/|_{5,}")
_TERMS = re.compile(r"(?i)\bterms\b")  # Conditions: the term is how long a contract runs.
_SENTENCE = re.compile(r"\b(?:shall|will|may|is|are|has|have|agrees?|means|must|was|were)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Clause:
    """A numbered clause of a contract; `path` are the headings that it stands under, `kind` what it is about."""

    number: str
    heading: str
    text: str
    page: int
    last_page: int
    path: tuple[str, ...] = ()
    kind: str = OTHER

    @property
    def label(self) -> str:
        """Return how a person would call the clause."""
        return " ".join(each for each in (self.number, self.heading) if each) or self.text[:40].strip()

    @property
    def titled(self) -> str:
        """Return every heading over the clause, the outermost first."""
        return " ".join((*self.path, self.heading))


def clauses(pages: Sequence[Page]) -> tuple[Clause, ...]:
    """Return the clauses of a document in their order; lists within a clause stay in it."""
    found: list[Clause] = []
    above: tuple[str, ...] = ()
    heads: dict[str, str] = {}  # By number, of the sections that have begun.
    waiting: Clause | None = None  # A heading that no clause stands under yet.
    last = 0
    framed = [table for page in pages for table in tables(page.text, offset=page.start)]
    for piece in split(pages, framed, small=1, large=10**9):
        if _is_contents(piece.text):
            continue
        clause = _clause(piece)
        top = int(clause.number) if clause.number.isdigit() else 0
        listed = _is_listed(clause, piece.text, last) or (not waiting and _goes_on(found[-1:], clause))
        last = top if top and not listed else last
        if listed and (waiting or found):
            if waiting:
                found.append(waiting)
            found[-1] = _joined(found[-1], clause)
            waiting = None
        elif _is_bare(clause):
            over = _over(clause, above, heads)
            waiting = replace(clause, heading=clause.heading or _headed(clause), path=over)
            above = (*over, waiting.heading)
            _begin(waiting, heads)
        else:
            found.append(replace(clause, path=_over(clause, above, heads)))
            _begin(clause, heads)
            waiting = None
    whole = (each for each in _sections(found) if len(each.text) >= LEAST and not _is_signed(each))
    return tuple(replace(each, kind=kind_of(each)) for each in whole)


def _sections(found: Sequence[Clause]) -> list[Clause]:
    """Return the clauses with those of one section that have numbers only, as in 8.1 to 8.5, made one."""
    joined: list[Clause] = []
    for clause in found:
        section = clause.number.rpartition(".")[0]
        if not section or clause.heading or not clause.path:
            joined.append(clause)
            continue
        before = joined[-1] if joined else None
        if before and before.number == section and len(before.text) + len(clause.text) < LONGEST:
            joined[-1] = _joined(before, clause)
        else:
            joined.append(replace(clause, number=section, heading=clause.path[-1], path=clause.path[:-1]))
    return joined


def _goes_on(before: Sequence[Clause], clause: Clause) -> bool:
    """Tell whether a line only goes on with a sentence: capitals in one written so, `Appendix 4` at a line's start."""
    if not before:
        return False
    end = before[-1].text.rstrip()[-1:]
    if clause.number[:2].isalpha() and not clause.number.isupper():
        return end.islower() or end == ","
    return not clause.number and end not in tuple('.:;!?”"')


def _is_bare(clause: Clause) -> bool:
    """Tell whether a piece is the heading of those below and nothing else."""
    if clause.heading:
        rest = clause.text.partition(clause.heading.split()[-1])[2]
        return len(re.findall(r"\w+", rest)) < 4
    return len(clause.text) < SHORT and not _SENTENCE.search(clause.text) and clause.text.upper() == clause.text


def _is_listed(clause: Clause, text: str, last: int) -> bool:
    """Tell whether a piece is an item of the clause before it, whose top number is `last`, and no clause itself."""
    if _LISTED.match(text) or not (clause.number or clause.heading):
        return True
    if clause.heading:
        return False
    return clause.number.isalpha() or (clause.number.isdigit() and int(clause.number) != last + 1)


def kind_of(clause: Clause) -> str:
    """Return what a clause is about: its own heading decides, then its words, then the headings over it."""
    scores: dict[str, float] = {}
    own, over, text = (
        _words(_TERMS.sub(" ", clause.heading)),
        _words(" ".join(clause.path)),
        " ".join(clause.text.lower().split()),
    )
    for kind, heads, phrases in _kinds():
        headed = max((len(head) / len(own) for head in heads if head <= own), default=0.0)
        above = max((len(head) / len(over) for head in heads if head <= over), default=0.0)
        said = min(3, sum(phrase in text for phrase in phrases))
        score = 3.0 * headed + 1.2 * above + 0.8 * said
        if score:
            scores[kind] = score
    return max(scores, key=lambda kind: scores[kind]) if scores else OTHER


def headed_kinds(heading: str) -> frozenset[str]:
    """Return every kind that a heading names: `Choice of law; arbitration` names two."""
    own = _words(_TERMS.sub(" ", heading))
    named = {head: kind for kind, heads, _ in _kinds() for head in heads if head <= own}
    # Of `Choice of law` the law alone names nothing more.
    return frozenset(kind for head, kind in named.items() if not any(head < other for other in named))


def titled_kinds(heading: str) -> frozenset[str]:
    """Return the kinds that whole parts of a heading name: of `Term and termination` both, of `Use of title` none."""
    parts = [_words(each) for each in (heading, *re.split(r"[;,/&]|\band\b", heading, flags=re.IGNORECASE))]
    return frozenset(kind for kind, heads, _ in _kinds() if any(part in heads for part in parts if part))


def says(clause: Clause, kind: str) -> bool:
    """Tell whether a clause has words that only clauses of a kind have."""
    text = " ".join(clause.text.lower().split())
    return any(phrase in text for each, _, phrases in _kinds() if each == kind for phrase in phrases)


def kinds() -> tuple[str, ...]:
    """Return every kind of clause, in the order in which contracts have them."""
    return (*(kind for kind, _, _ in _kinds()), OTHER)


@cache
def _kinds() -> tuple[tuple[str, tuple[frozenset[str], ...], tuple[str, ...]], ...]:
    rows = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return tuple((row["kind"], tuple(map(_words, row["heads"])), tuple(map(str.lower, row["says"]))) for row in rows)


def _words(text: str) -> frozenset[str]:
    return frozenset(stems(text))


def _clause(piece: Piece) -> Clause:
    text = piece.text.strip()
    match = _NUMBER.match(text)
    number = " ".join(match["number"].split()) if match else ""
    body = text[match.end() :] if match else text
    heading = _heading_of(body)
    if not number and heading and not heading.isupper():
        heading = ""  # Without a number only capitals make a heading.
    return Clause(number.rstrip("."), heading, text, piece.page, piece.last_page)


def _heading_of(body: str) -> str:
    """Return the heading that a clause begins with; it may name several things, as in `Choice of law; arbitration`."""
    title = _TITLE.match(body)
    for called in (title["title"], title["short"] or (title["title"] or "").split(";")[0]) if title else ():
        heading = " ".join((called or "").split())
        if heading and len(heading.split()) <= 9 and not _SENTENCE.search(heading) and _is_heading(heading):
            return heading
    return ""


def _is_signed(clause: Clause) -> bool:
    """Tell whether a piece is where the parties sign."""
    return len(clause.text) < 900 and len(_SIGNED.findall(clause.text)) >= 3


def _is_heading(words: str) -> bool:
    """Tell whether words are written as a heading is: capitals where a sentence has none."""
    long = [word for word in re.findall(r"[^\W\d_]+", words) if len(word) > 3]
    return bool(long) and (len(long) <= 1 or sum(word[0].isupper() for word in long) >= 0.7 * len(long))


def _joined(clause: Clause, more: Clause) -> Clause:
    return replace(clause, text=f"{clause.text}\n{more.text}", last_page=more.last_page)


def _headed(clause: Clause) -> str:
    return " ".join((clause.heading or clause.text).split())[:90]


def _begin(clause: Clause, heads: dict[str, str]) -> None:
    """Note a section that begins; with a new one those that were lettered in the one before are over."""
    number = clause.number.removesuffix(".0")
    if number.isdigit():
        body = clause.text[len(clause.number) :].strip(" .\n")
        called = clause.heading or ("" if len(body) > SHORT or _SENTENCE.search(body) else " ".join(body.split()))
        heads.clear()
        heads[SECTION] = heads[number] = called
    elif number and clause.heading:
        heads[number] = clause.heading


def _over(clause: Clause, above: tuple[str, ...], heads: Mapping[str, str]) -> tuple[str, ...]:
    """Return of the headings above those that this clause still stands under."""
    if not clause.number:
        return above[-1:]
    section, _, part = clause.number.rpartition(".")
    if section and part != "0":
        over = (heads[section],) if section in heads else above[-1:]
        return tuple(filter(None, over))
    # A, B and C are parts of the numbered section before them.
    return (heads[SECTION],) if len(clause.number) == 1 and clause.number.isalpha() and heads.get(SECTION) else ()


def _is_contents(text: str) -> bool:
    """Tell whether lines are of a table of contents."""
    lines = [line for line in text.split("\n") if line.strip()]
    return bool(lines) and len(text) < 400 and sum(bool(_CONTENTS.search(line)) for line in lines) > len(lines) / 2


def of_kind(found: Iterable[Clause], kind: str) -> tuple[Clause, ...]:
    """Return the clauses of one kind."""
    return tuple(each for each in found if each.kind == kind)
