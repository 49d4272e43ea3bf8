"""Find which table each column of a query belongs to, mending what can only be meant in one way."""

from collections.abc import Callable
from difflib import get_close_matches

from sqlglot import exp

from knowledge.database.policy import View
from knowledge.database.relations import TEXT, Frame, Source, Stack
from knowledge.errors import RefusedSqlError


class Columns:
    """Resolves columns, in place; `changes` says what was mended."""

    def __init__(self, view: View, dialect: str, visit: Callable[[exp.Expr, Stack], bool]) -> None:
        """Resolve for one asker; `visit` resolves an expression that is put in a column's place."""
        self._view = view
        self._dialect = dialect
        self._visit = visit
        self.changes: list[str] = []

    def resolve(self, node: exp.Column, stack: Stack) -> bool:
        """Resolve a column and tell whether its values are masked."""
        if isinstance(node.this, exp.Star):
            raise RefusedSqlError("A star stands where a column must.", reason="syntax", repair="Use COUNT(*).")
        node.set("db", None)
        if node.table:
            source = self.named(node.table, stack)
            node.set("table", exp.to_identifier(source.name))
            if node.name not in source.relation.columns:
                source = self._elsewhere(node, source, stack)
            return _use(source, node.name)
        return self._bare(node, stack)

    def named(self, name: str, stack: Stack) -> Source:
        """Return the table that goes by an alias, or by its own name where it has another."""
        for frame in stack:
            if name in frame.sources:
                return frame.sources[name]
        for frame in stack:
            meant = [each for each in frame.sources.values() if each.view and each.view.name.lower() == name]
            if len(meant) == 1:
                return meant[0]
        held = ", ".join(each for frame in stack for each in frame.sources)
        raise RefusedSqlError(
            f"The query names a table that it does not read: {name}.",
            reason="table",
            repair=f"{name} is not in FROM or JOIN; there stand {held}. Join {name} or use another name.",
        )

    def _elsewhere(self, node: exp.Column, source: Source, stack: Stack) -> Source:
        """Return the one other table of the query that has the column."""
        if source.view is not None and node.name in source.view.hidden:
            raise self._no_column(node, stack, source)
        others = [each for each in stack[0].sources.values() if node.name in each.relation.columns]
        if len(others) != 1:
            raise self._no_column(node, stack, source)
        self.changes.append(f"{source.name}.{node.name} is {others[0].name}.{node.name}")
        node.set("table", exp.to_identifier(others[0].name))
        return others[0]

    def _bare(self, node: exp.Column, stack: Stack) -> bool:
        name = node.name
        for depth, frame in enumerate(stack):
            hits = [each for each in frame.sources.values() if name in each.relation.columns]
            if depth == 0 and name in frame.aliases and frame.clause in {"order", "group", "having"}:
                return self._alias(node, frame, hits, stack)
            if name in frame.shared:
                return max([_use(each, name) for each in hits])  # Every one of them is in use.
            if len(hits) > 1:
                hits = hits[:1] if _are_equal(name, hits) else hits
            if len(hits) == 1:
                node.set("table", exp.to_identifier(hits[0].name))
                return _use(hits[0], name)
            if hits:
                raise RefusedSqlError(
                    f"The column {name} stands in more than one table.",
                    reason="column",
                    repair=f"{name} is ambiguous: write {' or '.join(f'{each.name}.{name}' for each in hits)}.",
                )
            if depth == 0 and name in frame.aliases and not _within(frame.aliases[name], node):
                return self._spell_out(node, frame, stack)
        if self._dialect == "sqlite" and node.this.args.get("quoted") and not self._is_hidden(name, stack):
            node.replace(exp.Literal.string(node.this.meta.get(TEXT, name)))  # As SQLite itself reads it.
            return False
        raise self._no_column(node, stack, None)

    def _alias(self, node: exp.Column, frame: Frame, hits: list[Source], stack: Stack) -> bool:
        """Leave the name of an output column as it is: the database prefers it, or the column, as always."""
        alone = isinstance(node.parent, exp.Ordered) or frame.clause != "order"
        if not alone and not hits and frame.sources and self._dialect == "mysql":
            return self._spell_out(node, frame, stack)  # MariaDB knows no alias of a sum inside an expression.
        masked = [_use(each, node.name) for each in hits]
        return frame.masked.get(node.name, False) or any(masked)

    def _spell_out(self, node: exp.Column, frame: Frame, stack: Stack) -> bool:
        """Write the expression that an alias stands for in its place."""
        inner = frame.aliases[node.name].copy()
        if isinstance(inner, exp.Column):
            node.replace(inner)
            return self.resolve(inner, stack)
        wrapped = exp.Paren(this=inner)
        node.replace(wrapped)
        return self._visit(wrapped, stack)

    def _is_hidden(self, name: str, stack: Stack) -> bool:
        return any(each.view and name in each.view.hidden for frame in stack for each in frame.sources.values())

    def _no_column(self, node: exp.Column, stack: Stack, source: Source | None) -> RefusedSqlError:
        name = node.name
        if self._is_hidden(name, stack):
            return RefusedSqlError(
                f"You may not see {name}.", reason="column", repair=f"The column {name} may not be read: leave it out."
            )
        asked = [source] if source else [each for frame in stack for each in frame.sources.values()]
        where = ", ".join(each.view.name if each.view else each.name for each in asked) or "the query"
        holders = [table for table in self._view.tables.values() if name in {each.lower() for each in table.columns}]
        parts = [f"There is no column {name} in {where}."]
        if holders:
            parts.append(f"It stands in {', '.join(each.name for each in holders[:6])}: join that table.")
        here = [column for each in asked for column in each.relation.columns if not column.startswith("?")]
        near = get_close_matches(name, dict.fromkeys(here), n=3, cutoff=0.5)
        if near and not holders:
            parts.append(f"Nearest are {', '.join(near)}.")
        for each in asked[:4]:
            columns = each.view.columns if each.view else [*each.relation.columns]
            parts.append(f"{each.view.name if each.view else each.name} has {', '.join(columns[:40])}.")
        return RefusedSqlError(f"There is no column {name} in {where}.", reason="column", repair=" ".join(parts))


def _use(source: Source, name: str) -> bool:
    source.used.add(name)
    return source.relation.columns[name]


def _within(outer: exp.Expr, node: exp.Expr) -> bool:
    at: exp.Expr | None = node
    while at is not None:
        if at is outer:
            return True
        at = at.parent
    return False


def _are_equal(name: str, hits: list[Source]) -> bool:
    """Tell whether the first of the tables is joined to all the others by this very column."""
    first = hits[0].name
    equal = {first}
    for source in hits[1:]:
        join = source.node.parent
        on = join.args.get("on") if isinstance(join, exp.Join) else None
        for each in on.find_all(exp.EQ) if on is not None else ():
            ends = {(side.table, side.name) for side in (each.left, each.right) if isinstance(side, exp.Column)}
            if ends == {(first, name), (source.name, name)}:
                equal.add(source.name)
    return len(equal) == len(hits)
