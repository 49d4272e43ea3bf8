"""Rank where the ranked rows are shown: a list within that is ordered and cut is joined instead."""

import re

from sqlglot import exp

from knowledge.database.catalog import Catalog
from knowledge.database.settle import aggregates, column_of
from knowledge.database.sources import key_of, read_by, tables_of
from knowledge.database.ways import uphill
from knowledge.facts import WORD_NUMBERS


def join_ranked(tree: exp.Expr, catalog: Catalog) -> list[str]:
    """Join each list that `tree` takes the first rows of within a condition, in place; return what changed, in words.

    `Whose loans are the ten largest` shows ten rows in their order, with what orders them to be had; and MySQL has no
    LIMIT in a list within. Of the transactions of ten accounts there are more than ten: that list stays one.
    """
    if not isinstance(tree, exp.Select) or any(tree.args.get(each) for each in ("group", "order", "limit", "distinct")):
        return []
    where = tree.args.get("where")
    tests = list(where.this.flatten()) if where and isinstance(where.this, exp.And) else [where.this] if where else []
    found = next(((test, inner) for test in tests if (inner := _ranked(test)) is not None), None)
    if found is None or any(aggregates(each) for each in tree.expressions):
        return []
    test, inner = found
    source = read_by(inner)[0]
    key, outer = key_of(source), tables_of(tree)
    if key in outer or len(outer) != len(read_by(tree)):
        return []
    if not _is_row(test.this, outer, catalog):
        if catalog.dialect == "sqlite":
            return []
        named = exp.column(inner.expressions[0].alias_or_name, table="ranked")
        test.set("query", exp.Subquery(this=exp.select(named).from_(inner.copy().subquery("ranked"))))
        return [f"the first of {key}, ranked within"]
    _name_tables(tree, outer)
    _name_tables(inner, {key: key})
    listed = inner.expressions[0].unalias()
    rest = [each.copy() for each in tests if each is not test]
    if inner.args.get("where"):
        rest.append(inner.args["where"].this.copy())
    tree.set("where", exp.Where(this=exp.and_(*rest)) if rest else None)
    tree.append("joins", exp.Join(this=source.copy(), on=exp.EQ(this=listed.copy(), expression=test.this.copy())))
    tree.set("order", inner.args["order"].copy())
    tree.set("limit", inner.args["limit"].copy())
    return [f"ordered by {key}, which is joined"]


def rank_extremes(tree: exp.Expr, question: str) -> list[str]:
    """Order `tree` by what it asks the extreme of, in place, where several rows are wanted; return what changed.

    The five largest are not the first five of those that are as large as the largest.
    """
    where, limit = (tree.args.get(each) if isinstance(tree, exp.Select) else None for each in ("where", "limit"))
    wanted = limit.expression.name if limit is not None and isinstance(limit.expression, exp.Literal) else ""
    if (
        not isinstance(tree, exp.Select)
        or where is None
        or not wanted.isdigit()
        or int(wanted) < 2
        or tree.args.get("order")
        or tree.args.get("group")
    ):
        return []
    if int(wanted) not in {int(each) if each.isdigit() else WORD_NUMBERS.get(each) for each in _words(question)}:
        return []  # A bound on how much is shown.
    tests = list(where.this.flatten()) if isinstance(where.this, exp.And) else [where.this]
    for test in tests:
        extreme = _extreme(test)
        if extreme is None or not _of_all(extreme, tables_of(tree), tests):
            continue
        rest = [each.copy() for each in tests if each is not test]
        tree.set("where", exp.Where(this=exp.and_(*rest)) if rest else None)
        ordered = exp.Ordered(this=test.this.copy(), desc=isinstance(extreme, exp.Max) or None)
        tree.set("order", exp.Order(expressions=[ordered]))
        return [f"the first {wanted} by {test.this.name}"]
    return []


def _extreme(test: exp.Expr) -> exp.Max | exp.Min | None:
    """Return the extreme of all of a table's values that a column is set equal to."""
    query = test.expression if isinstance(test, exp.EQ) and isinstance(test.this, exp.Column) else None
    inner = query.this if isinstance(query, exp.Subquery) else None
    if not isinstance(inner, exp.Select) or len(inner.expressions) != 1:
        return None
    found = inner.expressions[0].unalias()
    same = isinstance(found, exp.Max | exp.Min) and found.this.name.lower() == test.this.name.lower()
    return found if same and not inner.args.get("group") else None


def _of_all(extreme: exp.Expr, tables: dict[str, str], tests: list[exp.Expr]) -> bool:
    """Tell whether an extreme is that of all the rows that a query wants, and not of those like the row at hand."""
    inner = extreme.find_ancestor(exp.Select)
    if inner is None or len(read_by(inner)) != 1 or not set(tables_of(inner).values()) <= set(tables.values()):
        return False
    where = inner.args.get("where")
    narrowed = (
        list(where.this.flatten()) if where and isinstance(where.this, exp.And) else [where.this] if where else []
    )
    own = {_bare(each) for each in tests}
    strange = [each for each in inner.find_all(exp.Column) if each.table and each.table.lower() not in tables_of(inner)]
    return not strange and all(_bare(each) in own for each in narrowed)


def _bare(test: exp.Expr) -> str:
    """Return a condition without the names of its tables."""
    plain = test.copy()
    for column in plain.find_all(exp.Column):
        column.set("table", None)
    return str(plain.sql().lower())


def _words(question: str) -> list[str]:
    return re.findall(r"[a-z]+|\d+", question.lower())


def _is_row(column: exp.Column, tables: dict[str, str], catalog: Catalog) -> bool:
    """Tell whether a column is the key of the rows that a query reads, to which the other tables add none."""
    found = column_of(column, tables, catalog)
    if found is None or not found.key:
        return False
    keys = [each for each in catalog.relations[found.table.lower()].columns.values() if each.key]
    return len(keys) == 1 and set(tables.values()) <= uphill(catalog, found.table.lower()).keys()


def _ranked(test: exp.Expr) -> exp.Select | None:
    """Return the query of a list within that takes the first rows of one table, in some order."""
    query = test.args.get("query") if isinstance(test, exp.In) and isinstance(test.this, exp.Column) else None
    inner = query.this if isinstance(query, exp.Subquery) else query
    if not isinstance(inner, exp.Select) or not inner.args.get("order") or not inner.args.get("limit"):
        return None
    busy = any(inner.args.get(each) for each in ("group", "having", "distinct", "joins", "offset"))
    one = len(inner.expressions) == 1 and isinstance(inner.expressions[0].unalias(), exp.Column)
    return inner if one and not busy and len(tables_of(inner)) == len(read_by(inner)) == 1 else None


def _name_tables(select: exp.Select, tables: dict[str, str]) -> None:
    """Let every column of a query that reads one table say whose it is, before another stands beside it."""
    if len(tables) != 1:
        return
    for column in select.find_all(exp.Column):
        if not column.table and column.find_ancestor(exp.Select) is select:
            column.set("table", exp.to_identifier(next(iter(tables))))
