"""Settle what a query totals: keys are counted, and a figure that has a name is worked out as it is defined."""

from collections.abc import Mapping, Sequence

import sqlglot
from sqlglot import exp

from knowledge.database.catalog import Catalog
from knowledge.database.semantics import Metric
from knowledge.database.settle import column_of
from knowledge.database.sources import tables_of


def settle_totals(tree: exp.Expr, catalog: Catalog) -> list[str]:
    """Count what has a key, where a query adds the keys up."""
    changes: list[str] = []
    keys = {(join.table, join.column) for join in catalog.joins}
    for select in tree.find_all(exp.Select):
        tables = {key: table for key, table in tables_of(select).items() if table in catalog.relations}
        for total in list(select.find_all(exp.Sum)):
            column = total.this
            if not isinstance(column, exp.Column) or total.find_ancestor(exp.Select) is not select:
                continue
            found = column_of(column, tables, catalog)
            if found is not None and (found.key or (found.table.lower(), found.name.lower()) in keys):
                total.replace(exp.Count(this=column.copy()))
                changes.append(f"{found.full} is counted, not added up")
    return changes


def settle_metrics(tree: exp.Expr, metrics: Sequence[Metric]) -> list[str]:
    """Work a figure that has a name out as its definition says, where the query takes the bare total of it.

    A query that turns such a total anywhere knows its sign, and stays as it is.
    """
    changes: list[str] = []
    for metric in metrics:
        wanted = sqlglot.parse_one(metric.sql)
        bare = wanted.this if isinstance(wanted, exp.Neg) else None
        if bare is None:
            continue  # A definition that is no more than a total is what the query has.
        found = [
            total
            for select in tree.find_all(exp.Select)
            if _holds(select, metric.where)
            for total in select.find_all(type(bare))
            if total.find_ancestor(exp.Select) is select and _plainly(total, _named(select)) == _plainly(bare, {})
        ]
        if any(_is_turned(total) for total in found):
            continue
        for total in filter(_stands_alone, found):
            total.replace(exp.Neg(this=total.copy()))
            changes.append(f"{metric.name} as it is defined")
    return changes


def _holds(select: exp.Select, where: str) -> bool:
    """Tell whether a query asks for no other rows than a definition does."""
    if not where:
        return True
    condition = select.args.get("where")
    present = {_plainly(each, _named(select)) for each in condition.find_all(exp.Condition)} if condition else set()
    return _plainly(sqlglot.parse_one(where), {}) in present


def _is_turned(total: exp.Expr) -> bool:
    """Tell whether a query turns the sign of a total by itself: -x, ABS(x), x * -1, 0 - x."""
    if total.find_ancestor(exp.Neg, exp.Abs) is not None:
        return True
    times, less = total.find_ancestor(exp.Mul), total.find_ancestor(exp.Sub)
    factors = [times.left, times.right] if times is not None else []
    from_nothing = less is not None and isinstance(less.left, exp.Literal) and less.left.name == "0"
    return any(isinstance(each.unnest(), exp.Neg) for each in factors) or from_nothing


def _stands_alone(total: exp.Expr) -> bool:
    """Tell whether a total is what is shown or sorted by, or is compared with a figure that is not below nothing."""
    parent = total.parent
    if isinstance(parent, exp.Alias):
        parent = parent.parent
    if isinstance(parent, exp.GT | exp.GTE | exp.LT | exp.LTE):
        return isinstance(parent.right, exp.Literal)
    return isinstance(parent, exp.Select | exp.Ordered)


def _named(select: exp.Select) -> dict[str, str]:
    return {each.alias_or_name.lower(): each.name.lower() for each in select.find_all(exp.Table)}


def _plainly(total: exp.Expr, tables: Mapping[str, str]) -> str:
    """Return an expression whose columns name no table or their table, not what the query calls it."""
    plain = total.copy()
    for column in plain.find_all(exp.Column):
        table = tables.get(column.table.lower(), column.table.lower())
        if not table and len(set(tables.values())) == 1:
            table = next(iter(tables.values()))
        column.set("table", exp.to_identifier(table))
    return plain.sql().lower()
