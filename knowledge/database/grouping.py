"""Group a query's totals as its question does, and show the groups."""

import re
from collections.abc import Collection

from sqlglot import exp

from knowledge.database.catalog import Catalog, Column
from knowledge.database.mend import mend
from knowledge.database.names import singular, stemmed, words
from knowledge.database.settle import aggregates, columns_in
from knowledge.database.sources import first_of, key_of, read_by, tables_of
from knowledge.database.trim import name_of
from knowledge.database.ways import uphill

EACH = re.compile(
    r"(?i)\b(?:(?:for|in|by|of|at|to|from|across)\s+(?:each|every)|"
    r"(?P<bare>(?<!order )(?<!ordered )(?<!sorted )(?<!ranked )by))\s+"
    r"(?!(?:day|week|month|quarter|year)(?:['’]s)?[\s-]*(?:end\b|\d))"  # A day by which something is done.
    r"(?=(?P<what>[a-z]+(?:\s+[a-z]+)?))"
)
_DOER = re.compile(  # `Held by customers` says whose, `grouped by customers` what for each of.
    r"(?i)\b(?!(?:group|divid|aggregat|summari[sz]|segment|categori[sz]|arrang|list|count|total)l?ed\b|broken\b)"
    r"(?:\w+ed|\w+en|held|made|paid|sold|bought|lent|sent|spent|kept|brought|done)\s*$"
)
_COMPARES = re.compile(r"(?i)\b(?:compar\w+|versus|vs|against|beside|difference between)\b")
_SPANS = ("day", "week", "month", "quarter", "year")
_SHAPES = {"year": "%Y", "month": "%Y-%m", "day": "%Y-%m-%d"}


def group_totals(
    tree: exp.Expr, catalog: Catalog, question: str, *, masked: Collection[tuple[str, str]] = frozenset()
) -> list[str]:
    """Group the totals of `tree` in place by the thing for each of which the question wants them; return what changed.

    A thing is told by its name, or by its key where its name is `masked` for the asker.
    """
    select, shown = tree, list(tree.expressions)
    if not isinstance(select, exp.Select) or select.args.get("group") or not all(aggregates(each) for each in shown):
        return []
    tables = tables_of(select)
    if any(table not in catalog.relations for table in tables.values()) or len(tables) != len(read_by(select)):
        return []
    by = _compared(select, question)
    for match in EACH.finditer(question):
        for key, table in tables.items():
            doer = bool(match["bare"] and _DOER.search(question[: match.start()]))
            by = by or _named(stemmed(match["what"]), catalog, table, key, amounts=not match["bare"], doer=doer)
    for match in EACH.finditer(question) if len(tables) == 1 else ():
        if match["bare"] and not _DOER.search(question[: match.start()]):
            by = by or _thing(stemmed(match["what"]), catalog, next(iter(tables.items())), masked)
    if by is None or by.sql().lower() in fixed(select) or _is_counted(by, select):
        return []
    once = {each.unalias().sql().lower(): each for each in shown}
    if len(once) < len(shown):  # The same total for each value that is compared, under the name of one.
        once = {key: exp.alias_(each.unalias().copy(), "total") for key, each in once.items()}
    select.set("expressions", [by, *once.values()])
    select.group_by(by.unalias().copy(), copy=False)
    mend(select, catalog)  # Its table may have to be joined.
    return [f"grouped by {by.sql()}"]


def say_groups(tree: exp.Expr, question: str) -> list[str]:
    """Show of which group each total of `tree` is, in place: all groups if none is shown, else those that are named.

    Returns:
        What changed, in words.
    """
    group = tree.args.get("group") if isinstance(tree, exp.Select) else None
    if group is None or tree.args.get("limit") or not any(aggregates(each) for each in tree.expressions):
        return []
    shown = {each.unalias().sql().lower() for each in tree.expressions}
    shown |= {each.alias_or_name.lower() for each in tree.expressions}
    said = [each for each in group.expressions if _is_shown(each, shown)]
    asked = set(stemmed(question))
    missing = [each for each in group.expressions if not _is_shown(each, shown) and columns_in(each)]
    if said:
        missing = [each for each in missing if isinstance(each, exp.Column) and set(stemmed(words(each.name))) <= asked]
    called = next((each for each in _SPANS if each in asked or f"{each}ly" in question.lower()), "part")
    added = [each.copy() if isinstance(each, exp.Column) else exp.alias_(each.copy(), called) for each in missing]
    tree.set("expressions", [*added, *tree.expressions])
    return [f"shows {each.sql()}" for each in missing]


