"""Settle what a model leaves half right: values as the data writes them, and groups that are whole."""

from collections.abc import Iterator, Mapping, Sequence

import sqlglot
from sqlglot import exp

from knowledge.database.catalog import Catalog, Column
from knowledge.database.literals import nearer, settle_value
from knowledge.database.meeting import conditions_of, parts_of
from knowledge.database.names import stemmed
from knowledge.database.semantics import Metric
from knowledge.database.sources import tables_of
from knowledge.database.values import ValueIndex


def settle_values(tree: exp.Expr, catalog: Catalog, index: ValueIndex, question: str = "") -> list[str]:
    """Write compared values as the data does, or compare the column that has them; return what changed, in words.

    Of several columns that have a value, the one of a table that `question` names is meant.
    """
    asked = frozenset(stemmed(question))
    changes: list[str] = []
    for select in tree.find_all(exp.Select):
        tables = _tables(select, catalog)
        for part in list(select.find_all(exp.Year, exp.Cast)):
            inner = _year_of(part)
            if inner is not None and (year := column_of(inner, tables, catalog)) and _is_year(year):
                part.replace(inner.copy())
                changes.append(f"{year.name} is a year already")
        for test in _tests(select):
            columns = list(test.this.find_all(exp.Column))
            if len(columns) != 1 or not _plain(test.this):
                continue
            column = column_of(columns[0], tables, catalog)
            if column is None:
                continue
            lowered = isinstance(test.this, exp.Lower)
            literals = test.expressions if isinstance(test, exp.In) else [test.expression]
            for literal in literals:
                bare = literal.this if isinstance(literal, exp.Lower | exp.Upper) else literal
                if lowered and isinstance(bare, exp.Literal) and bare.is_string:
                    bare.set("this", bare.name.lower())
                settle_value(test, columns[0], column, bare, tables, index, changes, lowered=lowered, asked=asked)
            if isinstance(test, exp.EQ) and isinstance(test.this, exp.Column):
                changes += nearer(test, tables, catalog, index, asked)
    return changes


def settle_groups(tree: exp.Expr) -> list[str]:
    """Make every aggregate stand beside groups only: add what is missing from GROUP BY, move it out of WHERE."""
    changes: list[str] = []
    for select in tree.find_all(exp.Select):
        _move_to_having(select, changes)
        summed = [each for each in select.expressions if aggregates(each)]
        # What stands over a window is worked out after the groups.
        bare = [each for each in select.expressions if not aggregates(each) and not each.find(exp.Window)]
        plain = [each for each in bare if columns_in(each)]
        group = select.args.get("group")
        if not summed or not plain:
            continue
        if group is None and len(summed) == 1 and isinstance(summed[0].unalias(), exp.Max | exp.Min):
            # "The largest and its name" in one line: the row that has it.
            extreme = summed[0].unalias()
            if not select.args.get("limit") and not select.args.get("order"):
                inner = extreme.this.copy()
                extreme.replace(extreme.this)
                select.order_by(exp.Ordered(this=inner, desc=isinstance(extreme, exp.Max)), copy=False)
                select.limit(1, copy=False)
                changes.append("the row with the extreme value")
            continue
        present = [each.sql().lower() for each in group.expressions] if group else []
        if any(each.isdigit() for each in present):
            continue
        for each in plain:
            inner = each.unalias()
            names = {column.name.lower() for column in columns_in(inner)}
            grouped = " ".join(present)
            if inner.sql().lower() in present or (each.alias and each.alias.lower() in present):
                continue
            if names and all(name in grouped for name in names) and not isinstance(inner, exp.Column):
                continue
            if isinstance(inner, exp.Column) and any(
                part.split(".")[-1].strip('`"') == inner.name.lower() for part in present
            ):
                continue
            select.group_by(inner.copy(), copy=False)
            changes.append(f"grouped by {inner.sql()} too")
    return changes


