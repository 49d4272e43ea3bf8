"""Say what a question asks in the words that contracts use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache, lru_cache
from pathlib import Path

import yaml

from knowledge.documents.fiscal import subject, written_out
from knowledge.documents.words import stems

TABLES = (Path(__file__).with_name("trade.yaml"), Path(__file__).with_name("trade_finance.yaml"))
WORD_WEIGHT = 0.5  # A word of the trade, beside the asker's own at 1.
PHRASE_WEIGHT = 0.5
MISTYPED = 5  # Letters from which an unknown word is taken for a slip of the keys.

# What every question about a contract says and no clause is found by.
EMPTY = frozenset(
    stems(
        "contract agreement clause provision document say tell please include specify there any under does what which "
        "provide provided happen be event one parties party have has can describe summarize section fiscal "
        "how much many did do was were why roughly approximately s"
    )
)


@dataclass(frozen=True, slots=True)
class Topic:
    """Something asked of contracts: the words of the question that mean it, the words of clauses about it."""

    asks: tuple[frozenset[str], ...]
    marks: tuple[str, ...]
    words: frozenset[str]
    phrases: frozenset[tuple[str, ...]]
    says: str
    weight: float = PHRASE_WEIGHT


@dataclass(frozen=True, slots=True)
class Expansion:
    """A question as it is searched: weighted stems and phrases, and how a contract would put it."""

    question: str
    stems: Mapping[str, float]
    phrases: Mapping[tuple[str, ...], float] = field(default_factory=dict)
    wordings: tuple[str, ...] = ()


def expand(question: str, *, known: Callable[[str], bool] = lambda _: True) -> Expansion:
    """Return `question` with the trade's other words for what it asks.

    Args:
        question: As it was typed; a word that is not `known` is taken for the word of the trade that it resembles.
        known: Tells whether any document has a stem.
    """
    question = written_out(question)
    asked = [stem if known(stem) else _resembling(stem) for stem in stems(subject(question))]
    weights = {stem: 1.0 for stem in asked if stem not in EMPTY} or dict.fromkeys(asked, 1.0)
    phrases: dict[tuple[str, ...], float] = {}
    meant = topics(question, frozenset(asked) | frozenset(stems(question)))
    for topic in meant:
        for stem in topic.words:
            weights.setdefault(stem, WORD_WEIGHT)
        for phrase in topic.phrases:
            phrases[phrase] = topic.weight
    return Expansion(subject(question), weights, phrases, tuple(topic.says for topic in meant))


def own_stems(question: str) -> frozenset[str]:
    """Return the stems of a question that say what it is about."""
    return frozenset(stems(subject(written_out(question)))) - EMPTY


def topics(question: str, asked: frozenset[str]) -> list[Topic]:
    """Return the topics that a question means; "first refusal" does not mean refusal, too."""
    found = [(topic, [ask for ask in topic.asks if ask <= asked]) for topic in _table()]
    every = [ask for _, asks in found for ask in asks]
    return [
        topic
        for topic, asks in found
        if any(not any(ask < other for other in every) for ask in asks) or any(mark in question for mark in topic.marks)
    ]


@lru_cache(maxsize=10_000)  # Comparing one stem with all takes about a millisecond, and each search asks twice.
def _resembling(stem: str) -> str:
    """Return the word of the trade that someone mistyped, or the stem as it is."""
    if len(stem) < MISTYPED or stem in _vocabulary():
        return stem
    return next(iter(get_close_matches(stem, _vocabulary(), n=1, cutoff=0.8)), stem)


@cache
def _vocabulary() -> tuple[str, ...]:
    asked = {stem for topic in _table() for ask in topic.asks for stem in ask}
    return tuple(sorted(asked | {stem for topic in _table() for stem in topic.words}))


@cache
def _table() -> tuple[Topic, ...]:
    rows = [row for table in TABLES for row in yaml.safe_load(table.read_text(encoding="utf-8"))]
    return tuple(_topic(row["asks"], row["says"], row.get("weight", PHRASE_WEIGHT)) for row in rows)


def _topic(asks: list[str], says: list[str], weight: float) -> Topic:
    cut = [tuple(stems(each)) for each in says]
    return Topic(
        # Scripts without spaces between words are looked for as they stand.
        asks=tuple(frozenset(stems(each)) for each in asks if each.isascii()),
        marks=tuple(each for each in asks if not each.isascii()),
        words=frozenset(stem for each in cut for stem in each),
        phrases=frozenset(each for each in cut if len(each) > 1),
        says=", ".join(says),
        weight=weight,
    )
