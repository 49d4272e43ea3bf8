"""Mend the spelling of a question by the words of the documents that it is put to."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache

from spellchecker import SpellChecker

from knowledge.documents.words import stems

_WORD = re.compile(r"(?<![\w'’-])[a-z]{5,}(?![\w'’-])")  # A capital begins a name, and names are as they are.
_LONG = 8  # Letters; a longer word may be off by two of them.
_SLIPS = 2


def respelled(question: str, texts: Iterable[str]) -> str:
    """Return `question` with each misspelt word as `texts` write it, or where none of them has it, as English does.

    A word that English or the texts know is never touched: what a document calls by one word may be asked for by
    another.
    """
    words = set(_WORD.findall(question))
    odd = {word for word in words if word not in _english()}
    if not odd or 1 < len(odd) > len(words) / 2:
        return question  # Well spelt, or in no English at all.
    said = Counter(word for text in texts for word in re.findall(r"[a-z]{5,}", text.lower()))
    known = {stem for word in said for stem in stems(word)}
    meant = {word: _meant(word, said) for word in odd if not known.issuperset(stems(word))}
    return _WORD.sub(lambda match: meant.get(match[0], match[0]), question)


def _meant(word: str, said: Counter[str]) -> str:
    """Return the word of the documents, or else of the language, that is a slip of the fingers away."""
    english = _english()
    once = english.edit_distance_1(word)
    alike = [each for each in said if each[0] == word[0] and abs(len(each) - len(word)) <= _SLIPS]
    near = [each for each in alike if each in once]
    if not near and len(word) >= _LONG:
        near = [each for each in alike if not once.isdisjoint(english.edit_distance_1(each))]
    if near:
        return max(near, key=lambda each: (said[each], each))
    usual = [each for each in english.known(once) if each[0] == word[0]]
    return max(usual, key=lambda each: (english.word_usage_frequency(each), each), default=word)


@cache
def _english() -> SpellChecker:
    return SpellChecker(language="en")
