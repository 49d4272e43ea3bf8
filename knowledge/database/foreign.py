"""Read a query in the dialect it was written in."""

import re

import sqlglot
from sqlglot import Dialect, exp
from sqlglot.errors import SqlglotError

from knowledge.errors import RefusedSqlError

_START = re.compile(r"(?:\s|\(|--[^\n]*\n|#[^\n]*\n|/\*.*?\*/)*(?:select|with)\b", re.IGNORECASE | re.DOTALL)
_STRINGS = re.compile(r"'(?:[^']|'')*'")
_NULLS = re.compile(r"\bnulls\s+(?:first|last)\b", re.IGNORECASE)
_AS_SQLITE = re.compile(r"\b(?:strftime|julianday)\s*\(|\b(?:date|datetime)\s*\(\s*'now'|\|\|", re.IGNORECASE)
_OTHERS = {"sqlite": ("sqlite", "mysql", "postgres"), "mysql": ("mysql", "postgres", "sqlite")}


def parse(sql: str, dialect: str) -> exp.Expr:
    """Return the tree of one statement, read as `dialect` or as what it is more likely to be.

    Raises:
        RefusedSqlError: with the reason `statement` or `syntax`.
    """
    if not _START.match(sql):
        raise RefusedSqlError("That is not a SELECT.", reason="statement", repair="Write exactly one SELECT.")
    readings = list(_OTHERS[dialect])
    if dialect == "mysql" and _AS_SQLITE.search(sql):
        readings = ["sqlite", "mysql", "postgres"]
    trouble: SqlglotError | None = None
    for reading in readings:
        try:
            found = sqlglot.parse(sql, dialect=reading)
        except SqlglotError as error:
            trouble = trouble or error
            continue
        return _settled(_only(found), sql, dialect)
    where = getattr(trouble, "errors", None) or [{}]
    near = f"{where[0].get('start_context', '')[-40:]}{where[0].get('highlight', '')}".strip()
    raise RefusedSqlError(
        "The query is not proper SQL.",
        reason="syntax",
        repair=f"Syntax error near: {near}" if near else "Syntax error.",
    )


def _only(found: list[exp.Expr | None]) -> exp.Expr:
    trees = [each for each in found if each is not None and not isinstance(each, exp.Semicolon)]
    if len(trees) != 1:
        raise RefusedSqlError("That is not one statement.", reason="statement", repair="Write exactly one SELECT.")
    tree = trees[0]
    while isinstance(tree, exp.Subquery) and set(filter(tree.args.get, tree.args)) == {"this"}:
        tree = tree.this
    if not isinstance(tree, exp.Query) or isinstance(tree, exp.Subquery):
        raise RefusedSqlError("That is not a SELECT.", reason="statement", repair="Write exactly one SELECT.")
    return tree


def _settled(tree: exp.Expr, sql: str, dialect: str) -> exp.Expr:
    """Let the order of NULLs and divisions be what they are in the database, whatever the query was read as."""
    target = Dialect.get_or_raise(dialect)
    said = _NULLS.search(_STRINGS.sub("''", sql))
    for each in tree.find_all(exp.Ordered, exp.Div):
        if isinstance(each, exp.Div):
            each.set("typed", target.TYPED_DIVISION)
            each.set("safe", target.SAFE_DIVISION)
        elif not said:
            each.set("nulls_first", not each.args.get("desc"))
    return tree


def rewrite(tree: exp.Expr, dialect: str) -> exp.Expr:
    """Write what other databases call otherwise as `dialect` does."""
    for each in list(tree.find_all(exp.RegexpLike)) if dialect == "mysql" else ():
        found = exp.RegexpInstr(this=each.this, expression=each.expression)
        each.replace(exp.Paren(this=exp.GT(this=found, expression=exp.Literal.number(0))))  # MariaDB has no other.
    return tree
