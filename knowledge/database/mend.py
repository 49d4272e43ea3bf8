"""Put a model's SQL right where the catalogue knows better: columns in the wrong table, joins that do not hold."""

import difflib
from dataclasses import dataclass, field

from sqlglot import exp

from knowledge.database.catalog import Catalog
from knowledge.database.names import parts, stemmed, words
from knowledge.database.rejoin import equal_of, joined, rejoin, two_columns
from knowledge.database.sources import Source, Sources, queries_of, sources_of
from knowledge.errors import TellerError

ALIKE = 0.8
PASSES = 6


class UnknownNameError(TellerError):
    """A name that the database does not have; the message is for the model that wrote it."""


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
            if table.name.lower() in queries_of(self.tree):
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
            sources = self._read(select)
            if not sources or not self._pass(select, sources):
                break
        self.changes += rejoin(select, self._read(select), self.catalog)

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

    def _close(self, source: Source, name: str) -> str:
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
                        "joins",
                        joined(name, "", equal_of(self.catalog, (name, new_column), (used[old], old_column), join)),
                    )
                    used[new] = name.lower()
        self.changes.append(f"{column.name} stands in {table}, joined")
        column.set("table", exp.to_identifier(used.get(table, table)))
        return True

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

    def _read(self, select: exp.Select) -> Sources:
        return sources_of(select, self.catalog, queries_of(self.tree))

    def _outer(self, select: exp.Select) -> Sources:
        found: Sources = {}
        parent = select.find_ancestor(exp.Select)
        while parent is not None:
            found = {**self._read(parent), **found}
            parent = parent.find_ancestor(exp.Select)
        return found

    def _unknown(self, column: exp.Column, sources: Sources) -> str:
        tables = [source.table for source in sources.values() if source.table]
        offers = []
        for table in tables:
            relation = self.catalog.relations[table]
            offers.append(f"{relation.name} has {', '.join(each.name for each in relation.columns.values())}")
        return f"There is no column {column.name}. {'; '.join(offers)}."


def _joins_two(column: exp.Column) -> bool:
    """Tell whether a column stands in a condition by which two tables are joined."""
    equal = column.parent
    return isinstance(equal, exp.EQ) and two_columns(equal) and equal.find_ancestor(exp.Join) is not None


def _inside_projection(column: exp.Column, select: exp.Select) -> bool:
    return any(column is node for each in select.expressions for node in each.walk())
