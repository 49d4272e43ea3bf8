"""Hold a query to the terms that are defined for its question: ranks, counts, and what it leaves out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from knowledge.database.names import stemmed, words
from knowledge.database.settle import aggregates

_DEFINES = re.compile(r"(?P<term>[A-Z][\w-]{0,40}?)\s*(?:\([^)]*\)\s*)?=\s*(?P<text>.+)", re.DOTALL)
_RANK = re.compile(r"(?i)\brank(?:ed|ing|s)?\b")
_WITHIN = re.compile(r"(?i)\b(?:within|in|per|for)\s+(?:each|their|its|his|her|every|the\s+same)\s+(?P<group>\w+)")
_COUNT = re.compile(r"(?i)\b(?:count|number)\b")
_REAL = re.compile(r"(?i)[/*]|\b(?:ratio|percent\w*|rank\w*|average|mean|change|distinct|different|unique)\b")
_LEAST_FIRST = re.compile(r"(?i)\b(?:asc|ascending|lowest|least|fewest|smallest)\b")
_RANKS = (exp.Window, exp.RowNumber)


@dataclass(frozen=True, slots=True)
class Definition:
    """A term by its letters, such as `SDR`, and what it is."""

    term: str
    text: str


def definitions(rules: Sequence[str], question: str) -> list[Definition]:
    """Return the terms written in capitals that `question` uses and that `rules` define."""
    found = []
    for rule in rules:
        said = _DEFINES.match(rule.strip())
        term = said["term"] if said else ""
        if said and len(term) > 1 and term.isupper() and re.search(rf"\b{re.escape(term)}\b", question):
            found.append(Definition(term, said["text"]))
    return found


def rank_as_defined(tree: exp.Expr, defined: Sequence[Definition]) -> list[str]:
    """Show, in place, the rank that a definition asks for, by the total that it names; return what changed.

    A query that ranks anything itself stays as it is.
    """
    if not isinstance(tree, exp.Select) or not tree.args.get("group") or tree.find(*_RANKS) is not None:
        return []
    changes = []
    for each in defined:
        total = _ranked_by(tree, each) if _RANK.search(each.text) else None
        if total is None:
            continue
        group = _group(tree, each.text)
        if group is None:
            continue
        order = exp.Ordered(this=total.copy(), desc=None if _LEAST_FIRST.search(_order_of(each.text)) else True)
        ranked = exp.Window(
            this=exp.Anonymous(this="RANK"), partition_by=group, order=exp.Order(expressions=[order]), over="OVER"
        )
        for shown in [shown for shown in tree.expressions if shown.alias.lower() == each.term.lower()]:
            shown.pop()  # Something else by the name of the rank.
        tree.select(exp.alias_(ranked, each.term), copy=False)
        changes.append(f"{each.term} as it is defined")
    return changes


def count_as_defined(tree: exp.Expr, defined: Sequence[Definition]) -> list[str]:
    """Count, in place, the rows where a term that is defined as a count adds up a column; return what changed."""
    changes = []
    for each in defined:
        if not _COUNT.search(each.text) or _REAL.search(each.text):
            continue
        for shown in tree.find_all(exp.Alias):
            summed = isinstance(shown.this, exp.Sum) and isinstance(shown.this.this, exp.Column)
            if summed and shown.alias.lower() == each.term.lower():
                shown.set("this", exp.Count(this=exp.Star()))
                changes.append(f"{each.term} as it is defined")
    return changes


def left_undefined(tree: exp.Expr, defined: Sequence[Definition]) -> tuple[str, ...]:
    """Return the terms that a query works out nowhere, as far as the names in it tell."""
    named = {each.alias.lower() for each in tree.find_all(exp.Alias)}
    known = {stem for each in tree.find_all(exp.Column, exp.Alias) for stem in stemmed(words(each.alias_or_name))}
    known |= {stem for each in tree.find_all(exp.Literal) if each.is_string for stem in stemmed(each.name)}
    return tuple(each.term for each in defined if each.term.lower() not in named and not _said(each.text) <= known)


def _said(text: str) -> set[str]:
    """Return what a definition is of: its words before it goes into details."""
    return set(stemmed(re.split(r"[,;:(=]|\b(?:by|with|where|who|that|in|of|for|from)\b", text)[0]))


def _ranked_by(tree: exp.Select, defined: Definition) -> exp.Expr | None:
    """Return the total by which the rank is made: the one whose name or column the definition has most words of."""
    totals = [each for each in tree.expressions if aggregates(each) and each.alias.lower() != defined.term.lower()]
    asked = set(stemmed(defined.text))
    scored = [
        (
            len(
                asked
                & {
                    stem
                    for name in (each.alias, *(column.name for column in each.find_all(exp.Column)))
                    for stem in stemmed(words(name))
                }
            ),
            each.unalias(),
        )
        for each in totals
    ]
    best = max((score for score, _ in scored), default=0)
    found = [total for score, total in scored if score == best]
    return found[0] if best and len(found) == 1 else None


def _group(tree: exp.Select, text: str) -> list[exp.Expr] | None:
    """Return what a rank begins anew for; None where a definition names something that the query does not have."""
    within = _WITHIN.search(text)
    if within is None:
        return []
    wanted = set(stemmed(within["group"]))
    found = [
        column.copy()
        for each in tree.args["group"].expressions
        for column in each.find_all(exp.Column)
        if wanted <= set(stemmed(words(column.name)))
    ]
    return found[:1] or None


def _order_of(text: str) -> str:
    """Return the words that say which rank comes first."""
    first = re.search(
        r"(?i)\b(?:descending|ascending|desc|asc)\b|\brank\s*1\b[^.]*|[^,.]*\b(?:having|has)\s+rank\s*1\b", text
    )
    return first[0] if first else ""
