"""Tell whether a number of an answer belongs to the thing asked about, where a sentence holds several of its kind."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from knowledge.documents.words import stems
from knowledge.facts import facts

_BORDERS = re.compile(r"(?i)[;,]\s+|\s+\b(?:and|but|while|whereas)\b\s+")
_SAYS_NOTHING = frozenset(stems("have has had get give long much many can must shall will"))
_KINDS = {
    "money": re.compile(r"(?:[$€£¥]|\b[A-Z]{3})\s?\d[\d,.]*\d(?:\s(?:million|billion|thousand))?|[$€£¥]\s?\d"),
    "share": re.compile(r"(?i)\d[\d.,]*\s?(?:%|per\s?cent\b)"),
    "time": re.compile(
        r"(?i)\b(?:\d+|[a-z]+(?:-[a-z]+)?)(?:\s\(\d+\))?\s(?:(?:business|calendar|working) )?"
        r"(?:day|week|month|year|hour)s?\b"
    ),
}


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch of a sentence with the numbers of one kind that it gives, and the words that may belong to them."""

    values: frozenset[Decimal]
    words: frozenset[str]


def misbound(said: str, question: str, quote: str) -> list[str]:
    """Return the numbers of `said` that `quote` gives for another thing than the one that `question` asks about.

    `$100 per hour for programming and $150 per hour for computer time` states both numbers, each for its own thing:
    the words of the question that stand beside one number only say which is meant.
    """
    lost: list[Decimal] = []
    asked = frozenset(stems(question)) - _SAYS_NOTHING
    for kind in _KINDS:
        parts = list(_parts(quote, kind))
        beside = [asked & part.words for part in parts]
        telling = {word for words in beside for word in words if sum(word in each for each in beside) == 1}
        if len(parts) < 2 or not telling:
            continue
        best = max(len(words & telling) for words in beside)
        meant = [part for part, words in zip(parts, beside, strict=True) if len(words & telling) == best]
        right = frozenset[Decimal]().union(*(part.values for part in meant))
        wrong = frozenset[Decimal]().union(*(part.values for part in parts)) - right
        lost += sorted(_values(said, kind) & wrong)
    return [f"{each.normalize():f}, which is given for another thing" for each in lost]


def _parts(quote: str, kind: str) -> Iterator[_Part]:
    """Yield the parts of a sentence that give a number; what stands between two may belong to either."""
    pieces = _BORDERS.split(" ".join(quote.split()))
    given = [_values(piece, kind) for piece in pieces]
    holding = [-1, *(at for at, values in enumerate(given) if values), len(pieces)]
    for (before, at), (_, after) in pairwise(pairwise(holding)):
        words = " ".join(pieces[before + 1 : after])
        yield _Part(given[at], frozenset(stems(words)))


def _values(text: str, kind: str) -> frozenset[Decimal]:
    return frozenset(number.value for match in _KINDS[kind].finditer(text) for number in facts(match.group()).numbers)
