"""Turn SQL as models write it, in whichever dialect they remember, into what the database at hand understands."""

import re
from collections.abc import Callable

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from knowledge.database.moments import MYSQL_STARTS, PARTS, STARTS, WEEKDAY, fill
from knowledge.database.quotes import backticked

READ_AS = ("mysql", "sqlite", "postgres", "tsql")  # In this order: the first that can read it.
_MODIFIER = re.compile(r"([+-]?)\s*(\d+)\s+(\w+?)s?$")
_SQLITE_WORDS = re.compile(r"(?i)\|\||'now'|\bstrftime\b|\bjulianday\b|'unixepoch'|\bdate(?:time)?\s*\([^()]*,")
_JOINED_UP = re.compile(r"(?i)\bgroup_concat\s*\((?!.*\bseparator\b)")  # SQLite's second argument stands between.
_NULLS_FIRST = re.compile(r"(?i)\bnulls\s+first\b")
_SHAPES = {"YYYY": "%Y", "MM": "%m", "DD": "%d", "HH24": "%H", "MI": "%M", "SS": "%S", "Q": "%q"}
_UNITS = {
    "DAY": ("days", 1),
    "WEEK": ("days", 7),
    "MONTH": ("months", 1),
    "QUARTER": ("months", 3),
    "YEAR": ("years", 1),
    "HOUR": ("hours", 1),
    "MINUTE": ("minutes", 1),
    "SECOND": ("seconds", 1),
}
_SQLITE_CALLS = {
    "NOW": "DATETIME('now')",
    "SYSDATE": "DATETIME('now')",
    "GETDATE": "DATETIME('now')",
    "WEEKDAY": WEEKDAY,
    "UNIX_TIMESTAMP": "CAST(STRFTIME('%s', {x}) AS INTEGER)",
    "YEARWEEK": "CAST(STRFTIME('%Y%W', {x}) AS INTEGER)",
    "LEFT": "SUBSTR({x}, 1, {y})",
    "CHAR_LENGTH": "LENGTH({x})",
}


def parse(sql: str, dialect: str) -> exp.Expr:
    """Return the tree of the first statement in `sql`, its functions those of `dialect`.

    Raises:
        SqlglotError: no dialect can read it.
    """
    trouble: SqlglotError | None = None
    own = _SQLITE_WORDS.search(sql) or (dialect == "sqlite" and _JOINED_UP.search(sql))
    order = ("sqlite", *READ_AS) if own else READ_AS
    for name in order:
        try:
            tree = next(filter(None, sqlglot.parse(backticked(sql) if name == "mysql" else sql, read=name)), None)
        except SqlglotError as error:
            trouble = trouble or error
            continue
        if isinstance(tree, exp.Query):
            for division in list(tree.find_all(exp.Div)):
                steps = _is_bucket(division)
                # A share of two counts is not 0.
                division.set("typed", dialect == "sqlite" and steps)
                if steps and dialect == "mysql":
                    division.replace(exp.IntDiv(this=division.left.copy(), expression=division.right.copy()))
            if not _NULLS_FIRST.search(sql):
                for term in tree.find_all(exp.Ordered):
                    term.set("nulls_first", None)
            return _translate(tree, dialect)
    raise trouble or SqlglotError("there is no SELECT in it")


def _is_bucket(division: exp.Div) -> bool:
    """Tell whether a division cuts numbers into steps: by decade, year / 10 * 10, or what rows are grouped by."""
    step = division.expression
    if not isinstance(step, exp.Literal) or step.is_string or "." in step.name or division.find(exp.AggFunc):
        return False
    around = division.parent
    while isinstance(around, exp.Paren):
        around = around.parent
    if isinstance(around, exp.Mul) and step in {around.left, around.right}:
        return True
    select = division.find_ancestor(exp.Select)
    group = select.args.get("group") if select else None
    shown = division.find_ancestor(exp.Alias)
    grouped = group.expressions if group else []
    return any(
        division in each.find_all(exp.Div) or (shown is not None and each.name.lower() == shown.alias.lower())
        for each in grouped
    )


