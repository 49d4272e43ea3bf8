"""Make one grouped query of several that a model strings together."""

from collections.abc import Iterator

from sqlglot import exp

from knowledge.database.settle import aggregates, columns_in


def merge_unions(tree: exp.Expr) -> exp.Expr:
    """Return one grouped query for several that take the same total, each for another value of one column."""
    if not isinstance(tree, exp.Union) or tree.args.get("order") or tree.args.get("limit") or tree.args.get("with_"):
        return tree
    selects = list(tree.find_all(exp.Select))
    tests = [each.args["where"].this if each.args.get("where") else None for each in selects]
    values = [part for test in tests for part in _values_of(test)]
    if len(values) != len(selects):
        return tree
    rests = {_without(each, value) for each, value in zip(selects, values, strict=True)}
    columns = {value.this.sql().lower() for value in values}
    totals = {each.unalias().sql().lower() for select in selects for each in select.expressions}
    plain = all(aggregates(each) and not columns_in(each.unalias()) for each in selects[0].expressions)
    if len(rests) != 1 or len(columns) != 1 or len(totals) != 1 or not plain:
        return tree
    merged, column = selects[0].copy(), values[0].this
    kept = next(_values_of(merged.args["where"].this))
    kept.replace(exp.In(this=column.copy(), expressions=[each.expression.copy() for each in values]))
    merged.set("expressions", [column.copy(), merged.expressions[0].unalias().as_("total")])
    return merged.group_by(column.copy(), copy=False)


def _values_of(test: exp.Expr | None) -> Iterator[exp.EQ]:
    """Yield the conditions, all of which must hold, that give a column one value; one at most."""
    parts = list(test.flatten()) if isinstance(test, exp.And) else [test]
    for part in parts:
        if isinstance(part, exp.EQ) and isinstance(part.this, exp.Column) and isinstance(part.expression, exp.Literal):
            yield part
            return


def _without(select: exp.Select, value: exp.EQ) -> str:
    """Return what a query reads, its projection and one of its values apart."""
    left = select.copy()
    left.set("expressions", [exp.Star()])
    said = next(_values_of(left.args["where"].this))
    said.replace(exp.EQ(this=value.this.copy(), expression=exp.Placeholder()))
    return left.sql().lower()
