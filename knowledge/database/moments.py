"""Take a moment apart as each database does: its year and quarter, its week and the day in it."""

import sqlglot
from sqlglot import exp

PARTS = {
    "YEAR": "CAST(STRFTIME('%Y', {x}) AS INTEGER)",
    "MONTH": "CAST(STRFTIME('%m', {x}) AS INTEGER)",
    "DAY": "CAST(STRFTIME('%d', {x}) AS INTEGER)",
    "HOUR": "CAST(STRFTIME('%H', {x}) AS INTEGER)",
    "MINUTE": "CAST(STRFTIME('%M', {x}) AS INTEGER)",
    "WEEK": "CAST(STRFTIME('%W', {x}) AS INTEGER)",
    "QUARTER": "CAST((CAST(STRFTIME('%m', {x}) AS INTEGER) + 2) / 3 AS INTEGER)",
    "DOW": "CAST(STRFTIME('%w', {x}) AS INTEGER)",
    "DAYOFWEEK": "CAST(STRFTIME('%w', {x}) AS INTEGER)",
    "EPOCH": "CAST(STRFTIME('%s', {x}) AS INTEGER)",
}
STARTS = {
    "YEAR": "DATE({x}, 'start of year')",
    "MONTH": "DATE({x}, 'start of month')",
    "DAY": "DATE({x})",
    "WEEK": "DATE({x}, '-' || ((CAST(STRFTIME('%w', {x}) AS INTEGER) + 6) % 7) || ' days')",
    "QUARTER": "DATE({x}, 'start of month', '-' || ((CAST(STRFTIME('%m', {x}) AS INTEGER) - 1) % 3) || ' months')",
}
MYSQL_STARTS = {
    "YEAR": "CAST(DATE_FORMAT({x}, '%Y-01-01') AS DATE)",
    "MONTH": "CAST(DATE_FORMAT({x}, '%Y-%m-01') AS DATE)",
    "DAY": "DATE({x})",
    "WEEK": "DATE_SUB(DATE({x}), INTERVAL WEEKDAY({x}) DAY)",
    "QUARTER": "CAST(CONCAT(YEAR({x}), '-', LPAD(QUARTER({x}) * 3 - 2, 2, '0'), '-01') AS DATE)",
}
WEEKDAY = "((CAST(STRFTIME('%w', {x}) AS INTEGER) + 6) % 7)"


def weekday(moment: exp.Expr, dialect: str) -> exp.Expr:
    """Return the day of the week of a moment, Monday being 0."""
    return fill(WEEKDAY if dialect == "sqlite" else "WEEKDAY({x})", dialect, x=moment)


def weekend_of(node: exp.Expr) -> tuple[int, ...]:
    """Return how an expression numbers a weekend's days; nothing where it gives no day of the week.

    MySQL's WEEKDAY begins with Monday as 0, its DAYOFWEEK with Sunday as 1; `%w` with Sunday as 0.
    """
    if isinstance(node, exp.DayOfWeek):
        return (1, 7)
    if isinstance(node, exp.Anonymous) and node.name.upper() == "WEEKDAY":
        return (5, 6)
    shape = next((each for each in node.find_all(exp.TimeToStr) if each.text("format") == "%w"), None)
    if shape is None:
        return ()
    if node.find(exp.Mod):
        return (5, 6)
    added = node.find(exp.Add)
    if added is not None:
        return (1, 7) if added.expression.name == "1" else ()
    return (0, 6)


def is_day(node: exp.Expr) -> bool:
    """Tell whether an expression is a moment or a day of it, and no other part of it such as its hour or month."""
    shapes = {each.name for each in node.find_all(exp.Literal) if "%" in each.name}
    other = node.find(exp.Year, exp.Quarter, exp.Month, exp.Week, exp.WeekOfYear, exp.Hour, exp.Minute, exp.Second)
    taken = {each.name.upper() for each in node.find_all(exp.Extract)}
    return other is None and shapes <= {"%d", "%e", "%u", "%Y-%m-%d"} and taken <= {"DAY"}


def is_weekend(test: exp.In) -> bool:
    """Tell whether a list is Saturday and Sunday, as the expression beside it numbers them."""
    said = {int(each.name) for each in test.expressions if isinstance(each, exp.Literal) and each.name.isdigit()}
    return len(said) == 2 and said == set(weekend_of(test.this))


def year_quarter(moment: exp.Expr, dialect: str) -> exp.Expr:
    """Return the year and quarter in which a moment lies: `2026-Q3`."""
    if dialect == "sqlite":
        return fill(f"STRFTIME('%Y', {{x}}) || '-Q' || {PARTS['QUARTER']}", dialect, x=moment)
    return fill("CONCAT(YEAR({x}), '-Q', QUARTER({x}))", dialect, x=moment)


def week_start(moment: exp.Expr, dialect: str) -> exp.Expr:
    """Return the Monday of the week in which a moment lies."""
    starts = STARTS if dialect == "sqlite" else MYSQL_STARTS
    return fill(starts["WEEK"], dialect, x=moment)


def fill(template: str, dialect: str, **parts: exp.Expr | None) -> exp.Expr:
    """Return the expression that a template makes with `parts` in its places."""
    filled = template.format(**{key: part.sql(dialect) for key, part in parts.items() if part is not None})
    return sqlglot.parse_one(filled, read=dialect)
