"""Compile a policy into a query's syntax tree, and prove that nothing stands outside it."""

from collections.abc import Iterable

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope

from knowledge.database.policy import CONDITIONS, TableView, parse_condition
from knowledge.database.relations import Source
from knowledge.errors import RefusedSqlError

_MASKS = {
    "mysql": {
        "all": "CASE WHEN {0} IS NULL THEN NULL ELSE '***' END",
        "first": "CONCAT(SUBSTRING({0}, 1, 1), '***')",
        "last4": "CASE WHEN CHAR_LENGTH({0}) > 8 THEN CONCAT('***', RIGHT({0}, 4)) WHEN {0} IS NULL THEN NULL "
        "ELSE '***' END",
    },
    "sqlite": {
        "all": "CASE WHEN {0} IS NULL THEN NULL ELSE '***' END",
        "first": "SUBSTR({0}, 1, 1) || '***'",
        "last4": "CASE WHEN LENGTH({0}) > 8 THEN '***' || SUBSTR({0}, -4) WHEN {0} IS NULL THEN NULL ELSE '***' END",
    },
}


def enforce(sources: Iterable[Source], dialect: str) -> frozenset[str]:
    """Put in place of each base table what its view shows of it; return the texts of what was put there."""
    texts = set()
    for source in sources:
        if source.view is None:
            raise AssertionError("Only base tables are replaced.")
        seen = _seen(source.view, source.used, dialect)
        texts.add(seen.sql(dialect, identify=True))
        source.node.replace(
            exp.Subquery(this=seen, alias=exp.TableAlias(this=exp.to_identifier(source.name, quoted=True)))
        )
    return frozenset(texts)


def prove(sql: str, allowed: frozenset[str], dialect: str) -> exp.Expr:
    """Read a query again and refuse it when a base table stands outside the texts that a policy allows.

    Raises:
        RefusedSqlError: with the reason `table`.
    """
    tree = sqlglot.parse_one(sql, dialect=dialect)
    rest = tree.copy()
    for each in list(rest.find_all(exp.Subquery)):
        if isinstance(each.this, exp.Select) and each.this.sql(dialect, identify=True) in allowed:
            each.this.replace(exp.select(exp.Literal.number(0)))
    within = set()
    for scope in traverse_scope(rest):
        within |= {id(node) for node, source in scope.selected_sources.values() if isinstance(source, Scope)}
    for table in rest.find_all(exp.Table):
        if id(table) not in within:
            raise RefusedSqlError(f"It could not be shown that {table.name} is read by the rules.", reason="table")
    return tree


def _seen(view: TableView, used: set[str], dialect: str) -> exp.Select:
    columns = {column.lower(): column for column in view.columns}
    shown = [_shown(view, columns[name], dialect) for name in sorted(used)] or [
        exp.alias_(exp.Literal.number(1), "one", quoted=True)
    ]
    select = exp.Select(expressions=shown).from_(exp.Table(this=exp.to_identifier(view.name, quoted=True)))
    if view.condition:
        condition = parse_condition(view.condition)
        select.set("where", exp.Where(this=_in_dialect(condition, dialect)))
    return select


def _shown(view: TableView, column: str, dialect: str) -> exp.Expr:
    mask = view.masked.get(column.lower())
    name = exp.to_identifier(column, quoted=True)
    if mask is None:
        return exp.Column(this=name)
    text = _MASKS[dialect][mask].format(name.sql(dialect))
    return exp.alias_(sqlglot.parse_one(text, dialect=dialect), column, quoted=True)


def _in_dialect(condition: exp.Expr, dialect: str) -> exp.Expr:
    return condition if dialect == CONDITIONS else sqlglot.parse_one(condition.sql(dialect), dialect=dialect)
