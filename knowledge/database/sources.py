"""What the FROM and the JOINs of a SELECT offer: tables of the catalogue, and queries within."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlglot import exp

from knowledge.database.catalog import Catalog

Sources = dict[str, "Source"]
Queries = Mapping[str, frozenset[str] | None]


@dataclass(frozen=True, slots=True)
class Source:
    """What a FROM or JOIN offers: a table of the catalogue, or the columns of a query (None: any)."""

    table: str = ""
    columns: frozenset[str] | None = None

    def has(self, column: str) -> bool:
        """Tell whether a column may be taken from it."""
        return self.columns is None or column.lower() in self.columns


def sources_of(select: exp.Select, catalog: Catalog, queries: Queries) -> Sources:
    """Return what one SELECT reads from, by the name that it has there."""
    found: Sources = {}
    for each in read_by(select):
        key = key_of(each)
        if isinstance(each, exp.Table):
            name = each.name.lower()
            if name in queries:
                found[key] = Source(columns=queries[name])
            else:
                found[key] = Source(name, frozenset(catalog.relations[name].columns))
        elif isinstance(each, exp.Subquery):
            found[key] = Source(columns=_outputs(each.this))
        else:
            found[key] = Source()
    return found


def queries_of(tree: exp.Expr) -> Queries:
    """Return the columns of each query that WITH names, None where they may be any."""
    return {each.alias.lower(): _named(each) for each in tree.find_all(exp.CTE)}


def read_by(select: exp.Select) -> list[exp.Expr]:
    """Return what stands behind FROM and the JOINs of one SELECT, in order."""
    return [*first_of(select), *(join.this for join in select.args.get("joins") or [])]


def tables_of(select: exp.Select) -> dict[str, str]:
    """Return name in the query → table, in small letters, of the tables that one SELECT reads."""
    return {key_of(each): each.name.lower() for each in read_by(select) if isinstance(each, exp.Table)}


def first_of(select: exp.Select) -> Iterator[exp.Expr]:
    """Yield what stands behind FROM."""
    clause = select.args.get("from_") or select.args.get("from")
    if clause is not None:
        yield clause.this


def key_of(source: exp.Expr) -> str:
    """Return what a table or query is called in its SELECT."""
    return str(source.alias_or_name).lower()


def _outputs(query: exp.Expr) -> frozenset[str] | None:
    names = [each.lower() for each in query.named_selects] if isinstance(query, exp.Query) else ["*"]
    return None if "*" in names else frozenset(names)


def _named(cte: exp.CTE) -> frozenset[str] | None:
    alias = cte.args["alias"]
    if alias.columns:
        return frozenset(each.name.lower() for each in alias.columns)
    return _outputs(cte.this)
