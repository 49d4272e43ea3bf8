"""Say what each figure of a query measures: what to call it, in which unit it is, which currencies it mixes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.errors import SqlglotError

from knowledge.database.catalog import Catalog, Column
from knowledge.database.dialect import parse
from knowledge.database.names import NUMBER_OF, parts, stemmed, words
from knowledge.database.settle import aggregates, column_of, columns_in
from knowledge.database.sources import read_by, tables_of

MONEY = "money"  # The tag of columns that hold amounts.
_CURRENCY = frozenset({"currency", "ccy", "curr"})
_CALLED: dict[type[exp.Expr], str] = {exp.Sum: "total", exp.Avg: "average", exp.Max: "highest", exp.Min: "lowest"}
_TOTALS = (exp.Sum, exp.Avg, exp.Max, exp.Min)
_SPANS: dict[type[exp.Expr], str] = {exp.Year: "year", exp.Month: "month", exp.Date: "day", exp.TsOrDsToDate: "day"}
_HUNDRED = frozenset({"100", "100.0"})


@dataclass(frozen=True, slots=True)
class Units:
    """The unit of each column of a result that has one; the currencies that a total adds up as if they were one."""

    of: Mapping[str, str]
    mixed: tuple[str, ...] = ()


def call_figures(tree: exp.Expr, catalog: Catalog, question: str) -> list[str]:
    """Give each figure of `tree` that has no name one that says what it is; return what changed, in words."""
    if not isinstance(tree, exp.Select):
        return []
    tables = tables_of(tree)
    taken = {
        name for table in tables.values() if table in catalog.relations for name in catalog.relations[table].columns
    }
    taken |= {each.alias_or_name.lower() for each in tree.expressions}
    changes = []
    for each in list(tree.expressions):
        if isinstance(each, exp.Alias | exp.Column | exp.Star):
            continue
        called = _name_of(each, tree, catalog, question)
        if called and called not in taken:
            taken.add(called)
            each.replace(exp.alias_(each.copy(), called))
            changes.append(f"called {called}")
    return changes


def units_of(sql: str, catalog: Catalog) -> Units:
    """Return the units of what a query shows: as the semantic file gives them, or the one currency it asks for."""
    try:
        tree = parse(sql, catalog.dialect)
    except SqlglotError:
        return Units({})
    if not isinstance(tree, exp.Select):
        return Units({})
    tables = tables_of(tree)
    units: dict[str, str] = {}
    mixed: tuple[str, ...] = ()
    for each in tree.expressions:
        column = _measured(each.unalias(), tables, catalog)
        if column is None:
            continue
        money = _currency_of(column, catalog)
        if column.unit:
            units[each.alias_or_name] = column.unit
        elif money is not None:
            asked = list(_asked(tree, money, tables, catalog))
            if len(asked) == 1:
                units[each.alias_or_name] = asked[0]
            elif aggregates(each) and not _split_by(tree, money, tables, catalog):
                mixed = mixed or tuple(asked or money.values)
    return Units(units, mixed if len(mixed) > 1 else ())


def _name_of(figure: exp.Expr, select: exp.Select, catalog: Catalog, question: str) -> str:
    bare = figure.this if isinstance(figure, exp.Neg | exp.Paren | exp.Round) else figure
    if isinstance(bare, exp.Count):
        counted = _counted(bare, select, catalog, question)
        return f"number_of_{counted}" if counted else "number"
    column = bare.this if isinstance(bare, _TOTALS) else None
    if isinstance(column, exp.Column):
        return f"{_CALLED[type(bare)]}_{words(column.name).replace(' ', '_')}"
    if bare.find(exp.Div) and aggregates(bare):
        hundred = any(each.name in _HUNDRED for each in bare.find_all(exp.Literal))
        return "percent" if hundred else "ratio"
    return "" if isinstance(bare, exp.Literal) else _span(bare) or "value"


def _span(figure: exp.Expr) -> str:
    """Return what part of a day's date an expression is: its year, month or day; else nothing."""
    shapes = [each.text("format") for each in figure.find_all(exp.TimeToStr)]
    if len(shapes) == 1:
        return {"%Y": "year", "%Y-%m": "month", "%m": "month", "%Y-%m-%d": "day"}.get(shapes[0], "")
    return next((called for kind, called in _SPANS.items() if figure.find(kind)), "")


def _counted(count: exp.Count, select: exp.Select, catalog: Catalog, question: str) -> str:
    """Return the things that are counted, as their table is called; nothing where they could be several."""
    tables = tables_of(select)
    inner = count.this.expressions[0] if isinstance(count.this, exp.Distinct) else count.this
    if isinstance(inner, exp.Column):
        column = column_of(inner, tables, catalog)
        if column is None:
            return ""
        pointed = [
            each.to_table
            for each in catalog.joins
            if (each.table, each.column) == (column.table.lower(), inner.name.lower())
        ]
        table = pointed[0] if pointed and isinstance(count.this, exp.Distinct) else column.table.lower()
        return words(catalog.relations[table].name).replace(" ", "_")
    if len(tables) != len(read_by(select)) or not all(each in catalog.relations for each in tables.values()):
        return ""
    said = {match["what"] for match in NUMBER_OF.finditer(question)}
    named = [
        each for each in tables.values() for what in said if stemmed(what)[: len(own := stemmed(words(each)))] == own
    ]
    one = named[0] if len(set(named)) == 1 else next(iter(tables.values())) if len(tables) == 1 else ""
    return words(catalog.relations[one].name).replace(" ", "_") if one else ""


def _measured(figure: exp.Expr, tables: Mapping[str, str], catalog: Catalog) -> Column | None:
    """Return the one column whose unit a figure keeps: itself, its total, mean or extreme, its negative."""
    while isinstance(figure, exp.Neg | exp.Paren | exp.Round | exp.Coalesce | exp.Abs | exp.Cast):
        figure = figure.this
    if isinstance(figure, _TOTALS):
        figure = figure.this
        if isinstance(figure, exp.Case):
            figure = figure.args["ifs"][0].args["true"]
        while isinstance(figure, exp.Neg | exp.Paren | exp.Abs):
            figure = figure.this
    return column_of(figure, tables, catalog) if isinstance(figure, exp.Column) else None


def _currency_of(column: Column, catalog: Catalog) -> Column | None:
    """Return the column that says in which currency an amount of the same row is."""
    relation = catalog.relations.get(column.table.lower())
    if relation is None or MONEY not in column.tags:
        return None
    return next(
        (each for each in relation.columns.values() if each.kind == "text" and _CURRENCY & set(parts(each.name))), None
    )


def _asked(tree: exp.Select, money: Column, tables: Mapping[str, str], catalog: Catalog) -> Iterator[str]:
    """Yield the currencies to which a query keeps, of whichever table that has some."""
    where = tree.args.get("where")
    for test in where.find_all(exp.EQ, exp.In) if where else ():
        select = test.find_ancestor(exp.Select)
        column = column_of(test.this, tables, catalog) if select is tree and isinstance(test.this, exp.Column) else None
        if column is None or column.name.lower() != money.name.lower() or test.find_ancestor(exp.Not, exp.Or):
            continue
        for literal in test.expressions if isinstance(test, exp.In) else [test.expression]:
            if isinstance(literal, exp.Literal):
                yield literal.name


def _split_by(tree: exp.Select, money: Column, tables: Mapping[str, str], catalog: Catalog) -> bool:
    """Tell whether a query keeps the currencies apart."""
    group = tree.args.get("group")
    found = [column_of(each, tables, catalog) for each in columns_in(group)] if group else []
    return any(each is not None and each.name.lower() == money.name.lower() for each in found)
