"""Trim a query to what was asked: no joins that only multiply rows, no doubles, no columns nobody spoke of."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeGuard

from sqlglot import exp

from knowledge.database.catalog import Catalog, Column
from knowledge.database.names import parts, singular, stemmed, words
from knowledge.database.sources import tables_of

MANY = 4  # Columns; a list of fewer may well be what was wanted.
_EVERYTHING = re.compile(
    r"(?i)\b(?:all|details?|information|info|everything|profile|whole|full|entire|rows?|records?|columns?|data|describe)\b"
)
_KEYS = frozenset(stemmed("id ids identifier identifiers number numbers code codes key keys"))
_LAST = frozenset({"id", "code", "key", "no", "num", "nbr"})  # How names of keys end.
_NAMES = ("name", "title", "label")


def trim(
    tree: exp.Expr, catalog: Catalog, question: str, *, masked: Collection[tuple[str, str]] = frozenset()
) -> list[str]:
    """Change `tree`, whose columns all name their tables, in place; return what changed, in words.

    Nothing is shown by a name that is `masked` for the asker: many things share what is left of it.
    """
    everything = bool(_EVERYTHING.search(question))
    trimming = _Trimming(catalog, frozenset(stemmed(question)), frozenset(masked), everything=everything)
    for select in list(tree.find_all(exp.Select)):
        trimming.joins(select)
    if isinstance(tree, exp.Select):
        trimming.columns(tree)
        trimming.name(tree)
        trimming.doubles(tree)
        trimming.call(tree)
    return trimming.changes


@dataclass(slots=True)
class _Trimming:
    """One query on its way to what was asked; `asked` are the stems of the question."""

    catalog: Catalog
    asked: frozenset[str]
    masked: frozenset[tuple[str, str]]
    everything: bool
    changes: list[str] = field(default_factory=list)

    def joins(self, select: exp.Select) -> None:
        """Leave out a joined table that nothing is taken from and that the question does not name."""
        for join in reversed(list(select.args.get("joins") or [])):  # What led to a table may go once that is gone.
            table, on = join.this, join.args.get("on")
            plain = not join.side or join.side.upper() == "LEFT"
            if not isinstance(table, exp.Table) or on is None or not plain:
                continue
            if not self._one(table, on, select) and self._named(table, select):
                continue
            key = table.alias_or_name.lower()
            inside = {id(each) for each in on.find_all(exp.Column)}
            outside = [each for each in _columns_of(select, key) if id(each) not in inside]
            if outside and self._one(table, on, select) and _take_the_other_side(outside, on, key):
                outside = []
            if not outside and not self._counted(table, select):
                select.set("joins", [each for each in select.args["joins"] if each is not join])
                self.changes.append(f"{table.name} is not asked about")

    def _counted(self, table: exp.Table, select: exp.Select) -> bool:
        """Tell whether it is this table's rows that are counted for each thing: without it each would count as one."""
        group = select.args.get("group")
        sources = tables_of(select)
        left = {key: name for key, name in sources.items() if key != table.alias_or_name.lower()}
        if group is None or len(left) != 1 or select.find(exp.Count) is None:
            return False
        columns = [self.catalog.find(_table_of(each, sources), each.name) for each in group.find_all(exp.Column)]
        return any(each is not None and (each.key or "name" in parts(each.name)) for each in columns)

    def name(self, select: exp.Select) -> None:
        """Show a thing by its name where the query shows only its key, and by its name alone where it shows both."""
        if self.asked & _KEYS:
            return
        for shown in list(select.expressions):
            column = shown.unalias()
            if not isinstance(column, exp.Column) or (found := self._thing(column, select)) is None:
                continue
            table, named = found
            if any(self._is(each.unalias(), named, select) for each in select.expressions):
                if len(select.expressions) > 1:
                    select.set("expressions", [each for each in select.expressions if each is not shown])
                    self.changes.append(f"{named.full} says which {words(table)}")
                continue
            if not set(stemmed(words(table))) <= self.asked or select.args.get("distinct"):
                continue
            key = self._joined(select, table, column)
            if key:
                name = exp.column(named.name, table=key)
                shown.replace(name)
                if select.args.get("group"):
                    select.group_by(name.copy(), copy=False)
                self.changes.append(f"{named.full} instead of {column.name}")

    def call(self, select: exp.Select) -> None:
        """Head a column that is called only `name` by the thing that it names."""
        sources = tables_of(select)
        taken = {each.alias_or_name.lower() for each in select.expressions}
        for shown in list(select.expressions):
            thing = singular(words(_table_of(shown, sources))).replace(" ", "_") if _is_a_name(shown) else ""
            if thing and thing not in taken:
                taken.add(thing)
                shown.replace(exp.alias_(shown.copy(), thing))

    def columns(self, select: exp.Select) -> None:
        """Of a long list of columns, keep those that the question speaks of and the name of the thing."""
        shown = [each.unalias() for each in select.expressions]
        if len(shown) < MANY or self.everything or not all(isinstance(each, exp.Column) for each in shown):
            return
        sources = tables_of(select)
        found = [self.catalog.find(_table_of(each, sources), each.name) for each in shown]
        kept = [
            each
            for each, column in zip(list(select.expressions), found, strict=True)
            if column is None or self._spoken(column) or self._name_of(column.table) is column
        ]
        if kept and len(kept) < len(shown):
            select.set("expressions", kept)
            self.changes.append("only the columns that the question speaks of")

    def doubles(self, select: exp.Select) -> None:
        """Show a thing once, however many rows of another table point to it."""
        sources = tables_of(select)
        shown = [each.unalias() for each in select.expressions]
        busy = any(select.args.get(each) for each in ("distinct", "group", "limit"))
        if not busy and len(sources) == 1 and self._shared(select, shown, next(iter(sources.values()))):
            select.distinct(copy=False)
            self.changes.append("each one is shown once")
            return
        if busy or len(sources) < 2 or not shown or not all(isinstance(each, exp.Column) for each in shown):
            return
        tables = {_table_of(each, sources) for each in shown}
        order = select.args.get("order")
        ordered = list(order.find_all(exp.Column)) if order else []
        if len(tables) != 1 or not all(each in shown for each in ordered):
            return
        if self._multiplied(tables.pop(), set(sources.values())):
            select.distinct(copy=False)
            self.changes.append("each one is shown once")

    def _shared(self, select: exp.Select, shown: Sequence[exp.Expr], table: str) -> bool:
        """Tell whether all that is shown is one column that many rows share: the key of another table."""
        if len(shown) != 1 or not isinstance(shown[0], exp.Column) or select.args.get("order"):
            return False
        column = self.catalog.find(table, shown[0].name)
        ends = {(join.table, join.column) for join in self.catalog.joins}
        return column is not None and not column.key and (table, column.name.lower()) in ends

    def _multiplied(self, table: str, used: set[str]) -> bool:
        """Tell whether some way from `table` to another that is used goes from one row to many."""
        seen, waiting = {table}, [table]
        while waiting:
            here = waiting.pop()
            for join in self.catalog.joins:
                there = join.other(here)
                if not there or there not in used or there in seen:
                    continue
                if join.to_table == here:
                    return True
                seen.add(there)
                waiting.append(there)
        return False

    def _one(self, table: exp.Table, on: exp.Expr, select: exp.Select) -> bool:
        """Tell whether a table is joined by its key, to which each row of another points: one row each, nothing new."""
        if not isinstance(on, exp.EQ) or not all(isinstance(each, exp.Column) for each in (on.left, on.right)):
            return False
        sources = tables_of(select)
        ends = [(_table_of(each, sources), each.name.lower()) for each in on.find_all(exp.Column)]
        pointed = {join.ends for join in self.catalog.joins}
        mine, other = sorted(ends, key=lambda end: end[0] != table.name.lower())
        return (other, mine) in pointed and mine[0] != other[0]

    def _named(self, table: exp.Table, select: exp.Select) -> bool:
        """Tell whether the question says a word that is this table's and none of the others'."""
        relation = self.catalog.relations.get(table.name.lower())
        if relation is None:
            return True
        others = {
            stem for name in tables_of(select).values() if name != table.name.lower() for stem in stemmed(words(name))
        }
        # `card payments` speaks of no card where the query already asks for payments of the kind `card`.
        others |= {stem for each in select.find_all(exp.Literal) if each.is_string for stem in stemmed(each.name)}
        own = {stem for said in (words(relation.name), *relation.words) for stem in stemmed(said)} - others
        return bool(own & self.asked)

    def _thing(self, column: exp.Column, select: exp.Select) -> tuple[str, Column] | None:
        """Return the table whose rows a key tells apart, with the column that names them."""
        table = _table_of(column, tables_of(select))
        found = self.catalog.find(table, column.name)
        if found is None or parts(found.name)[-1:] not in {(each,) for each in _LAST}:
            return None
        target = next(
            (join.to_table for join in self.catalog.joins if (join.table, join.column) == (table, column.name.lower())),
            table if found.key else "",
        )
        named = self._name_of(target) if target else None
        return (target, named) if named is not None and named.name.lower() != column.name.lower() else None

    def _name_of(self, table: str) -> Column | None:
        return name_of(self.catalog, table, self.masked)

    def _spoken(self, column: Column) -> bool:
        own = set(stemmed(words(column.name)))
        bare = own - set(stemmed(words(column.table))) or own
        return bare <= self.asked

    def _is(self, shown: exp.Expr, column: Column, select: exp.Select) -> bool:
        return (
            isinstance(shown, exp.Column)
            and shown.name.lower() == column.name.lower()
            and _table_of(shown, tables_of(select)) == column.table.lower()
        )

    def _joined(self, select: exp.Select, table: str, column: exp.Column) -> str:
        """Return what `table` is called in the query, joined by `column` where it is not there yet."""
        sources = tables_of(select)
        here = _table_of(column, sources)
        held = [key for key, name in sources.items() if name == table]
        if held:
            return held[0] if len(held) == 1 else ""
        wanted = (here, column.name.lower(), table)
        join = next((each for each in self.catalog.joins if (each.table, each.column, each.to_table) == wanted), None)
        target = self.catalog.find(table, join.to_column) if join else None
        if target is None:
            return ""
        if not column.table:
            for each in select.find_all(exp.Column):  # Beside another table they must say whose they are.
                if not each.table and self.catalog.find(here, each.name):
                    each.set("table", exp.to_identifier(next(iter(sources))))
        name = self.catalog.relations[table].name
        on = exp.EQ(this=exp.column(target.name, table=name), expression=column.copy())
        select.append("joins", exp.Join(this=exp.to_table(name), on=on, side="LEFT"))
        return name


