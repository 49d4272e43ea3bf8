"""Trim a query to what was asked: no joins that only multiply rows, no doubles, no columns nobody spoke of."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TypeGuard

from sqlglot import exp

from knowledge.database.catalog import Catalog, Column
from knowledge.database.names import parts, singular, stemmed, words
from knowledge.database.sources import tables_of
from knowledge.database.unasked import drop_joins, table_of

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
        trimming.changes += drop_joins(select, catalog, question)
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

    def name(self, select: exp.Select) -> None:
        """Show a thing by its name where the query shows only its key, and by its name alone where it shows both."""
        if self.asked & _KEYS:
            return
        for shown in list(select.expressions):
            column = shown.unalias()
            if not isinstance(column, exp.Column) or (found := self._thing(column, select)) is None:
                continue
            table, named = found
            if any(self._says(each.unalias(), named, column, select) for each in select.expressions):
                distinct = select.args.get("distinct") or self._doubled(select)  # Without its key a namesake is lost.
                if len(select.expressions) > 1 and not distinct:
                    _spell_out(select, [shown])
                    select.set("expressions", [each for each in select.expressions if each is not shown])
                    self.changes.append(f"{named.full} says which {words(table)}")
                continue
            if any(self._is(each.unalias(), named, select) for each in select.expressions):
                continue
            if not set(stemmed(words(table))) <= self.asked or select.args.get("distinct"):
                continue
            key = self._joined(select, table, column)
            if key:
                name = exp.column(named.name, table=key)
                _spell_out(select, [shown])
                shown.replace(name)
                if select.args.get("group"):
                    select.group_by(name.copy(), copy=False)
                self.changes.append(f"{named.full} instead of {column.name}")

    def call(self, select: exp.Select) -> None:
        """Head a column that is called only `name` by the thing that it names."""
        sources = tables_of(select)
        taken = {each.alias_or_name.lower() for each in select.expressions}
        for shown in list(select.expressions):
            thing = singular(words(table_of(shown, sources))).replace(" ", "_") if _is_a_name(shown) else ""
            if thing and thing not in taken:
                taken.add(thing)
                shown.replace(exp.alias_(shown.copy(), thing))

    def columns(self, select: exp.Select) -> None:
        """Of a long list of columns, keep those that the question speaks of and the name of the thing."""
        shown = [each.unalias() for each in select.expressions]
        if len(shown) < MANY or self.everything or not all(isinstance(each, exp.Column) for each in shown):
            return
        if select.args.get("distinct"):
            return  # Fewer columns would be fewer rows.
        sources = tables_of(select)
        found = [self.catalog.find(table_of(each, sources), each.name) for each in shown]
        kept = [
            each
            for each, column in zip(list(select.expressions), found, strict=True)
            if column is None or self._spoken(column) or self._name_of(column.table) is column
        ]
        if kept and len(kept) < len(shown):
            _spell_out(select, [each for each in select.expressions if each not in kept])
            select.set("expressions", kept)
            self.changes.append("only the columns that the question speaks of")

    def doubles(self, select: exp.Select) -> None:
        """Show a thing once, however many rows of another table point to it."""
        if self._doubled(select):
            select.distinct(copy=False)
            self.changes.append("each one is shown once")

    def _doubled(self, select: exp.Select) -> bool:
        """Tell whether one thing may be shown on several lines."""
        sources = tables_of(select)
        shown = [each.unalias() for each in select.expressions]
        if any(select.args.get(each) for each in ("distinct", "group", "limit")):
            return False
        if len(sources) == 1 and self._shared(select, shown, next(iter(sources.values()))):
            return True
        if len(sources) < 2 or not shown or not all(isinstance(each, exp.Column) for each in shown):
            return False
        tables = {table_of(each, sources) for each in shown if isinstance(each, exp.Column)}
        order = select.args.get("order")
        ordered = list(order.find_all(exp.Column)) if order else []
        if len(tables) != 1 or not all(each in shown for each in ordered):
            return False
        return self._multiplied(tables.pop(), set(sources.values()))

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

    def _thing(self, column: exp.Column, select: exp.Select) -> tuple[str, Column] | None:
        """Return the table whose rows a key tells apart, with the column that names them."""
        table = table_of(column, tables_of(select))
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
            and table_of(shown, tables_of(select)) == column.table.lower()
        )

    def _says(self, shown: exp.Expr, named: Column, key: exp.Column, select: exp.Select) -> bool:
        """Tell whether what is shown is the name of the very row that `key` stands for, not of another of its table."""
        if not isinstance(shown, exp.Column) or not self._is(shown, named, select):
            return False
        sources = tables_of(select)
        own = self.catalog.find(table_of(key, sources), key.name)
        if shown.table.lower() == key.table.lower() or len(sources) == 1:
            return own is not None and own.key
        met = {(key.table.lower(), key.name.lower()), (shown.table.lower(), "")}
        return any(
            {(each.left.table.lower(), each.left.name.lower()), (each.right.table.lower(), "")} == met
            or {(each.right.table.lower(), each.right.name.lower()), (each.left.table.lower(), "")} == met
            for join in select.args.get("joins") or []
            if join.args.get("on") is not None
            for each in join.args["on"].find_all(exp.EQ)
            if isinstance(each.left, exp.Column) and isinstance(each.right, exp.Column)
        )

    def _joined(self, select: exp.Select, table: str, column: exp.Column) -> str:
        """Return what `table` is called in the query, joined by `column` where it is not there yet."""
        sources = tables_of(select)
        here = table_of(column, sources)
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


def _spell_out(select: exp.Select, gone: Sequence[exp.Expr]) -> None:
    """Write what is grouped and sorted by in full where it counts the columns or calls one that goes by its alias."""
    shown = list(select.expressions)
    called = {each.alias.lower(): each.unalias() for each in gone if each.alias}
    for clause in (select.args.get("group"), select.args.get("order"), select.args.get("having")):
        for column in list(clause.find_all(exp.Column)) if clause else ():
            if not column.table and column.name.lower() in called:
                column.replace(called[column.name.lower()].copy())
    order, group = select.args.get("order"), select.args.get("group")
    for each in [*(term.this for term in (order.expressions if order else ())), *(group.expressions if group else ())]:
        if isinstance(each, exp.Literal) and each.is_int and 0 < int(each.name) <= len(shown):
            each.replace(shown[int(each.name) - 1].unalias().copy())
