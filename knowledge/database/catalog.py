"""Read what a database holds: its tables, columns, notes, values, and how the tables join."""

import heapq
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.sql import quoted_name

from knowledge.database.joins import Join, guess_joins
from knowledge.database.semantics import Semantics, read_semantics
from knowledge.errors import BankDownError

SAMPLED = 50_000  # Rows looked at for a column's values.
VALUES = 2_000  # Distinct values kept of a column; one with more is no list to choose from.
LONGEST = 80  # Characters; longer ones are texts, not values.
_COMMENTED = re.compile(r"^[\s,(]*[\"`\[]?(\w+)[\"`\]]?\s+[A-Za-z][^/]*?/\*\s*(.*?)\s*\*/", re.MULTILINE)
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d)?(?:\.\d+)?)?")


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A column as far as asking needs it.

    `kind` is number, text, date (a day or a moment), epoch (a moment as a number) or boolean; `values` are its distinct
    values, unless it has too many or they are personal.
    """

    table: str
    name: str
    type: str
    kind: str
    note: str = ""
    key: bool = False
    values: tuple[str, ...] = ()
    words: tuple[str, ...] = ()  # Synonyms.
    unit: str = ""
    tags: frozenset[str] = frozenset()

    @property
    def full(self) -> str:
        """Return `table.column`."""
        return f"{self.table}.{self.name}"


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or view with its columns, in order."""

    name: str
    columns: Mapping[str, Column]
    note: str = ""
    words: tuple[str, ...] = ()
    date: str = ""  # The column meant when a question speaks of time.
    fresh: str = ""  # The column whose maximum says how fresh the data is.


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything known of one database."""

    dialect: str
    relations: Mapping[str, Relation]
    joins: tuple[Join, ...]
    semantics: Semantics = field(default_factory=Semantics)

    @property
    def schema(self) -> dict[str, dict[str, str]]:
        """Return table → column → type."""
        return {
            relation.name: {column.name: column.type for column in relation.columns.values()}
            for relation in self.relations.values()
        }

    def columns(self) -> Iterator[Column]:
        """Yield every column."""
        for relation in self.relations.values():
            yield from relation.columns.values()

    def find(self, table: str, column: str) -> Column | None:
        """Return a column by name, however its case is written."""
        relation = self.relations.get(table.lower())
        return relation.columns.get(column.lower()) if relation else None

    def restrict(self, tables: Iterable[str], hidden: Iterable[tuple[str, str]] = ()) -> "Catalog":
        """Return the catalogue as one who may see only these tables, and not the hidden columns, knows it."""
        kept = {each.lower() for each in tables}
        gone = {(table.lower(), column.lower()) for table, column in hidden}
        relations = {
            name: replace(
                relation,
                columns={key: column for key, column in relation.columns.items() if (name, key) not in gone},
            )
            for name, relation in self.relations.items()
            if name in kept
        }
        joins = tuple(
            join
            for join in self.joins
            if all(table in relations and column in relations[table].columns for table, column in join.ends)
        )
        semantics = self.semantics.narrowed({name: relation.columns for name, relation in relations.items()})
        return replace(self, relations=relations, joins=joins, semantics=semantics)

    def path(self, tables: Iterable[str]) -> list[Join] | None:
        """Return the cheapest joins that connect the tables, by other tables where needed; None when nothing does."""
        wanted = list(dict.fromkeys(each.lower() for each in tables))
        joined = set(wanted[:1])
        found: list[Join] = []
        for _ in wanted[1:]:
            way = self._nearest(joined, set(wanted) - joined)
            if way is None:
                return None
            for join in way:
                if join not in found:
                    found.append(join)
                joined |= {table for table, _ in join.ends}
            if joined >= set(wanted):
                break
        return found

    def _nearest(self, sources: set[str], targets: set[str]) -> list[Join] | None:
        if not targets:
            return []
        waiting: list[tuple[float, int, str, list[Join]]] = [(0.0, 0, each, []) for each in sorted(sources)]
        heapq.heapify(waiting)
        seen: set[str] = set()
        count = 0
        while waiting:
            cost, _, table, way = heapq.heappop(waiting)
            if table in targets:
                return way
            if table in seen:
                continue
            seen.add(table)
            for join in self.joins:
                other = join.other(table)
                if other and other not in seen:
                    count += 1
                    heapq.heappush(waiting, (cost + join.cost, count, other, [*way, join]))
        return None


def read_catalog(
    engine: Engine,
    *,
    semantics: Path | None = None,
    notes: Mapping[str, Mapping[str, str]] | None = None,
) -> Catalog:
    """Read the catalogue of the database behind `engine`.

    Args:
        engine: The bank's database.
        semantics: The reviewed file of terms, metrics and joins.
        notes: Table → column → what it holds; `""` stands for the table itself.

    Raises:
        UserError: the semantic file names what the database does not have.
        TransientError: the database is down.
    """
    try:
        with engine.connect() as connection:
            dialect = "sqlite" if engine.dialect.name == "sqlite" else "mysql"
            relations = {relation.name.lower(): relation for relation in _relations(connection, dialect, notes or {})}
            meaning = read_semantics(semantics) if semantics else Semantics()
            meaning.check(
                {relation.name: {each.name for each in relation.columns.values()} for relation in relations.values()}
            )
            relations = {name: _explained(relation, meaning) for name, relation in relations.items()}
            relations = {name: _with_values(connection, relation) for name, relation in relations.items()}
            joins = _declared(connection, relations) | dict.fromkeys(meaning.joins, None)
            known = tuple(joins)
            guessed = guess_joins(connection, relations, known) if not meaning.joins else ()
    except OperationalError as error:
        raise BankDownError(f"The bank's database does not answer: {error.orig}") from error
    return Catalog(dialect, relations, (*known, *guessed), meaning)


def _relations(connection: Connection, dialect: str, notes: Mapping[str, Mapping[str, str]]) -> Iterator[Relation]:
    inspector = inspect(connection)
    lowered = {table.lower(): {column.lower(): note for column, note in of.items()} for table, of in notes.items()}
    for name in [*inspector.get_table_names(), *inspector.get_view_names()]:
        if name.startswith("sqlite_"):
            continue
        said = _comments(connection, name) if dialect == "sqlite" else {}
        said |= lowered.get(name.lower(), {})
        keys = {each.lower() for each in inspector.get_pk_constraint(name).get("constrained_columns", [])}
        columns = {}
        for each in inspector.get_columns(name):
            written = str(each["type"])
            columns[each["name"].lower()] = Column(
                table=name,
                name=each["name"],
                type=written,
                kind=_kind(written),
                note=" ".join((said.get(each["name"].lower()) or each.get("comment") or "").split()),
                key=each["name"].lower() in keys,
            )
        note = lowered.get(name.lower(), {}).get("", "")
        if not note and dialect != "sqlite":
            note = inspector.get_table_comment(name).get("text") or ""
        yield Relation(name, columns, note or said.get("", ""))


def _comments(connection: Connection, table: str) -> dict[str, str]:
    """Return the comments that stand beside the columns of a SQLite table, which keeps its own text."""
    made = connection.execute(
        text("SELECT sql FROM sqlite_master WHERE name = :name AND type IN ('table', 'view')"), {"name": table}
    ).scalar()
    if not made:
        return {}
    head = re.match(r"(?is)create\s+\w+\s+\S+\s*\(?\s*/\*\s*(.*?)\s*\*/", made)
    body = made[made.find("(") + 1 :]
    found = {name.lower(): note for part in _declarations(body) for name, note in _COMMENTED.findall(part)}
    return found | ({"": head[1]} if head else {})


def _declarations(body: str) -> Iterator[str]:
    """Yield what stands between the commas of a table's text, those in parentheses and comments apart."""
    depth, start = 0, 0
    for token in re.finditer(r"/\*.*?\*/|'[^']*'|[(),]", body, re.DOTALL):
        if token[0] == ",":
            if not depth:
                yield body[start : token.start()]
                start = token.end()
        elif token[0] in "()":
            depth += 1 if token[0] == "(" else -1
    yield body[start:]


