"""Tell where a row leads: to one row of another table, or to many."""

from collections.abc import Collection, Sequence

from knowledge.database.catalog import Catalog, Column
from knowledge.database.values import Mention


def uphill(catalog: Catalog, start: str) -> dict[str, int]:
    """Return each table of which a row of `start` has at most one, with the joins that lead there; itself is 0."""
    found = {start: 0}
    waiting = [start]
    while waiting:
        here = waiting.pop(0)
        for join in catalog.joins:
            if join.table == here and join.to_table not in found:
                found[join.to_table] = found[here] + 1
                waiting.append(join.to_table)
    return found


def nearest(columns: Sequence[Column], start: str, catalog: Catalog) -> list[Column]:
    """Return those of some columns that tell most directly about a row of `start`; all, when none does."""
    steps = uphill(catalog, start)
    reached = [each for each in columns if each.table.lower() in steps]
    least = min((steps[each.table.lower()] for each in reached), default=0)
    return [each for each in reached if steps[each.table.lower()] == least] or list(columns)


def nearest_mentions(
    mentions: Sequence[Mention], start: str, named: Collection[str], catalog: Catalog
) -> list[Mention]:
    """Return the values that a question mentions, of several places each where it is nearest to a row of `start`.

    A place in one of the tables that the question names stays, however far it is.
    """
    kept = []
    for said in dict.fromkeys(each.said for each in mentions):
        places = [each for each in mentions if each.said == said]
        near = {each.full for each in nearest([each.column for each in places if each.exact], start, catalog)}
        kept += [
            each for each in places if not each.exact or each.column.full in near or each.column.table.lower() in named
        ]
    return kept
