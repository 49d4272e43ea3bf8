"""Compare two contracts: clauses paired by heading, number and meaning, each pair word by word."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

import numpy as np
from langchain_core.embeddings import Embeddings

from knowledge.documents.clauses import OTHER, Clause, clauses, kinds
from knowledge.documents.vectors import Rows, unit
from knowledge.documents.words import stems
from knowledge.types import Document, Page

ENOUGH = 0.48  # From this likeness on two clauses are taken for the same clause.
NEAR = 0.5  # From here on a clause that stands alone is shown beside the one it comes nearest to.
EMBEDDED = 1200  # Characters of a clause that its meaning is taken from.
SAME = 0.985  # From this share of words in common on a pair is the same but for print.
CHANGED = 0.45  # Below it a diff is harder to read than the two texts.
WORTH = 0.62  # Share of words in common, in any order, from which they are compared in order, which takes time.
MOST_WORDS = 2500  # Of a clause that is compared word by word.
LOOSE = frozenset({OTHER, "general terms", "services and obligations", "parties and background"})

Verdict = Literal["same", "changed", "reworded"]

_WORD = re.compile(r"\w+(?:[.,’'/-]\w+)*|[^\w\s]")
_PERIOD = re.compile(
    r"(?i)\b(?:(?P<words>[a-z-]+)\s*)?\(?(?P<number>\d{1,4})\)?\s*(?:-\s*)?"
    r"(?:(?:business|calendar|working|full|consecutive)\s+)*(?P<unit>days?|months?|years?|weeks?|hours?)\b"
)
_MONEY = re.compile(r"(?i)(?:US\$|[$€£¥]|(?:USD|EUR|GBP|NOK|RMB|CHF)\s?)\s?\d[\d,.]*\d(?:\s(?:million|billion))?")
_SHARE = re.compile(r"\d+(?:\.\d+)?\s?(?:%|per\s?cent)")
_LAWS = re.compile(
    r"(?i:laws? of (?:the )?)(?P<place>(?:(?:State|Commonwealth|Province|Republic) of )?[A-Z]\w+(?: (?:[A-Z]\w+|of))*)"
)


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch of words: in both clauses, or in one of them only."""

    where: Literal["both", "a", "b"]
    text: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two clauses that are about the same; `likeness` is the share of words that they have in common."""

    a: Clause
    b: Clause
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
    """One kind of clause in both contracts: where it stands, and the periods, amounts and places that differ."""

    kind: str
    a: tuple[Clause, ...]
    b: tuple[Clause, ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    same: bool


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


def compare(
    a: Document, a_pages: Sequence[Page], b: Document, b_pages: Sequence[Page], embeddings: Embeddings
) -> Comparison:
    """Compare two contracts clause by clause."""
    ours, theirs = clauses(a_pages), clauses(b_pages)
    scores = likenesses(ours, theirs, embeddings)
    matched = match(scores)
    pairs = tuple(_pair(ours[i], theirs[j], float(scores[i, j])) for i, j in sorted(matched.items()))
    back = {j: i for i, j in matched.items()}
    return Comparison(
        a,
        b,
        pairs,
        only_a=tuple(_alone(ours[i], theirs, scores[i]) for i in range(len(ours)) if i not in matched),
        only_b=tuple(_alone(theirs[j], ours, scores[:, j]) for j in range(len(theirs)) if j not in back),
        kinds=_by_kind(ours, theirs, pairs),
    )


def likenesses(ours: Sequence[Clause], theirs: Sequence[Clause], embeddings: Embeddings) -> Rows:
    """Return how like each clause of one contract is to each of the other, from 0 to 1."""
    if not ours or not theirs:
        return np.zeros((len(ours), len(theirs)), dtype=np.float32)
    texts = [f"{each.titled}\n{each.text[:EMBEDDED]}" for each in (*ours, *theirs)]
    vectors = unit(embeddings.embed_documents(texts))
    scores: Rows = (vectors[: len(ours)] @ vectors[len(ours) :].T).clip(0, 1)
    bags = [[frozenset(stems(each.text)) for each in side] for side in (ours, theirs)]
    heads = [
        [frozenset(stems(each.heading)) or frozenset(stems(" ".join(each.path))) for each in side]
        for side in (ours, theirs)
    ]
    counts = [Counter(each.kind for each in side) for side in (ours, theirs)]
    for i, one in enumerate(ours):
        for j, other in enumerate(theirs):
            text = 0.7 * scores[i, j] + 0.3 * _dice(bags[0][i], bags[1][j])
            place = 0.03 * (one.number == other.number != "") + 0.03 * (1 - abs(i / len(ours) - j / len(theirs)))
            kind = _kinds_agree(one.kind, other.kind, counts)
            if heads[0][i] and heads[1][j]:
                called = max(_dice(heads[0][i], heads[1][j]), 0.5 if one.kind == other.kind not in LOOSE else 0.0)
                scores[i, j] = 0.62 * text + 0.25 * called + kind + place
            else:
                scores[i, j] = 0.82 * text + kind + place
    scores.clip(0, 1, out=scores)
    return scores


def _kinds_agree(one: str, other: str, counts: Sequence[Counter[str]]) -> float:
    """Return what it speaks for or against a pair that the kinds agree; most if there is only one such on each side."""
    if one != other:
        return -0.1 if not {one, other} & LOOSE else 0.0
    if one in LOOSE:
        return 0.03
    return 0.2 if counts[0][one] == counts[1][one] == 1 else 0.1


def match(scores: Rows) -> dict[int, int]:
    """Return one-to-one pairs, the most alike first; their order in the contracts need not agree."""
    order = np.argsort(-scores, axis=None)
    found: dict[int, int] = {}
    taken: set[int] = set()
    for at in order:
        i, j = divmod(int(at), scores.shape[1])
        if scores[i, j] < ENOUGH:
            break
        if i not in found and j not in taken:
            found[i] = j
            taken.add(j)
    return found


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


def key_terms(text: str) -> tuple[str, ...]:
    """Return the periods, amounts, shares and laws that a clause names, each written in one way."""
    flat = " ".join(text.split())
    found = [
        f"{match['number']} {match['unit'].lower().rstrip('s')}{'' if match['number'] == '1' else 's'}"
        for match in _PERIOD.finditer(flat)
    ]
    found += [" ".join(match[0].split()).rstrip(".,") for match in _MONEY.finditer(flat)]
    found += [re.sub(r"\s?(?:%|per\s?cent)", " %", match[0]) for match in _SHARE.finditer(flat)]
    found += [f"law of {match['place']}" for match in _LAWS.finditer(flat)]
    return tuple(dict.fromkeys(found))


def _pair(a: Clause, b: Clause, score: float) -> Pair:
    likeness, words = changes(_body(a), _body(b))
    return Pair(a, b, score, likeness, words)


def _body(clause: Clause) -> str:
    """Return a clause's words without its number, which may differ while nothing else does."""
    text = clause.text
    return text[len(clause.number) :].lstrip(". )\n") if clause.number and text.startswith(clause.number) else text


def _alone(clause: Clause, others: Sequence[Clause], scores: Rows) -> Alone:
    best = int(np.argmax(scores)) if len(others) else -1
    return Alone(clause, others[best] if best >= 0 and scores[best] >= NEAR else None)


def _by_kind(ours: Sequence[Clause], theirs: Sequence[Clause], pairs: Sequence[Pair]) -> tuple[KindRow, ...]:
    rows = []
    same = {id(pair.a) for pair in pairs if pair.verdict == "same"} | {
        id(pair.b) for pair in pairs if pair.verdict == "same"
    }
    for kind in kinds():
        a, b = (tuple(each for each in side if each.kind == kind) for side in (ours, theirs))
        if not a and not b:
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
            )
        )
    return tuple(rows)


def _dice(a: frozenset[str], b: frozenset[str]) -> float:
    return 2 * len(a & b) / (len(a) + len(b)) if a or b else 0.0


def _spaced(words: Sequence[str]) -> str:
    """Return words as they are written: no blank before a comma, none after an opening bracket."""
    text = re.sub(r"\s+([,.;:!?)\]”’%])", r"\1", " ".join(words))
    return re.sub(r"([(\[“$€£])\s+", r"\1", text)
