"""Write one compared value as the data does, or compare the column that has it."""

import difflib
from collections.abc import Mapping

from sqlglot import exp

from knowledge.database.catalog import Catalog, Column
from knowledge.database.names import stemmed, words
from knowledge.database.values import ValueIndex
from knowledge.database.ways import nearest, uphill

NEARLY = 0.84
_YES = frozenset({"yes", "y", "true", "t", "1"})
_NO = frozenset({"no", "n", "false", "f", "0"})
_OPPOSITE = ("un", "in", "non", "non-", "non ", "not ", "dis", "de", "im")


def settle_value(  # noqa: PLR0917 - one test with all that it stands among
    test: exp.Expr,
    node: exp.Column,
    column: Column,
    literal: exp.Expr,
    tables: dict[str, str],
    index: ValueIndex,
    changes: list[str],
    *,
    lowered: bool,
    asked: frozenset[str],
) -> None:
    """Write the literal of a test on `column` as its values are written, or move the test to what has it."""
    if column.kind in {"boolean", "number"} and isinstance(literal, exp.Literal) and literal.is_string:
        said = literal.name.lower()
        if said in _YES | _NO and not said.isdigit():
            literal.replace(exp.Literal.number(1 if said in _YES else 0))
        return
    if not column.values or column.kind != "text":
        return
    known = {each.casefold(): each for each in column.values}
    if isinstance(literal, exp.Boolean) or (isinstance(literal, exp.Literal) and literal.name.lower() in _YES | _NO):
        wanted = _YES if (literal.name.lower() in _YES or literal.args.get("this") is True) else _NO
        fits = [value for key, value in known.items() if key in wanted]
        if set(known) <= _YES | _NO and fits and literal.name not in column.values:
            literal.replace(exp.Literal.string(fits[0].lower() if lowered else fits[0]))
        return
    if not isinstance(literal, exp.Literal) or not literal.is_string:
        return
    said = literal.name
    bare = said.strip("%").casefold()
    if isinstance(test, exp.Like):
        if not bare or any(bare.replace("%", "") in key.replace(" ", "") or bare in key for key in known):
            return
        if "%" in said.strip("%"):
            return
    elif said in column.values or (lowered and said.casefold() in known):
        return
    if bare in known:
        literal.set("this", known[bare])
        return
    holding = [each for each, _ in index.holds(bare)]
    held = [each for each in holding if each.table.lower() in tables.values()]
    better = [each for each in held if each.table.lower() == column.table.lower()] or held or holding
    better = [each for each in better if set(stemmed(words(each.table))) <= asked] or better
    better = [each for each in better if _may_move(column, each, tables, asked)]
    if better and len({each.full for each in better}) == 1:
        # A table that is not there yet is joined where its column is found to be missing.
        found = better[0].table.lower()
        alias = next((name for name, table in tables.items() if table == found), found)
        changes.append(f"“{said}” is a value of {better[0].full}")
        node.set("this", exp.to_identifier(better[0].name))
        node.set("table", exp.to_identifier(alias))
        if not isinstance(test, exp.Like) and not lowered:
            exact = next(value for found, value in index.holds(bare) if found.full == better[0].full)
            literal.set("this", exact)
        return
    near = [each for each in difflib.get_close_matches(bare, known, 3, NEARLY) if not _opposite(bare, each)]
    if near:
        changes.append(f"“{said}” is written “{known[near[0]]}”")
        pattern = said.replace(said.strip("%"), known[near[0]])
        literal.set("this", pattern.lower() if lowered else pattern)


def _may_move(column: Column, other: Column, tables: Mapping[str, str], asked: frozenset[str]) -> bool:
    """Tell whether a value that `column` has not may be looked for in `other`.

    A column of the same name in a table that neither query nor question speaks of is about something else: no loan is
    dormant because an account is.
    """
    if column.name.lower() != other.name.lower():
        return True
    return other.table.lower() in tables.values() or set(stemmed(words(other.table))) <= asked


def _opposite(said: str, known: str) -> bool:
    return any(said == before + known or known == before + said for before in _OPPOSITE)


def nearer(
    test: exp.EQ, tables: Mapping[str, str], catalog: Catalog, index: ValueIndex, asked: frozenset[str]
) -> list[str]:
    """Compare the column that tells directly about what is asked for, where the query took that of a far table."""
    column, literal = test.this, test.expression
    table = tables.get(column.table.lower(), "") if column.table else ""
    if not table or not isinstance(literal, exp.Literal) or not literal.is_string:
        return []
    named = [each for each in tables.values() if _is_named(each, catalog, asked)]
    start = next((each for each in [*named, *tables.values()] if each != table), "")
    if not start or table in named or table in uphill(catalog, start):
        return []
    if any(table in uphill(catalog, tables[each]) for each in _used(test) if each in tables):
        return []  # It tells directly about what is shown or narrowed down, too.
    holding = [each for each, value in index.holds(literal.name) if value == literal.name]
    holding = [each for each in holding if each.name.lower() == column.name.lower()]
    steps = uphill(catalog, start)
    near = [each for each in nearest(holding, start, catalog) if each.table.lower() in steps]
    if not near:
        return []
    better = min(near, key=lambda each: len(each.values))
    alias = next((name for name, each in tables.items() if each == better.table.lower()), better.table.lower())
    column.set("this", exp.to_identifier(better.name))
    column.set("table", exp.to_identifier(alias))
    return [f"“{literal.name}” is taken for {better.full}"]


def _is_named(table: str, catalog: Catalog, asked: frozenset[str]) -> bool:
    relation = catalog.relations[table]
    return any(set(stemmed(each)) <= asked for each in (words(relation.name), *relation.words))


def _used(test: exp.EQ) -> set[str]:
    """Return what a SELECT calls the tables of which it uses more than the columns by which they join and `test`."""
    select = test.find_ancestor(exp.Select)
    found = set()
    for column in select.find_all(exp.Column) if select else ():
        equal = column.parent
        joins = isinstance(equal, exp.EQ) and isinstance(equal.left, exp.Column) and isinstance(equal.right, exp.Column)
        if column.parent is not test and not joins:
            found.add(column.table.lower())
    return found
