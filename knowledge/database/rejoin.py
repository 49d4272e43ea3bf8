"""Replace the conditions of a SELECT that join what does not belong together, by the joins of the catalogue."""

from sqlglot import exp

from knowledge.database.catalog import Catalog
from knowledge.database.joins import Join
from knowledge.database.names import KEYS, parts
from knowledge.database.sources import Sources, first_of, key_of


def rejoin(select: exp.Select, sources: Sources, catalog: Catalog) -> list[str]:
    """Change the joins of `select` that do not hold, give one without a condition its own; return what changed."""
    changes: list[str] = []
    seen = [key_of(source) for source in first_of(select)]
    for join in list(select.args.get("joins") or []):
        key = key_of(join.this)
        if key in seen:
            continue
        source = sources.get(key)
        if source is not None and source.table:
            changes += _condition(select, join, key, sources, seen, catalog)
        seen.append(key)
    return changes


def _condition(  # noqa: PLR0917 - one join with all that it stands among
    select: exp.Select, join: exp.Join, key: str, sources: Sources, seen: list[str], catalog: Catalog
) -> list[str]:
    """Give a join the condition that the catalogue knows, where its own does not hold."""
    condition = join.args.get("on")
    before = {sources[each].table: each for each in seen if each in sources and sources[each].table}
    table = sources[key].table
    if condition is None:
        if join.args.get("using") or not before or table in before or _equated(select, key):
            return []
        join.set("kind", None)
        join.set("method", None)
        pairs: list[exp.EQ] = []
    else:
        pairs = [each for each in condition.find_all(exp.EQ) if two_columns(each)]
        if not pairs or any(_holds(each, sources, catalog) for each in pairs):
            return []
    way = catalog.path([*before, table]) if before else None
    way = _ending_in(way, table, set(before)) if way else None
    if not way:
        return []
    wrong = pairs[0] if pairs else None
    last: exp.EQ | None = None
    at = select.args["joins"].index(join)
    for step in way:
        for (new, new_column), (old, old_column) in (step.ends, step.ends[::-1]):
            if old not in before or new in before:
                continue
            name = key if new == table else catalog.relations[new].name
            equal = equal_of(catalog, (name, new_column), (before[old], old_column), step)
            if new == table:
                last = equal
                before[new] = name
                break
            behind = select.args["joins"][at + 1 :]
            later = next((each for each in behind if sources[key_of(each.this)].table == new), None)
            if later is not None:  # It is joined further down: it comes first.
                name = key_of(later.this)
                equal = equal_of(catalog, (name, new_column), (before[old], old_column), step)
                select.args["joins"].remove(later)
                later.set("on", equal)
            select.args["joins"].insert(at, later or joined(name, join.side, equal))
            at += 1
            before[new] = name
            break
    if last is None:
        return []
    if wrong is not None:
        wrong.replace(last)
    else:
        join.set("on", last)
    return [f"{table} joins by {last.sql()}"]


def _holds(equal: exp.EQ, sources: Sources, catalog: Catalog) -> bool:
    """Tell whether two columns may be equated: as declared, by one key that both point to, or by their kind."""
    ends = []
    for column in (equal.left, equal.right):
        if not isinstance(column, exp.Column):
            return True
        source = sources.get(column.table.lower())
        if source is None or not source.table:
            return True
        ends.append((source.table, column.name.lower()))
    first, second = ends
    if not all(catalog.find(*each) for each in ends):
        return False
    if first[0] == second[0] or first[1] == second[1]:
        return True
    found = [catalog.find(*each) for each in ends]
    if any(each is not None and each.kind == "date" for each in found):
        return True
    if all(each is not None and each.kind == "text" for each in found):
        # Staff who are customers too meet them by `name` and `full_name`; codes and numbers are each table's own.
        last = {parts(name)[-1:] for _, name in ends}
        if len(last) == 1 and not last & {(each,) for each in KEYS - {"name"}}:
            return True
    points = {each: {each} | {join.ends[1] for join in catalog.joins if join.ends[0] == each} for each in ends}
    return bool(points[first] & points[second])


def _equated(select: exp.Select, key: str) -> bool:
    where = select.args.get("where")
    return where is not None and any(
        key in {column.table.lower() for column in each.find_all(exp.Column)}
        for each in where.find_all(exp.EQ)
        if two_columns(each)
    )


def equal_of(catalog: Catalog, left: tuple[str, str], right: tuple[str, str], join: Join) -> exp.EQ:
    """Return the condition of a join between two ends, each a name in the query and a column."""
    real = {(table, column): found.name for table, column in join.ends if (found := catalog.find(table, column))}
    by_name = {column: name for (_, column), name in real.items()}
    return exp.EQ(
        this=exp.column(by_name.get(left[1], left[1]), table=left[0]),
        expression=exp.column(by_name.get(right[1], right[1]), table=right[0]),
    )


def two_columns(equal: exp.EQ) -> bool:
    """Tell whether a column is equated with a column."""
    return isinstance(equal.left, exp.Column) and isinstance(equal.right, exp.Column)


def joined(table: str, side: str, on: exp.Expr) -> exp.Join:
    """Return the JOIN of a table."""
    return exp.Join(this=exp.to_table(table), on=on, **({"side": side} if side else {}))


def _ending_in(way: list[Join], table: str, before: set[str]) -> list[Join]:
    """Return the joins in an order in which each one starts from a table already there."""
    ordered: list[Join] = []
    there = set(before)
    waiting = list(way)
    while waiting and table not in there:
        step = next((each for each in waiting if sum(end[0] in there for end in each.ends) == 1), None)
        if step is None:
            return ordered if table in there else []
        waiting.remove(step)
        ordered.append(step)
        there |= {end[0] for end in step.ends}
    return ordered
