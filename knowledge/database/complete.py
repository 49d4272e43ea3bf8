"""Complete a query with what its question wants to see: the groups it names, what it ranks by, rows without a value."""

import re
from collections.abc import Collection

from sqlglot import exp

from knowledge.database.catalog import Catalog
from knowledge.database.grouping import EACH, group_totals, say_groups
from knowledge.database.masks import look_behind
from knowledge.database.names import stemmed, words
from knowledge.database.settle import aggregates
from knowledge.database.sources import tables_of
from knowledge.database.trim import name_of

_ACROSS = re.compile(r"(?i)\bacross\s+(?:all\s+|the\s+)?(?:different|various)\s+(?=(?P<what>[a-z]+(?:\s+[a-z]+)?))")
_CALLED = {exp.Count: "number", exp.Sum: "total", exp.Avg: "average", exp.Max: "highest", exp.Min: "lowest"}
_BARE = re.compile(
    r"(?i)\b(?:only|just)\b|\b(?:give|list|show|return|return only|what are)\s+(?:me\s+)?(?:the\s+)?names?\b"
)


def complete(
    tree: exp.Expr, catalog: Catalog, question: str, *, masked: Collection[tuple[str, str]] = frozenset()
) -> list[str]:
    """Change `tree`, whose columns all name their tables where there are several, in place; return what changed.

    No row is told apart by a name that is `masked` for the asker.
    """
    changes: list[str] = []
    for each in list(tree.find_all(exp.Not)):
        changes += _absent(each, catalog)
    if isinstance(tree, exp.Select):
        changes += _held(tree, catalog, question)
        changes += group_totals(tree, catalog, question, masked=masked)
        changes += say_groups(tree, question)
        changes += _rank(tree, question)
        changes += _tell_apart(tree, catalog, question, masked)
        changes += _instead_of_condition(tree, catalog, question, masked)
        changes += look_behind(tree, catalog, masked)
    return changes


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


def _held(select: exp.Select, catalog: Catalog, question: str) -> list[str]:
    """Take a figure that the data holds under its own name, where a query works it out from others of its row."""
    changes = []
    tables = tables_of(select)
    asked = set(stemmed(question))
    for each in list(select.expressions):
        made = each.unalias()
        if not each.alias or not made.find(exp.Div) or aggregates(made) or made.find(exp.Select, exp.Window):
            continue
        keys = {column.table.lower() for column in made.find_all(exp.Column)}
        key = next(iter(tables), "") if keys == {""} and len(tables) == 1 else keys.pop() if len(keys) == 1 else ""
        relation = catalog.relations.get(tables.get(key, ""))
        held = relation.columns.get(each.alias.lower()) if relation is not None else None
        own = {column.name.lower() for column in made.find_all(exp.Column)}
        if (
            held is None
            or held.kind != "number"
            or held.name.lower() in own
            or not set(stemmed(words(held.name))) <= asked
        ):
            continue
        each.replace(exp.column(held.name, table=key))
        for other in select.find_all(exp.Column):  # An order by the alias is one by the column of that name.
            if not other.table and other.name.lower() == held.name.lower():
                other.set("table", exp.to_identifier(key))
        changes.append(f"{held.full} is in the data")
    return changes


def _tell_apart(select: exp.Select, catalog: Catalog, question: str, masked: Collection[tuple[str, str]]) -> list[str]:
    """Show of which row each figure is, where the question wants one `for each` row of the one table that is read."""
    shown = [each.unalias() for each in select.expressions]
    tables = tables_of(select)
    busy = any(select.args.get(each) for each in ("group", "distinct", "limit", "joins"))
    if (
        busy
        or len(tables) != 1
        or any(aggregates(each) for each in shown)
        or not any(each.find(exp.Div) for each in shown)
    ):
        return []
    (key, table), *_ = tables.items()
    relation = catalog.relations.get(table)
    if relation is None or not any(
        stemmed(match["what"])[: len(own)] == own
        for own in [stemmed(words(relation.name))]
        for match in [*EACH.finditer(question), *_ACROSS.finditer(question)]
    ):
        return []
    keys = [each for each in relation.columns.values() if each.key]
    told = name_of(catalog, table, masked) or (keys[0] if len(keys) == 1 else None)
    there = {each.name.lower() for each in shown if isinstance(each, exp.Column)}
    if told is None or told.name.lower() in there or any(each.name.lower() in there for each in keys):
        return []
    select.set("expressions", [exp.column(told.name, table=key), *select.expressions])
    return [f"{told.full} says which {words(relation.name)}"]


def _instead_of_condition(
    select: exp.Select, catalog: Catalog, question: str, masked: Collection[tuple[str, str]]
) -> list[str]:
    """Show which thing each row is, instead of a first column that the query's condition makes the same in all."""
    shown = [each.unalias() for each in select.expressions]
    tables = tables_of(select)
    busy = any(select.args.get(each) for each in ("group", "distinct", "joins"))
    if busy or len(tables) != 1 or len(shown) < 2 or not all(isinstance(each, exp.Column) for each in shown):
        return []
    (key, table), *_ = tables.items()
    relation = catalog.relations.get(table)
    where = select.args.get("where")
    if relation is None or where is None or where.find(exp.Or) or not _spoken(relation.name, question):
        return []
    first = shown[0].name.lower()
    tests = where.this.flatten() if isinstance(where.this, exp.And) else [where.this]
    same = {each.this.name.lower() for each in tests if isinstance(each, exp.EQ) and isinstance(each.this, exp.Column)}
    named = name_of(catalog, table, masked)
    there = {each.name.lower() for each in shown}
    keys = {each.name.lower() for each in relation.columns.values() if each.key}
    if first not in same or named is None or named.name.lower() in there or keys & there:
        return []
    select.set("expressions", [exp.column(named.name, table=key), *select.expressions[1:]])
    return [f"{named.full} says which {words(relation.name)}"]


def _spoken(name: str, question: str) -> bool:
    return set(stemmed(words(name))) <= set(stemmed(question))


def _rank(select: exp.Select, question: str) -> list[str]:
    """Show the total by which a ranking is made beside what it ranks."""
    order = select.args.get("order")
    if not order or not select.args.get("limit") or not select.args.get("group") or _BARE.search(question):
        return []
    first = order.expressions[0].this
    total = first.this if isinstance(first, exp.Neg) else first
    if not isinstance(total, exp.AggFunc) or any(aggregates(each) for each in select.expressions):
        return []
    called = _CALLED.get(type(total), "value")
    taken = {each.alias_or_name.lower() for each in select.expressions}
    select.select(first.copy() if called in taken else exp.alias_(first.copy(), called), copy=False)
    return ["shows what it ranks by"]
