"""Write a table as lines, each of which says what its cells are."""

import re
from collections.abc import Sequence

AMOUNT = re.compile(r"[($€£¥+\-–—\s]*\d[\d.,\s]*%?\)?")
YEAR = re.compile(r"(?:FY\s*)?(?:19|20)\d\d")
LONGEST_HEADER = 60


def written(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a table's rows as lines; under a header row each value stands beside the name of its column."""
    kept = [[" ".join(cell.split()) for cell in row] for row in rows]
    kept = [row for row in kept if any(row)]
    if not kept:
        return []
    header = kept[0]
    if not is_header(header, kept[1:]):
        return [" | ".join(cell for cell in row if cell) for row in kept]
    return [" | ".join(cell for cell in header if cell), *(_named(header, row) for row in kept[1:])]


def is_header(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Tell whether a row names the columns of those below: it has names, they have amounts."""
    names = [cell for cell in row if cell]
    if len(names) < 2 or not below or any(len(cell) > LONGEST_HEADER for cell in names):
        return False
    if any(AMOUNT.fullmatch(cell) and not YEAR.fullmatch(cell) for cell in names):
        return False
    return any(AMOUNT.fullmatch(cell) for other in below for cell in other if cell) or len(names) > 2


def _named(header: Sequence[str], row: Sequence[str]) -> str:
    cells = []
    for at, cell in enumerate(row):
        name = header[at] if at < len(header) else ""
        if cell:
            cells.append(f"{name}: {cell}" if name and at else cell)
    return " | ".join(cells)
