"""Look up what a sheet of fees, rates or limits lists: the line that has all words of a question."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.documents.cells import Row, Table
from knowledge.documents.words import stems
from knowledge.figures.find import NOTE, ONE_YEAR

MOST = 3  # Lines that one question may mean: a fee, and what it is under a condition.
LIKE = 0.5  # Share of a line's words that the question must have.
_ASKED = re.compile(
    r"(?i)^\W*(?:and |but |so )?(?:how\s+(?:much|high|large|long)|what|which|give\s+me|tell\s+me|show\s+me)\b"
)
_WHY = re.compile(r"(?i)\b(?:why|mean|means|difference|compare|changed?|total|sum|average|growth|increase|decrease)\b")
# How people ask for what a line states: no line needs to have these words.
_ASKING = frozenset(
    stems(
        "what which how much high large long does do is are was cost costs price prices charge charged pay paid "
        "fee fees amount rate rates limit value give tell show me us for on at of with get there have has must need "
        "one someone customer customers client clients product sheet per apply applies cost take"
    )
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of a table with the column that is meant."""

    table: Table
    row: Row
    column: int

    @property
    def said(self) -> str:
        """Return what it states, as it stands in the table."""
        header = self.table.columns[self.column]
        name = f"{self.row.label}, {header}" if len(self.table.columns) > 1 and header else self.row.label
        return f"{name}: {self.row.values[self.column]}"


def listed(question: str, tables: Sequence[Table]) -> tuple[Listed, ...]:
    """Return the lines that `question` asks for, without the document's own names in it; none in doubt.

    Tables of financial statements, whose columns are years, are no sheets.
    """
    if not _ASKED.match(question) or _WHY.search(question):
        return ()
    asked = frozenset(stems(question))
    found = [hit for table in tables if not _of_years(table) for hit in _hits(asked, table)]
    if not found or len({id(hit.table) for hit in found}) > 1:
        return ()
    found = list(dict.fromkeys([*found, *(more for hit in found for more in _conditions(hit))]))
    return tuple(found) if len(found) <= MOST else ()


def _conditions(hit: Listed) -> Iterator[Listed]:
    """Yield the lines that say more under the same words: `Monthly fee when at least NOK 15,000 is paid in`."""
    for row in hit.table.rows:
        if row.label.startswith(f"{hit.row.label} ") and len(row.values) == len(hit.table.columns):
            yield Listed(hit.table, row, hit.column)


def _of_years(table: Table) -> bool:
    return any(ONE_YEAR.search(header) for header in table.columns)


def _hits(asked: frozenset[str], table: Table) -> Iterator[Listed]:
    """Yield the lines that have all words of a question which say what is asked for."""
    for row in table.rows:
        label = frozenset(stems(NOTE.sub(" ", row.label)))
        if not label & asked or len(row.values) != len(table.columns):
            continue
        column = _column(asked - label, table)
        if column is None or not row.values[column].strip():
            continue
        own = label | frozenset(stems(f"{row.group} {table.columns[column]}"))
        telling = asked - _ASKING
        if (telling or label <= asked) and telling <= own and len(label & asked) >= LIKE * len(label):
            yield Listed(table, row, column)


def _column(asked: frozenset[str], table: Table) -> int | None:
    """Return the column that a question speaks of, None where it could be several."""
    if len(table.columns) == 1:
        return 0
    shared = [len(asked & frozenset(stems(header))) for header in table.columns]
    best = max(shared, default=0)
    return shared.index(best) if best and shared.count(best) == 1 else None
