"""Put a model's SQL right where the catalogue knows better: columns in the wrong table, joins that do not hold."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from knowledge.database.catalog import Catalog
from knowledge.database.joins import Join
from knowledge.database.names import parts, stemmed, words
from knowledge.errors import TellerError

ALIKE = 0.8
PASSES = 6
Sources = dict[str, "_Source"]


class UnknownNameError(TellerError):
    """A name that the database does not have; the message is for the model that wrote it."""


@dataclass(frozen=True, slots=True)
class _Source:
    """What a FROM or JOIN offers: a table of the catalogue, or the columns of a query (None: any)."""

    table: str = ""
    columns: frozenset[str] | None = None

    def has(self, column: str) -> bool:
        return self.columns is None or column.lower() in self.columns


def mend(tree: exp.Expr, catalog: Catalog) -> list[str]:
    """Change `tree` so that its names and joins are the catalogue's; return what was changed, in words.

    Raises:
        UnknownNameError: a name stands for nothing in the catalogue.
    """
    mender = _Mender(catalog, tree)
    mender.tables()
    for select in reversed(list(tree.find_all(exp.Select))):
        mender.select(select)
    return mender.changes


@dataclass(slots=True)
class _Mender:
    catalog: Catalog
    tree: exp.Expr
    changes: list[str] = field(default_factory=list)

    def tables(self) -> None:
        """Name every table as the catalogue does."""
        for table in list(self.tree.find_all(exp.Table)):
            table.set("db", None)
            table.set("catalog", None)
            if table.name.lower() in self._queries():
                continue
            real = self._table(table.name)
            if real is None:
                known = ", ".join(relation.name for relation in self.catalog.relations.values())
                raise UnknownNameError(f"There is no table {table.name}. The tables are: {known}.")
            if real.lower() != table.name.lower():
                self.changes.append(f"{table.name} is {real}")
                if not table.alias:
                    table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name)))
            table.set("this", exp.to_identifier(real))

    def select(self, select: exp.Select) -> None:
        """Give every column of one SELECT the table that has it; join what is needed for that."""
        for _ in range(PASSES):
            sources = self._sources(select)
            if not sources or not self._pass(select, sources):
                break
        self._joins(select)

    def _pass(self, select: exp.Select, sources: Sources) -> bool:
        """Resolve the columns; return whether a table was joined, so that all must be looked at once more."""
        aliases = {each.alias.lower() for each in select.expressions if each.alias}
        outer = self._outer(select)
        for column in [each for each in select.find_all(exp.Column) if each.find_ancestor(exp.Select) is select]:
            if isinstance(column.this, exp.Star):
                continue
            if not column.table and column.name.lower() in aliases and not _inside_projection(column, select):
                continue
            if self._resolve(column, sources, outer, select):
                return True
        return False

    def _resolve(self, column: exp.Column, sources: Sources, outer: Sources, select: exp.Select) -> bool:
        name, qualifier = column.name, column.table.lower()
        if qualifier in sources:
            if sources[qualifier].has(name):
                return False
        elif qualifier in outer:
            if outer[qualifier].has(name):
                return False
        elif qualifier:
            owner = next((key for key, source in sources.items() if source.table == qualifier), "")
            if owner and sources[owner].has(name):
                column.set("table", exp.to_identifier(owner))
                return False
            table = self._table(qualifier)
            if not owner and table and self.catalog.find(table, name):
                return self._join(select, sources, table.lower(), column)
        own = sources.get(qualifier)
        alike = own is not None and own.table and (self._prefixed(own.table, name) or self._close(own, name))
        if own is not None and own.table and _joins_two(column) and not alike:
            return False  # A condition that joins what does not belong together is replaced as a whole.
        holders = [key for key, source in sources.items() if source.has(name)]
        if not qualifier and holders:
            if len(sources) > 1 and sources[holders[0]].columns is not None:
                column.set("table", exp.to_identifier(holders[0]))
            return False
        if not qualifier and any(source.has(name) for source in outer.values()):
            return False
        if own is not None and own.table and (better := self._prefixed(own.table, name)):
            return self._rename(column, qualifier, better)
        if holders:
            self.changes.append(f"{name} stands in {sources[holders[0]].table or holders[0]}")
            column.set("table", exp.to_identifier(holders[0]))
            return False
        for key, source in sources.items():
            if not qualifier and source.table and (better := self._prefixed(source.table, name)):
                return self._rename(column, key, better)
        elsewhere = self._elsewhere(name, sources)
        if elsewhere:
            return self._join(select, sources, elsewhere, column)
        order = [qualifier, *sources] if qualifier in sources else list(sources)
        for key in dict.fromkeys(order):
            if better := self._close(sources[key], name):
                return self._rename(column, key, better)
        raise UnknownNameError(self._unknown(column, sources))

    def _rename(self, column: exp.Column, key: str, name: str) -> bool:
        self.changes.append(f"{column.name} is {name}")
        column.set("this", exp.to_identifier(name))
        column.set("table", exp.to_identifier(key))
        return False

    def _prefixed(self, table: str, name: str) -> str:
        """Return `airline_name` for `name` in `airline`."""
        relation = self.catalog.relations[table]
        wanted = set(stemmed(words(name)))
        own = set(stemmed(words(relation.name)))
        fits = [
            each.name
            for each in relation.columns.values()
            if wanted and wanted <= (has := set(stemmed(words(each.name)))) and has - wanted <= own
        ]
        return fits[0] if len(fits) == 1 else ""

    def _close(self, source: _Source, name: str) -> str:
        """Return the column whose name is nearly `name`, by its words or its letters."""
        if source.columns is None:
            return ""
        names = [each.name for each in self.catalog.relations[source.table].columns.values()] if source.table else []
        names = names or sorted(source.columns)
        wanted = set(stemmed(words(name)))
        fits = [each for each in names if wanted and wanted == set(stemmed(words(each)))]
        fits = fits or [each for each in names if len(wanted) > 1 and wanted <= set(stemmed(words(each)))]
        if len(fits) == 1:
            return fits[0]
        lowered = {each.lower(): each for each in names}
        near = difflib.get_close_matches(name.lower(), lowered, 1, ALIKE)
        return lowered[near[0]] if near else ""

    def _elsewhere(self, name: str, sources: Sources) -> str:
        """Return the table nearest to those in use that has the column."""
        used = {source.table for source in sources.values() if source.table}
        reachable = []
        for table, relation in self.catalog.relations.items():
            if name.lower() in relation.columns and table not in used:
                way = self.catalog.path([*sorted(used), table]) if used else None
                if way is not None:
                    reachable.append((len(way), table))
        reachable.sort()
        near = [table for length, table in reachable if length == reachable[0][0]]
        generic = len(parts(name)) == 1
        return near[0] if near and (len(near) == 1 or not generic) else ""

    def _join(self, select: exp.Select, sources: Sources, table: str, column: exp.Column) -> bool:
        """Join `table`, by way of others where needed, and let `column` be its."""
        used = {source.table: key for key, source in sources.items() if source.table}
        for key, source in sources.items():
            if source.table == table:
                column.set("table", exp.to_identifier(key))
                return False
        if not used:
            raise UnknownNameError(self._unknown(column, sources))
        way = self.catalog.path([*used, table])
        if way is None:
            raise UnknownNameError(f"{table} cannot be joined to {', '.join(used)}.")
        for join in way:
            for (new, new_column), (old, old_column) in (join.ends, join.ends[::-1]):
                if new not in used and old in used:
                    name = self.catalog.relations[new].name
                    select.append(
                        "joins", _joined(name, "", self._equal(name, new_column, used[old], old_column, join))
                    )
                    used[new] = name.lower()
        self.changes.append(f"{column.name} stands in {table}, joined")
        column.set("table", exp.to_identifier(used.get(table, table)))
        return True

    def _equal(self, left: str, left_column: str, right: str, right_column: str, join: Join) -> exp.EQ:
        real = {
            (table, column): found.name for table, column in join.ends if (found := self.catalog.find(table, column))
        }
        by_name = {column: name for (_, column), name in real.items()}
        return exp.EQ(
            this=exp.column(by_name.get(left_column, left_column), table=left),
            expression=exp.column(by_name.get(right_column, right_column), table=right),
        )

    def _joins(self, select: exp.Select) -> None:
        """Replace conditions that join what does not belong together; give a join without any its condition."""
        sources = self._sources(select)
        seen = [_key(source) for source in _from(select)]
        for join in list(select.args.get("joins") or []):
            key = _key(join.this)
            if key in seen:
                continue
            source = sources.get(key)
            if source is not None and source.table:
                self._condition(select, join, key, sources, seen)
            seen.append(key)

    def _condition(self, select: exp.Select, join: exp.Join, key: str, sources: Sources, seen: list[str]) -> None:
        condition = join.args.get("on")
        before = {sources[each].table: each for each in seen if each in sources and sources[each].table}
        table = sources[key].table
        if condition is None:
            if join.args.get("using") or not before or table in before or self._equated(select, key):
                return
            join.set("kind", None)
            join.set("method", None)
            pairs: list[exp.EQ] = []
        else:
            pairs = [each for each in condition.find_all(exp.EQ) if _two_columns(each)]
            if not pairs or any(self._holds(each, sources) for each in pairs):
                return
        way = self.catalog.path([*before, table]) if before else None
        way = _ending_in(way, table, set(before)) if way else None
        if not way:
            return
        wrong = pairs[0] if pairs else None
        last: exp.EQ | None = None
        at = select.args["joins"].index(join)
        for step in way:
            for (new, new_column), (old, old_column) in (step.ends, step.ends[::-1]):
                if old not in before or new in before:
                    continue
                name = key if new == table else self.catalog.relations[new].name
                equal = self._equal(name, new_column, before[old], old_column, step)
                if new == table:
                    last = equal
                    before[new] = name
                    break
                behind = select.args["joins"][at + 1 :]
                later = next((each for each in behind if sources[_key(each.this)].table == new), None)
                if later is not None:  # It is joined further down: it comes first.
                    name = _key(later.this)
                    equal = self._equal(name, new_column, before[old], old_column, step)
                    select.args["joins"].remove(later)
                    later.set("on", equal)
                select.args["joins"].insert(at, later or _joined(name, join.side, equal))
                at += 1
                before[new] = name
                break
        if last is not None:
            self.changes.append(f"{table} joins by {last.sql()}")
            if wrong is not None:
                wrong.replace(last)
            else:
                join.set("on", last)

    def _holds(self, equal: exp.EQ, sources: Sources) -> bool:
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
        if not all(self.catalog.find(*each) for each in ends):
            return False
        if first[0] == second[0] or first[1] == second[1]:
            return True
        found = [self.catalog.find(*each) for each in ends]
        if any(each is not None and each.kind == "date" for each in found):
            return True
        points = {each: {each} | {join.ends[1] for join in self.catalog.joins if join.ends[0] == each} for each in ends}
        return bool(points[first] & points[second])

    def _equated(self, select: exp.Select, key: str) -> bool:
        where = select.args.get("where")
        return where is not None and any(
            key in {column.table.lower() for column in each.find_all(exp.Column)}
            for each in where.find_all(exp.EQ)
            if _two_columns(each)
        )

    def _table(self, name: str) -> str | None:
        known = self.catalog.relations
        if name.lower() in known:
            return known[name.lower()].name
        wanted = stemmed(words(name))
        fits = [each.name for each in known.values() if stemmed(words(each.name)) == wanted]
        if len(fits) == 1:
            return fits[0]
        near = difflib.get_close_matches(name.lower(), known, 1, ALIKE)
        return known[near[0]].name if near else None

    def _sources(self, select: exp.Select) -> Sources:
        found: Sources = {}
        for each in [*_from(select), *(join.this for join in select.args.get("joins") or [])]:
            key = _key(each)
            if isinstance(each, exp.Table):
                name = each.name.lower()
                queries = self._queries()
                if name in queries:
                    found[key] = _Source(columns=queries[name])
                else:
                    found[key] = _Source(name, frozenset(self.catalog.relations[name].columns))
            elif isinstance(each, exp.Subquery):
                found[key] = _Source(columns=_outputs(each.this))
            else:
                found[key] = _Source()
        return found

    def _outer(self, select: exp.Select) -> Sources:
        found: Sources = {}
        parent = select.find_ancestor(exp.Select)
        while parent is not None:
            found = {**self._sources(parent), **found}
            parent = parent.find_ancestor(exp.Select)
        return found

    def _queries(self) -> Mapping[str, frozenset[str] | None]:
        return {each.alias.lower(): _named(each) for each in self.tree.find_all(exp.CTE)}

    def _unknown(self, column: exp.Column, sources: Sources) -> str:
        tables = [source.table for source in sources.values() if source.table]
        offers = []
        for table in tables:
            relation = self.catalog.relations[table]
            offers.append(f"{relation.name} has {', '.join(each.name for each in relation.columns.values())}")
        return f"There is no column {column.name}. {'; '.join(offers)}."


def _from(select: exp.Select) -> Iterator[exp.Expr]:
    clause = select.args.get("from_") or select.args.get("from")
    if clause is not None:
        yield clause.this


def _key(source: exp.Expr) -> str:
    return str(source.alias_or_name).lower()


def _outputs(query: exp.Expr) -> frozenset[str] | None:
    names = [each.lower() for each in query.named_selects] if isinstance(query, exp.Query) else ["*"]
    return None if "*" in names else frozenset(names)


def _named(cte: exp.CTE) -> frozenset[str] | None:
    alias = cte.args["alias"]
    if alias.columns:
        return frozenset(each.name.lower() for each in alias.columns)
    return _outputs(cte.this)


def _two_columns(equal: exp.EQ) -> bool:
    return isinstance(equal.left, exp.Column) and isinstance(equal.right, exp.Column)


def _joins_two(column: exp.Column) -> bool:
    """Tell whether a column stands in a condition by which two tables are joined."""
    equal = column.parent
    return isinstance(equal, exp.EQ) and _two_columns(equal) and equal.find_ancestor(exp.Join) is not None


def _inside_projection(column: exp.Column, select: exp.Select) -> bool:
    return any(column is node for each in select.expressions for node in each.walk())


def _joined(table: str, side: str, on: exp.Expr) -> exp.Join:
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