def name_of(catalog: Catalog, table: str, masked: Collection[tuple[str, str]] = frozenset()) -> Column | None:
    """Return the one column by which people call the rows of a table, unless it is masked."""
    relation = catalog.relations.get(table.lower())
    if relation is None:
        return None
    own = set(stemmed(words(relation.name)))
    open_ = [each for name, each in relation.columns.items() if (relation.name.lower(), name) not in masked]
    texts = [each for each in open_ if each.kind == "text"]
    return next(
        (each for name in _NAMES for each in texts if set(stemmed(words(each.name))) - own == {name}), None
    ) or next((each for each in texts if set(stemmed(words(each.name))) - own == {"full", "name"}), None)


def _is_a_name(shown: exp.Expr) -> TypeGuard[exp.Column]:
    return isinstance(shown, exp.Column) and shown.name.lower() in _NAMES


def _table_of(column: exp.Column, sources: Mapping[str, str]) -> str:
    """Return the table that a column is taken from, in small letters, or nothing."""
    if not column.table and len(sources) == 1:
        return next(iter(sources.values()))
    return sources.get(column.table.lower(), "")


def _columns_of(select: exp.Select, key: str) -> Iterator[exp.Column]:
    """Yield what is taken from a table; a column or star that names no table may be any's."""
    aliases = {each.alias.lower() for each in select.expressions if each.alias}
    for column in select.find_all(exp.Column):
        if column.table.lower() == key or (not column.table and column.name.lower() not in aliases):
            yield column
    for star in select.find_all(exp.Star):
        if not isinstance(star.parent, exp.Count):
            yield exp.Column(this=exp.Star())


def _take_the_other_side(columns: Sequence[exp.Column], on: exp.Expr, key: str) -> bool:
    """Take what is asked of a joined table from the side that points to it, where it is the key alone."""
    ends = list(on.find_all(exp.Column))
    mine = next((each for each in ends if each.table.lower() == key), None)
    other = next((each for each in ends if each.table.lower() != key and each.table), None)
    if mine is None or other is None or any(each.name.lower() != mine.name.lower() for each in columns):
        return False
    if not all(each.table.lower() == key and each.parent is not None for each in columns):
        return False
    for each in columns:
        each.set("this", other.this.copy())
        each.set("table", other.args["table"].copy())
    return True
