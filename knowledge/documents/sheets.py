"""Compare data sheets as one table: rows are attributes, columns are products, units are brought into line."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from langchain_core.embeddings import Embeddings

from knowledge.documents.quantity import Quantity, quantity, unit_of, written_in
from knowledge.documents.sheet import Attribute, Sheet
from knowledge.documents.vectors import Rows, unit
from knowledge.documents.words import stems

SPELT = 0.85  # Share of letters in common from which two names are one.
MEANT = 0.74  # Cosine from which two names mean the same, where the values measure the same. `Length`, `Width`: 0.66.
PART = 0.7  # What a name is worth that has all words of the other and more: `Rated power`, `power`.

# Words that mean the same on a data sheet, and words that tell two attributes apart however alike they are.
_SAME = (
    ("weight", "mass"), ("colour", "color"), ("warranty", "guarantee"), ("capacity", "volume"), ("size", "dimensions"),
    ("maximum", "max"), ("minimum", "min"), ("temperature", "temp"), ("price", "cost"),
)  # fmt: skip
_APART = (
    ("length", "width", "height", "depth", "diameter", "thickness"), ("maximum", "minimum"), ("input", "output"),
    ("gross", "net"), ("empty", "loaded"), ("voltage", "current", "power"), ("front", "rear"), ("indoor", "outdoor"),
    ("idle", "full"), ("nominal", "effective"), ("debit", "credit"), ("day", "night"),
)  # fmt: skip
_FIRST = {stem: stems(same[0])[0] for same in _SAME for word in same for stem in stems(word)}
_CONTRARY = tuple(frozenset(_FIRST.get(stem, stem) for word in words for stem in stems(word)) for words in _APART)


@dataclass(frozen=True, slots=True)
class Cell:
    """What one sheet states; `converted` is the value in the unit of the row, "" where it is written so."""

    attribute: Attribute
    converted: str = ""

    @property
    def shown(self) -> str:
        """Return the value as people read it."""
        return f"{self.attribute.value} (= {self.converted})" if self.converted else self.attribute.value


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One attribute in all sheets, None where a sheet does not state it."""

    name: str
    cells: tuple[Cell | None, ...]
    same: bool

    @property
    def everywhere(self) -> bool:
        """Tell whether all sheets state it."""
        return None not in self.cells

    @property
    def mark(self) -> str:
        """Return how the sheets differ in it."""
        return "same" if self.same and self.everywhere else "differs" if not self.same else "not in all"


@dataclass(frozen=True, slots=True)
class SheetTable:
    """Data sheets beside one another."""

    sheets: tuple[Sheet, ...]
    rows: tuple[SheetRow, ...]

    def count(self, mark: str) -> int:
        """Return how many rows have a mark."""
        return sum(row.mark == mark for row in self.rows)


def compare_sheets(found: Sequence[Sheet], embeddings: Embeddings) -> SheetTable:
    """Return one table of data sheets; attributes are in the order of the first sheet that states them."""
    names = list(dict.fromkeys(each.name for sheet in found for each in sheet.attributes))
    vectors = dict(zip(names, unit(embeddings.embed_documents(names)), strict=True)) if names else {}
    rows: list[list[Attribute | None]] = []
    for at, sheet in enumerate(found):
        placed = _placed(rows, sheet.attributes, vectors)
        for number in range(len(sheet.attributes)):
            if number not in placed:
                rows.append([None] * at)
                placed[number] = len(rows) - 1
        stated = {row: sheet.attributes[number] for number, row in placed.items()}
        for number, row in enumerate(rows):
            row.append(stated.get(number))
    return SheetTable(tuple(found), tuple(map(_row, rows)))


def _placed(
    rows: Sequence[Sequence[Attribute | None]], attributes: Sequence[Attribute], vectors: dict[str, Rows]
) -> dict[int, int]:
    """Return which row each attribute belongs to: the likest first, and each row once."""
    scored = [
        (max(_alike(attribute, other, vectors) for other in row if other), -at, -number)
        for number, attribute in enumerate(attributes)
        for at, row in enumerate(rows)
    ]
    placed: dict[int, int] = {}
    for score, at, number in sorted(scored, reverse=True):
        if score > 0 and -number not in placed and -at not in placed.values():
            placed[-number] = -at
    return placed


def _alike(one: Attribute, other: Attribute, vectors: dict[str, Rows]) -> float:
    """Return how surely two names are of one attribute, 0 where they are not."""
    a, b = _words(one.name), _words(other.name)
    if a == b:
        return 2.0
    for contrary in _CONTRARY:
        if a & contrary and b & contrary and a & contrary != b & contrary:
            return 0.0
    first, second = quantity(one.value), quantity(other.value)
    measures = [each.measures if each else None for each in (first, second)]
    if measures[0] != measures[1] and not (first and second and "" in measures):
        return 0.0
    spelt = SequenceMatcher(None, one.name.lower(), other.name.lower()).ratio()
    if spelt >= SPELT and re.findall(r"\d+", one.name) == re.findall(r"\d+", other.name):
        return 1.0 + spelt / 2
    meant = float(vectors[one.name] @ vectors[other.name])
    if meant >= MEANT:
        return meant
    # Of a unit, `Weight` and `Net weight` measure one thing; of bare words they need not.
    return PART if measures[0] and (a < b or b < a) else 0.0


def _words(name: str) -> frozenset[str]:
    return frozenset(_FIRST.get(stem, stem) for stem in stems(re.sub(r"[(\[].*?[)\]]", " ", name)))


def _row(row: Sequence[Attribute | None]) -> SheetRow:
    stated = [each for each in row if each]
    first = next((each for each in stated if quantity(each.value)), stated[0])
    cells = tuple(_cell(each, first) if each else None for each in row)
    same = all(_same(stated[0], each) for each in stated[1:])
    return SheetRow(stated[0].name, cells, same)


def _cell(attribute: Attribute, first: Attribute) -> Cell:
    stated, wanted = quantity(attribute.value), unit_of(first.value)
    if not stated or not wanted or unit_of(attribute.value).lower() == wanted.lower():
        return Cell(attribute)
    return Cell(attribute, written_in(stated, wanted))


def _same(one: Attribute, other: Attribute) -> bool:
    first, second = quantity(one.value), quantity(other.value)
    if isinstance(first, Quantity) and isinstance(second, Quantity):
        return first.same(second)
    return _plain(one.value) == _plain(other.value)


def _plain(value: str) -> str:
    return re.sub(r"\W+", " ", value).strip().lower()
