"""Say what a table is, and find those of figures in a text that has lost its layout."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from knowledge.documents.jail.marks import (
    LONGEST,
    MOST_COLUMNS,
    MOST_ROWS,
    MOST_TABLES,
    PROSE,
    UNIT,
    row_of,
)

FEWEST = 3  # Rows of a table.
BETWEEN = 3  # Lines inside a table that are no rows: names of groups, wrapped labels.
ABOVE = 20  # Lines over the first row in which its title, unit and columns are looked for.

YEAR = re.compile(r"(?:19|20)\d\d")
COLUMNS = re.compile(
    r"(?i)\b(?:years?|months?|quarters?|weeks?|periods?)\s+ended|^\W*(?:(?:19|20)\d\d\W*)+$|\b(?:january|february|march|april|"
    r"may|june|july|august|september|october|november|december)\s+\d|^as\s+(?:of|at)\b|% change|\bvs\.?\b|"
    r"^fiscal(?:\s+years?)?$"
)
COLUMN_DATE = re.compile(r"(?:[A-Z][a-z]{2,8}\.?\s+\d{1,2},?\s+|(?i:fiscal|fy)\s*)?\b(?:19|20)\d\d\b")
NAMED = re.compile(r"(?P<name>[^:|]{1,60}): (?P<value>.{1,60})")
FUSED = re.compile(r"(?<=[\d)%—-])(?= [A-Z][a-z])")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table, in the `group` that it stands under; offsets are those of its words, -1 where unknown."""

    label: str
    values: tuple[str, ...]
    start: int = -1
    end: int = -1
    group: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its title, the words for its unit, the header over each column, and its rows.

    It stands in a document's text from `start`, where its title is, to `end`; -1 where that is not known. Where a text
    has lost its layout, `columns` are the lines over the rows as they are.
    """

    title: str
    unit: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    start: int = -1
    end: int = -1
    page: int = 0

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Make the table that `asdict` took apart."""
        rows = tuple(Row(**{**row, "values": tuple(row["values"])}) for row in data["rows"])
        return cls(**{**data, "columns": tuple(data["columns"]), "rows": rows})

    @property
    def heading(self) -> str:
        """Return what a row needs to be understood alone: whose figures, in what unit, of when."""
        return " › ".join(each for each in (self.title, self.unit, " | ".join(self.columns)) if each)

    @property
    def figures(self) -> int:
        """Return how many of its rows hold figures."""
        return sum(any(map(str.isdigit, "".join(row.values))) for row in self.rows)


def told(found: Any, *, page: int) -> tuple[Table, ...] | None:
    """Return tables as a parser of strangers' files tells them; None where that is not what was agreed on."""
    if not isinstance(found, list) or len(found) > MOST_TABLES:
        return None
    made = [_told(each, page) for each in found]
    return None if None in made else tuple(each for each in made if each is not None)


def _told(each: Any, page: int) -> Table | None:
    match each:
        case {"title": str(title), "unit": str(unit), "columns": [*columns], "rows": [*rows]} if (
            len(columns) <= MOST_COLUMNS and len(rows) <= MOST_ROWS and all(isinstance(name, str) for name in columns)
        ):
            made = [_told_row(row, len(columns)) for row in rows]
            if None in made:
                return None
            kept = tuple(row for row in made if row is not None)
            return Table(title[:LONGEST], unit[:LONGEST], tuple(name[:LONGEST] for name in columns), kept, page=page)
    return None


def _told_row(row: Any, width: int) -> Row | None:
    match row:
        case [str(group), str(label), [*values]] if len(values) == width and all(isinstance(v, str) for v in values):
            return Row(label[:LONGEST], tuple(value[:LONGEST] for value in values), group=group[:LONGEST])
    return None


def parted(text: str) -> str:
    """Return a page's text with rows that were run together on one line each on its own; only white space changes."""
    return "\n".join(_parted(line) for line in text.split("\n"))


def _parted(line: str) -> str:
    parts = FUSED.split(line)
    if len(parts) < 2:
        return line
    rows = [part for part in parts if row_of(part.strip())]
    return "\n".join(part.strip() for part in parts) if len(rows) >= len(parts) - 1 and len(rows) >= 2 else line