def _kind(written: str) -> str:
    name = written.upper()
    if "BOOL" in name or name.startswith("TINYINT(1)") or name == "BIT":
        return "boolean"
    if any(each in name for each in ("DATE", "TIMESTAMP")):
        return "date"
    if any(each in name for each in ("INT", "DEC", "NUM", "REAL", "DOUBLE", "FLOAT", "YEAR")):
        return "number"
    return "text"


def _explained(relation: Relation, meaning: Semantics) -> Relation:
    said = meaning.tables.get(relation.name.lower())
    if said is None:
        return relation
    columns = {
        name: replace(
            column,
            note=about.note or column.note,
            words=about.words,
            unit=about.unit,
            tags=about.tags,
        )
        if (about := said.columns.get(name))
        else column
        for name, column in relation.columns.items()
    }
    return replace(
        relation, columns=columns, note=said.note or relation.note, words=said.words, date=said.date, fresh=said.fresh
    )


def _with_values(connection: Connection, relation: Relation) -> Relation:
    """Fill in the values of the columns that can be asked for by value."""
    columns = {}
    for name, column in relation.columns.items():
        values = () if "pii" in column.tags or column.kind != "text" else _values(connection, column)
        kind = column.kind
        if kind == "text" and values and all(_DAY.fullmatch(each) for each in values[:50]):
            kind, values = "date", ()
        if kind == "number" and re.search(r"(?i)\bepoch|unix time", column.note):
            kind = "epoch"
        columns[name] = replace(column, values=values, kind=kind)
    return replace(relation, columns=columns)


def _values(connection: Connection, column: Column) -> tuple[str, ...]:
    quote = connection.dialect.identifier_preparer.quote
    name, table = quote(quoted_name(column.name, None)), quote(quoted_name(column.table, None))
    query = (
        f"SELECT DISTINCT {name} FROM (SELECT {name} FROM {table} WHERE {name} IS NOT NULL LIMIT {SAMPLED}) AS s "  # noqa: S608 - names from the database itself, quoted
        f"LIMIT {VALUES + 1}"
    )
    found = [str(value) for (value,) in connection.execute(text(query)) if str(value).strip()]
    if len(found) > VALUES or sum(map(len, found)) > LONGEST * max(1, len(found)):
        return ()
    return tuple(sorted(found))


def _declared(connection: Connection, relations: Mapping[str, Relation]) -> dict[Join, None]:
    inspector = inspect(connection)
    found: dict[Join, None] = {}
    for name, relation in relations.items():
        for key in inspector.get_foreign_keys(relation.name):
            to = str(key["referred_table"]).lower()
            if to in relations and len(key["constrained_columns"]) == len(key["referred_columns"]) == 1:
                found[Join(name, key["constrained_columns"][0].lower(), to, key["referred_columns"][0].lower())] = None
    return found
