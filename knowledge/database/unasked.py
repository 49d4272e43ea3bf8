"""Leave out the joined tables that nobody asked about, and no row that their join was to choose."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from knowledge.database.catalog import Catalog
from knowledge.database.link import ASKING
from knowledge.database.names import NUMBER_OF, parts, stemmed, words
from knowledge.database.sources import tables_of

_REJECTING = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In, exp.Between, exp.Like)


def drop_joins(select: exp.Select, catalog: Catalog, question: str) -> list[str]:
    """Leave out, in place, the joined tables from which nothing is taken and that nobody named; return what changed."""
    changes = []
    for join in reversed(list(select.args.get("joins") or [])):  # What led to a table may go once that is gone.
        plain = not join.side or join.side.upper() == "LEFT"
        if not plain or not isinstance(join.this, exp.Table) or join.args.get("on") is None:
            continue
        if _Joined(select, join, catalog, question).leave_out():
            changes.append(f"{join.this.name} is not asked about")
    return changes


def table_of(column: exp.Column, sources: Mapping[str, str]) -> str:
    """Return the table that a column is taken from, in small letters, or nothing."""
    if not column.table and len(sources) == 1:
        return next(iter(sources.values()))
    return sources.get(column.table.lower(), "")


@dataclass(frozen=True, slots=True)
class _Joined:
    """One table that a SELECT joins by a condition."""

    select: exp.Select
    join: exp.Join
    catalog: Catalog
    question: str

    @property
    def table(self) -> exp.Table:
        table: exp.Table = self.join.this
        return table

    @property
    def key(self) -> str:
        return str(self.table.alias_or_name).lower()

    @property
    def left(self) -> dict[str, str]:
        """Return what is read besides."""
        return {key: name for key, name in tables_of(self.select).items() if key != self.key}

    def leave_out(self) -> bool:
        """Leave the table out if nobody asked for it; return whether it is gone."""
        narrows = not self.join.side
        one = self._points(to=self.table.name.lower())
        if narrows and not one and (not self._points() or self._meant()):
            return False
        if not one and (self._named() or self._multiplies_what_is_counted()):
            return False
        inside = {id(each) for each in self.join.args["on"].find_all(exp.Column)}
        outside = [each for each in _columns_of(self.select, self.key) if id(each) not in inside]
        if (outside and not (one and self._take_the_other_side(outside))) or self._counted():
            return False
        self.select.set("joins", [each for each in self.select.args["joins"] if each is not self.join])
        if narrows:
            self._keep_what_points()
        return True

    def _points(self, *, to: str = "") -> bool:
        """Tell whether the tables meet by nothing but a key, of the table `to` if given: one row each, nothing new.

        A table that meets itself is two things; no one joins those by mistake.
        """
        ends = self._ends()
        if ends is None or self.table.name.lower() in self.left.values():
            return False
        sources = tables_of(self.select)
        here, there = ((table_of(each, sources), each.name.lower()) for each in ends)
        pointed = {join.ends for join in self.catalog.joins}
        return (there, here) in pointed or (not to and (here, there) in pointed)

    def _ends(self) -> tuple[exp.Column, exp.Column] | None:
        """Return this table's column and the other's where the tables meet by those two alone."""
        on = self.join.args["on"].unnest()
        if not isinstance(on, exp.EQ):
            return None
        for mine, other in ((on.left, on.right), (on.right, on.left)):
            if isinstance(mine, exp.Column) and isinstance(other, exp.Column) and mine.table.lower() == self.key:
                return (mine, other) if other.table.lower() != self.key else None
        return None

    def _meant(self) -> bool:
        """Tell whether the question has a word that only this table may explain: who `borrowed` are not all.

        Where another table is read that points to what is asked about and is not named, that may be what is meant.
        """
        asked, left = set(stemmed(self.question)), set(self.left.values())
        for join in self.catalog.joins:
            if (
                join.table in left
                and join.to_table in left - {join.table}
                and not set(stemmed(words(join.table))) <= asked
            ):
                return False
        known = set(ASKING)
        for name in {each.name.lower() for each in self.select.root().find_all(exp.Table)} - {self.table.name.lower()}:
            relation = self.catalog.relations.get(name)
            for column in relation.columns.values() if relation else ():
                known |= {stem for said in (words(column.name), *column.words) for stem in stemmed(said)}
            known |= self._words(name)
        known |= self._literals()
        return not known >= {each for each in asked if not each.isdigit()}

    def _words(self, table: str) -> set[str]:
        relation = self.catalog.relations.get(table)
        said = (words(table), words(relation.name), *relation.words) if relation else (words(table),)
        return {stem for each in said for stem in stemmed(each)}

    def _literals(self) -> set[str]:
        return {stem for each in self.select.find_all(exp.Literal) if each.is_string for stem in stemmed(each.name)}

    def _named(self) -> bool:
        """Tell whether the question says a word that is this table's and none of the others'."""
        relation = self.catalog.relations.get(self.table.name.lower())
        if relation is None:
            return True
        others = {stem for name in self.left.values() for stem in stemmed(words(name))}
        # `card payments` speaks of no card where the query already asks for payments of the kind `card`.
        return bool((self._words(relation.name.lower()) - others - self._literals()) & set(stemmed(self.question)))

    def _multiplies_what_is_counted(self) -> bool:
        """Tell whether rows are counted that may be this table's: the question wants none of the others' counted."""
        counts = [each for each in self.select.find_all(exp.Count) if not isinstance(each.this, exp.Distinct)]
        cases = [each for each in self.select.find_all(exp.Sum) if each.find(exp.Case)]
        if not any(each.find_ancestor(exp.Select) is self.select for each in (*counts, *cases)):
            return False
        literals = self._literals()
        for match in NUMBER_OF.finditer(self.question):
            said = [each for each in stemmed(match["what"]) if each not in literals]
            for name in self.left.values():
                relation = self.catalog.relations.get(name)
                called = [stemmed(words(each)) for each in ((relation.name, *relation.words) if relation else ())]
                if any(own and list(own) == said[: len(own)] for own in called):
                    return False
        return True

    def _counted(self) -> bool:
        """Tell whether it is this table's rows that are counted for each thing: without it each would count as one."""
        group = self.select.args.get("group")
        if group is None or len(self.left) != 1 or self.select.find(exp.Count) is None:
            return False
        sources = tables_of(self.select)
        columns = [self.catalog.find(table_of(each, sources), each.name) for each in group.find_all(exp.Column)]
        return any(each is not None and (each.key or "name" in parts(each.name)) for each in columns)

    def _take_the_other_side(self, columns: Sequence[exp.Column]) -> bool:
        """Take what is asked of a joined table from the side that points to it, where it is the key alone."""
        ends = self._ends()
        if ends is None or any(each.name.lower() != ends[0].name.lower() for each in columns):
            return False
        if not all(each.table.lower() == self.key and each.parent is not None for each in columns):
            return False
        for each in columns:
            each.set("this", ends[1].this.copy())
            each.set("table", ends[1].args["table"].copy())
        return True

    def _keep_what_points(self) -> None:
        """Keep those rows alone that point to one of the table left out, where the question may mean that they do."""
        ends = self._ends()
        if ends is None or self.left.get(ends[1].table.lower()) is None:
            return
        pointing = ends[1]
        column = self.catalog.find(self.left[pointing.table.lower()], pointing.name)
        own = set(stemmed(words(pointing.name))) - ASKING
        spoken = bool(own) and own <= set(stemmed(self.question))
        group = self.select.args.get("group")
        if column is None or column.key or not (spoken or self._meant()):
            return
        if group is not None and pointing in list(group.find_all(exp.Column)):
            return  # Those that point to none are a group of their own, for everyone to see.
        if not any(pointing in (test.this, test.expression) for test in self._tests()):
            self.select.where(exp.Not(this=exp.Is(this=pointing.copy(), expression=exp.null())), copy=False)

    def _tests(self) -> Iterator[exp.Expr]:
        """Yield the conditions that hold of each row and of no missing value."""
        where = self.select.args.get("where")
        joins = [each.args.get("on") for each in self.select.args.get("joins") or [] if not each.side]
        for whole in (where.this if where else None, *joins):
            for each in (whole.flatten() if isinstance(whole, exp.And) else [whole]) if whole is not None else ():
                if isinstance(each, _REJECTING):
                    yield each


def _columns_of(select: exp.Select, key: str) -> Iterator[exp.Column]:
    """Yield what is taken from a table; a column or star that names no table may be any's."""
    aliases = {each.alias.lower() for each in select.expressions if each.alias}
    for column in select.find_all(exp.Column):
        if column.table.lower() == key or (not column.table and column.name.lower() not in aliases):
            yield column
    for star in select.find_all(exp.Star):
        if not isinstance(star.parent, exp.Count):
            yield exp.Column(this=exp.Star())
