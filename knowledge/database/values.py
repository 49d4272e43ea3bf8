"""Find the values of the data in a question, so that "Oslo" leads to `branches.city`."""

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from knowledge.database.catalog import Catalog, Column
from knowledge.database.names import stemmed, words

LONGEST_WORDS = 7
NEARLY = 0.87
_WORD = re.compile(r"[^\W_]+(?:['’.&-][^\W_]+)*")
_QUOTED = re.compile(r"[\"“'‘`]([^\"”'’`]{2,60})[\"”'’`]")


@dataclass(frozen=True, slots=True)
class Mention:
    """A value of a column that a question speaks of; `said` is how the question writes it."""

    column: Column
    value: str
    said: str
    exact: bool = True
    part: bool = False  # `value` is only a word of what the column holds.

    @property
    def condition(self) -> str:
        """Return the SQL that asks for it."""
        if self.part:
            return f"{self.column.full} LIKE '%{self.value}%'"
        return f"{self.column.full} = '{self.value.replace(chr(39), chr(39) * 2)}'"


class ValueIndex:
    """All values of the columns that can be asked for by value."""

    def __init__(self, catalog: Catalog) -> None:
        self._exact: dict[str, list[tuple[Column, str]]] = defaultdict(list)
        self._stems: dict[tuple[str, ...], list[tuple[Column, str]]] = defaultdict(list)
        names = {each.lower() for relation in catalog.relations.values() for each in (relation.name,)}
        names |= {words(column.name) for column in catalog.columns()}
        self._names = names
        self._tables = {stemmed(words(each)) for each in catalog.relations}
        self._words: dict[str, set[Column]] = defaultdict(set)
        for column in catalog.columns():
            for value in column.values:
                self._exact[value.casefold()].append((column, value))
                if key := stemmed(value):
                    self._stems[key].append((column, value))
                for word in _WORD.findall(value) if " " in value else ():
                    if len(word) > 3:
                        self._words[word.casefold()].add(column)

    def find(self, question: str) -> list[Mention]:
        """Return what the question mentions, the longest mention of each stretch of words only."""
        found: list[Mention] = []
        tokens = list(_WORD.finditer(question))
        taken: list[tuple[int, int]] = []
        for length in range(min(LONGEST_WORDS, len(tokens)), 0, -1):
            for at in range(len(tokens) - length + 1):
                start, end = tokens[at].start(), tokens[at + length - 1].end()
                if not stemmed(tokens[at][0]) or not stemmed(tokens[at + length - 1][0]):
                    continue  # "are open" is no longer a value than "open".
                if any(start < high and low < end for low, high in taken):
                    continue
                if mentions := self._look(question[start:end], quoted=_is_quoted(question, start, end)):
                    found += mentions
                    taken.append((start, end))
        for match in _QUOTED.finditer(question):
            if not any(match.start(1) < high and low < match.end(1) for low, high in taken):
                found += self._nearly(match[1])
        for token in tokens[1:]:
            said = token[0]
            free = not any(token.start() < high and low < token.end() for low, high in taken)
            if free and said[0].isupper() and said.casefold() not in self._names:
                columns = sorted(self._words.get(said.casefold(), ()), key=lambda each: each.full)
                found += [Mention(column, said, said, exact=False, part=True) for column in columns[:3]]
        return found

    def holds(self, value: str) -> list[tuple[Column, str]]:
        """Return the columns that have a value, whatever its case."""
        return self._exact.get(value.casefold(), [])

    def _look(self, said: str, *, quoted: bool) -> list[Mention]:
        lowered = said.casefold()
        plain = said == said.lower() and not quoted
        if not quoted and stemmed(said) in self._tables:
            return []  # "cards" are the table, though some topic is "card" too.
        if not quoted and (said.isdigit() or (plain and (len(said) < 3 or lowered in self._names))):
            return []
        pairs = self._exact.get(lowered, [])
        if pairs:
            # A word in small letters that is a short code by chance ("or", "in") is a word.
            kept = [each for each in pairs if not plain or len(said) > 3 or each[1] == said]
            return [Mention(column, value, said) for column, value in kept]
        key = stemmed(said)
        if not key or (plain and len(key) == 1 and len(said) < 4):
            return []
        return [Mention(column, value, said, exact=False) for column, value in self._stems.get(key, [])]

    def _nearly(self, said: str) -> list[Mention]:
        near = difflib.get_close_matches(said.casefold(), self._exact, 2, NEARLY)
        return [Mention(column, value, said, exact=False) for each in near for column, value in self._exact[each]]


def _is_quoted(question: str, start: int, end: int) -> bool:
    return question[start - 1 : start] in set("\"“'‘`") and question[end : end + 1] in set("\"”'’`") if start else False


def restricted(mentions: Iterable[Mention], catalog: Catalog) -> list[Mention]:
    """Return the mentions of columns that the catalogue still has."""
    return [each for each in mentions if catalog.find(each.column.table, each.column.name)]
