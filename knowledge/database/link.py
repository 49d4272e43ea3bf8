"""Link a question to the catalogue: which tables, columns, values, metrics and rules it speaks of."""

import math
import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from langchain_core.embeddings import Embeddings

from knowledge.database.catalog import Catalog, Column, Relation
from knowledge.database.names import stemmed, words
from knowledge.database.semantics import Metric
from knowledge.database.values import Mention, ValueIndex
from knowledge.database.ways import nearest_mentions

# What asking itself is made of: names no thing that a database could hold.
ASKING = frozenset(
    stemmed(
        "what which who whom whose where when how many much show list give return find get tell display count number "
        "total sum average mean median maximum minimum highest lowest most least top bottom first last each every per "
        "all any across among between compare comparison versus difference ratio share percentage percent proportion "
        "rate group order sort ascending descending rank distinct different unique overall with without have has had "
        "more less greater fewer than at least equal exactly year month week day quarter date today yesterday current "
        "currently recent past previous ago since until during please also only just include exclude including value "
        "values name names id ids details information result results query table tables column data record records "
        "answer question match matching filter case insensitive start starting end ending contain containing much "
        "make made do does did can could would should ever never always not no yes new old common large small big "
        "belong there their its one two three four five six seven eight nine ten decimal round descend ascend"
    )
)
_RULE = re.compile(r"(?i)\b(?:always|never|match|filter|ignore|exclude|must|should|truncate|only)\b")
_ACRONYM = re.compile(r"\b[A-Z][A-Z0-9]{1,}\b")
_SENTENCE = re.compile(
    r"(?<=[.!?])\s+(?=[A-Z])|\n+|"
    r"(?<=\w)\s+(?=(?:To (?:get|find|calculate|compute|determine|identify|analyze)\b|"
    r"[A-Z]\w*(?: \w+){0,3} ?(?:\([^)]*\) ?)?=\s))"
)
_AIMS = re.compile(
    r"To (?:get|find|calculate|compute|determine|identify|analyze|ascertain|discover|count)\b(?P<goal>[^,]+),"
)
AIMED = 0.6  # The share of what a rule is for that a question must speak of.
_DEFINES = re.compile(r"(?P<term>[A-Z][\w -]{0,40}?)\s*(?:\((?P<long>[^)]*)\)\s*)?=\s")


@dataclass(frozen=True, slots=True)
class Linked:
    """What a question speaks of; `strange` are its words that nothing in the catalogue explains."""

    tables: tuple[Relation, ...]
    columns: tuple[Column, ...]
    mentions: tuple[Mention, ...]
    metrics: tuple[Metric, ...]
    rules: tuple[str, ...]
    strange: tuple[str, ...]
    known: float


