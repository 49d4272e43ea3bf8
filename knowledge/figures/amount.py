"""Read what a cell says as a number, with its unit."""

import re
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from knowledge.documents.cells import Row, Table

SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9}
NIL = re.compile(r"(?:US)?[$€£¥]?\s*[—–−-]+\s*%?")
SIGNS = re.compile(r"[\s,$€£¥%()]|US\$|[A-Z]{3}\s?")
PER_SHARE = re.compile(r"(?i)\bper\b.{0,25}\bshare|earnings per|\beps\b|\bshares?\b|\bratio\b")


class Cell(NamedTuple):
    """A cell: its value, the scale in which it is written, whether it is a percentage, and where it stands."""

    table: Table
    row: Row
    column: int
    value: Decimal
    percent: bool

    @property
    def header(self) -> str:
        """Return what stands over its column."""
        return self.table.columns[self.column]

    @property
    def written(self) -> str:
        """Return it as it stands in the table."""
        return self.row.values[self.column]

    @property
    def scale(self) -> str:
        """Return the word for its scale, "" where it is written in full or is no amount of money."""
        if self.percent or PER_SHARE.search(f"{self.row.label} {self.row.group}"):
            return ""
        told = f"{self.table.unit} {self.header}".lower()
        return next((word for word in SCALES if word in told), "")


def cell_at(table: Table, row: Row, column: int) -> Cell | None:
    """Return a cell, None where it holds no number."""
    if len(row.values) != len(table.columns):
        return None
    text = row.values[column].strip()
    if not text:
        return None
    if NIL.fullmatch(text):
        return Cell(table, row, column, Decimal(0), "%" in text)
    bare = SIGNS.sub("", text)
    negative = text.lstrip("$€£¥ ").startswith(("(", "-", "−", "–"))
    try:
        value = Decimal(bare.lstrip("-−–"))
    except InvalidOperation:
        return None
    return Cell(table, row, column, -value if negative else value, "%" in text)


def spoken(value: Decimal, places: int | None = None) -> str:
    """Return a number as people write it."""
    if places is None:
        size = abs(value)
        places = 0 if value == value.to_integral_value() else 2 if size >= 1 or size >= Decimal("0.01") else 4
    return f"{value:,.{places}f}"
