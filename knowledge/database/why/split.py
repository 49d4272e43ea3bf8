"""Split a measure along what its rows lead to: the columns that may carry a difference, and the queries for them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from knowledge.database.catalog import Catalog, Column, Relation
from knowledge.database.joins import Join
from knowledge.database.names import parts, singular, words
from knowledge.database.why.meant import Compared
from knowledge.database.why.points import Axis, Point
from knowledge.database.why.query import Grouped, root_of
from knowledge.types import Table

VALUES = 40  # Values of a column that a difference is told by; with more, no one of them says much.
LONGEST = 40  # Characters; a longer value is a text, or several facts in one.
CELLS = 900  # Rows that a query by several columns may come to, below what is returned of any.
STEPS = 2  # Joins from a row to what it leads to.
_NAMES = ("name", "title", "label")
A, B, DIFFERENCE = "a", "b", "difference"


@dataclass(frozen=True, slots=True)
class Dimension:
    """A column that a measure can be told by; `said` is what people call it."""

    alias: str
    column: Column
    said: str


@dataclass(frozen=True, slots=True)
class Reach:
    """A table that each row leads to, by joins that each find at most one row, with what can be told by it."""

    joins: tuple[tuple[str, Join], ...]  # Each with the alias that it leads away from.
    dimensions: tuple[Dimension, ...]


def reaches(grouped: Grouped, catalog: Catalog, masked: Collection[tuple[str, str]]) -> list[Reach]:
    """Return the tables that the rows lead to, those in use and the nearest first; nothing `masked` is told by."""
    root = root_of(grouped.tables, catalog)
    found: list[Reach] = []
    seen = {relation.name.lower() for relation in grouped.tables.values()}
    taken = set(grouped.tables)
    keys = {(join.table, join.column) for join in catalog.joins} | {
        (join.to_table, join.to_column) for join in catalog.joins
    }
    grouping = {
        (column.table.lower(), column.name.lower())
        for at in grouped.keys
        for column in grouped.projection(at).find_all(exp.Column)
    }
    waiting: list[tuple[str, Relation, tuple[tuple[str, Join], ...]]] = [
        (alias, grouped.tables[alias], ()) for alias in sorted(grouped.tables, key=lambda each: each != root)
    ]
    while waiting:
        alias, relation, way = waiting.pop(0)
        free = [
            column
            for name, column in relation.columns.items()
            if _tells(column)
            and (alias, name) not in grouping
            and (relation.name.lower(), name) not in {*keys, *masked}
        ]
        if dimensions := _few([Dimension(alias, each, _said(each, relation, own=alias == root)) for each in free]):
            found.append(Reach(way, dimensions))
        for join in catalog.joins if len(way) < STEPS else ():
            target = catalog.relations.get(join.to_table)
            new = join.table == relation.name.lower() and join.to_table not in seen and join.to_table not in taken
            if new and target is not None and _is_key(target, join.to_column):
                seen.add(join.to_table)
                waiting.append((join.to_table, target, (*way, (alias, join))))
    return found


def split_query(
    grouped: Grouped,
    axis: Axis,
    compared: Compared,
    reach: Reach,
    dimensions: Sequence[Dimension],
    *,
    table: Table,
    names: tuple[str, str] = (A, B),
) -> exp.Select:
    """Return the query that sets the two sides of a comparison beside each other, by each value of the dimensions."""
    held = (compared.other,) if compared.other is not None else compared.others
    one = _condition(grouped, axis, (compared.point,), table)
    other = _condition(grouped, axis, held, table)
    first, second = grouped.measured(one), grouped.measured(other)
    sides: list[exp.Expr] = [_zero(first), _zero(second)]
    if compared.other is None:
        sides[1] = exp.Div(this=sides[1], expression=exp.Literal.number(f"{len(held)}.0"))
    columns = [exp.column(each.column.name, table=each.alias) for each in dimensions]
    split = exp.Select()
    split.set("from_", grouped.select.args["from_"].copy())
    split.set("joins", [each.copy() for each in grouped.select.args.get("joins") or []])
    for alias, join in reach.joins:
        target = exp.to_table(join.to_table)
        on = exp.EQ(
            this=exp.column(join.to_column, table=join.to_table), expression=exp.column(join.column, table=alias)
        )
        split.join(target, on=on, join_type="LEFT", copy=False)
    if (where := grouped.select.args.get("where")) is not None:
        split.where(where.this.copy(), copy=False)
    split.where(exp.or_(one.copy(), other.copy()), copy=False)
    for each, column in zip(dimensions, columns, strict=True):
        split.select(exp.alias_(column.copy(), "_".join(each.said.split())), copy=False)
    for side, name in zip(sides, names, strict=True):
        split.select(exp.alias_(side.copy(), name, quoted=True), copy=False)
    less = exp.Sub(this=_bracketed(sides[0]), expression=_bracketed(sides[1]))
    split.group_by(*columns, copy=False)
    if names != (A, B):
        split.select(exp.alias_(less, DIFFERENCE), copy=False)
        falling = compared.way > 0
        ordered = exp.Ordered(this=exp.column(DIFFERENCE), desc=falling or None, nulls_first=not falling)
        split.order_by(ordered, copy=False)
    return split


def _tells(column: Column) -> bool:
    """Tell whether a column's values are names of groups: few and short, and no one's own."""
    if column.kind != "text" or column.key or column.tags & {"pii", "key"}:
        return False
    return 2 <= len(column.values) <= VALUES and all(len(each) <= LONGEST for each in column.values)


def _is_key(relation: Relation, column: str) -> bool:
    """Tell whether a column alone is the key, so that joining to it finds at most one row."""
    return [name for name, each in relation.columns.items() if each.key] == [column]


def _few(dimensions: list[Dimension]) -> tuple[Dimension, ...]:
    kept: list[Dimension] = []
    cells = 1
    for each in sorted(dimensions, key=lambda each: len(each.column.values)):
        cells *= len(each.column.values) + 1
        if cells > CELLS:
            break
        kept.append(each)
    return tuple(kept)


def _said(column: Column, relation: Relation, *, own: bool) -> str:
    name, thing = words(column.name), singular(words(relation.name))
    if parts(column.name)[-1] in _NAMES:
        return thing
    return name if own else f"{thing} {name}"


def _condition(grouped: Grouped, axis: Axis, points: Sequence[Point], table: Table) -> exp.Expr:
    """Return what holds for the rows of the data that these points stand for."""
    wanted = {tuple(table.rows[row][at] for at in axis.keys) for point in points for row in point.rows}
    if len(axis.keys) == 1:
        key = grouped.projection(axis.keys[0])
        cells = sorted((cells[0] for cells in wanted if cells[0] is not None), key=str)
        tests: list[exp.Expr] = []
        if len(cells) == 1:
            tests.append(_is(key, cells[0]))
        elif cells:
            tests.append(exp.In(this=key.copy(), expressions=[exp.convert(each) for each in cells]))
        if (None,) in wanted:
            tests.append(_is(key, None))
        return exp.or_(*tests)
    every = [
        exp.and_(*(_is(grouped.projection(at), cell) for at, cell in zip(axis.keys, cells, strict=True)))
        for cells in sorted(wanted, key=str)
    ]
    return exp.or_(*every)


def _is(key: exp.Expr, cell: Any) -> exp.Expr:
    if cell is None:
        return exp.Is(this=key.copy(), expression=exp.Null())
    return exp.EQ(this=key.copy(), expression=exp.convert(cell))


def _bracketed(side: exp.Expr) -> exp.Expr:
    return exp.Paren(this=side) if isinstance(side, exp.Add | exp.Sub | exp.Neg) else side


def _zero(side: exp.Expr) -> exp.Expr:
    """Return a measure that is 0 where there is nothing to measure."""
    return side if side.find(exp.Sum) is None else exp.Coalesce(this=side, expressions=[exp.Literal.number(0)])
