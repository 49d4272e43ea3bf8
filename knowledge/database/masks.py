"""Tell rows apart whose names are masked for the asker."""

from collections.abc import Collection, Mapping, Sequence

from sqlglot import exp

from knowledge.database.catalog import Catalog
from knowledge.database.settle import column_of, columns_in
from knowledge.database.sources import tables_of


def look_behind(tree: exp.Expr, catalog: Catalog, masked: Collection[tuple[str, str]]) -> list[str]:
    """Tell rows of `tree` apart by their keys, in place, where names are masked; return what changed, in words."""
    return [*_groups(tree, catalog, masked), *_rows(tree, catalog, masked)] if isinstance(tree, exp.Select) else []


def _groups(select: exp.Select, catalog: Catalog, masked: Collection[tuple[str, str]]) -> list[str]:
    """Group by the key instead of a masked name: two may share one, and the guard groups by none."""
    group = select.args.get("group")
    tables = tables_of(select)
    changes = []
    for column in columns_in(group) if group else []:
        key = _key_beside(column, tables, catalog, masked)
        if key is None:
            continue
        for each in [each for each in select.find_all(exp.Column) if each.sql().lower() == column.sql().lower()]:
            # A condition on the name stays one.
            if each.find_ancestor(exp.Select, exp.Where, exp.Join) is select:
                each.replace(key.copy())
        changes.append(f"{key.sql()} instead of the masked {column.name}")
    _once(select.expressions, select, "expressions")
    if group:
        _once(group.expressions, group, "expressions")
    return changes


def _once(terms: Sequence[exp.Expr], of: exp.Expr, where: str) -> None:
    of.set(where, list({each.unalias().sql().lower(): each for each in reversed(terms)}.values())[::-1])


def _key_beside(
    column: exp.Column, tables: Mapping[str, str], catalog: Catalog, masked: Collection[tuple[str, str]]
) -> exp.Column | None:
    """Return the key of the row whose masked value a column is."""
    found = column_of(column, tables, catalog)
    if found is None or (table := found.table.lower(), found.name.lower()) not in masked:
        return None
    named = column.table.lower() or next((key for key, name in tables.items() if name == table), "")
    keys = [each for name, each in catalog.relations[table].columns.items() if each.key and (table, name) not in masked]
    return exp.column(keys[0].name, table=named) if named and len(keys) == 1 else None


def _rows(select: exp.Select, catalog: Catalog, masked: Collection[tuple[str, str]]) -> list[str]:
    """Show the key beside what is masked and tells nobody apart, and what orders rows that show nothing else."""
    shown = [each.unalias() for each in select.expressions]
    columns = [each for each in shown if isinstance(each, exp.Column)]
    if select.args.get("group") or select.args.get("distinct") or len(columns) < len(shown):
        return []
    tables = tables_of(select)
    found = [column_of(each, tables, catalog) for each in columns]
    keys = [_key_beside(each, tables, catalog, masked) for each in columns]
    key = next((each for each in keys if each is not None), None)
    held = column_of(key, tables, catalog) if key is not None else None
    if key is None or held in found:
        return []
    order = select.args.get("order") if None not in keys else None
    ranked = [each.this for each in order.expressions if isinstance(each.this, exp.Column)] if order else []
    ranked = [each.copy() for each in ranked if column_of(each, tables, catalog) not in (held, None, *found)]
    select.set("expressions", [key, *select.expressions, *ranked])
    return [f"{key.sql()} tells masked rows apart"]
