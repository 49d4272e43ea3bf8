"""Read the reviewed file that says what the bank's words mean in its tables: terms, metrics, joins, units."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import sqlglot
import yaml
from sqlglot import exp
from sqlglot.errors import SqlglotError

from knowledge.database.joins import Join
from knowledge.errors import UserError

TAGS = frozenset({"pii", "money", "percent", "key"})


@dataclass(frozen=True, slots=True)
class ColumnMeaning:
    """What the file says of a column."""

    note: str = ""
    words: tuple[str, ...] = ()
    unit: str = ""
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TableMeaning:
    """What the file says of a table."""

    note: str = ""
    words: tuple[str, ...] = ()
    date: str = ""
    fresh: str = ""
    columns: Mapping[str, ColumnMeaning] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure with the SQL that works it out: `sql` is an expression, `where` a condition, over `table`.

    A `level` is known only as it stands now: no period narrows it down.
    """

    name: str
    table: str
    sql: str
    note: str
    where: str = ""
    words: tuple[str, ...] = ()
    level: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to understand an ambiguous word; `means` takes the word's place in the question."""

    label: str
    means: str


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """Words that mean one thing to one and another to the other: asked back once."""

    name: str
    words: tuple[str, ...]
    question: str
    readings: tuple[Reading, ...]
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Semantics:
    """The whole file."""

    tables: Mapping[str, TableMeaning] = field(default_factory=dict)
    metrics: tuple[Metric, ...] = ()
    joins: tuple[Join, ...] = ()
    ambiguities: tuple[Ambiguity, ...] = ()
    fiscal_start: int = 1  # The month in which the financial year begins.

    def check(self, schema: Mapping[str, Collection[str]]) -> None:
        """Compare every name with the database.

        Raises:
            UserError: a name is not there; the message lists all of them.
        """
        columns = _lowered(schema)
        wrong = [f"table {table}" for table in self.tables if table not in columns]
        for table, meaning in self.tables.items():
            named = [*meaning.columns, *filter(None, [meaning.date.lower(), meaning.fresh.lower()])]
            wrong += [f"column {table}.{each}" for each in named if each not in columns.get(table, {each})]
        for join in self.joins:
            wrong += [
                f"{table}.{column} in joins" for table, column in join.ends if column not in columns.get(table, ())
            ]
        for metric in self.metrics:
            wrong += [f"{each} in the metric “{metric.name}”" for each in _missing(metric, columns)]
        if wrong:
            raise UserError(f"The semantic file names what the database does not have: {'; '.join(wrong)}.")

    def narrowed(self, schema: Mapping[str, Collection[str]]) -> "Semantics":
        """Return the file as one who sees only this part of the database reads it: no metric of what is hidden."""
        columns = _lowered(schema)
        return replace(self, metrics=tuple(each for each in self.metrics if not _missing(each, columns)))


def read_semantics(path: Path) -> Semantics:
    """Read the file at `path`.

    Raises:
        UserError: it is missing or is not of this form.
    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        return _semantics(data)
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise UserError(f"The semantic file {path.name} cannot be read: {error}.") from error


def _semantics(data: Mapping[str, Any]) -> Semantics:
    strange = set(data) - {"tables", "metrics", "joins", "ambiguous", "fiscal_year_starts_in"}
    if strange:
        raise ValueError(f"unknown part {', '.join(sorted(strange))}")
    return Semantics(
        tables={name.lower(): _table(said or {}) for name, said in (data.get("tables") or {}).items()},
        metrics=tuple(_metric(name, said) for name, said in (data.get("metrics") or {}).items()),
        joins=tuple(_join(each) for each in data.get("joins") or ()),
        ambiguities=tuple(_ambiguity(name, said) for name, said in (data.get("ambiguous") or {}).items()),
        fiscal_start=int(data.get("fiscal_year_starts_in") or 1),
    )


def _table(said: Mapping[str, Any]) -> TableMeaning:
    return TableMeaning(
        note=said.get("note", ""),
        words=tuple(said.get("words", ())),
        date=said.get("date", ""),
        fresh=said.get("fresh", ""),
        columns={name.lower(): _column(about or {}) for name, about in (said.get("columns") or {}).items()},
    )


def _column(said: Mapping[str, Any]) -> ColumnMeaning:
    tags = frozenset(said.get("tags", ()))
    if tags - TAGS:
        raise ValueError(f"unknown tag {', '.join(sorted(tags - TAGS))}")
    return ColumnMeaning(said.get("note", ""), tuple(said.get("words", ())), said.get("unit", ""), tags)


def _metric(name: str, said: Mapping[str, Any]) -> Metric:
    metric = Metric(
        name=name,
        table=str(said["table"]).lower(),
        sql=said["sql"],
        note=said["note"],
        where=said.get("where", ""),
        words=tuple(said.get("words", ())),
        level=bool(said.get("level", False)),
    )
    _columns(metric)
    return metric


def _lowered(schema: Mapping[str, Collection[str]]) -> dict[str, set[str]]:
    return {table.lower(): {each.lower() for each in names} for table, names in schema.items()}


def _missing(metric: Metric, columns: Mapping[str, Collection[str]]) -> list[str]:
    if metric.table not in columns:
        return [f"table {metric.table}"]
    return [
        each.sql()
        for each in _columns(metric)
        if each.name.lower() not in columns.get((each.table or metric.table).lower(), ())
    ]


def _columns(metric: Metric) -> list[exp.Column]:
    try:
        trees = [sqlglot.parse_one(each) for each in (metric.sql, metric.where) if each]
    except SqlglotError as error:
        raise ValueError(f"the SQL of the metric “{metric.name}” does not parse") from error
    return [column for tree in trees for column in tree.find_all(exp.Column)]


def _join(written: str) -> Join:
    (table, column), (to_table, to_column) = (side.strip().lower().split(".") for side in written.split("="))
    return Join(table, column, to_table, to_column)


def _ambiguity(name: str, said: Mapping[str, Any]) -> Ambiguity:
    return Ambiguity(
        name=name,
        words=tuple(said["words"]),
        question=said["question"],
        readings=tuple(Reading(label, means) for label, means in said["readings"].items()),
        unless=tuple(said.get("unless", ())),
    )
