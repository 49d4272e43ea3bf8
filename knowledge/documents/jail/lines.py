"""Put the words of a page together: in lines, in stretches, in cells."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from knowledge.documents.jail.marks import SIGN, VALUE

GAP = 0.8  # Of a letter's height: words further apart than this stand in columns of their own.
NOTHING = frozenset({"none", "nil", "n/a", "nm"})
DATED = re.compile(
    r"(?i)(?:(?:19|20)\d\d[A-Z]?|\d{1,2}|q[1-4]|january|february|march|april|may|june|july|august|september|october|"
    r"november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|fy\s?\d*|fiscal|as|of|at|and|the|year|ended|[-–—/,&])[,.]?"
)
TIME = re.compile(r"(?i)(?:19|20)\d\d|[a-z]{3}")  # In what is a date, a year or a word of it.


class Word(NamedTuple):
    """A word on a page, in points; y runs downwards."""

    text: str
    left: float
    right: float
    top: float
    bottom: float

    @property
    def middle(self) -> float:
        """Return where its middle is from left to right."""
        return (self.left + self.right) / 2

    @property
    def height(self) -> float:
        """Return how high its letters are."""
        return self.bottom - self.top


@dataclass(slots=True)
class Line:
    """Words that stand on one line, from left to right."""

    words: list[Word]

    @property
    def text(self) -> str:
        """Return what it says."""
        return " ".join(word.text for word in self.words)

    @property
    def top(self) -> float:
        """Return where it begins, from above."""
        return min(word.top for word in self.words)

    @property
    def bottom(self) -> float:
        """Return where it ends, from above."""
        return max(word.bottom for word in self.words)

    def stretches(self) -> list[Word]:
        """Return its words joined where only a space is between them; figures side by side stay apart."""
        made: list[Word] = []
        for word in self.words:
            if made and word.left - made[-1].right <= GAP * word.height:
                last = made[-1]
                opens = bool(SIGN.fullmatch(word.text)) and word.text[0] not in ")%"
                if not (
                    figure(last.text) and (opens or (VALUE.fullmatch(word.text) and not SIGN.fullmatch(word.text)))
                ):
                    made[-1] = _joined([last, word])
                    continue
            made.append(word)
        return made


@dataclass(slots=True)
class Matrix:
    """A table as rows of cells, the first column its labels.

    In points, a row is set in by its depth, begins at its top, and its label ends at its right.
    What stands over it is in `above`, the line nearest to it last.
    """

    header: list[list[str]] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    depths: list[float] = field(default_factory=list)
    tops: list[float] = field(default_factory=list)
    rights: list[float] = field(default_factory=list)
    columns: list[tuple[float, float]] = field(default_factory=list)
    above: list[str] = field(default_factory=list)
    ruled: bool = False
    top: float = 0.0


def figure(text: str) -> bool:
    """Tell whether a text is one value of a table: an amount, a share, a dash."""
    return bool(VALUE.fullmatch(re.sub(r"\s|US\$|[A-Z]{0,2}\$", "", text))) or text.lower() in NOTHING


def dated(text: str) -> bool:
    """Tell whether a text is nothing but a date or a period."""
    return bool(TIME.search(text)) and all(map(DATED.fullmatch, text.split()))


def lines_of(words: Sequence[Word]) -> list[Line]:
    """Return words as lines, from above."""
    lines: list[Line] = []
    for word in sorted(words, key=lambda each: (each.top + each.bottom, each.left)):
        middle = (word.top + word.bottom) / 2
        if lines and abs((lines[-1].words[-1].top + lines[-1].words[-1].bottom) / 2 - middle) < word.height * 0.45:
            lines[-1].words.append(word)
        else:
            lines.append(Line([word]))
    for line in lines:
        line.words.sort(key=lambda each: each.left)
    return lines


def said(words: Sequence[Word]) -> str:
    """Return the words of a cell; signs that stand apart from their figure are put to it."""
    text = " ".join(word.text for word in words)
    return re.sub(r"(?<=[$€£¥(]) (?=[\d(.–—-])|(?<=[\d)]) (?=[)%]+$)", "", text)


def _joined(words: Sequence[Word]) -> Word:
    return Word(
        " ".join(word.text for word in words),
        min(word.left for word in words),
        max(word.right for word in words),
        min(word.top for word in words),
        max(word.bottom for word in words),
    )
