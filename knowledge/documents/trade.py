"""Say what a question asks in the words that contracts use."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from knowledge.documents.words import stems


@dataclass(frozen=True, slots=True)
class Expansion:
    """A question as it is searched: weighted stems and phrases, and how a contract would put it."""

    question: str
    stems: Mapping[str, float]
    phrases: Mapping[tuple[str, ...], float] = field(default_factory=dict)
    wordings: tuple[str, ...] = ()


# What every question about a contract says and no clause is found by.
EMPTY = frozenset(stems("contract agreement clause provision document say tell please include specify there any under"))


def expand(question: str) -> Expansion:
    """Return `question` with the trade's other words for what it asks."""
    weights = {stem: 1.0 for stem in stems(question) if stem not in EMPTY}
    return Expansion(question=question, stems=weights or dict.fromkeys(stems(question), 1.0))