def _is_shown(term: exp.Expr, shown: Collection[str]) -> bool:
    return isinstance(term, exp.Literal) or term.sql().lower() in shown or term.alias_or_name.lower() in shown


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


def _is_counted(by: exp.Expr, select: exp.Select) -> bool:
    """Tell whether a query's figures are over the groups already: `COUNT(*) / COUNT(DISTINCT month)`."""
    kind = exp.AggFunc if isinstance(by, exp.Column) else exp.Count  # The last day in each month is none over months.
    names = {each.name.lower() for each in by.find_all(exp.Column)}
    within = (column for each in select.expressions for total in each.find_all(kind) for column in columns_in(total))
    return any(each.name.lower() in names for each in within)


def _named(
    said: tuple[str, ...], catalog: Catalog, table: str, key: str, *, amounts: bool, doer: bool
) -> exp.Expr | None:
    """Return the column, or the part of the table's date, that some words begin with; `amounts` may be one too.

    What a `doer` may be is no group: `sent by email`. Nor is what is followed by its value: `by segment retail`.
    """
    relation = catalog.relations[table]
    own = set(stemmed(words(relation.name)))
    kinds = {"text", "boolean", "number"} if amounts else {"text", "boolean"}
    said = tuple(each for each in said if each not in own) or said

    def bare(column: Column) -> tuple[str, ...]:
        stems = stemmed(words(column.name))
        return tuple(each for each in stems if each not in own) or stems

    for column in relation.columns.values():
        if said and bare(column) == said[: len(bare(column))] and column.kind in kinds:
            values = [stemmed(each) for each in column.values]
            rest = said[len(bare(column)) :]
            if (doer and not values) or (rest and any(each[: len(rest)] == rest for each in values)):
                continue
            return exp.column(column.name, table=key)
    dates = [each.name for each in relation.columns.values() if each.kind == "date"]
    date = relation.date or (dates[0] if len(dates) == 1 else "")
    shape = _SHAPES.get(said[0] if said else "")
    if not date or not shape:
        return None
    return exp.alias_(exp.TimeToStr(this=exp.column(date, table=key), format=exp.Literal.string(shape)), said[0])


def _thing(
    said: tuple[str, ...], catalog: Catalog, read: tuple[str, str], masked: Collection[tuple[str, str]]
) -> exp.Expr | None:
    """Return what tells the one row of another table to which each row that is read belongs: `by branch`."""
    key, table = read
    steps = uphill(catalog, table)
    for other in sorted(steps.keys() - {table}, key=lambda each: steps[each]):
        relation = catalog.relations[other]
        own = stemmed(words(relation.name))
        if said[: len(own)] != own:
            continue
        if (named := name_of(catalog, other, masked)) is not None:
            return exp.alias_(exp.column(named.name, table=other), singular(words(relation.name)).replace(" ", "_"))
        pointing = [each.column for each in catalog.joins if (each.table, each.to_table) == (table, other)]
        return exp.column(pointing[0], table=key) if len(pointing) == 1 else None
    return None


def fixed(select: exp.Select) -> set[str]:
    """Return the columns that a query asks one value of, with and without their table: a group of one says nothing."""
    where = select.args.get("where")
    fixed = [each.this for each in where.find_all(exp.EQ) if isinstance(each.this, exp.Column)] if where else []
    alone = next((str(key_of(each)) for each in first_of(select)), "")
    return {f"{each.table or alone}.{each.name}".lower() for each in fixed} | {each.sql().lower() for each in fixed}