def _translate(tree: exp.Expr, dialect: str) -> exp.Expr:
    rule = _for_sqlite if dialect == "sqlite" else _for_mysql
    tree = tree.transform(_plain)
    return tree.transform(rule)


def _plain(node: exp.Expr) -> exp.Expr:
    """Write what every dialect writes in its own way in one way."""
    if isinstance(node, exp.ILike):
        return exp.Like(this=exp.Lower(this=node.this), expression=exp.Lower(this=node.expression))
    if isinstance(node, exp.Max | exp.Min) and node.expressions:  # The larger of two, no total.
        return (exp.Greatest if isinstance(node, exp.Max) else exp.Least)(this=node.this, expressions=node.expressions)
    if isinstance(node, exp.Anonymous) and node.name.upper() in {"DATE", "DATETIME"} and node.expressions:
        first, *more = node.expressions
        if isinstance(first, exp.Literal) and first.name == "now" and not more:
            return exp.CurrentDate() if node.name.upper() == "DATE" else exp.CurrentTimestamp()
    if isinstance(node, exp.TsOrDsToDate) and isinstance(node.this, exp.Literal) and node.this.name == "now":
        return exp.CurrentDate()
    if isinstance(node, exp.Anonymous) and node.name.upper() in {"NOW", "SYSDATE", "GETDATE"}:
        return exp.CurrentTimestamp()
    if isinstance(node, exp.Anonymous) and node.name.upper() == "DATE_PART" and len(node.expressions) == 2:
        return exp.Extract(this=exp.var(node.expressions[0].name.upper()), expression=node.expressions[1])
    if isinstance(node, exp.ToChar) and isinstance(node.args.get("format"), exp.Literal):
        shape = node.args["format"].name
        for theirs, ours in _SHAPES.items():
            shape = shape.replace(theirs, ours)
        return exp.TimeToStr(this=node.this, format=exp.Literal.string(shape))
    return node


def _for_sqlite(node: exp.Expr) -> exp.Expr:
    def made(template: str, **parts: exp.Expr | None) -> exp.Expr:
        return fill(template, "sqlite", **parts)

    if isinstance(node, exp.CurrentTimestamp):
        return made("DATETIME('now')")
    if isinstance(node, exp.CurrentDate):
        return made("DATE('now')")
    if isinstance(node, exp.DateSub | exp.DateAdd | exp.TsOrDsAdd):
        if isinstance(step := node.expression, exp.Interval):  # Where the reader is not the dialect that has it.
            unit = step.text("unit") or "DAY"
            return _moved(node.this, step.this, unit, isinstance(node, exp.DateSub), made)
        return _moved(node.this, node.expression, node.text("unit") or "DAY", isinstance(node, exp.DateSub), made)
    if isinstance(node, exp.Sub | exp.Add) and isinstance(node.expression, exp.Interval):
        step = node.expression
        return _moved(node.this, step.this, step.text("unit") or "DAY", isinstance(node, exp.Sub), made)
    if isinstance(node, exp.Extract):
        template = PARTS.get(node.this.name.upper())
        return made(template, x=node.expression) if template else node
    if isinstance(node, exp.Year | exp.Month | exp.Day | exp.Quarter | exp.Week | exp.Hour | exp.Minute):
        template = PARTS[type(node).__name__.upper()]
        inner = node.this.this if isinstance(node.this, exp.TsOrDsToDate) else node.this
        return made(template, x=inner)
    if isinstance(node, exp.DayOfWeek):
        inner = node.this.this if isinstance(node.this, exp.TsOrDsToDate) else node.this
        return made("(CAST(STRFTIME('%w', {x}) AS INTEGER) + 1)", x=inner)
    if isinstance(node, exp.DayOfMonth):
        return made(PARTS["DAY"], x=node.this)
    if isinstance(node, exp.TimestampTrunc | exp.DateTrunc):
        template = STARTS.get(node.text("unit").upper().strip("'"))
        return made(template, x=node.this) if template else node
    if isinstance(node, exp.DateDiff) and node.text("unit").upper() in {"", "DAY"}:
        return made("CAST(JULIANDAY(DATE({a})) - JULIANDAY(DATE({b})) AS INTEGER)", a=node.this, b=node.expression)
    if isinstance(node, exp.TimestampDiff | exp.DateDiff):
        return _difference(node, made)
    if isinstance(node, exp.UnixToTime):
        return made("DATETIME({x}, 'unixepoch')", x=node.this)
    if isinstance(node, exp.LastDay):
        return made("DATE({x}, 'start of month', '+1 month', '-1 day')", x=node.this)
    if isinstance(node, exp.Stddev | exp.StddevSamp | exp.StddevPop):
        return made("SQRT(AVG({x} * {x}) - AVG({x}) * AVG({x}))", x=node.this)
    if isinstance(node, exp.Anonymous) and node.name.upper() in _SQLITE_CALLS:
        given = dict(zip("xy", [*node.expressions, None, None], strict=False))
        if given["x"] is None:
            given["x"] = exp.Literal.string("now")
        return made(_SQLITE_CALLS[node.name.upper()], **given)
    if isinstance(node, exp.EQ | exp.NEQ | exp.GT | exp.GTE | exp.LT | exp.LTE | exp.In | exp.Between):
        return _as_text(node)
    if isinstance(node, exp.Left):
        return made("SUBSTR({x}, 1, {y})", x=node.this, y=node.expression)
    return node


