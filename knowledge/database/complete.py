"""Complete a query with what its question wants to see: the groups it names, what it ranks by, rows without a value."""

import re

from sqlglot import exp

from knowledge.database.catalog import Catalog, Column
from knowledge.database.names import parts, stemmed, words
from knowledge.database.settle import aggregates
from knowledge.database.sources import first_of, key_of, read_by, tables_of
from knowledge.types import Table

_EACH = re.compile(
    r"(?i)\b(?:(?:for|in|by|of|at|to|from|across)\s+(?:each|every)|"
    r"(?P<bare>(?<!order )(?<!ordered )(?<!sorted )(?<!ranked )by))\s+(?P<what>[a-z]+(?:\s+[a-z]+)?)"
)
_COMPARES = re.compile(r"(?i)\b(?:compar\w+|versus|vs|against|beside|difference between)\b")
_SHAPES = {"year": "%Y", "month": "%Y-%m", "day": "%Y-%m-%d"}
_CALLED = {exp.Count: "number", exp.Sum: "total", exp.Avg: "average", exp.Max: "highest", exp.Min: "lowest"}
_BARE = re.compile(
    r"(?i)\b(?:only|just)\b|\b(?:give|list|show|return|return only|what are)\s+(?:me\s+)?(?:the\s+)?names?\b"
)


def complete(tree: exp.Expr, catalog: Catalog, question: str) -> list[str]:
    """Change `tree`, whose columns all name their tables where there are several, in place; return what changed."""
    changes: list[str] = []
    for each in list(tree.find_all(exp.Not)):
        changes += _absent(each, catalog)
    if isinstance(tree, exp.Select):
        changes += _group(tree, catalog, question)
        changes += _rank(tree, question)
    return changes


def hollow(tree: exp.Expr, catalog: Catalog, table: Table) -> str:
    """Return what to mend when a query counts, for each thing, the one row that the thing itself is; else nothing."""
    if not isinstance(tree, exp.Select) or tree.args.get("joins") or not tree.args.get("group") or not table.rows:
        return ""
    read = next(first_of(tree), None)
    relation = catalog.relations.get(read.name.lower()) if isinstance(read, exp.Table) else None
    counts = [at for at, each in enumerate(tree.expressions) if isinstance(each.unalias(), exp.Count)]
    if relation is None or not counts or any(row[at] != 1 for row in table.rows for at in counts):
        return ""
    grouped = [relation.columns.get(each.name.lower()) for each in tree.args["group"].find_all(exp.Column)]
    if not any(each is not None and (each.key or "name" in parts(each.name)) for each in grouped):
        return ""
    return f"Each {words(relation.name)} is one row of {relation.name}: join the table whose rows are to be counted."


def _absent(denied: exp.Not, catalog: Catalog) -> list[str]:
    """Count what has no value at all as being in no list; a list with a gap in it would otherwise hold everything."""
    test = denied.this
    query = test.args.get("query") if isinstance(test, exp.In) else None
    select = query.this if isinstance(query, exp.Subquery) else query
    if not isinstance(select, exp.Select) or len(select.expressions) != 1:
        return []
    listed = select.expressions[0].unalias()
    if not isinstance(test.this, exp.Column) or not isinstance(listed, exp.Column):
        return []
    same = [found for each in catalog.relations.values() if (found := each.columns.get(test.this.name.lower()))]
    whole = not all(each.key for each in same) and not any(
        select.args.get(each) for each in ("where", "having", "limit", "joins")
    )
    if not select.args.get("group"):
        select.where(exp.Not(this=exp.Is(this=listed.copy(), expression=exp.null())), copy=False)
    if whole:
        missing = exp.Is(this=test.this.copy(), expression=exp.null())
        denied.replace(exp.paren(exp.or_(missing, denied.copy())))
    return ["what has no value is in no list"]


def _group(select: exp.Select, catalog: Catalog, question: str) -> list[str]:
    """Group the totals of a query by the thing for each of which the question wants them."""
    shown = list(select.expressions)
    if select.args.get("group") or not shown or not all(aggregates(each) for each in shown):
        return []
    tables = tables_of(select)
    if any(table not in catalog.relations for table in tables.values()) or len(tables) != len(read_by(select)):
        return []
    by = _compared(select, question)
    for match in _EACH.finditer(question):
        for key, table in tables.items():
            by = by or _named(stemmed(match["what"]), catalog, table, key, amounts=not match["bare"])
    if by is None or by.sql().lower() in _fixed(select):
        return []
    once = {each.unalias().sql().lower(): each for each in shown}
    if len(once) < len(shown):  # The same total for each value that is compared, under the name of one.
        once = {key: exp.alias_(each.unalias().copy(), "total") for key, each in once.items()}
    select.set("expressions", [by, *once.values()])
    select.group_by(by.unalias().copy(), copy=False)
    return [f"grouped by {by.sql()}"]


def _fixed(select: exp.Select) -> set[str]:
    """Return the columns that a query asks one value of, with and without their table: a group of one says nothing."""
    where = select.args.get("where")
    fixed = [each.this for each in where.find_all(exp.EQ) if isinstance(each.this, exp.Column)] if where else []
    alone = next((str(key_of(each)) for each in first_of(select)), "")
    return {f"{each.table or alone}.{each.name}".lower() for each in fixed} | {each.sql().lower() for each in fixed}


def _compared(select: exp.Select, question: str) -> exp.Expr | None:
    """Return the column of whose values the query takes some, where the question sets them side by side."""
    where = select.args.get("where")
    twins = len({each.unalias().sql().lower() for each in select.expressions}) < len(select.expressions)
    if where is None or not (twins or _COMPARES.search(question)):
        return None
    for part in where.this.flatten() if isinstance(where.this, exp.And) else [where.this]:
        if isinstance(part, exp.In) and isinstance(part.this, exp.Column) and len(part.expressions) > 1:
            return part.this.copy()
    return None


def _named(said: tuple[str, ...], catalog: Catalog, table: str, key: str, *, amounts: bool) -> exp.Expr | None:
    """Return the column, or the part of the table's date, that some words begin with; `amounts` may be one too."""
    relation = catalog.relations[table]
    own = set(stemmed(words(relation.name)))
    kinds = {"text", "boolean", "number"} if amounts else {"text", "boolean"}
    said = tuple(each for each in said if each not in own) or said

    def bare(column: Column) -> tuple[str, ...]:
        stems = stemmed(words(column.name))
        return tuple(each for each in stems if each not in own) or stems

    for column in relation.columns.values():
        if said and bare(column) == said[: len(bare(column))] and column.kind in kinds:
            return exp.column(column.name, table=key)
    dates = [each.name for each in relation.columns.values() if each.kind == "date"]
    date = relation.date or (dates[0] if len(dates) == 1 else "")
    shape = _SHAPES.get(said[0] if said else "")
    if not date or not shape:
        return None
    return exp.alias_(exp.TimeToStr(this=exp.column(date, table=key), format=exp.Literal.string(shape)), said[0])


def _rank(select: exp.Select, question: str) -> list[str]:
    """Show the total by which a ranking is made beside what it ranks."""
    order = select.args.get("order")
    if not order or not select.args.get("limit") or not select.args.get("group") or _BARE.search(question):
        return []
    first = order.expressions[0].this
    if not isinstance(first, exp.AggFunc) or any(aggregates(each) for each in select.expressions):
        return []
    called = _CALLED.get(type(first), "value")
    taken = {each.alias_or_name.lower() for each in select.expressions}
    select.select(first.copy() if called in taken else exp.alias_(first.copy(), called), copy=False)
    return ["shows what it ranks by"]
