"""Compare a table that was read with the one that was printed: cell by cell, under its header, beside its label."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from knowledge.evaluation.typeset import spans

FIGURE = re.compile(r"[^A-Za-z]*\d[^A-Za-z]*")
DATE = re.compile(r"(?:19|20)\d\d(?:\s*[-–/]\s*(?:\d\d){1,2})?")


class Gold(NamedTuple):
    """A cell as the page has it: the label of its row, what stands over its column from above, and the value."""

    label: str
    header: tuple[str, ...]
    value: str


def header_rows(rows: Sequence[Sequence[str]]) -> int:
    """Return how many rows at the top only name columns."""
    for at, row in enumerate(rows):
        cells = [cell.strip() for cell in row[1:] if cell.strip()]
        if any(FIGURE.fullmatch(cell) and not DATE.fullmatch(cell) for cell in cells) or (at and not cells):
            return at
    return 1


def gold_cells(rows: Sequence[Sequence[str]], header: int) -> Iterator[Gold]:
    """Yield the cells of a table that have a label and a header."""
    over = [spans(row, header=True) for row in rows[:header]]
    for row in rows[header:]:
        if all(DATE.fullmatch(cell.strip()) for cell in row[1:] if cell.strip()):
            continue  # Names the columns anew.
        for at in range(1, len(row)):
            names = tuple(text for line in over for text, first, end in line if first <= at < end and text.strip())
            if row[at].strip() and row[0].strip() and names:
                yield Gold(row[0], names, row[at])


def found(gold: Gold, cells: Sequence[tuple[str, str, str]]) -> bool:
    """Tell whether a cell is among those read, each a label, a header and a value: all its headers over it."""
    label, value = bare(gold.label), bare(gold.value)
    headers = [bare(each) for each in gold.header]
    return any(
        bare(read) == value and bare(beside) == label and all(each in bare(over) for each in headers)
        for beside, over, read in cells
    )


def plain_cells(tables: Sequence[Sequence[Sequence[str | None]]], header: int) -> list[tuple[str, str, str]]:
    """Return the cells of rows as pdfplumber gives them, `header` of them naming columns; merged cells are filled."""
    made = []
    for rows in tables:
        filled = [_filled(row) for row in rows]
        for row in filled[header:]:
            made += [
                (row[0], " ".join(above[at] for above in filled[:header] if at < len(above)), row[at])
                for at in range(1, len(row))
            ]
    return made


def bare(text: str) -> str:
    """Return the letters, digits and signs of a text as they compare."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).casefold().translate(_EQUAL)


_EQUAL = str.maketrans({"—": "-", "–": "-", "−": "-", "’": "'", "‘": "'", "“": '"', "”": '"'})


def _filled(row: Sequence[str | None]) -> list[str]:
    made: list[str] = []
    for cell in row:
        made.append((made[-1] if made else "") if cell is None else cell)
    return made
