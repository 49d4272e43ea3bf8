"""Say who may see which rows and columns of the bank's data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import sqlglot
import yaml
from sqlglot import exp

from knowledge.errors import UserError
from knowledge.types import Asker

Schema = Mapping[str, Mapping[str, str]]  # Table → column → type, as the database spells them.

MASKS = ("all", "first", "last4")
CONDITIONS = "sqlite"  # What row rules are written in: plain comparisons, the same in every database.
EVERYONE = "*"


@dataclass(frozen=True, slots=True)
class TableView:
    """What one asker sees of a table: `columns` are all that may be named, `masked` those shown only in part."""

    name: str
    columns: tuple[str, ...]
    hidden: frozenset[str] = frozenset()
    masked: Mapping[str, str] = field(default_factory=dict)
    condition: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """What one asker sees of the data, by lower-case name; `refused` are the tables they may not see."""

    tables: Mapping[str, TableView]
    refused: frozenset[str] = frozenset()

    @property
    def masked(self) -> frozenset[tuple[str, str]]:
        """Return the columns shown only in part, as (table, column)."""
        return frozenset((table, column) for table, view in self.tables.items() for column in view.masked)


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may see a table: a role maps to its row condition, an empty one meaning every row.

    `hidden` and `masked` map a column to the roles that see it as it is, `masks` to the way it is masked.
    """

    rows: Mapping[str, str]
    hidden: Mapping[str, frozenset[str]] = field(default_factory=dict)
    masked: Mapping[str, frozenset[str]] = field(default_factory=dict)
    masks: Mapping[str, str] = field(default_factory=dict)

    def condition(self, roles: frozenset[str]) -> str | None:
        """Return the rows that these roles see together, None when they see none."""
        granted = [condition for role, condition in self.rows.items() if role in roles or role == EVERYONE]
        if not granted:
            return None
        return "" if "" in granted else " OR ".join(f"({condition})" for condition in granted)