def settle_totals(tree: exp.Expr, catalog: Catalog) -> list[str]:
    """Count what has a key, where a query adds the keys up."""
    changes: list[str] = []
    keys = {(join.table, join.column) for join in catalog.joins}
    for select in tree.find_all(exp.Select):
        for total in list(select.find_all(exp.Sum)):
            column = total.this
            if not isinstance(column, exp.Column) or total.find_ancestor(exp.Select) is not select:
                continue
            found = column_of(column, _tables(select, catalog), catalog)
            if found is not None and (found.key or (found.table.lower(), found.name.lower()) in keys):
                total.replace(exp.Count(this=column.copy()))
                changes.append(f"{found.full} is counted, not added up")
    return changes


def settle_metrics(tree: exp.Expr, metrics: Sequence[Metric]) -> list[str]:
    """Work a figure that has a name out as its definition says, where the query takes the bare total of it.

    A query that turns the sign somewhere itself knows of it, and is left alone.
    """
    changes: list[str] = []
    for metric in metrics:
        wanted = sqlglot.parse_one(metric.sql)
        bare = wanted.this if isinstance(wanted, exp.Neg) else None
        if bare is None:
            continue  # A definition that is no more than a total is what the query has.
        found = [
            (select, total)
            for select in tree.find_all(exp.Select)
            for total in select.find_all(type(bare))
            if total.find_ancestor(exp.Select) is select and _plainly(total, select) == _plainly(bare)
        ]
        if any(_turned(total) for _, total in found):
            continue
        for select, total in found:
            if _meets(select, metric) and _alone(total):
                total.replace(exp.Neg(this=total.copy()))
                changes.append(f"{metric.name} as it is defined")
    return changes


def keep_to_kind(tree: exp.Expr, metrics: Sequence[Metric]) -> list[str]:
    """Keep a total, in place, to the kind of rows of which a figure that is spoken of is made: card payments to those.

    Where a query asks for a kind itself, or several figures of one table are spoken of, it is left alone.

    Returns:
        What changed, in words.
    """
    if not isinstance(tree, exp.Select):
        return []
    ranked = tree.args["order"].expressions if tree.args.get("order") else []
    if not any(aggregates(each) for each in [*tree.expressions, *ranked]):
        return []
    changes = []
    tested = {
        column.name.lower() for each in tree.find_all(exp.Where, exp.Join, exp.Case) for column in columns_in(each)
    }
    for metric in metrics:
        kind = sqlglot.parse_one(metric.where) if metric.where else None
        keys = [key for key, table in tables_of(tree).items() if table == metric.table.lower()]
        alone = sum(each.table == metric.table for each in metrics) == 1
        if not isinstance(kind, exp.EQ) or not isinstance(kind.this, exp.Column) or len(keys) != 1 or not alone:
            continue
        if isinstance(kind.expression, exp.Literal) and kind.this.name.lower() not in tested:
            tree.where(exp.EQ(this=exp.column(kind.this.name, table=keys[0]), expression=kind.expression), copy=False)
            changes.append(f"{metric.name} as it is defined")
    return changes


def _turned(total: exp.Expr) -> bool:
    """Tell whether a query turns the sign of a total, or reckons with it being negative."""
    if total.find_ancestor(exp.Neg, exp.Abs, exp.Mul, exp.Sub) is not None:
        return True
    test = total.parent
    if isinstance(test, exp.Ordered):
        select = test.find_ancestor(exp.Select)
        shown = select is not None and any(each.unalias() == total for each in select.expressions)
        return not shown and not test.args.get("desc")
    return isinstance(test, exp.LT | exp.LTE | exp.GT | exp.GTE | exp.Between) and test.find(exp.Neg) is not None


def _alone(total: exp.Expr) -> bool:
    """Tell whether a total is shown, sorted by or compared as it is, and is no part of a ratio."""
    around = total.parent
    while isinstance(around, exp.Round | exp.Coalesce | exp.Paren):
        around = around.parent
    return isinstance(around, exp.Select | exp.Alias | exp.Ordered | exp.LT | exp.LTE | exp.GT | exp.GTE | exp.Between)