class Linker:
    """The catalogue made ready to be searched by words and by meaning."""

    def __init__(self, catalog: Catalog, embeddings: Embeddings | None = None) -> None:
        self.catalog = catalog
        self.values = ValueIndex(catalog)
        self._embeddings = embeddings
        self._names: dict[str, list[frozenset[str]]] = {}  # A name and its synonyms, each as its stems.
        self._notes: dict[str, frozenset[str]] = {}
        for column in catalog.columns():
            self._names[column.full] = _stems(words(column.name), *column.words)
            self._notes[column.full] = frozenset(stemmed(column.note))
        self._tables = {
            name: _stems(words(relation.name), *relation.words) for name, relation in catalog.relations.items()
        }
        named = [*self._names.values(), *self._tables.values()]
        self._rarity = Counter(stem for each in named for stem in frozenset().union(*each))
        self._vocabulary = frozenset(self._rarity) | {stem for each in self._notes.values() for stem in each}
        self._texts = [self._text(relation) for relation in catalog.relations.values()]
        self._vectors: np.ndarray | None = None
        self._asked: tuple[str, dict[str, float]] = ("", {})

    def link(self, question: str, *, rules: str = "", limit: int = 5) -> Linked:
        """Return what `question` speaks of; of `rules` only those sentences that concern it."""
        kept = pruned(rules, question)
        asked = Counter(stemmed(question))
        helped = set(stemmed(" ".join(kept))) - set(asked)
        metrics = tuple(each for each in self.catalog.semantics.metrics if _speaks(question, (each.name, *each.words)))
        told = {stem for each in metrics for name in (each.name, *each.words) for stem in stemmed(name)}
        mentions = [each for each in self.values.find(question) if not set(stemmed(each.said)) <= told]
        mentions = self._near(mentions, asked, helped, metrics=metrics, question=question)
        columns = self._columns(asked, helped, mentions)
        tables = self._ranked(asked, helped, columns, metrics=metrics, question=question, limit=limit)
        strange, known = self._strange(question, mentions, metrics)
        return Linked(
            tables=tuple(self.catalog.relations[each] for each in tables),
            columns=tuple(column for column, _ in columns if column.table.lower() in tables),
            mentions=tuple(mentions),
            metrics=metrics,
            rules=kept,
            strange=strange,
            known=known,
        )

    def similarity(self, question: str) -> float:
        """Return how close a question is in meaning to the closest table, from 0 to 1."""
        scores = self._similar(question)
        return max(scores.values(), default=0.0)

    def _near(
        self,
        mentions: list[Mention],
        asked: Counter[str],
        helped: set[str],
        *,
        metrics: Sequence[Metric],
        question: str,
    ) -> list[Mention]:
        """Return the values mentioned, each where it is nearest to what the question is most about."""
        if len({each.column.table for each in mentions}) < 2:
            return mentions
        columns = self._columns(asked, helped, ())
        first = self._ranked(asked, helped, columns, metrics=metrics, question=question, limit=1)[0]
        named = [name for name, names in self._tables.items() if any(each and each <= asked.keys() for each in names)]
        return nearest_mentions(mentions, first, named, self.catalog)

    def _columns(
        self, asked: Counter[str], helped: set[str], mentions: Sequence[Mention]
    ) -> list[tuple[Column, float]]:
        mentioned = {each.column.full for each in mentions}
        found = []
        for column in self.catalog.columns():
            alternatives = self._names[column.full]
            score = max(self._weight(names, asked) for names in alternatives)
            score += 0.4 * max(
                sum(1 / math.sqrt(self._rarity[stem]) for stem in names if stem in helped) for names in alternatives
            )
            score += 0.15 * len((self._notes[column.full] - alternatives[0] - ASKING) & asked.keys())
            score += 2.0 * (column.full in mentioned)
            if score > 0.3:
                found.append((column, score))
        return sorted(found, key=lambda each: -each[1])

    def _weight(self, names: frozenset[str], asked: Counter[str]) -> float:
        found = [stem for stem in names if stem in asked]
        return sum(1 / math.sqrt(self._rarity[stem]) for stem in found) * (0.5 + len(found) / max(1, len(names)))

    def _ranked(
        self,
        asked: Counter[str],
        helped: set[str],
        columns: Sequence[tuple[Column, float]],
        *,
        metrics: Sequence[Metric],
        question: str,
        limit: int,
    ) -> list[str]:
        scores: dict[str, float] = dict.fromkeys(self.catalog.relations, 0.0)
        for name, alternatives in self._tables.items():
            scores[name] += 1.5 * max(len(stems & asked.keys()) / max(1, len(stems)) for stems in alternatives)
            scores[name] += 0.5 * max(len(stems & helped) / max(1, len(stems)) for stems in alternatives)
        best: dict[str, list[float]] = {}
        for column, score in columns:
            best.setdefault(column.table.lower(), []).append(score)
        for name, each in best.items():
            scores[name] += sum(sorted(each, reverse=True)[:3])
        for metric in metrics:
            scores[metric.table] += 3.0
        for name, similar in self._similar(question).items():
            scores[name] += similar
        ranked = sorted(scores, key=lambda name: -scores[name])
        least = max(0.5, 0.42 * scores[ranked[0]]) if ranked else 0.0
        named = [name for name in ranked if any(stems and stems <= asked.keys() for stems in self._tables[name])]
        named.sort(key=lambda name: len(self._tables[name][0]))  # Things before what only joins them.
        chosen = list(dict.fromkeys([*ranked[:1], *named[:4], *(name for name in ranked if scores[name] >= least)]))
        # What joins those that are spoken of belongs to them.
        core = chosen[: max(3, min(5, 1 + len(named)))]
        way = self.catalog.path(core) if len(core) > 1 else []
        between = [table for join in way or [] for table, _ in join.ends if table not in core]
        return list(dict.fromkeys([*core, *between, *chosen]))[: max(limit, len(core) + len(set(between)))]

    def _similar(self, question: str) -> dict[str, float]:
        if self._embeddings is None or not self._texts:
            return {}
        if self._vectors is None:
            self._vectors = np.asarray(self._embeddings.embed_documents(self._texts))
        asked, found = self._asked
        if asked != question:  # One question is looked at from several sides: it is embedded once.
            close = self._vectors @ np.asarray(self._embeddings.embed_query(question))
            found = dict(zip(self.catalog.relations, map(float, close), strict=True))
            self._asked = question, found
        return found

    def _text(self, relation: Relation) -> str:
        names = ", ".join(words(column.name) for column in relation.columns.values())
        return f"{words(relation.name)}. {relation.note} {names}"[:600]

    def _strange(
        self, question: str, mentions: Sequence[Mention], metrics: Sequence[Metric]
    ) -> tuple[tuple[str, ...], float]:
        """Return the words of a question that name nothing known, and the share of those that do."""
        explained = {stem for each in mentions for stem in stemmed(each.said)}
        explained |= {stem for each in metrics for name in (each.name, *each.words) for stem in stemmed(name)}
        content: dict[str, str] = {}
        for word in re.findall(r"[^\W\d_]{3,}", question):
            for stem in stemmed(word):
                if stem not in ASKING:
                    content.setdefault(stem, word)
        strange = [
            word
            for stem, word in content.items()
            if stem not in explained and not any(_same(stem, known) for known in self._vocabulary)
        ]
        return tuple(strange), 1 - len(strange) / len(content) if content else 0.0