def _as_text(test: exp.Expr) -> exp.Expr:
    """Compare what STRFTIME gives, which is text, with text: to SQLite no number is equal to one."""
    if not isinstance(test.this, exp.TimeToStr):
        return test
    shape = test.this.text("format")
    digits = {"%m": 2, "%d": 2, "%H": 2, "%M": 2, "%S": 2, "%W": 2}.get(shape, 1)
    others = (
        test.expressions
        if isinstance(test, exp.In)
        else [test.args.get(each) for each in ("expression", "low", "high")]
    )
    for each in others:
        if isinstance(each, exp.Literal) and not each.is_string:
            each.replace(exp.Literal.string(each.name.zfill(digits)))
    return test


def _moved(
    base: exp.Expr,
    amount: exp.Expr,
    unit: str,
    back: bool,
    made: Callable[..., exp.Expr],
) -> exp.Expr:
    """Return a date moved by an interval, as SQLite's date functions do it."""
    written = amount.name if isinstance(amount, exp.Literal) else ""
    match = re.fullmatch(r"\s*([+-]?\d+)\s*([A-Za-z]*?)s?\s*", written)
    unit = (match[2] if match and match[2] else unit).upper().rstrip("S")
    words, times = _UNITS.get(unit, ("days", 1))
    function = "DATETIME" if words in {"hours", "minutes", "seconds"} else "DATE"
    if match:
        count = int(match[1]) * times * (-1 if back else 1)
        step = f"'{count:+d} {words}'"
        return made(f"{function}({{x}}, {step})", x=_unwrapped(base))
    sign = "-" if back else "+"
    return made(f"{function}({{x}}, '{sign}' || ({{n}}) * {times} || ' {words}')", x=_unwrapped(base), n=amount)


def _unwrapped(base: exp.Expr) -> exp.Expr:
    """Return `'now'` for any way to say today: DATE(DATE('now'), …) is one call too many."""
    if isinstance(base, exp.CurrentDate | exp.CurrentTimestamp):
        return exp.Literal.string("now")
    if isinstance(base, exp.Paren):
        return _unwrapped(base.this)
    return base