def _meets(select: exp.Select, metric: Metric) -> bool:
    """Tell whether a SELECT keeps to the rows of which a figure is made."""
    if not metric.where:
        return True
    held = {_plainly(each, select) for each in conditions_of(select)}
    return all(_plainly(each) in held for each in parts_of(sqlglot.parse_one(metric.where)))


def _plainly(total: exp.Expr, select: exp.Select | None = None) -> str:
    """Return an expression whose columns name their table, not what `select` calls it."""
    tables = tables_of(select) if select is not None else {}
    plain = total.copy()
    for column in plain.find_all(exp.Column):
        table = tables.get(column.table.lower(), column.table.lower())
        if not table and len(set(tables.values())) == 1:
            table = next(iter(tables.values()))
        column.set("table", exp.to_identifier(table))
    return plain.sql().lower()


def _move_to_having(select: exp.Select, changes: list[str]) -> None:
    where = select.args.get("where")
    if where is None:
        return
    parts = list(where.this.flatten()) if isinstance(where.this, exp.And) else [where.this]
    late = [each for each in parts if aggregates(each)]
    if not late:
        return
    early = [each for each in parts if each not in late]
    select.set("where", exp.Where(this=exp.and_(*(each.copy() for each in early))) if early else None)
    select.having(*(each.copy() for each in late), copy=False)
    changes.append("a condition on a total stands in HAVING")


def aggregates(node: exp.Expr) -> bool:
    """Tell whether a total is taken here, and not in a query within or over a window."""
    if isinstance(node, exp.Subquery | exp.Select | exp.Window):
        return False
    if isinstance(node, exp.AggFunc):
        return True
    return any(aggregates(each) for each in node.iter_expressions())


def columns_in(node: exp.Expr) -> list[exp.Column]:
    """Return the columns of an expression, not those of a query within it."""
    if isinstance(node, exp.Subquery | exp.Select):
        return []
    if isinstance(node, exp.Column):
        return [node]
    return [column for each in node.iter_expressions() for column in columns_in(each)]


def _tables(select: exp.Select, catalog: Catalog) -> dict[str, str]:
    """Return name in the query → table of the catalogue, for one SELECT."""
    return {key: table for key, table in tables_of(select).items() if table in catalog.relations}


def _tests(select: exp.Select) -> Iterator[exp.Expr]:
    for kind in (exp.EQ, exp.NEQ, exp.In, exp.Like):
        for test in select.find_all(kind):
            if test.find_ancestor(exp.Select) is select:
                yield test


def _year_of(node: exp.Expr) -> exp.Column | None:
    """Return x of YEAR(x), however the database at hand writes it."""
    if isinstance(node, exp.Year):
        inner = node.this.this if isinstance(node.this, exp.TsOrDsToDate) else node.this
        return inner if isinstance(inner, exp.Column) else None
    shaped = node.this
    if not isinstance(shaped, exp.TimeToStr) or shaped.text("format") != "%Y":
        return None
    inner = shaped.this.this if isinstance(shaped.this, exp.TsOrDsToTimestamp) else shaped.this
    return inner if isinstance(inner, exp.Column) else None


def _is_year(column: Column) -> bool:
    return column.kind == "number" and "year" in column.name.lower()


def _plain(node: exp.Expr) -> bool:
    return isinstance(node.this if isinstance(node, exp.Lower | exp.Upper | exp.Trim) else node, exp.Column)


def column_of(column: exp.Column, tables: Mapping[str, str], catalog: Catalog) -> Column | None:
    """Return the column of the catalogue that a query means, None where it could be of several tables."""
    if column.table:
        return catalog.find(tables.get(column.table.lower(), ""), column.name)
    found = [each for table in tables.values() if (each := catalog.find(table, column.name))]
    return found[0] if len(found) == 1 else None
