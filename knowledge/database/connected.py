"""Refuse joins that pair every row of one table with every row of another."""

from collections.abc import Iterator, Mapping

from sqlglot import exp

from knowledge.database.relations import Source
from knowledge.errors import RefusedSqlError


def check_connected(select: exp.Select, sources: Mapping[str, Source], shared: set[str]) -> None:
    """Refuse a SELECT that reads two large tables without a condition between them.

    Raises:
        RefusedSqlError: with the reason `join`.
    """
    group = {name: name for name in sources}

    def root(name: str) -> str:
        while group[name] != name:
            name = group[name]
        return name

    def connect(names: set[str]) -> None:
        roots = [root(name) for name in names if name in group]
        for each in roots[1:]:
            group[each] = roots[0]

    conditions = [join.args["on"] for join in select.args.get("joins") or () if join.args.get("on")]
    if where := select.args.get("where"):
        conditions.append(where.this)
    few = {name for name, each in sources.items() if each.relation.small}
    for condition in conditions:
        for part in _parts(condition):
            named = {column.table for column in part.find_all(exp.Column)}
            connect(named)
            if names_one(part):
                few |= named
    if shared:
        connect({name for name, each in sources.items() if _shares(each)})
    large = {root(name) for name in set(sources) - few}
    if len(large) > 1:
        names = " and ".join(sorted(large))
        raise RefusedSqlError(
            f"The query pairs every row of one table with every row of another: {names}.",
            reason="join",
            repair=f"Join {names} with an ON condition on the columns that match.",
        )


def names_one(part: exp.Expr) -> bool:
    """Tell whether a comparison picks the rows of one value, as in `city = 'Oslo'`."""
    sides = (part.left, part.right) if isinstance(part, exp.EQ) else ()
    return bool(sides) and {type(side) for side in sides} == {exp.Column, exp.Literal}


def _shares(source: Source) -> bool:
    join = source.node.parent
    return not isinstance(join, exp.Join) or bool(join.args.get("using"))


def _parts(condition: exp.Expr) -> Iterator[exp.Expr]:
    """Yield the comparisons that a condition is made of, leaving out those that nearly every pair fulfils."""
    pending = [condition]
    while pending:
        node = pending.pop()
        if isinstance(node, exp.And | exp.Or | exp.Paren):
            pending.extend(node.iter_expressions())
        elif not isinstance(node, exp.NEQ | exp.Not):
            yield node