def _stems(*names: str) -> list[frozenset[str]]:
    return [frozenset(stemmed(name)) for name in names]


def pruned(rules: str, question: str) -> tuple[str, ...]:
    """Return the sentences of given rules and definitions that bear on a question."""
    asked = set(stemmed(question)) - ASKING
    shorts = set(_ACRONYM.findall(question))
    kept = []
    for sentence in filter(None, (each.strip() for each in _SENTENCE.split(rules))):
        own = set(stemmed(sentence)) - ASKING
        if term := _DEFINES.match(sentence):
            if _asks_about(term, question, shorts):
                kept.append(sentence)
            continue
        goal = set(stemmed(aim["goal"])) - ASKING if (aim := _AIMS.match(sentence)) else set()
        if goal and len(goal & asked) < AIMED * len(goal):
            continue  # How to find something else.
        defined = set(_ACRONYM.findall(sentence)) & shorts
        shared = len(own & asked) / max(1, min(len(own), 8))
        if defined or _RULE.search(sentence) or shared >= 0.5:
            kept.append(sentence)
    return tuple(kept)


def _asks_about(term: re.Match[str], question: str, shorts: Collection[str]) -> bool:
    """Tell whether a question uses a term that a rule defines, by its letters or in full."""
    if not set(_ACRONYM.findall(term["term"])).isdisjoint(shorts):
        return True
    asked = set(stemmed(question))
    return any(said and set(stemmed(said)) <= asked and stemmed(said) for said in (term["term"], term["long"]))


def _speaks(question: str, names: Sequence[str]) -> bool:
    asked = stemmed(question)
    return any(
        key and any(asked[at : at + len(key)] == key for at in range(len(asked) - len(key) + 1))
        for key in map(stemmed, names)
    )


def _same(stem: str, known: str) -> bool:
    """Tell whether two stems are one word, one of them cut short: `dermatolog` and `derm`, `cust` and `custom`."""
    short, long = sorted((stem, known), key=len)
    return short == long or (len(short) >= 4 and long.startswith(short))
