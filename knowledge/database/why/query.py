"""Read a grouped query: what it groups by and the measure it takes, so that the measure can be taken otherwise."""

import re
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.errors import SqlglotError

from knowledge.database.catalog import Catalog, Relation
from knowledge.database.dialect import parse
from knowledge.database.names import stemmed, words
from knowledge.database.sources import read_by, tables_of

_TIME_PARTS = {
    "month": re.compile(r"(?i)'%m'|(?<![a-z_])month(?:name)?\("),
    "quarter": re.compile(r"(?i)(?<![a-z_])quarter\(|\+ 2\) / 3"),
    "year": re.compile(r"(?i)'%Y'|(?<![a-z_])year\("),
}


@dataclass(frozen=True, slots=True)
class Grouped:
    """A query that groups: `keys` and `measure` are places among the columns of its result.

    `tables` are the relations it reads, by alias. `adds` says that the measure of a whole is the sum of the measures of
    its parts; `counted` names the things that are counted, `digits` the places that the measure is rounded to.
    """

    select: exp.Select
    keys: tuple[int, ...]
    measure: int
    tables: dict[str, Relation]
    adds: bool
    counted: str = ""
    digits: int | None = None

    def projection(self, at: int) -> exp.Expr:
        """Return the expression behind a column of the result."""
        found: exp.Expr = self.select.expressions[at].unalias()
        return found

    def part_of_time(self, at: int) -> str:
        """Return `month`, `quarter` or `year` where a column holds only that part of a day."""
        written = f"{self.projection(at).sql()} "
        return next((part for part, pattern in _TIME_PARTS.items() if pattern.search(written)), "")

    def measured(self, condition: exp.Expr) -> exp.Expr:
        """Return the measure over the rows for which `condition` holds."""
        measure = self.projection(self.measure).copy()
        holder = exp.Paren(this=measure)
        for each in list(holder.find_all(exp.Count, exp.Sum)):
            _restrict(each, condition)
        found: exp.Expr = holder.this
        return found


def read_grouped(sql: str, catalog: Catalog, text: str) -> Grouped | None:
    """Return how a query groups, taking of several measures the one that `text` names; None where it does not."""
    try:
        tree = parse(sql, catalog.dialect)
    except SqlglotError:
        return None
    if not isinstance(tree, exp.Select) or tree.args.get("with_") or tree.args.get("group") is None:
        return None
    known = catalog.relations
    tables = {key: known[table] for key, table in tables_of(tree).items() if table in known}
    projections = [each.unalias() for each in tree.expressions]
    if any(isinstance(each, exp.Star) or (each.find(exp.Query) and not _aggregates(each)) for each in projections):
        return None
    keys = tuple(at for at, each in enumerate(projections) if not _aggregates(each) and each.find(exp.Column))
    measures = [at for at, each in enumerate(projections) if _aggregates(each) and not each.find(exp.Window, exp.Query)]
    if not keys or not measures:
        return None
    _qualify(tree, tables)
    measure = _meant(measures, tree, text)
    node = tree.expressions[measure].unalias()
    rounding = node.find(exp.Round)
    places = rounding.args.get("decimals") if rounding is not None else None
    digits = None if rounding is None else int(places.name) if places is not None and places.name.isdigit() else 0
    counted = _counted(node, tables, catalog)
    adds = _adds(node) and len(tables) == len(read_by(tree))
    return Grouped(tree, keys, measure, tables, adds, counted, digits)


def root_of(tables: dict[str, Relation], catalog: Catalog) -> str:
    """Return the alias of the table that leads to all the others: the one that its rows are counted by."""
    named = {alias: relation.name.lower() for alias, relation in tables.items()}
    pointed = {join.to_table for join in catalog.joins if join.table in named.values() and join.to_table != join.table}
    return next((alias for alias, name in named.items() if name not in pointed), next(iter(tables), ""))


def _aggregates(node: exp.Expr) -> bool:
    return node.find(exp.AggFunc) is not None


def _meant(measures: list[int], tree: exp.Select, text: str) -> int:
    asked = set(stemmed(text))

    def fit(at: int) -> tuple[int, bool]:
        return len(asked & set(stemmed(words(tree.expressions[at].alias)))), _adds(tree.expressions[at].unalias())

    return max(measures, key=fit)


def _adds(node: exp.Expr) -> bool:
    """Tell whether an expression is made of sums and counts alone, so that its parts add up to it."""
    match node.unnest():
        case exp.Count() | exp.Sum():
            return True
        case exp.Neg() as sign:
            return _adds(sign.this)
        case exp.Round() | exp.Cast() as form:
            return _adds(form.this)
        case exp.Coalesce() as filled:
            return _adds(filled.this) and all(each.sql() == "0" for each in filled.expressions)
        case exp.Add() | exp.Sub() as both:
            return _adds(both.left) and _adds(both.right)
        case exp.Mul() as product:
            sides = (product.left.unnest(), product.right.unnest())
            return any(isinstance(each, exp.Literal) for each in sides) and any(map(_adds, sides))
        case exp.Div() as share:
            return _adds(share.left) and isinstance(share.right.unnest(), exp.Literal)
    return False


def _counted(node: exp.Expr, tables: dict[str, Relation], catalog: Catalog) -> str:
    node = node.unnest()
    if not isinstance(node, exp.Count) or not tables:
        return ""
    inner = node.this
    if isinstance(inner, exp.Distinct) and len(inner.expressions) == 1:
        inner = inner.expressions[0]
    if isinstance(inner, exp.Column) and isinstance(node.this, exp.Distinct):
        relation = tables.get(inner.table.lower())
        column = relation.columns.get(inner.name.lower()) if relation else None
        return words(relation.name) if relation and column and column.key else ""
    return words(tables[root_of(tables, catalog)].name)


def _restrict(aggregate: exp.Expr, condition: exp.Expr) -> None:
    def only(value: exp.Expr) -> exp.Expr:
        return exp.Case(ifs=[exp.If(this=condition.copy(), true=value)])

    inner = aggregate.this
    if isinstance(inner, exp.Distinct):
        inner.set("expressions", [only(each) for each in inner.expressions])
    elif isinstance(inner, exp.Star):
        aggregate.set("this", only(exp.Literal.number(1)))
    else:
        aggregate.set("this", only(inner))
    aggregate.set("big_int", None)


def _qualify(tree: exp.Select, tables: dict[str, Relation]) -> None:
    """Name the table of every column, since tables will be joined that have columns of the same names."""
    aliases = {each.alias.lower() for each in tree.expressions if each.alias}
    for column in tree.find_all(exp.Column):
        if column.table or column.find_ancestor(exp.Select) is not tree:
            continue
        clause = column.find_ancestor(exp.Group, exp.Order, exp.Having)
        if clause is not None and column.name.lower() in aliases:
            continue
        if alias := next((key for key, each in tables.items() if column.name.lower() in each.columns), ""):
            column.set("table", exp.to_identifier(alias))
