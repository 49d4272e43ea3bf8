"""Align the clauses of two contracts by heading, number and meaning: one with one, or one with several."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from langchain_core.embeddings import Embeddings

from knowledge.documents.clauses import OTHER, Clause, headed_kinds, says
from knowledge.documents.vectors import Rows, unit
from knowledge.documents.words import stems

ENOUGH = 0.48  # From this likeness on two clauses are taken for the same clause.
AKIN = 0.42  # From here on they are where both are of one kind and neither comes nearer to any other that is left.
# From here on a clause is taken for a part of another: of its kind; called by a part of its heading; standing under
# a heading that is the other's. Clauses that have nothing in common stay below 0.3.
OF_KIND, CALLED, UNDER = 0.46, 0.38, 0.3
MOST_PARTS = 8  # Clauses that one may stand against.
EMBEDDED = 1200  # Characters of a clause that its meaning is taken from.
LOOSE = frozenset({OTHER, "general terms", "services and obligations", "parties and background"})

_REST = re.compile(
    r"(?i)\W*(?:general|miscellaneous|other|additional)(?:\s+(?:provisions?|terms|matters|clauses?))?\W*"
)
# Headings that lawyers write for one another.
_CALLED = (
    (frozenset(stems("integration")), frozenset(stems("entire agreement"))),
    (frozenset(stems("merger")), frozenset(stems("entire agreement"))),
    (frozenset(stems("remuneration")), frozenset(stems("compensation"))),
    (frozenset(stems("choice law")), frozenset(stems("governing law"))),
    (frozenset(stems("applicable law")), frozenset(stems("governing law"))),
    (frozenset(stems("assignability")), frozenset(stems("assignment"))),
    (frozenset(stems("non disclosure")), frozenset(stems("confidentiality"))),
)


@dataclass(frozen=True, slots=True)
class Match:
    """Clauses by their places in the one contract and in the other; on one side there is one."""

    a: tuple[int, ...]
    b: tuple[int, ...]
    score: float


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a clause is compared by."""

    clause: Clause
    words: frozenset[str]
    head: frozenset[str]
    over: frozenset[str]
    headed: frozenset[str]

    @classmethod
    def of(cls, clause: Clause) -> "_Reading":
        headed = headed_kinds(clause.heading)
        over = clause.path[-1] if clause.path else ""
        return cls(clause, frozenset(stems(clause.text)), _head(clause.heading), _head(over), headed)

    @property
    def kinds(self) -> frozenset[str]:
        """Return what the clause is about, as far as that tells it from others."""
        return (self.headed | {self.clause.kind}) - LOOSE


def align(ours: Sequence[Clause], theirs: Sequence[Clause], embeddings: Embeddings) -> tuple[tuple[Match, ...], Rows]:
    """Return which clauses are about the same, in the order of the first contract, and how like each is to each."""
    a, b = ([_Reading.of(each) for each in side] for side in (ours, theirs))
    scores = _likenesses(a, b, embeddings)
    found = match(scores)
    _add_akin(found, a, b, scores)
    return tuple(sorted(_with_parts(found, a, b, scores), key=lambda each: (min(each.a), min(each.b)))), scores


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


def _likenesses(a: Sequence[_Reading], b: Sequence[_Reading], embeddings: Embeddings) -> Rows:
    """Return how like each clause of one contract is to each of the other, from 0 to 1."""
    if not a or not b:
        return np.zeros((len(a), len(b)), dtype=np.float32)
    texts = [f"{each.clause.titled}\n{each.clause.text[:EMBEDDED]}" for each in (*a, *b)]
    vectors = unit(embeddings.embed_documents(texts))
    scores: Rows = (vectors[: len(a)] @ vectors[len(a) :].T).clip(0, 1)
    counts = [Counter(each.clause.kind for each in side) for side in (a, b)]
    for i, one in enumerate(a):
        for j, other in enumerate(b):
            text = 0.7 * scores[i, j] + 0.3 * _dice(one.words, other.words)
            same_number = one.clause.number == other.clause.number != ""
            place = 0.03 * same_number + 0.03 * (1 - abs(i / len(a) - j / len(b)))
            kind = _kinds_agree(one, other, counts)
            if (one.head or one.over) and (other.head or other.over):
                scores[i, j] = 0.62 * text + 0.25 * _called_alike(one, other) + kind + place
            else:
                scores[i, j] = 0.82 * text + kind + place
    scores.clip(0, 1, out=scores)
    return scores


def _called_alike(one: _Reading, other: _Reading) -> float:
    """Return how alike two clauses are called; a section's heading counts for what stands under it."""
    own = _dice(one.head or one.over, other.head or other.over)
    under = max(_dice(one.over, other.head), _dice(one.head, other.over))
    kind = 0.5 if one.headed & other.headed - LOOSE else 0.3 if one.kinds & other.kinds else 0.0
    return max(own, 0.9 * under, kind)


