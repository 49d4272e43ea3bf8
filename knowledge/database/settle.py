"""Settle what a model leaves half right: values as the data writes them, and groups that are whole."""

import difflib
import re
from collections.abc import Iterator, Mapping

from sqlglot import exp

from knowledge.database.catalog import Catalog, Column
from knowledge.database.names import stemmed, words
from knowledge.database.sources import tables_of
from knowledge.database.values import ValueIndex
from knowledge.database.ways import nearest, uphill

NEARLY = 0.84
_DENIES = re.compile(r"(?i)(?:un|in|im|ir|non|dis|not)[-_ ]?")
_YES = frozenset({"yes", "y", "true", "t", "1"})
_NO = frozenset({"no", "n", "false", "f", "0"})


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
                _settle(test, columns[0], column, bare, tables, index, changes, lowered=lowered, asked=asked)
            if isinstance(test, exp.EQ) and isinstance(test.this, exp.Column):
                changes += _nearer(test, tables, catalog, index, asked)
    return changes


def settle_groups(tree: exp.Expr) -> list[str]:
    """Make every aggregate stand beside groups only: add what is missing from GROUP BY, move it out of WHERE."""
    changes: list[str] = []
    for select in tree.find_all(exp.Select):
        _move_to_having(select, changes)
        summed = [each for each in select.expressions if aggregates(each)]
        plain = [each for each in select.expressions if not aggregates(each) and columns_in(each)]
        plain = [each for each in plain if not each.find(exp.Window)]  # A rank or running total is of the groups.
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
    if isinstance(node, exp.AggFunc) and not (isinstance(node, exp.Max | exp.Min) and node.expressions):
        return True  # MAX(x, 0) is the greater of the two, and no total.
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


def _settle(  # noqa: PLR0917 - one test with all that it stands among
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
    if not held:  # A status of something else that is not asked about is no better than an empty answer.
        better = [each for each in better if each.name != column.name or set(stemmed(words(each.table))) <= asked]
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
    near = difflib.get_close_matches(bare, known, 1, NEARLY)
    if near and not _opposite(bare, near[0]):
        changes.append(f"“{said}” is written “{known[near[0]]}”")
        pattern = said.replace(said.strip("%"), known[near[0]])
        literal.set("this", pattern.lower() if lowered else pattern)


def _nearer(
    test: exp.EQ, tables: Mapping[str, str], catalog: Catalog, index: ValueIndex, asked: frozenset[str]
) -> list[str]:
    """Compare the column that tells directly about what is asked for, where the query took that of a far table."""
    column, literal = test.this, test.expression
    table = tables.get(column.table.lower(), "") if column.table else ""
    if not table or not isinstance(literal, exp.Literal) or not literal.is_string:
        return []
    if test.find_ancestor(exp.Join) or _used(column, test):
        return []
    named = [each for each in tables.values() if _is_named(catalog, each, asked)]
    start = next((each for each in [*named, *tables.values()] if each != table), "")
    if not start or table in named or table in uphill(catalog, start):
        return []
    holding = [each for each, value in index.holds(literal.name) if value == literal.name]
    steps = uphill(catalog, start)
    near = [each for each in nearest(holding, start, catalog) if each.table.lower() in steps]
    if not near:
        return []
    better = min(near, key=lambda each: len(each.values))
    alias = next((name for name, each in tables.items() if each == better.table.lower()), better.table.lower())
    column.set("this", exp.to_identifier(better.name))
    column.set("table", exp.to_identifier(alias))
    return [f"“{literal.name}” is taken for {better.full}"]


def _is_named(catalog: Catalog, table: str, asked: frozenset[str]) -> bool:
    relation = catalog.relations[table]
    return any(set(stemmed(words(each))) <= asked for each in (relation.name, *relation.words))


def _used(column: exp.Column, test: exp.Expr) -> bool:
    """Tell whether a query takes more from the column's table than what joins it and this one test."""
    select = test.find_ancestor(exp.Select)
    within = {id(each) for each in test.find_all(exp.Column)}
    others = (
        [each for each in select.find_all(exp.Column) if each.table.lower() == column.table.lower()] if select else []
    )
    return any(id(each) not in within and each.find_ancestor(exp.Join) is None for each in others)


def _opposite(one: str, other: str) -> bool:
    """Tell whether of two words one only denies the other: `active` and `inactive`."""
    short, long = sorted((one, other), key=len)
    return long.endswith(short) and bool(_DENIES.fullmatch(long.removesuffix(short)))
