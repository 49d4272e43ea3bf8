"""Let one plain SELECT through, rewritten so that it shows an asker only what the asker may see."""

from dataclasses import dataclass

from sqlglot import exp

from knowledge.database.allowed import check_nodes
from knowledge.database.enforce import enforce, prove
from knowledge.database.foreign import parse, rewrite
from knowledge.database.policy import Schema, View
from knowledge.database.relations import TEXT
from knowledge.database.resolve import Resolver
from knowledge.database.screen import screen
from knowledge.errors import RefusedSqlError

TABLES = 25  # Base tables that one query may read, counting each time it names one.
HEADING = 60  # Characters of a column's heading.


@dataclass(frozen=True, slots=True)
class Guarded:
    """A query that may be run: `sql` with the policy and a row limit in it, `asked` as it is shown to people.

    `tables` and `columns` (as `table.column`) are what it reads, `changes` what was mended in it.
    """

    sql: str
    asked: str
    tables: tuple[str, ...]
    columns: tuple[str, ...]
    changes: tuple[str, ...] = ()


class Guard:
    """Check queries against a schema and what one asker may see of it."""

    def __init__(self, schema: Schema, view: View, *, dialect: str, limit: int = 1000, database: str = "") -> None:
        """Write for `dialect` (`sqlite` or `mysql`); let at most one row more than `limit` through.

        `database` is the schema's own name: tables may be written with it.
        """
        self._schema = schema
        self.view = view
        self._dialect = dialect
        self._limit = limit
        self._database = database

    def check(self, sql: str) -> Guarded:
        """Return the query as it may be run.

        Raises:
            RefusedSqlError: it may not be run; `repair` says what to write instead.
        """
        try:
            return self._check(sql)
        except RecursionError:
            raise RefusedSqlError("The query is nested too deeply.", reason="size") from None

    def _check(self, sql: str) -> Guarded:
        text = sql.strip().rstrip("; \t\r\n")
        screen(text)
        tree = rewrite(parse(text, self._dialect), self._dialect)
        check_nodes(tree, self._dialect)
        _check_limits(tree)
        asked = tree.sql(self._dialect, pretty=True, comments=False)
        headings = _headings(tree, self._dialect)
        spelled = _lower(tree)
        resolver = Resolver(self._schema, self.view, dialect=self._dialect, database=self._database)
        resolver.query(tree, {})
        if not resolver.sources:
            raise RefusedSqlError("The query reads no table.", reason="table", repair="Read from a table.")
        if len(resolver.sources) > TABLES:
            raise RefusedSqlError(f"The query reads more than {TABLES} tables.", reason="size")
        _name_columns(tree, headings, spelled | self._spelling())
        _cut(tree, self._limit + 1)
        allowed = enforce(resolver.sources, self._dialect)
        rewritten = tree.sql(self._dialect, comments=False, identify=True)
        proven = prove(rewritten, allowed, self._dialect)
        check_nodes(proven, self._dialect)
        read = {(source.view.name, column) for source in resolver.sources if source.view for column in source.used}
        tables = {source.view.name for source in resolver.sources if source.view}
        return Guarded(
            sql=rewritten,
            asked=asked,
            tables=tuple(sorted(tables)),
            columns=tuple(sorted(f"{table}.{column}" for table, column in read)),
            changes=tuple(dict.fromkeys(resolver.changes)),
        )

    def _spelling(self) -> dict[str, str]:
        return {column.lower(): column for view in self.view.tables.values() for column in view.columns}


def _check_limits(tree: exp.Expr) -> None:
    for each in tree.find_all(exp.Limit, exp.Offset):
        if not (isinstance(each.expression, exp.Literal) and each.expression.is_int):
            raise RefusedSqlError(
                "The number of rows is not a plain number.", repair="Write LIMIT and OFFSET with plain numbers."
            )


def _headings(tree: exp.Expr, dialect: str) -> list[str]:
    """Return what the columns of the result were called by whoever wrote the query."""
    return [
        each.alias or (each.name if isinstance(each, exp.Column) else each.sql(dialect, comments=False)[:HEADING])
        for each in _first(tree).expressions
    ]


def _first(tree: exp.Expr) -> exp.Select:
    while not isinstance(tree, exp.Select):
        tree = tree.this
    return tree


def _lower(tree: exp.Expr) -> dict[str, str]:
    """Write all names in lower case, as databases compare them; return how they were written."""
    spelled: dict[str, str] = {}
    for each in tree.find_all(exp.Identifier):
        spelled.setdefault(each.name.lower(), each.name)
        each.meta[TEXT] = each.name
        each.set("this", each.name.lower())
    return spelled


def _name_columns(tree: exp.Expr, headings: list[str], spelled: dict[str, str]) -> None:
    """Give the result's columns the names that they were asked by."""
    first = _first(tree)
    if any(isinstance(each, exp.Star) for each in first.expressions):
        raise AssertionError("Stars are written out before columns are named.")
    known = len(headings) == len(first.expressions) and "*" not in headings
    for at, each in enumerate(first.expressions):
        name = headings[at] if known else spelled.get(each.output_name, each.output_name)
        if isinstance(each, exp.Alias):
            each.set("alias", exp.to_identifier(name, quoted=True))
        elif name:
            each.replace(exp.alias_(each.copy(), name, quoted=True))


def _cut(tree: exp.Expr, rows: int) -> None:
    limit = tree.args.get("limit")
    wanted = int(limit.expression.this) if limit is not None else rows
    tree.set("limit", exp.Limit(expression=exp.Literal.number(min(wanted, rows))))
