"""Say how tables join: as declared, and where nothing is declared, as names and values suggest."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text
from sqlalchemy.sql import quoted_name

from knowledge.database.names import KEYS, common_prefix, parts, singular

if TYPE_CHECKING:
    from knowledge.database.catalog import Column, Relation

SAME = 3.0
PROBED = 200  # Values of which each must be found on the other side.
COUNTED = frozenset({"num", "count", "total", "avg", "min", "max", "is", "has", "first", "last"})
STRANGE = 0.5  # The share of values that may be missing there: data is dirty.
GUESSED = 1.5  # What a guessed join costs beside a declared one.


@dataclass(frozen=True, slots=True)
class Join:
    """A column that points to the key of another table; `cost` makes a path over guesses the longer one."""

    table: str
    column: str
    to_table: str
    to_column: str
    cost: float = field(default=1.0, compare=False)

    @property
    def ends(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """Return both sides as (table, column)."""
        return (self.table, self.column), (self.to_table, self.to_column)

    def other(self, table: str) -> str:
        """Return the table on the other side of `table`, or nothing."""
        if table == self.table:
            return self.to_table
        return self.table if table == self.to_table else ""


def guess_joins(connection: Connection, relations: Mapping[str, "Relation"], known: Sequence[Join]) -> tuple[Join, ...]:
    """Return joins that nobody declared: the names say so, and the values on one side are all found on the other."""
    told = {frozenset((join.table, join.to_table)) for join in known}
    declared = {(join.table, join.column) for join in known}
    marks = {
        name: common_prefix(each.name for each in relation.columns.values()) for name, relation in relations.items()
    }
    shared = Counter(marks.values())
    marks = {name: mark for name, mark in marks.items() if shared[mark] > 1}  # One table's alone is its own name.
    homes = _homes(connection, relations, marks)
    found: list[Join] = []
    for name, relation in relations.items():
        for column in relation.columns.values():
            if (name, column.name.lower()) in declared or column.kind in {"date", "boolean", "epoch"}:
                continue
            targets = [
                (score, other, target)
                for other, target in homes
                if other != name and frozenset((name, other)) not in told
                if (score := _alike(column, target, other, marks)) > 0
            ]
            for score, other, target in sorted(targets, key=lambda each: (-each[0], each[1], each[2].name))[:1]:
                same = score == SAME and target.key  # The very name of a declared key needs no witness.
                if same or _contained(connection, column, target):
                    found.append(Join(name, column.name.lower(), other, target.name.lower(), GUESSED))
    pairs = {(join.table, join.column, join.to_table, join.to_column) for join in found}
    # Two columns that are both keys point to each other: one of the two says enough.
    return tuple(
        join
        for join in found
        if (join.to_table, join.to_column, join.table, join.column) not in pairs or join.table < join.to_table
    )


def _homes(
    connection: Connection, relations: Mapping[str, "Relation"], marks: Mapping[str, str]
) -> list[tuple[str, "Column"]]:
    """Return the keys with the table whose own each is: of all that hold a column of that name, the plainest one."""
    named: dict[tuple[str, ...], list[tuple[tuple[int, int, int], str, Column]]] = {}
    for name, relation in relations.items():
        table = [singular(each) for each in parts(name)]
        for column in relation.columns.values():
            own = list(_bare(column, marks))
            subject = [singular(each) for each in own if each not in KEYS]
            if not own or own[0] in COUNTED or (own[-1] not in KEYS and not column.key and own != table):
                continue
            if own[-1] == "name" and not set(subject) <= set(table):
                continue
            initial = len(subject) == 1 and len(subject[0]) < 3 and name.lower().startswith(subject[0])
            foreign = 0 if subject == table or column.key or (initial and len(table) == 1) else 1
            named.setdefault(tuple(own), []).append(((foreign, len(table), len(name)), name, column))
    found = []
    for key, places in named.items():
        for _, name, column in sorted(places, key=lambda each: each[0]):
            if column.key or _unique(connection, column):
                found.append((name, column))
                if len(key) > 1 or key[0] not in KEYS:
                    break  # `id` alone is every table's own; `customer_id` is one table's.
    return found


def _bare(column: "Column", marks: Mapping[str, str]) -> list[str]:
    """Return the words of a name without a system's mark; `pid` is read as `p id`."""
    found = [each for each in parts(column.name) if each != marks.get(column.table.lower(), "")]
    if len(found) == 1 and 2 < len(found[0]) < 5 and found[0].endswith("id"):
        return [found[0][:-2], "id"]
    return found


def _alike(column: "Column", target: "Column", other: str, marks: Mapping[str, str]) -> float:
    """Return how much the name of a column looks like a pointer to `target`, the key of the table `other`."""
    if (column.kind == "number") != (target.kind == "number"):
        return 0.0
    own, theirs = _bare(column, marks), _bare(target, marks)
    if not own or own[0] in COUNTED:
        return 0.0
    if own == theirs:
        return SAME if len(own) > 1 or own[0] not in KEYS else 0.0
    if len(theirs) > 1 and own[-len(theirs) :] == theirs:
        return 2.5
    subject = [each for each in own if each not in KEYS]
    table = [singular(each) for each in parts(other)]
    # `salesperson_id` or `stop_airport`: the table's name, in the singular, at the end.
    if theirs[-1] in KEYS - {"name"} and subject[-len(table) :] == table:
        return 2.0
    return 0.0


def _unique(connection: Connection, column: "Column") -> bool:
    quote = connection.dialect.identifier_preparer.quote
    name, table = quote(quoted_name(column.name, None)), quote(quoted_name(column.table, None))
    rows, known, distinct = connection.execute(
        text(
            f"SELECT COUNT(*), COUNT({name}), COUNT(DISTINCT {name}) FROM "  # noqa: S608 - quoted names of the database
            f"(SELECT {name} FROM {table} LIMIT 20000) AS s"
        )
    ).one()
    return bool(rows and rows == known == distinct)


def _contained(connection: Connection, column: "Column", target: "Column") -> bool:
    quote = connection.dialect.identifier_preparer.quote
    name, table = quote(quoted_name(column.name, None)), quote(quoted_name(column.table, None))
    to_name, to_table = quote(quoted_name(target.name, None)), quote(quoted_name(target.table, None))
    probed, strange = connection.execute(
        text(
            f"SELECT COUNT(*), SUM(CASE WHEN t.{to_name} IS NULL THEN 1 ELSE 0 END) FROM "  # noqa: S608 - as above
            f"(SELECT DISTINCT {name} AS v FROM {table} WHERE {name} IS NOT NULL LIMIT {PROBED}) AS s "
            f"LEFT JOIN {to_table} AS t ON t.{to_name} = s.v"
        )
    ).one()
    return bool(probed) and int(strange or 0) <= probed * STRANGE