class Policy:
    """The rules of all tables; a table without a rule is seen by nobody."""

    def __init__(self, rules: Mapping[str, Rule], *, schema: Schema | None = None) -> None:
        """Take the rules by table; they are of use once `check_against` has seen the schema."""
        self._rules = {table.lower(): rule for table, rule in rules.items()}
        self._schema: Schema = schema or {}

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the rules from a YAML file.

        Raises:
            UserError: it is not there or says something that is not a rule.
        """
        try:
            read = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise UserError(f"The policy {path} cannot be read: {error}") from None
        return cls.from_mapping(read)

    @classmethod
    def from_mapping(cls, data: Any) -> Self:
        """Make a policy of `{"tables": {name: {"see": …, "rows": …, "hide": …, "mask": …}}}`."""
        tables = _mapping(data, "the policy", {"roles", "tables"}).get("tables") or {}
        known = frozenset(_words(data.get("roles") or [], "roles"))
        names = _mapping(tables, "tables", None)
        return cls({str(name): _rule(name, rule, known) for name, rule in names.items()})

    @classmethod
    def open(cls, schema: Schema) -> Self:
        """Let everyone see everything."""
        return cls({table: Rule({EVERYONE: ""}) for table in schema}, schema=schema)

    def check_against(self, schema: Schema) -> Self:
        """Hold the policy against the database's tables and return it, ready for use.

        Raises:
            UserError: it names a table or column that is not there, or a row rule cannot be understood.
        """
        spelled = _spelled(schema)
        for table, rule in self._rules.items():
            if table not in spelled:
                raise UserError(f"The policy names a table that the database does not have: {table}.")
            columns = {column.lower() for column in schema[spelled[table]]}
            for column in [*rule.hidden, *rule.masked]:
                if column.lower() not in columns:
                    raise UserError(f"The policy names a column that {table} does not have: {column}.")
            for condition in filter(None, rule.rows.values()):
                _check_condition(table, condition, schema)
        self._schema = schema
        return self

    def view(self, asker: Asker) -> View:
        """Return what an asker sees; a row rule whose attribute the asker lacks shows nothing of its table."""
        tables: dict[str, TableView] = {}
        refused = set()
        for table, columns in self._schema.items():
            rule = self._rules.get(table.lower())
            condition = None if rule is None else rule.condition(asker.roles)
            filled = _filled(condition, asker.attributes) if condition else condition
            if rule is None or filled is None:
                refused.add(table.lower())
                continue
            hidden = _kept_from(rule.hidden, asker.roles)
            masked = _kept_from(rule.masked, asker.roles) - hidden
            tables[table.lower()] = TableView(
                name=table,
                columns=tuple(column for column in columns if column.lower() not in hidden),
                hidden=hidden,
                masked=MappingProxyType({column: rule.masks[column] for column in masked}),
                condition=filled,
            )
        return View(MappingProxyType(tables), frozenset(refused))


def _kept_from(rules: Mapping[str, frozenset[str]], roles: frozenset[str]) -> frozenset[str]:
    return frozenset(column for column, clear in rules.items() if not clear & roles)


def _rule(table: object, data: Any, known: frozenset[str]) -> Rule:
    where = f"table {table}"
    read = _mapping(data, where, {"see", "rows", "hide", "mask"})
    see = _words(read.get("see") or [], f"{where}, see")
    rows = dict.fromkeys(see, "")
    for role, condition in _mapping(read.get("rows") or {}, f"{where}, rows", None).items():
        if role not in rows:
            raise UserError(f"The policy gives {role} rows of {table}, but does not let {role} see it.")
        rows[role] = str(condition).strip()
    hidden = _mapping(read.get("hide") or {}, f"{where}, hide", None)
    masked = _mapping(read.get("mask") or {}, f"{where}, mask", None)
    kinds, clear = {}, {}
    for column, mask in masked.items():
        how = _mapping(mask, f"{where}, mask {column}", {"as", "clear"})
        kinds[column.lower()] = str(how.get("as", "all"))
        clear[column.lower()] = frozenset(_words(how.get("clear") or [], f"{where}, mask {column}"))
        if kinds[column.lower()] not in MASKS:
            raise UserError(f"The policy masks {table}.{column} in an unknown way; known are {', '.join(MASKS)}.")
    seen = {column.lower(): frozenset(_words(roles, f"{where}, hide {column}")) for column, roles in hidden.items()}
    named = frozenset().union(rows, *clear.values(), *seen.values()) - {EVERYONE}
    if known and not named <= known:
        raise UserError(f"The policy names a role it does not list, in {where}: {', '.join(sorted(named - known))}.")
    return Rule(rows=rows, hidden=seen, masked=clear, masks=kinds)


def _mapping(data: Any, where: str, allowed: Iterable[str] | None) -> dict[str, Any]:
    if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
        raise UserError(f"In the policy, {where} must map names to rules.")
    if allowed is not None and (unknown := set(data) - set(allowed)):
        raise UserError(f"The policy says something unknown of {where}: {', '.join(sorted(unknown))}.")
    return data


def _words(data: Any, where: str) -> list[str]:
    if isinstance(data, str):
        return [data]
    if not isinstance(data, list) or not all(isinstance(each, str) for each in data):
        raise UserError(f"In the policy, {where} must be a list of roles.")
    return data


def _spelled(schema: Schema) -> dict[str, str]:
    spelled = {table.lower(): table for table in schema}
    if len(spelled) != len(schema):
        raise UserError("Two tables of the database have names that differ only in case: the policy cannot tell them.")
    return spelled


def _check_condition(table: str, condition: str, schema: Schema) -> None:
    tree = parse_condition(condition)
    spelled = _spelled(schema)
    named = {table, *(each.name.lower() for each in tree.find_all(exp.Table))}
    if unknown := named - set(spelled):
        raise UserError(f"A row rule of {table} names a table that is not there: {', '.join(sorted(unknown))}.")
    columns = {column.lower() for each in named for column in schema[spelled[each]]}
    for column in tree.find_all(exp.Column):
        if column.name.lower() not in columns:
            raise UserError(f"A row rule of {table} names a column that is not there: {column.name}.")


def parse_condition(condition: str) -> exp.Expr:
    """Return a row rule's syntax tree, `:name` standing for the asker's attribute.

    Raises:
        UserError: it is not a condition.
    """
    try:
        tree = sqlglot.parse_one(f"SELECT 1 WHERE {condition}", dialect=CONDITIONS)
    except sqlglot.errors.SqlglotError as error:
        raise UserError(f"A row rule of the policy cannot be understood: {condition} ({error})") from None
    where = tree.args.get("where")
    given = {name for name, value in tree.args.items() if value}
    if not isinstance(tree, exp.Select) or where is None or given != {"expressions", "where"}:
        raise UserError(f"A row rule of the policy is not a plain condition: {condition}")
    found: exp.Expr = where.this
    return found


def _filled(condition: str, attributes: Mapping[str, str]) -> str | None:
    """Return the condition with the asker's attributes in place of their names; None when one is missing."""
    tree = parse_condition(condition)
    for place in list(tree.find_all(exp.Placeholder)):
        if not place.name or place.name not in attributes:
            return None
        place.replace(exp.Literal.string(attributes[place.name]))
    return tree.sql(CONDITIONS)
