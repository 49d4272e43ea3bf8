"""Say in words what a result shows and what was counted: by rule, so that every number is one of the result's."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from knowledge.database.catalog import Catalog
from knowledge.database.names import words
from knowledge.database.phrases import CHINESE, ENGLISH, Phrases
from knowledge.types import Table

NO_UNITS: Mapping[str, str] = MappingProxyType({})
NAMED = 4  # Columns of a single row that are said in full.
TIME = re.compile(r"\d{4}(?:-\d\d(?:-\d\d(?:[ T][\d:.]+)?)?|-?Q[1-4]|-W?\d\d)?")


def tell(table: Table, phrases: Phrases = ENGLISH, *, units: Mapping[str, str] = NO_UNITS) -> str:
    """Return what a result shows in one to three sentences; `units` are those of its columns."""
    if not table.rows:
        return phrases.nothing
    if len(table.rows) == 1:
        row = table.rows[0]
        if all(each is None for each in row):
            return phrases.null
        said = [
            phrases.one.format(name=heading(name), value=_with_unit(value, units.get(name, "")))
            for name, value in list(zip(table.columns, row, strict=True))[:NAMED]
        ]
        return " ".join(said)
    count = (phrases.cut if table.cut else phrases.rows).format(count=f"{len(table.rows):,}")
    labels, measures = _shape(table)
    if not measures:
        return count
    measure = measures[0]
    ranked = [row for row in table.rows if isinstance(row[measure], int | float | Decimal)]
    if not ranked:
        return count
    name, unit = heading(table.columns[measure]), units.get(table.columns[measure], "")
    label = labels[0] if labels else None
    sentences = []
    if label is not None and len(labels) == 1 and _is_time([row[label] for row in ranked]):
        ordered = sorted(ranked, key=lambda row: str(row[label]))
        first, last = ordered[0], ordered[-1]
        sentences.append(
            phrases.trend.format(
                name=name,
                first=_with_unit(first[measure], unit),
                start=figure(first[label]),
                last=_with_unit(last[measure], unit),
                end=figure(last[label]),
            )
        )
    if labels:
        top, low = max(ranked, key=lambda row: float(row[measure])), min(ranked, key=lambda row: float(row[measure]))
        if top[measure] != low[measure] and not table.cut:
            highest, lowest = (_with_unit(each[measure], unit) for each in (top, low))
            sentences.append(phrases.highest.format(name=name, label=_of(top, labels), value=highest))
            sentences[-1] += "; " + phrases.lowest.format(label=_of(low, labels), value=lowest)
    return " ".join([count, *(f"{each}{'。' if phrases is CHINESE else '.'}" for each in sentences)])


def heading(name: str) -> str:
    """Return a column's name as words, its first letter large."""
    said = words(name) if re.fullmatch(r"\w+", name) else name
    if re.fullmatch(r"(?i)count\([^()]*\)", name):
        said = "number"
    said = re.sub(r"^number (?!of\b)(?=\w)", "number of ", said)  # `num_payments`
    return said[:1].upper() + said[1:]


def _with_unit(value: Any, unit: str) -> str:
    return f"{figure(value)} {unit}" if unit and value is not None else figure(value)


def figure(value: Any) -> str:
    """Return a cell as people read it: thousands set apart, at most two decimals where there are many."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10_000 else str(value)
    if isinstance(value, float | Decimal):
        size = float(value)
        if size.is_integer():
            return figure(int(value))
        if abs(size) >= 1:
            return f"{value:,.2f}"
        return f"{value:.4g}"
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    return str(value)


def held_in(names: Sequence[str], catalog: Catalog) -> str:
    """Return in words what some tables hold: a few columns of each."""
    said = []
    for name in names[:5]:
        relation = catalog.relations[name.lower()]
        columns = [words(each.name) for each in relation.columns.values() if not each.name.lower().endswith("id")]
        said.append(f"{words(relation.name)} ({', '.join(columns[:5])}{', …' if len(columns) > 5 else ''})")
    return "; ".join(said)


def _shape(table: Table) -> tuple[list[int], list[int]]:
    """Return the columns that name a row, and those that measure it."""
    labels: list[int] = []
    measures: list[int] = []
    for at, name in enumerate(table.columns):
        cells = [row[at] for row in table.rows if row[at] is not None]
        numbers = bool(cells) and all(isinstance(each, int | float | Decimal) for each in cells)
        naming = re.search(r"(?i)(?:^|_)(?:id|year|month|quarter|week|day|code|number|no)$", name)
        (measures if numbers and not naming else labels).append(at)
    if not measures and len(labels) > 1:
        last = labels[-1]
        if all(isinstance(row[last], int | float | Decimal | None) for row in table.rows):
            return labels[:-1], [last]
    return labels, measures


def _of(row: Sequence[Any], labels: Sequence[int]) -> str:
    return ", ".join(figure(row[at]) if not isinstance(row[at], int) else str(row[at]) for at in labels[:3])


def _is_time(cells: Sequence[Any]) -> bool:
    return all(
        isinstance(each, dt.date) or (isinstance(each, str) and TIME.fullmatch(each)) or
        (isinstance(each, int) and 1900 < each < 2200)
        for each in cells
    )  # fmt: skip
