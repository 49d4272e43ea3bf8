"""Say in words what a query leaves out: by its conditions, as people would say them."""

import re
from collections.abc import Iterator

from sqlglot import exp
from sqlglot.errors import SqlglotError

from knowledge.database.catalog import Catalog
from knowledge.database.dialect import parse
from knowledge.database.moments import is_weekend
from knowledge.database.names import words
from knowledge.database.sources import read_by
from knowledge.database.tell import TIME

_COMPARED: dict[type, str] = {
    exp.EQ: "is",
    exp.NEQ: "is not",
    exp.GT: "more than",
    exp.GTE: "from",
    exp.LT: "below",
    exp.LTE: "up to",
    exp.Like: "like",
}
_FIGURES = {"Sum": "total", "Avg": "average", "Max": "highest", "Min": "lowest"}
_NOW = re.compile(r"(?i)^(?:DATE\('now'(?P<moved>.*)\)|CURRENT_DATE(?:\(\))?|CURDATE\(\))$")
_BACK = re.compile(
    r"(?i)^(?:DATE\('now', '-(?P<count>\d+) (?P<unit>[a-z]+?)s?'\)|"
    r"DATE_SUB\(CURRENT_DATE(?:\(\))?, INTERVAL '?(?P<number>\d+)'? (?P<of>[a-z]+?)S?\))$"
)
_STARTS = re.compile(r"(?i)^, 'start of (month|year)'$")


def filters(sql: str, catalog: Catalog) -> tuple[str, ...]:
    """Return in plain words what a query leaves out: each of its conditions, joins apart."""
    try:
        tree = parse(sql, catalog.dialect)
    except SqlglotError:
        return ()
    said: list[str] = []
    for select in tree.find_all(exp.Select):
        for clause in (select.args.get("where"), select.args.get("having")):
            if clause is not None:
                said += [words_ for part in _parts(clause.this) if (words_ := _condition(part, catalog))]
    if isinstance(tree, exp.Select) and (limit := tree.args.get("limit")) is not None:
        said.append(f"the first {limit.expression.name}")
    return tuple(dict.fromkeys(said))


def _parts(node: exp.Expr) -> Iterator[exp.Expr]:
    """Yield what has to hold together, however it is put in brackets."""
    node = node.unnest()
    if isinstance(node, exp.And):
        yield from _parts(node.left)
        yield from _parts(node.right)
    else:
        yield node


def _condition(node: exp.Expr, catalog: Catalog) -> str:
    node = node.unnest()
    if isinstance(node, exp.Or):
        return " or ".join(filter(None, (_condition(each, catalog) for each in node.flatten())))
    if isinstance(node, exp.Not):
        return _denied(node.this.unnest(), catalog)
    if isinstance(node, exp.Is):
        return f"{_operand(node.this)} is missing"
    if isinstance(node, exp.Between):
        return f"{_operand(node.this)} from {_operand(node.args['low'])} to {_operand(node.args['high'])}"
    if isinstance(node, exp.Exists):
        return f"there are {_rows(node.this)}" if _rows(node.this) else ""
    if isinstance(node, exp.In):
        if node.args.get("query"):
            return ""  # The conditions of the query within say what they have.
        if is_weekend(node):
            return f"{', '.join(words(each.name) for each in node.this.find_all(exp.Column))} at a weekend"
        return f"{_operand(node.this)} is one of {', '.join(map(_operand, node.expressions))}"
    for kind, said in _COMPARED.items():
        if type(node) is kind:
            verb = said
            left, right = node.this, node.expression
            if isinstance(left, exp.Column) and isinstance(right, exp.Column) and kind is exp.EQ:
                return ""
            if kind in {exp.GTE, exp.LTE} and not _is_day(right):
                verb = "at least" if kind is exp.GTE else "at most"
            if kind is exp.LT and _is_day(right):
                verb = "before"
            if kind is exp.GT and _is_day(right):
                verb = "after"
            return f"{_operand(left)} {verb} {_operand(right)}"
    return node.sql(catalog.dialect)


def _denied(node: exp.Expr, catalog: Catalog) -> str:
    if isinstance(node, exp.Is):
        return f"{_operand(node.this)} is given"
    within = node.this if isinstance(node, exp.Exists) else node.args.get("query") if isinstance(node, exp.In) else None
    if within is not None and _rows(within):
        return f"there are no {_rows(within)}"
    said = _condition(node, catalog)
    return f"not ({said})" if said else ""


def _rows(query: exp.Expr) -> str:
    """Return what a query within reads."""
    select = query.this if isinstance(query, exp.Subquery) else query
    read = read_by(select) if isinstance(select, exp.Select) else []
    return " with ".join(words(each.name) for each in read if isinstance(each, exp.Table))


def _operand(node: exp.Expr) -> str:
    node = node.unnest()
    if day := _day(node):
        return day
    if isinstance(node, exp.Lower | exp.Upper | exp.Cast) and isinstance(node.this, exp.Column | exp.Literal):
        return _operand(node.this)
    if isinstance(node, exp.Column):
        return words(node.name)
    if isinstance(node, exp.TimeToStr | exp.Date | exp.TsOrDsToDate) and isinstance(node.find(exp.Column), exp.Column):
        # What it is compared with says whether a year, a month or a day is meant.
        return ", ".join(words(each.name) for each in node.find_all(exp.Column))
    if isinstance(node, exp.Literal):
        return f"“{node.name.strip('%')}”" if node.is_string and not TIME.fullmatch(node.name) else node.name
    if isinstance(node, exp.Count):
        return "the number of rows" if isinstance(node.this, exp.Star) else f"the number of {_operand(node.this)}"
    if type(node).__name__ in _FIGURES:
        return f"{_FIGURES[type(node).__name__]} {_operand(node.this)}"
    if isinstance(node, exp.Distinct):
        return f"different {', '.join(map(_operand, node.expressions))}"
    if isinstance(node, exp.Select) and len(node.expressions) == 1:
        return f"the {_operand(node.expressions[0].unalias())} of {_rows(node)}"
    return str(node.sql())


def _day(node: exp.Expr) -> str:
    """Return in words a day that is counted from today; nothing where it is another."""
    written = node.sql("sqlite" if isinstance(node, exp.Anonymous | exp.Date) else "mysql")
    if back := _BACK.match(written):
        count, unit = back["count"] or back["number"], (back["unit"] or back["of"]).lower()
        return f"the day {count} {unit}{'s' * (count != '1')} ago"
    if now := _NOW.match(written):
        starts = _STARTS.match(now["moved"] or "")
        return "today" if not now["moved"] else f"the first day of this {starts[1].lower()}" if starts else ""
    return ""


def _is_day(node: exp.Expr) -> bool:
    if isinstance(node, exp.Literal) and node.is_string and TIME.fullmatch(node.name):
        return True
    timed = node.find(exp.CurrentDate, exp.DateSub, exp.DateAdd, exp.Date, exp.TsOrDsToDate)
    return bool(_day(node)) or timed is not None
