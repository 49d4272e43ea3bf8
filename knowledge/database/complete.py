"""Complete a query with what its question wants to see: the groups it names, what it ranks by, rows without a value."""

import re
from collections.abc import Collection

from sqlglot import exp

from knowledge.database.catalog import Catalog, Column
from knowledge.database.names import stemmed, words
from knowledge.database.settle import aggregates, column_of, columns_in
from knowledge.database.sources import first_of, key_of, read_by, tables_of
from knowledge.database.trim import name_of

_EACH = re.compile(
    r"(?i)\b(?:(?:for|in|by|of|at|to|from|across)\s+(?:each|every)|"
    r"(?P<bare>(?<!order )(?<!ordered )(?<!sorted )(?<!ranked )by))\s+(?=(?P<what>[a-z]+(?:\s+[a-z]+)?))"
)
_ACROSS = re.compile(r"(?i)\bacross\s+(?:all\s+|the\s+)?(?:different|various)\s+(?=(?P<what>[a-z]+(?:\s+[a-z]+)?))")
_COMPARES = re.compile(r"(?i)\b(?:compar\w+|versus|vs|against|beside|difference between)\b")
_SPANS = ("day", "week", "month", "quarter", "year")
_SHAPES = {"year": "%Y", "month": "%Y-%m", "day": "%Y-%m-%d"}
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
        changes += _group(tree, catalog, question)
        changes += say_groups(tree, question)
        changes += _rank(tree, question)
        changes += _tell_apart(tree, catalog, question, masked)
        changes += _instead_of_condition(tree, catalog, question, masked)
        changes += _behind_masks(tree, catalog, masked)
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
        for match in [*_EACH.finditer(question), *_ACROSS.finditer(question)]
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
    fixed = {each.rsplit(".", 1)[-1] for each in _fixed(select)}
    named = name_of(catalog, table, masked)
    there = {each.name.lower() for each in shown}
    keys = {each.name.lower() for each in relation.columns.values() if each.key}
    if first not in fixed or named is None or named.name.lower() in there or keys & there:
        return []
    select.set("expressions", [exp.column(named.name, table=key), *select.expressions[1:]])
    return [f"{named.full} says which {words(relation.name)}"]


def _behind_masks(select: exp.Select, catalog: Catalog, masked: Collection[tuple[str, str]]) -> list[str]:
    """Show the key beside what is masked and tells nobody apart, and what orders rows that show nothing else."""
    shown = [each.unalias() for each in select.expressions]
    columns = [each for each in shown if isinstance(each, exp.Column)]
    if select.args.get("group") or select.args.get("distinct") or len(columns) < len(shown):
        return []
    tables = tables_of(select)
    found = [column_of(each, tables, catalog) for each in columns]
    hidden = [each for each in found if each is not None and (each.table.lower(), each.name.lower()) in masked]
    if not hidden:
        return []
    table = hidden[0].table.lower()
    named = next((key for key, name in tables.items() if name == table), "")
    keys = [each for name, each in catalog.relations[table].columns.items() if each.key and (table, name) not in masked]
    if not named or len(keys) != 1 or keys[0] in found:
        return []
    order = select.args.get("order") if len(hidden) == len(found) else None
    ranked = [each.this for each in order.expressions if isinstance(each.this, exp.Column)] if order else []
    ranked = [each.copy() for each in ranked if column_of(each, tables, catalog) not in (keys[0], None, *found)]
    select.set("expressions", [exp.column(keys[0].name, table=named), *select.expressions, *ranked])
    return [f"{keys[0].full} tells masked rows apart"]


def _spoken(name: str, question: str) -> bool:
    return set(stemmed(words(name))) <= set(stemmed(question))


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