def _difference(node: exp.Expr, made: Callable[..., exp.Expr]) -> exp.Expr:
    unit = node.text("unit").upper()
    days = "(JULIANDAY({a}) - JULIANDAY({b}))"
    months = (
        "((CAST(STRFTIME('%Y', {a}) AS INTEGER) - CAST(STRFTIME('%Y', {b}) AS INTEGER)) * 12 "
        "+ CAST(STRFTIME('%m', {a}) AS INTEGER) - CAST(STRFTIME('%m', {b}) AS INTEGER) "
        "- (STRFTIME('%d', {a}) < STRFTIME('%d', {b})))"
    )
    scale = {
        "SECOND": f"CAST(ROUND({days} * 86400) AS INTEGER)",
        "MINUTE": f"CAST({days} * 1440 AS INTEGER)",
        "HOUR": f"CAST({days} * 24 AS INTEGER)",
        "DAY": f"CAST({days} AS INTEGER)",
        "WEEK": f"CAST({days} / 7 AS INTEGER)",
        "MONTH": months,
        "QUARTER": f"({months} / 3)",
        "YEAR": f"({months} / 12)",
    }
    return made(scale.get(unit, scale["DAY"]), a=node.this, b=node.expression)


def _for_mysql(node: exp.Expr) -> exp.Expr:
    def made(template: str, **parts: exp.Expr | None) -> exp.Expr:
        return fill(template, "mysql", **parts)

    if isinstance(node, exp.CurrentTimestamp) and not node.this:
        return made("NOW()")
    if isinstance(node, exp.TimestampTrunc | exp.DateTrunc):
        template = MYSQL_STARTS.get(node.text("unit").upper().strip("'"))
        return made(template, x=node.this) if template else node
    if isinstance(node, exp.Anonymous) and node.name.upper() in {"DATE", "DATETIME"}:
        return _modified(node, made)
    if isinstance(node, exp.Sub) and all(_is_call(each, "JULIANDAY") for each in (node.left, node.right)):
        later, sooner = (_now(each.expressions[0]) for each in (node.left, node.right))
        return made("(TIMESTAMPDIFF(SECOND, {b}, {a}) / 86400)", a=later, b=sooner)
    if isinstance(node, exp.Anonymous) and node.name.upper() == "STRFTIME" and len(node.expressions) == 2:
        shape, moment = node.expressions
        shape = exp.Literal.string(shape.name.replace("%M", "%i").replace("%W", "%v"))
        return made("DATE_FORMAT({x}, {y})", x=_now(moment), y=shape)
    if isinstance(node, exp.Cast) and node.to.is_type("text", "varchar"):
        node.set("to", exp.DataType.build("char"))
    return node


def _modified(node: exp.Expr, made: Callable[..., exp.Expr]) -> exp.Expr:
    """Return SQLite's DATE(x, modifiers …) in MySQL's words."""
    base, *steps = node.expressions
    result = made("CURDATE()") if isinstance(base, exp.Literal) and base.name == "now" else made("DATE({x})", x=base)
    for step in steps:
        words = step.name.lower() if isinstance(step, exp.Literal) else ""
        if words == "unixepoch":
            result = made("FROM_UNIXTIME({x})", x=base)
        elif words.startswith("start of "):
            result = made(MYSQL_STARTS[words.removeprefix("start of ").upper()], x=result)
        elif match := _MODIFIER.fullmatch(words):
            call = "DATE_SUB" if match[1] == "-" else "DATE_ADD"
            result = made(f"{call}({{x}}, INTERVAL {match[2]} {match[3].upper()})", x=result)
        else:
            return node
    return result


def _is_call(node: exp.Expr, name: str) -> bool:
    return isinstance(node, exp.Anonymous) and node.name.upper() == name and len(node.expressions) == 1


def _now(node: exp.Expr) -> exp.Expr:
    return exp.CurrentTimestamp() if isinstance(node, exp.Literal) and node.name == "now" else node
