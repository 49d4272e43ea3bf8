"""Know which of a table's days is that on which a row came to be, and what has to be said to mean another."""

from collections.abc import Iterator

from sqlglot import exp

from knowledge.database.catalog import Catalog, Column
from knowledge.database.names import SHORT, parts, stemmed, words
from knowledge.database.sources import tables_of

BORN = frozenset(stemmed("birth born birthday dob"))
# Words of a column's name that say only that it is a day.
_OF_TIME = frozenset(stemmed("date time day at on of stamp timestamp datetime made"))
# How a column calls the day on which its row came to be.
_CAME = frozenset(
    stemmed(
        "start started begin began open opened create created issue issued register registered "
        "registration join joined booked placed received made"
    )
)


def events(tree: exp.Select, catalog: Catalog) -> Iterator[tuple[str, Column]]:
    """Yield the day on which each row of a table that is read came to be, with the table's name in the query."""
    for key, table in tables_of(tree).items():
        relation = catalog.relations.get(table)
        if relation is None:
            continue
        dates = [each for each in relation.columns.values() if each.kind == "date"]
        named = [each for each in dates if each.name == relation.date]
        own = set(stemmed(words(relation.name)))
        named = named or [each for each in dates if bare(each, catalog) <= own]
        named = named or [each for each in dates if bare(each, catalog) & _CAME]
        if len(named) == 1:
            yield key, named[0]


def is_born(column: Column | None) -> bool:
    """Tell whether a column holds days of birth."""
    return column is not None and not BORN.isdisjoint(stemmed(words(column.name)))


def said_by(column: Column, catalog: Catalog) -> set[str]:
    """Return what one has to say to mean this day: nothing that its table's name says too."""
    called = bare(column, catalog)
    return called - set(stemmed(words(column.table))) or called


def bare(column: Column, catalog: Catalog) -> set[str]:
    """Return what a day is called: neither that it is one nor the mark with which all of its table's columns begin."""
    relation = catalog.relations.get(column.table.lower())
    names = [parts(each.name) for each in relation.columns.values()] if relation is not None else []
    mark = 0
    while len(names) > 2 and all(len(each) > mark + 1 for each in names) and len({each[mark] for each in names}) == 1:
        mark += 1
    return set(stemmed(" ".join(SHORT.get(each, each) for each in parts(column.name)[mark:]))) - _OF_TIME


def leave_out(test: exp.Expr) -> None:
    """Take one of several conditions, or the only one, out of its query."""
    parent = test.parent
    if isinstance(parent, exp.And):
        parent.replace(parent.right if test is parent.left else parent.left)
    elif isinstance(parent, exp.Where) and isinstance(parent.parent, exp.Select):
        parent.parent.set("where", None)
