"""Count each row once: a total is not taken over rows that a join has multiplied."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlglot import exp

from knowledge.database.catalog import Catalog
from knowledge.database.meeting import conditions_of, met_by_using
from knowledge.database.names import NUMBER_OF, parts, stemmed, words
from knowledge.database.rejoin import two_columns
from knowledge.database.sources import key_of, queries_of, read_by, tables_of

_TOTALS = (exp.Sum, exp.Avg, exp.Count)
# Where the name of what is counted ends: `how many purchases did customers`.
_UNTIL = re.compile(
    r"(?i)\b(?:d(?:id|oes|o)|ha(?:ve|s|d)|we?re|was|are|is|of|by|per|in|at|on|from|for|with|that|wh\w+)\b"
)


def count_once(tree: exp.Expr, catalog: Catalog, question: str) -> tuple[list[str], str]:
    """Change `tree`, whose columns all name their tables, so that every total takes each of its rows once.

    A table that only narrows down what is totalled is asked for by EXISTS; things are counted by their key.

    Returns:
        What changed, in words, and of which table rows may still be taken more than once, or nothing.
    """
    changes: list[str] = []
    doubted = ""
    for select in list(tree.find_all(exp.Select)):
        totals = _Totals(select, catalog, question, frozenset(queries_of(tree)))
        if len(totals.tables) > 1:
            totals.settle()
            changes += totals.changes
            doubted = doubted or totals.doubted
    return changes, doubted


@dataclass(slots=True)
class _Totals:
    """The totals of one SELECT; `tables` has name in the query → table, and is empty where it reads a query."""

    select: exp.Select
    catalog: Catalog
    question: str
    queries: frozenset[str]
    tables: dict[str, str] = field(init=False)
    changes: list[str] = field(default_factory=list)
    doubted: str = ""
    used: list[exp.EQ] | None = field(init=False)

    def __post_init__(self) -> None:
        known = self.catalog.relations.keys() - self.queries
        tables = tables_of(self.select)
        self.used = met_by_using(self.select, tables, self.catalog)
        plain = (
            self.used is not None
            and len(tables) == len(read_by(self.select))
            and all(table in known for table in tables.values())
        )
        self.tables = tables if plain else {}

    def settle(self) -> None:
        """Put each total right, or doubt it."""
        for total in self._totals():
            base = self._base(total)
            multiplied = self._multiplied(base) if base else set()
            if not base or multiplied <= self._toward_groups(base):
                continue
            name = words(self.tables[base])
            if self._of_another(total, base):
                # What is read first, with the others joined to it, is what is counted.
                self.doubted = self.doubted if self._first() in multiplied else name
            elif not self._rows_only(total) and self._follows(base, multiplied):
                self.doubted = name
            elif isinstance(total, exp.Count) and self._by_key(total, base):
                self.changes.append(f"each of the {name} is counted once")
            elif self._only_narrows(base, multiplied) and self._by_exists(base, multiplied):
                self.changes.append(f"each of the {name} is taken once")
            else:
                self.doubted = name

    def _totals(self) -> Iterator[exp.Expr]:
        for total in list(self.select.find_all(*_TOTALS)):
            inside = total.find_ancestor(exp.Select) is self.select
            over = isinstance(total.parent, exp.Window)
            if inside and not over and not isinstance(total.this, exp.Distinct):
                yield total

    def _base(self, total: exp.Expr) -> str:
        """Return the table whose rows a total takes, by its name in the query; nothing where none can be told."""
        taken = {each.table.lower() for each in total.find_all(exp.Column)}
        if taken and not _counts(total):
            if not taken <= self.tables.keys() or (isinstance(total, exp.Count) and taken & self._grouped()):
                return ""
            finest = [key for key in taken if not (taken - {key}) & self._multiplied(key)]
            return min(finest or taken, key=lambda key: len(self._multiplied(key)))
        if self._outer():
            return ""  # What a LEFT JOIN finds nothing for is a row too.
        if said := self._said():
            return "" if said in self._grouped() else said
        finest = [key for key in self.tables if not self._multiplied(key)]
        named = [key for key in self.tables if self._named(key)]
        if not named or any(key in named for key in finest):
            return ""
        counted = min(named, key=lambda key: len(self._multiplied(key)))
        return "" if counted in self._grouped() else counted

    def _of_another(self, total: exp.Expr, base: str) -> bool:
        """Tell whether rows are counted that the question calls otherwise: purchases that customers made."""
        said = [stemmed(_UNTIL.split(each["what"])[0]) for each in NUMBER_OF.finditer(self.question)]
        return bool(said) and self._rows_only(total) and not any(self._fits(base, set(each)) for each in said)

    def _follows(self, base: str, multiplied: set[str]) -> bool:
        """Tell whether what is totalled is joined to what is many, unnamed: the credits that students earned."""
        return bool(self.question) and self._first() in multiplied and not self._named(base)

    def _rows_only(self, total: exp.Expr) -> bool:
        return _counts(total) or (isinstance(total, exp.Count) and not total.find(exp.Column))

    def _first(self) -> str:
        return key_of(read_by(self.select)[0])

    def _fits(self, key: str, said: set[str]) -> bool:
        relation = self.catalog.relations[self.tables[key]]
        return any(set(stemmed(words(each))) <= said for each in (relation.name, *relation.words))

    def _grouped(self) -> set[str]:
        """Return the tables of which each group is one thing: what is counted in it are rows of others."""
        group = self.select.args.get("group")
        found = set()
        for each in group.find_all(exp.Column) if group else ():
            table = self.tables.get(each.table.lower(), "")
            column = self.catalog.find(table, each.name)
            pointed = any((join.to_table, join.to_column) == (table, each.name.lower()) for join in self.catalog.joins)
            if column is not None and (column.key or pointed or "name" in parts(column.name)):
                found.add(each.table.lower())
        return found

    def _said(self) -> str:
        """Return the one table whose rows the question wants counted: `how many courses`."""
        for match in NUMBER_OF.finditer(self.question):
            said = stemmed(match["what"])
            fits = [
                (len(own), key)
                for key, table in self.tables.items()
                if (own := stemmed(words(self.catalog.relations[table].name))) and own == said[: len(own)]
            ]
            if fits and [size for size, _ in fits].count(max(fits)[0]) == 1:
                return max(fits)[1]
        return ""

    def _named(self, key: str) -> bool:
        return self._fits(key, set(stemmed(self.question)))

    def _outer(self) -> bool:
        return any(join.side for join in self.select.args.get("joins") or [])

    def _multiplied(self, start: str) -> set[str]:
        """Return the tables of which one row of `start` may have many."""
        many: set[str] = set()
        seen, waiting = {start}, [(start, False)]
        while waiting:
            here, already = waiting.pop()
            for there in self._neighbours(here) - seen:
                seen.add(there)
                multiplied = already or not self._one(here, there)
                if multiplied:
                    many.add(there)
                waiting.append((there, multiplied))
        return many

    def _toward_groups(self, base: str) -> set[str]:
        """Return the tables between `base` and what it is grouped by: by author, each has a publication once."""
        came: dict[str, str] = {base: ""}
        waiting = [base]
        while waiting:
            here = waiting.pop(0)
            for there in self._neighbours(here) - came.keys():
                came[there] = here
                waiting.append(there)
        found: set[str] = set()
        waiting = [key for key in self._grouped() if key in came]
        while waiting:
            here = waiting.pop()
            found.add(here)
            waiting += [came[here]] if came[here] else []
        return found

    def _neighbours(self, key: str) -> set[str]:
        return {other for equal in self._equals() for other in self._keys(equal) if key in self._keys(equal)} - {key}

    def _one(self, here: str, there: str) -> bool:
        """Tell whether a row of `here` meets one row of `there` at most: they meet by a key of that table."""
        met = {
            column.name.lower()
            for equal in self._equals()
            if self._keys(equal) == {here, there}
            for column in equal.find_all(exp.Column)
            if column.table.lower() == there
        }
        table = self.tables[there]
        key = {name for name, column in self.catalog.relations[table].columns.items() if column.key}
        if key and key <= met:
            return True
        return not key and any(join.to_table == table and join.to_column in met for join in self.catalog.joins)

    def _equals(self) -> list[exp.EQ]:
        """Return the conditions by which tables meet."""
        equals = (each for each in self._conditions() if isinstance(each, exp.EQ) and two_columns(each))
        return [each for each in equals if len(self._keys(each)) == 2]

    def _conditions(self) -> list[exp.Expr]:
        return [*(self.used or ()), *conditions_of(self.select)]

    def _keys(self, node: exp.Expr) -> set[str]:
        return {each.table.lower() for each in node.find_all(exp.Column)} & self.tables.keys()

    def _inside(self, base: str, multiplied: set[str]) -> list[str]:
        """Return what hangs together with `base` by the multiplied tables only, each after one that it meets."""
        there, waiting = {base}, [base]
        while waiting:
            for each in self._neighbours(waiting.pop()) - multiplied - there:
                there.add(each)
                waiting.append(each)
        inside: list[str] = []
        left = [key for key in self.tables if key not in there]
        while left:
            near = [key for key in left if self._neighbours(key) & (set(inside) or there)]
            inside += near[:1] or left[:1]
            left.remove(inside[-1])
        return inside

    def _only_narrows(self, base: str, multiplied: set[str]) -> bool:
        """Tell whether nothing is shown, grouped or sorted by what multiplies."""
        inside = set(self._inside(base, multiplied))
        where = self.select.args.get("where")
        narrowing = [where, *(self.select.args.get("joins") or [])]
        held = {id(each) for one in narrowing if one is not None for each in one.find_all(exp.Column)}
        return not self._outer() and all(
            id(each) in held for each in self.select.find_all(exp.Column) if each.table.lower() in inside
        )

    def _by_exists(self, base: str, multiplied: set[str]) -> bool:
        """Ask for what multiplies by EXISTS; return whether that could be done."""
        select, inside = self.select, self._inside(base, multiplied)
        read = {key_of(each): each for each in read_by(select)}
        outer = [key for key in self.tables if key not in inside]
        conditions = self._conditions()
        if any(isinstance(each.find(exp.Subquery, exp.Exists), exp.Expr) for each in conditions):
            return False
        kept = [each for each in conditions if not self._keys(each) & set(inside)]
        moved = [each for each in conditions if self._keys(each) & set(inside)]
        ordered = [base, *(key for key in outer if key != base)]
        within = exp.select("1").from_(read[inside[0]].copy())
        left = self._join(within, inside, read, moved)
        within = within.where(*(each.copy() for each in left), copy=False)
        rest = exp.select("1").from_(read[ordered[0]].copy())
        left = self._join(rest, ordered, read, kept)
        select.set("joins", rest.args.get("joins"))
        select.set("from_", rest.args.get("from_"))
        found = [*(each.copy() for each in left), exp.Exists(this=within)]
        select.set("where", exp.Where(this=exp.and_(*found)))
        self.tables = {key: self.tables[key] for key in outer}
        return True

    def _join(
        self, select: exp.Select, keys: list[str], read: dict[str, exp.Expr], conditions: list[exp.Expr]
    ) -> list[exp.Expr]:
        """Join the tables of `keys` in their order by those conditions that are about them alone; return the others."""
        left, seen = list(conditions), set(keys[:1])
        for key in keys[1:]:
            seen.add(key)
            own = [each for each in left if key in self._keys(each) and self._keys(each) <= seen]
            own = [each for each in own if len(self._keys(each)) > 1] or own
            left = [each for each in left if each not in own]
            on = exp.and_(*(each.copy() for each in own)) if own else exp.true()
            select.append("joins", exp.Join(this=read[key].copy(), on=on))
        return left

    def _by_key(self, count: exp.Count, base: str) -> bool:
        """Count different keys of the table instead of rows; return whether it has one key to count."""
        keys = [each for each in self.catalog.relations[self.tables[base]].columns.values() if each.key]
        column = count.this
        if len(keys) != 1 or (isinstance(column, exp.Column) and column.name.lower() != keys[0].name.lower()):
            return False
        count.set("this", exp.Distinct(expressions=[exp.column(keys[0].name, table=base)]))
        return True


def _counts(total: exp.Expr) -> bool:
    """Tell whether a SUM or AVG of ones and noughts counts rows, whichever table its condition is about."""
    inner = total.this.unnest() if isinstance(total, exp.Sum | exp.Avg) else None
    if isinstance(inner, exp.Case | exp.If):
        ifs = inner.args["ifs"] if isinstance(inner, exp.Case) else [inner]
        given = [*(each.args.get("true") for each in ifs), inner.args.get("default"), inner.args.get("false")]
        return all(isinstance(each, exp.Literal | exp.Null) for each in given if each is not None)
    return isinstance(inner, exp.Predicate | exp.And | exp.Or | exp.Not)
