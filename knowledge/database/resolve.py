"""Find which table and column every name of a query means, and refuse what cannot be meant."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from sqlglot import exp

from knowledge.database.columns import Columns
from knowledge.database.connected import check_connected, names_one
from knowledge.database.policy import Schema, View
from knowledge.database.relations import Frame, Relation, Source, Stack, masked_error
from knowledge.errors import RefusedSqlError

SOURCES = 12  # Tables that one SELECT may join.
STEPS = 100_000  # The furthest that a query may count by itself.
_OWN_SCHEMAS = frozenset({"", "main", "public", "dbo"})
Relations = Mapping[str, Relation]


class Resolver:
    """Resolve the names of one query, in place; `sources` are the base tables it reads, `changes` what was mended."""

    def __init__(self, schema: Schema, view: View, *, dialect: str, database: str = "") -> None:
        self._spelled = {table.lower(): table for table in schema}
        self._view = view
        self._dialect = dialect
        self._own = _OWN_SCHEMAS | {database.lower()}
        self.sources: list[Source] = []
        self._columns = Columns(view, dialect, self._visit)
        self._unnamed = 0

    @property
    def changes(self) -> list[str]:
        """Return what was mended, in words."""
        return self._columns.changes

    def query(self, node: exp.Expr, known: Relations, outer: Stack = ()) -> Relation:
        """Resolve a query that may use the `known` common table expressions and the frames around it."""
        while isinstance(node, exp.Subquery):
            node = node.this
        known = self._with(node.args.get("with_"), known)
        if isinstance(node, exp.SetOperation):
            return self._set_operation(node, known, outer)
        if not isinstance(node, exp.Select):
            raise RefusedSqlError("That is not a SELECT.", reason="statement")
        return self._select(node, known, outer)

    def _with(self, node: exp.Expr | None, known: Relations) -> Relations:
        if node is None:
            return known
        known = dict(known)
        for each in node.expressions:
            name = each.alias
            if name in self._spelled:
                raise RefusedSqlError(
                    f"The query gives one of its parts the name of a table: {name}.",
                    reason="table",
                    repair=f"Name the WITH part {name}_part: {name} is a table.",
                )
            renamed = [column.name for column in each.args["alias"].columns]
            again = [table for table in each.this.find_all(exp.Table) if table.name == name and not table.db]
            if again and node.args.get("recursive"):
                known[name] = self._recursive(each, renamed, known, len(again))
            else:
                known[name] = _renamed(self.query(each.this, known), renamed)
        return known

    def _recursive(self, node: exp.CTE, renamed: list[str], known: Relations, uses: int) -> Relation:
        union = node.this
        if not isinstance(union, exp.Union) or uses != 1 or _mentions(union.this, node.alias):
            raise RefusedSqlError(
                "The query repeats itself in a way that may not end.",
                reason="recursion",
                repair="Write WITH RECURSIVE as start UNION ALL step, the step naming itself once.",
            )
        step = union.expression
        tables = [each for each in step.find_all(exp.Table) if each.name in self._spelled]
        where = step.args.get("where")
        far = [each for each in step.find_all(exp.Literal) if each.is_number and float(each.this) > STEPS]
        if not tables and (where is None or far):
            raise RefusedSqlError(
                "The query repeats itself without a near end.",
                reason="recursion",
                repair=f"End the recursive step with a WHERE of at most {STEPS} steps.",
            )
        start = _renamed(self.query(union.this.copy(), known), renamed)
        self.sources = [each for each in self.sources if each.node.root() is node.root()]
        return _renamed(self.query(union, {**known, node.alias: start}), renamed)

    def _set_operation(self, node: exp.SetOperation, known: Relations, outer: Stack) -> Relation:
        sides = [self.query(each, known, outer) for each in (node.this, node.expression)]
        left, right = (list(side.columns.values()) for side in sides)
        if len(left) != len(right):
            raise RefusedSqlError(
                "The parts of the union have different numbers of columns.",
                reason="syntax",
                repair=f"Both parts of {node.key.upper()} must select the same number of columns.",
            )
        masked = [one or other for one, other in zip(left, right, strict=True)]
        columns = dict(zip(sides[0].columns, masked, strict=True))
        if any(masked) and (node.args.get("distinct") or not isinstance(node, exp.Union)):
            raise masked_error(next(name for name, hidden in columns.items() if hidden), "compared")
        frame = Frame({}, aliases=dict.fromkeys(columns, exp.null()), masked=columns, clause="order", known=known)
        self._order(node, (frame, *outer))
        return Relation(columns, small=bool(node.args.get("limit")) or all(side.small for side in sides))

    def _select(self, node: exp.Select, known: Relations, outer: Stack) -> Relation:
        frame = Frame(self._sources(node, known), known=known)
        frame.aliases = {each.alias: each.this for each in node.expressions if isinstance(each, exp.Alias)}
        stack = (frame, *outer)
        for join in node.args.get("joins") or ():
            self._join(join, stack)
        self._expand_stars(node, frame)
        columns: dict[str, bool] = {}
        for at, each in enumerate(node.expressions):
            inner = each.unalias()
            masked = self._columns.resolve(inner, stack) if isinstance(inner, exp.Column) else self._visit(inner, stack)
            name = each.output_name or f"?{at}"
            columns[name] = masked or columns.get(name, False)
        frame.masked = columns
        if node.args.get("distinct") and any(columns.values()):
            raise masked_error(next(name for name, masked in columns.items() if masked), "compared")
        for clause in ("where", "group", "having", "windows"):
            frame.clause = clause
            part = node.args.get(clause)
            for each in part if isinstance(part, list) else filter(None, [part]):
                self._visit(each, stack)
                if clause == "group":
                    self._positions(each, frame)
        frame.clause = "order"
        self._order(node, (frame, *outer))
        check_connected(node, frame.sources, frame.shared)
        return Relation(columns, small=_is_small(node, frame))

    def _order(self, node: exp.Expr, stack: Stack) -> None:
        order = node.args.get("order")
        if order is not None:
            self._visit(order, stack)
            self._positions(order, stack[0])

    @staticmethod
    def _positions(part: exp.Expr, frame: Frame) -> None:
        names = list(frame.masked)
        for each in part.expressions:
            term = each.this if isinstance(each, exp.Ordered) else each
            if isinstance(term, exp.Literal) and term.is_int and 0 < int(term.this) <= len(names):
                name = names[int(term.this) - 1]
                if frame.masked[name]:
                    raise masked_error(name, "grouped or ordered")

    def _sources(self, node: exp.Select, known: Relations) -> dict[str, Source]:
        sources: dict[str, Source] = {}
        start = node.args.get("from_")
        if start is not None and start.this.name == "dual" and "dual" not in self._spelled:
            node.set("from_", None)  # MySQL's and Oracle's way to read no table.
            start = None
        items = [start.this] if start is not None else []
        items += [join.this for join in node.args.get("joins") or ()]
        if len(items) > SOURCES:
            raise RefusedSqlError(f"The query joins more than {SOURCES} tables.", reason="size")
        for item in items:
            source = self._source(item, known)
            if source.name in sources:
                raise RefusedSqlError(
                    f"The query uses the name {source.name} for two tables.",
                    reason="table",
                    repair=f"Give each table its own alias; {source.name} stands twice.",
                )
            sources[source.name] = source
        return sources

    def _source(self, item: exp.Expr, known: Relations) -> Source:
        if isinstance(item, exp.Subquery):
            if not item.alias:
                self._unnamed += 1
                item.set("alias", exp.TableAlias(this=exp.to_identifier(f"part_{self._unnamed}")))
            renamed = [column.name for column in item.args["alias"].columns]
            return Source(item.alias, _renamed(self.query(item.this, known), renamed), item)
        if not isinstance(item, exp.Table):
            raise RefusedSqlError("The query reads from something that is no table.")
        name = item.name
        alias = item.args.get("alias")
        if alias is not None and alias.columns:
            raise RefusedSqlError("The query renames a table's columns.", repair="Do not rename columns after a table.")
        if not item.db and name in known:
            return Source(item.alias or name, known[name], item)
        if item.db.lower() not in self._own:
            raise self._no_table(f"{item.db}.{name}", name)
        view = self._view.tables.get(name)
        if view is None:
            raise self._no_table(name, name)
        item.set("db", None)
        masked = {column.lower(): column.lower() in view.masked for column in view.columns}
        source = Source(item.alias or name, Relation(masked), item, view)
        self.sources.append(source)
        return source

    def _no_table(self, shown: str, name: str) -> RefusedSqlError:
        tables = [table.name for table in self._view.tables.values()]
        if name in self._view.refused:
            return RefusedSqlError(
                f"You may not see the table {self._spelled.get(name, name)}.",
                reason="table",
                repair=f"The table {name} may not be read; there are {', '.join(sorted(tables))}.",
            )
        near = get_close_matches(name, list(self._view.tables), n=3, cutoff=0.6)
        held = (
            f"nearest are {', '.join(self._view.tables[each].name for each in near)}"
            if near
            else "there are " + (", ".join(sorted(tables)[:40]) or "none for this person")
        )
        return RefusedSqlError(
            f"There is no table {shown} in the data.", reason="table", repair=f"There is no table {shown}; {held}."
        )

    def _join(self, join: exp.Join, stack: Stack) -> None:
        frame = stack[0]
        if join.side == "FULL" and self._dialect == "mysql":
            raise RefusedSqlError(
                "The database has no FULL JOIN.", repair="MySQL has no FULL JOIN: use LEFT JOIN, or UNION two of them."
            )
        for each in join.args.get("using") or ():
            holders = [source for source in frame.sources.values() if each.name in source.relation.columns]
            if len(holders) < 2 or not any(source.node is join.this for source in holders):
                raise RefusedSqlError(
                    f"The tables do not share the column {each.name}.",
                    reason="column",
                    repair=f"Not both tables have {each.name}: write ON with the columns that match.",
                )
            for source in holders:
                source.used.add(each.name)
                if source.relation.columns[each.name]:
                    raise masked_error(each.name, "joined")
            frame.shared.add(each.name)
        if on := join.args.get("on"):
            frame.clause = "on"
            self._visit(on, stack)
            frame.clause = "select"

    def _expand_stars(self, node: exp.Select, frame: Frame) -> None:
        expanded: list[exp.Expr] = []
        for each in node.expressions:
            if isinstance(each, exp.Star):
                expanded += [exp.column(exp.to_identifier(name)) for name in sorted(frame.shared)]
                if not frame.sources:
                    raise RefusedSqlError("The query reads no table.", reason="table", repair="Add a FROM clause.")
                for source in frame.sources.values():
                    expanded += self._all_of(source, frame.shared)
            elif isinstance(each, exp.Column) and isinstance(each.this, exp.Star):
                source = self._columns.named(each.table, (frame,))
                expanded += self._all_of(source, set())
            else:
                expanded.append(each)
        node.set("expressions", expanded)

    def _all_of(self, source: Source, left_out: set[str]) -> Iterator[exp.Expr]:
        if source.view is not None and source.view.hidden:
            raise RefusedSqlError(
                f"All columns of {source.view.name} would show some that you may not see.",
                reason="column",
                repair=f"Do not use *; name the columns you need: {', '.join(source.view.columns)}.",
            )
        for name in source.relation.columns:
            if name not in left_out and not name.startswith("?"):
                yield exp.column(exp.to_identifier(name), table=exp.to_identifier(source.name))

    def _visit(self, node: exp.Expr, stack: Stack) -> bool:
        """Resolve an expression; it never holds a masked value, so the answer is always no."""
        if isinstance(node, exp.Query | exp.Subquery):
            inner = self.query(node, stack[0].known, stack)
            for name, masked in inner.columns.items():
                if masked:
                    raise masked_error(name, "used in an expression")
        elif isinstance(node, exp.Column):
            if self._columns.resolve(node, stack):
                raise masked_error(node.name, "used in an expression, to filter, join, group or order")
        elif isinstance(node, exp.Star):
            if not isinstance(node.parent, exp.Count):
                raise RefusedSqlError("A star stands where a column must.", reason="syntax", repair="Use COUNT(*).")
        elif isinstance(node, exp.Count) and isinstance(node.this, exp.Column) and not node.expressions:
            self._columns.resolve(node.this, stack)
        else:
            for child in list(node.iter_expressions()):
                self._visit(child, stack)
        return False


def _renamed(relation: Relation, names: list[str]) -> Relation:
    if not names:
        return relation
    if len(names) != len(relation.columns):
        raise RefusedSqlError(
            "A part of the query is given the wrong number of columns.",
            reason="syntax",
            repair=f"Name exactly {len(relation.columns)} columns, or none.",
        )
    return Relation(dict(zip(names, relation.columns.values(), strict=True)), relation.small)


def _mentions(node: exp.Expr, name: str) -> bool:
    return any(each.name == name for each in node.find_all(exp.Table))


def _is_small(node: exp.Select, frame: Frame) -> bool:
    if node.args.get("group") or node.args.get("distinct") or node.args.get("limit"):
        return True
    where = node.args.get("where")
    if where is not None and any(map(names_one, where.find_all(exp.EQ))):
        return True
    summed = any(each.find(exp.AggFunc) and not each.find(exp.Window) for each in node.expressions)
    return summed or all(each.relation.small for each in frame.sources.values())
