"""Compare two contracts: their clauses aligned, each pair word by word."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

import numpy as np
from langchain_core.embeddings import Embeddings

from knowledge.documents.align import Match, align
from knowledge.documents.clauses import OTHER, Clause, clauses, kinds, says, titled_kinds
from knowledge.documents.gains import gains
from knowledge.documents.key_terms import key_terms
from knowledge.documents.vectors import Rows
from knowledge.types import Document, Page

NEAR = 0.5  # From here on a clause that stands alone is shown beside the one it comes nearest to.
SAME = 0.985  # From this share of words in common on a pair is the same but for print.
CHANGED = 0.45  # Below it a diff is harder to read than the two texts.
WORTH = 0.62  # Share of words in common, in any order, from which they are compared in order, which takes time.
MOST_WORDS = 2500  # Of a clause that is compared word by word.

Verdict = Literal["same", "changed", "reworded"]

_WORD = re.compile(r"\w+(?:[.,’'/-]\w+)*|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch of words: in both clauses, or in one of them only."""

    where: Literal["both", "a", "b"]
    text: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Clauses that are about the same, on one side one; `likeness` is the share of words that they have in common."""

    a: tuple[Clause, ...]
    b: tuple[Clause, ...]
    score: float
    likeness: float
    changes: tuple[Change, ...]

    @property
    def verdict(self) -> Verdict:
        """Return how much one differs from the other."""
        return "same" if self.likeness >= SAME else "changed" if self.likeness >= CHANGED else "reworded"


@dataclass(frozen=True, slots=True)
class Alone:
    """A clause that the other contract does not have; `near` is what comes nearest to it there."""

    clause: Clause
    near: Clause | None = None


@dataclass(frozen=True, slots=True)
class KindRow:
    """One kind of clause in both contracts: where it stands, and the periods, amounts and laws that differ.

    `shared` are those that both name; `gains` says who gains by the difference, where a rule can tell. `elsewhere` is
    the contract that has it only in clauses about other things.
    """

    kind: str
    a: tuple[Clause, ...]
    b: tuple[Clause, ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    same: bool
    shared: tuple[str, ...] = ()
    elsewhere: Literal["", "first", "second"] = ""
    gains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two contracts beside one another, in the order of the first."""

    a: Document
    b: Document
    pairs: tuple[Pair, ...]
    only_a: tuple[Alone, ...]
    only_b: tuple[Alone, ...]
    kinds: tuple[KindRow, ...]

    def count(self, verdict: Verdict) -> int:
        """Return how many pairs differ so much."""
        return sum(pair.verdict == verdict for pair in self.pairs)

    @property
    def several(self) -> int:
        """Return in how many pairs one clause stands against several."""
        return sum(len(pair.a) != len(pair.b) for pair in self.pairs)


def compare(
    a: Document, a_pages: Sequence[Page], b: Document, b_pages: Sequence[Page], embeddings: Embeddings
) -> Comparison:
    """Compare two contracts clause by clause."""
    ours, theirs = clauses(a_pages), clauses(b_pages)
    matched, scores = align(ours, theirs, embeddings)
    pairs = tuple(_pair(each, ours, theirs) for each in matched)
    in_a = {at for each in matched for at in each.a}
    in_b = {at for each in matched for at in each.b}
    return Comparison(
        a,
        b,
        pairs,
        only_a=tuple(_alone(ours[i], theirs, scores[i]) for i in range(len(ours)) if i not in in_a),
        only_b=tuple(_alone(theirs[j], ours, scores[:, j]) for j in range(len(theirs)) if j not in in_b),
        kinds=_by_kind(ours, theirs, pairs),
    )


def changes(a: str, b: str) -> tuple[float, tuple[Change, ...]]:
    """Return the share of words in common, and the words in order with where they stand."""
    ours, theirs = _WORD.findall(a)[:MOST_WORDS], _WORD.findall(b)[:MOST_WORDS]
    matcher = SequenceMatcher(None, [word.lower() for word in ours], [word.lower() for word in theirs], autojunk=False)
    if matcher.quick_ratio() < WORTH:
        return matcher.quick_ratio() / 2, (Change("a", _spaced(ours)), Change("b", _spaced(theirs)))
    found: list[Change] = []
    for tag, i, i_end, j, j_end in matcher.get_opcodes():
        if tag == "equal":
            found.append(Change("both", _spaced(ours[i:i_end])))
            continue
        if i_end > i:
            found.append(Change("a", _spaced(ours[i:i_end])))
        if j_end > j:
            found.append(Change("b", _spaced(theirs[j:j_end])))
    return matcher.ratio(), tuple(found)


def _pair(found: Match, ours: Sequence[Clause], theirs: Sequence[Clause]) -> Pair:
    a, b = tuple(ours[i] for i in found.a), tuple(theirs[j] for j in found.b)
    likeness, words = changes("\n".join(map(_body, a)), "\n".join(map(_body, b)))
    return Pair(a, b, found.score, likeness, words)


def _body(clause: Clause) -> str:
    """Return a clause's words without its number, which may differ while nothing else does."""
    text = clause.text
    return text[len(clause.number) :].lstrip(". )\n") if clause.number and text.startswith(clause.number) else text


def _alone(clause: Clause, others: Sequence[Clause], scores: Rows) -> Alone:
    best = int(np.argmax(scores)) if len(others) else -1
    return Alone(clause, others[best] if best >= 0 and scores[best] >= NEAR else None)


def _by_kind(ours: Sequence[Clause], theirs: Sequence[Clause], pairs: Sequence[Pair]) -> tuple[KindRow, ...]:
    rows = []
    same = {id(each) for pair in pairs if pair.verdict == "same" for each in (*pair.a, *pair.b)}
    titled = {id(each): titled_kinds(each.heading) for each in (*ours, *theirs)}
    for kind in kinds():
        a, b = (
            tuple(each for each in side if each.kind == kind or kind in titled[id(each)]) for side in (ours, theirs)
        )
        if not a and not b:
            continue
        if kind != OTHER and not (a and b):
            told = tuple(each for each in (theirs if a else ours) if says(each, kind))
            if told:
                # What else those clauses hold is not of this kind, so no terms are compared.
                row = KindRow(kind, a, told, (), (), same=False, elsewhere="second")
                rows.append(row if a else KindRow(kind, told, b, (), (), same=False, elsewhere="first"))
                continue
        terms = [tuple(dict.fromkeys(term for each in side for term in key_terms(each.text))) for side in (a, b)]
        rows.append(
            KindRow(
                kind,
                a,
                b,
                only_a=tuple(term for term in terms[0] if term not in terms[1]),
                only_b=tuple(term for term in terms[1] if term not in terms[0]),
                same=bool(a and b) and all(id(each) in same for each in (*a, *b)),
                shared=tuple(term for term in terms[0] if term in terms[1]),
                gains=gains(kind, [each.text for each in a], [each.text for each in b]),
            )
        )
    return tuple(rows)


def _spaced(words: Sequence[str]) -> str:
    """Return words as they are written: no blank before a comma, none after an opening bracket."""
    text = re.sub(r"\s+([,.;:!?)\]”’%])", r"\1", " ".join(words))
    return re.sub(r"([(\[“$€£])\s+", r"\1", text)
