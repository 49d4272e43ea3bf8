"""Doubt a query that ran: what it counts may be no rows, what the question speaks of it may not read."""

from sqlglot import exp

from knowledge.database.catalog import Catalog
from knowledge.database.names import parts, stemmed, words
from knowledge.database.sources import first_of
from knowledge.types import Table


def hollow(tree: exp.Expr, catalog: Catalog, table: Table) -> str:
    """Return what to mend when a query counts, for each thing, the one row that the thing itself is; else nothing."""
    if not isinstance(tree, exp.Select) or tree.args.get("joins") or not tree.args.get("group") or not table.rows:
        return ""
    read = next(first_of(tree), None)
    relation = catalog.relations.get(read.name.lower()) if isinstance(read, exp.Table) else None
    counts = [at for at, each in enumerate(tree.expressions) if isinstance(each.unalias(), exp.Count)]
    if relation is None or not counts or any(row[at] != 1 for row in table.rows for at in counts):
        return ""
    grouped = [relation.columns.get(each.name.lower()) for each in tree.args["group"].find_all(exp.Column)]
    if not any(each is not None and (each.key or "name" in parts(each.name)) for each in grouped):
        return ""
    return f"Each {words(relation.name)} is one row of {relation.name}: join the table whose rows are to be counted."


def unread(tree: exp.Expr, catalog: Catalog, question: str) -> tuple[str, ...]:
    """Return the tables that `question` speaks of by their whole name, and of which the query knows nothing.

    It knows of a table by a column, a value or another table whose name has one of its words.
    """
    read = {each.name.lower() for each in tree.find_all(exp.Table)}
    known = {stem for name in read for stem in stemmed(words(name))}
    known |= {stem for each in tree.find_all(exp.Column) for stem in stemmed(words(each.name))}
    known |= {stem for each in tree.find_all(exp.Literal) if each.is_string for stem in stemmed(each.name)}
    asked = stemmed(question)
    return tuple(
        relation.name
        for name, relation in catalog.relations.items()
        if name not in read
        and (own := stemmed(words(relation.name)))
        and known.isdisjoint(own)
        and any(asked[at : at + len(own)] == own for at in range(len(asked)))
    )
