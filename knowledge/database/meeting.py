"""Tell by which conditions the tables of a SELECT meet, and by which it narrows them down."""

from collections.abc import Mapping

from sqlglot import exp

from knowledge.database.catalog import Catalog
from knowledge.database.sources import key_of, read_by


def conditions_of(select: exp.Select) -> list[exp.Expr]:
    """Return what ON and WHERE say, each part of an AND by itself."""
    where = select.args.get("where")
    joins = [join.args.get("on") for join in select.args.get("joins") or []]
    return [each for one in (*joins, where and where.this) if one is not None for each in parts_of(one)]


def parts_of(condition: exp.Expr) -> list[exp.Expr]:
    """Return the parts of an AND, or the one condition."""
    bare = condition.unnest()
    return [part for each in bare.flatten() for part in parts_of(each)] if isinstance(bare, exp.And) else [bare]


def met_by_using(select: exp.Select, tables: Mapping[str, str], catalog: Catalog) -> list[exp.EQ] | None:
    """Return the conditions that USING stands for; None where it cannot be told between which tables."""
    found = []
    before: list[str] = [key_of(each) for each in read_by(select)[:1]]
    for join in select.args.get("joins") or []:
        key = key_of(join.this)
        for column in join.args.get("using") or []:
            left = [each for each in before if catalog.find(tables.get(each, ""), column.name)]
            if not left or join.method:
                return None
            found.append(exp.EQ(this=exp.column(column.name, left[0]), expression=exp.column(column.name, key)))
        before.append(key)
    return found