def _kinds_agree(one: _Reading, other: _Reading, counts: Sequence[Counter[str]]) -> float:
    """Return what it speaks for or against a pair that the kinds agree; most if there is only one such on each side."""
    kind, its = one.clause.kind, other.clause.kind
    if not one.kinds & other.kinds:
        return 0.03 if kind == its else -0.1 if one.kinds and other.kinds else 0.0
    sure = kind == its and counts[0][kind] == counts[1][kind] == 1
    # What a clause is called tells its kind; what it speaks of may be of many.
    return 0.2 if sure and (one.headed & other.headed or not (one.head and other.head)) else 0.1


def _add_akin(found: dict[int, int], a: Sequence[_Reading], b: Sequence[_Reading], scores: Rows) -> None:
    """Pair clauses of one kind that are left, where each comes nearest to the other."""
    taken = set(found.values())
    ours = [i for i in range(len(a)) if i not in found]
    theirs = [j for j in range(len(b)) if j not in taken]
    nearest = {i: max(theirs, key=lambda j: scores[i, j]) for i in ours if theirs}
    back = {j: max(ours, key=lambda i: scores[i, j]) for j in theirs if ours}
    near = ((i, j) for i, j in nearest.items() if back[j] == i and scores[i, j] >= AKIN)
    found.update({i: j for i, j in near if _akin(a[i], b[j])})


def _with_parts(
    found: Mapping[int, int], a: Sequence[_Reading], b: Sequence[_Reading], scores: Rows
) -> Iterable[Match]:
    """Return the pairs with each clause that is left put to the pair whose one clause it is a part of."""
    groups = {(i, j): ([i], [j]) for i, j in found.items()}
    left = [set(range(len(a))) - set(found), set(range(len(b))) - set(found.values())]
    fitting = [
        (scores[part] - least, side, part[side], pair)
        for pair in groups
        for side, part, least in (
            *((0, (i, pair[1]), _least(a[i], b[pair[1]])) for i in left[0]),
            *((1, (pair[0], j), _least(b[j], a[pair[0]])) for j in left[1]),
        )
        if least and scores[part] >= least
    ]
    for _, side, at, pair in sorted(fitting, reverse=True):
        group = groups[pair]
        # A pair never has several on both sides.
        if at in left[side] and len(group[1 - side]) == 1 and len(group[side]) < MOST_PARTS:
            group[side].append(at)
            left[side].remove(at)
    left_a, left_b = sorted(left[0]), sorted(left[1])
    lone = [_rest(b, left_b, a, left_a, scores), _rest(a, left_a, b, left_b, scores.T)]
    yield from (Match(tuple(sorted(i)), tuple(sorted(j)), float(scores[pair])) for pair, (i, j) in groups.items())
    for at, parts in lone[0].items():
        yield Match(tuple(parts), (at,), float(max(scores[each, at] for each in parts)))
    for at, parts in lone[1].items():
        yield Match((at,), tuple(parts), float(max(scores[at, each] for each in parts)))


def _rest(
    wholes: Sequence[_Reading], left: Sequence[int], parts: Sequence[_Reading], loose: list[int], scores: Rows
) -> dict[int, list[int]]:
    """Return for each clause `General` that is left those of the other contract that it speaks of as well."""
    found: dict[int, list[int]] = {}
    for at in left:
        if not _REST.fullmatch(wholes[at].clause.heading):
            continue
        spoken = [each for each in loose if _speaks_of(wholes[at], parts[each])]
        if spoken:
            found[at] = sorted(sorted(spoken, key=lambda each: -scores[each, at])[:MOST_PARTS])
            loose[:] = [each for each in loose if each not in found[at]]
    return found


def _speaks_of(whole: _Reading, part: _Reading) -> bool:
    """Tell whether a clause has in it what the other one is about."""
    said = any(says(whole.clause, kind) and says(part.clause, kind) for kind in part.kinds)
    told = bool(part.kinds) or part.clause.kind == whole.clause.kind
    return said or (told and bool(part.head) and part.head <= whole.words)


def _least(part: _Reading, whole: _Reading) -> float:
    """Return from which likeness on a clause is taken for a part of another; 0 where nothing makes it one."""
    if whole.head and part.over == whole.head:
        return UNDER
    if part.head and part.head < whole.head:
        return CALLED
    over = headed_kinds(part.clause.path[-1]) - LOOSE if part.clause.path else frozenset()
    return OF_KIND if part.clause.kind in whole.kinds and not (over and not over & whole.kinds) else 0.0


def _akin(one: _Reading, other: _Reading) -> bool:
    """Tell whether two clauses are of one kind, or called the same."""
    kind = one.clause.kind in other.kinds or other.clause.kind in one.kinds
    return kind or bool(one.head & other.head and (one.clause.kind == other.clause.kind or one.head == other.head))


def _head(heading: str) -> frozenset[str]:
    """Return the stems of a heading, as most lawyers would write it."""
    found = frozenset(stems(heading))
    for written, usual in _CALLED:
        if written <= found:
            found = (found - written) | usual
    return found


def _dice(a: frozenset[str], b: frozenset[str]) -> float:
    return 2 * len(a & b) / (len(a) + len(b)) if a or b else 0.0
