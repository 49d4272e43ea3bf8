"""Lay the rows of a grouped result along one axis: periods in their order, or things with their names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from knowledge.database.chart_columns import NOTHING, clean, columns, number
from knowledge.database.names import parts, singular, words
from knowledge.database.periods import MONTHS, month_start
from knowledge.database.why.query import Grouped
from knowledge.types import Table

_LENGTHS = {"year": 12, "quarter": 3, "month": 1}
_NAMES = ("name", "title", "label")


@dataclass(frozen=True, slots=True)
class Point:
    """One value of the axis: `rows` are those of the result that it stands for, `start` its first day, if known.

    Of a period whose year is not in the result `part` says which month or quarter of a year it is.
    """

    label: str
    value: float
    rows: tuple[int, ...]
    start: date | None = None
    end: date | None = None
    part: int = 0

    def holds(self, day: date) -> bool:
        """Tell whether a day lies in the period."""
        return self.start is not None and self.end is not None and self.start <= day < self.end


@dataclass(frozen=True, slots=True)
class Axis:
    """All points, in time where `grain` says how long each is; `keys` are the columns that tell them apart."""

    points: tuple[Point, ...]
    keys: tuple[int, ...]
    grain: str = ""
    name: str = ""

    @property
    def in_time(self) -> bool:
        """Tell whether the points follow each other."""
        return bool(self.grain)


def axis_of(grouped: Grouped, table: Table, text: str) -> Axis | None:
    """Return the axis of a result; of two groupings the one in time, for the value of the other that `text` names.

    None where the rows lie along no one axis.
    """
    if grouped.measure >= len(table.columns):
        return None
    rows = [at for at, row in enumerate(table.rows) if number(row[grouped.measure]) is not None]
    times = [at for at in grouped.keys if _is_time(grouped, table, at)]
    others = [at for at in grouped.keys if at not in times and len({row[at] for row in table.rows}) > 1]
    if not times:
        axis = _things(grouped, table, rows)
        return axis if axis and len({each.label for each in axis.points}) == len(axis.points) else None
    kept = _restricted(table, rows, others, text)
    if kept is not None and kept != rows:
        return _series(grouped, table, kept, times, (*times, *others))
    return _series(grouped, table, rows, times, tuple(times))


def _restricted(table: Table, rows: list[int], others: Sequence[int], text: str) -> list[int] | None:
    for at in others:
        named = [row for row in rows if said(clean(table.rows[row][at]), text)]
        if named and len({table.rows[row][at] for row in named}) == 1:
            return named
    return None


def said(label: str, text: str) -> bool:
    """Tell whether a text says a label, as whole words."""
    return bool(re.search(rf"(?<!\w){re.escape(label)}(?!\w)", text, re.IGNORECASE))


def _is_time(grouped: Grouped, table: Table, at: int) -> bool:
    column = columns((_heading(grouped, table, at),), [(_plain(row[at]),) for row in table.rows])
    found = column[0] if column else None
    return found is not None and (found.role == "time" or (found.role == "order" and bool(grouped.part_of_time(at))))


def _heading(grouped: Grouped, table: Table, at: int) -> str:
    return grouped.part_of_time(at) or table.columns[at]


def _plain(cell: Any) -> Any:
    """Return a cell with a number of a month or year as a number, however the database writes it."""
    return int(cell) if isinstance(cell, str) and re.fullmatch(r"\d{1,2}|(?:19|20)\d\d", cell) else cell


def _series(
    grouped: Grouped, table: Table, rows: Sequence[int], times: Sequence[int], keys: tuple[int, ...]
) -> Axis | None:
    names = [_heading(grouped, table, at) for at in times]
    found = columns(names, [[_plain(table.rows[row][at]) for at in times] for row in rows])
    if len(found) != 1:
        return None
    grain = found[0].grain or grouped.part_of_time(times[0])
    if grain == "minute" or not grain:
        return None
    held: dict[str, list[int]] = {}
    for row, label in zip(rows, found[0].labels, strict=True):
        held.setdefault(label, []).append(row)
    if len(held) < len(rows) and not grouped.adds:
        return None
    points = [_period(label, grain, _total(grouped, table, at), at) for label, at in held.items()]
    if any(each is None for each in points):
        return None
    ordered = sorted((each for each in points if each), key=lambda each: (each.start or date.min, each.part))
    return Axis(tuple(ordered), keys, grain)


def _total(grouped: Grouped, table: Table, rows: Sequence[int]) -> float:
    cells = [table.rows[row][grouped.measure] for row in rows]
    return sum(cell if isinstance(cell, int) else number(cell) or 0.0 for cell in cells)


def _period(label: str, grain: str, value: float, rows: list[int]) -> Point | None:
    """Return the point of a period, from an ISO day or from the number or name of a part of a year."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", label):
        start = date.fromisoformat(label)
        if grain in _LENGTHS:
            return Point(_said_of(start, grain), value, tuple(rows), start, month_start(start, _LENGTHS[grain]))
        length = timedelta(days=7 if grain == "week" else 1)
        return Point(_said_of(start, grain), value, tuple(rows), start, start + length)
    bare = label.lower().removeprefix("q")
    if grain == "month":
        named = [at for at, name in enumerate(MONTHS, 1) if bare[:3] == name[:3] and name.startswith(bare)]
        part = int(bare) if bare.isdigit() else (named or [0])[0]
        return Point(MONTHS[part - 1].title(), value, tuple(rows), part=part) if 0 < part <= 12 else None
    if grain == "quarter" and bare.isdigit():
        return Point(f"Q{bare}", value, tuple(rows), part=int(bare))
    return None


def _said_of(start: date, grain: str) -> str:
    match grain:
        case "year":
            return str(start.year)
        case "quarter":
            return f"Q{(start.month + 2) // 3} {start.year}"
        case "month":
            return f"{MONTHS[start.month - 1].title()} {start.year}"
        case "week":
            return f"the week of {start.isoformat()}"
        case _:
            return start.isoformat()


def _things(grouped: Grouped, table: Table, rows: Sequence[int]) -> Axis | None:
    found = {at: columns((table.columns[at],), [(row[at],) for row in table.rows])[0] for at in grouped.keys}
    named = [at for at, each in found.items() if not all(label.isdigit() for label in each.labels)]
    shown = [at for at in named if len(set(found[at].labels)) == len(table.rows)][:1] or named or list(found)
    if not shown:
        return None
    points = []
    for row in rows:
        label = ", ".join(clean(table.rows[row][at]) if table.rows[row][at] is not None else NOTHING for at in shown)
        points.append(Point(label, _total(grouped, table, [row]), (row,)))
    return Axis(tuple(points), grouped.keys, "", _thing(grouped, shown[0]))


def _thing(grouped: Grouped, at: int) -> str:
    projection = grouped.projection(at)
    column = projection.name if hasattr(projection, "name") else ""
    relation = grouped.tables.get(getattr(projection, "table", ""))
    if relation is not None and parts(column)[-1:] and parts(column)[-1] in _NAMES:
        return singular(words(relation.name))
    return words(column) or "group"