def tables(text: str, *, offset: int = 0, page: int = 0) -> list[Table]:
    """Return the tables on a page."""
    lines = list(re.finditer(r"[^\n]*\S[^\n]*", text))
    named = _written(lines, offset, page)
    taken = {row.start for table in named for row in table.rows}
    rows = {
        at: found
        for at, line in enumerate(lines)
        if offset + line.start() not in taken and (found := row_of(line.group()))
    }
    made: list[Table] = []
    last = -1
    for first, end in _runs(lines, rows):
        inside = [
            Row(*rows[at], offset + lines[at].start(), offset + lines[at].end())
            for at in range(first, end)
            if at in rows
        ]
        above = _above(lines, first, max(last + 1, first - ABOVE))
        title, unit, columns = _named([line.group().strip() for line in lines[above:first]])
        if made and not columns:  # The rest of a table that a line of prose or a subtitle cut.
            title = f"{made[-1].title}: {title}" if title else made[-1].title
            unit, columns = unit or made[-1].unit, made[-1].columns
        start = offset + lines[above].start() if above < first else inside[0].start
        headers = _headers(columns, inside)
        made.append(Table(title, unit, headers, tuple(inside), start, offset + lines[end - 1].end(), page))
        last = end - 1
    return sorted([*named, *made], key=lambda table: table.start)


def _written(lines: list[re.Match[str]], offset: int, page: int) -> list[Table]:
    """Return the tables of files that are no pages: each cell is written beside the name of its column."""
    made: list[Table] = []
    last = -2
    for at, line in enumerate(lines):
        label, *rest = line.group().split(" | ")
        cells = [NAMED.fullmatch(each.strip()) for each in rest]
        if not cells or None in cells:
            continue
        told = {each["name"]: each["value"] for each in cells if each is not None}
        row = Row(label.strip(), tuple(told.values()), offset + line.start(), offset + line.end())
        names = tuple(told)
        if made and at == last + 1 and set(names) <= set(made[-1].columns):
            row = replace(row, values=tuple(told.get(name, "") for name in made[-1].columns))
            made[-1] = replace(made[-1], rows=(*made[-1].rows, row), end=row.end)
        else:
            over = " ".join(each.group().strip() for each in lines[max(0, at - 2) : at] if " | " not in each.group())
            unit = UNIT.search(f"{over} {label}")
            title = over if len(over) <= PROSE else ""
            made.append(Table(title, unit[0].strip("() ") if unit else "", names, (row,), row.start, row.end, page))
        last = at
    return [table for table in made if len(table.rows) > 1]


def _headers(columns: tuple[str, ...], rows: list[Row]) -> tuple[str, ...]:
    """Return the lines over a table as one header for each column, where each names its own date."""
    dates = tuple(" ".join(each[0].split()) for each in COLUMN_DATE.finditer(" ".join(columns)))
    widths = {len(row.values) for row in rows}
    return dates if widths == {len(dates)} else columns


def _runs(lines: list[re.Match[str]], rows: dict[int, tuple[str, tuple[str, ...]]]) -> Iterator[tuple[int, int]]:
    first, before, count = -1, -1, 0
    for at in [*sorted(rows), len(lines) + BETWEEN + 1]:
        apart = first >= 0 and (
            at - before > BETWEEN + 1 or any(len(line.group()) > PROSE for line in lines[before + 1 : at])
        )
        if apart:
            if count >= FEWEST:
                yield first, before + 1
            first = -1
        if first < 0:
            first, count = at, 0
        before, count = at, count + 1


def _above(lines: list[re.Match[str]], first: int, lowest: int) -> int:
    """Return where the title of a table begins: no higher than the prose before it."""
    at = first
    while at > lowest:
        line = lines[at - 1].group().strip()
        if len(line) > PROSE or (line.endswith(".") and len(line) > 50):
            break
        at -= 1
    return at


def _named(lines: list[str]) -> tuple[str, str, tuple[str, ...]]:
    title: list[str] = []
    columns: list[str] = []
    unit = ""
    for line in lines:
        if not unit and UNIT.search(line) and len(line) < 120:
            unit = line.strip("() ")
        elif COLUMNS.search(line) or YEAR.fullmatch(line):
            columns.append(line)
        elif any(map(str.isalpha, line)) and not columns:
            title.append(line)
    return " ".join(" ".join(title).split())[:160], unit[:80], tuple(columns[:8])
