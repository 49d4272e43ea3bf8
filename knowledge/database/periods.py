"""Understand when a question speaks of: "the last 30 days", "last month", "Q2 2025", as days from and up to."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlglot
from sqlglot import exp

MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_NAMES = "|".join(f"{name}|{name[:3]}" for name in MONTHS)
_COUNTS = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "ten": 10, "twelve": 12}
_COUNT = rf"\d+|{'|'.join(_COUNTS)}"


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of days; `end` is the first day after it, None where it is open.

    `from_today` says how the start follows today, as (number, unit).
    """

    said: str
    start: date | None
    end: date | None
    from_today: tuple[int, str] | None = None


def periods(text: str, today: date, *, fiscal_start: int = 1) -> list[Period]:
    """Return the periods that a question speaks of, in order, each stretch of words once."""
    found: list[tuple[int, int, Period]] = []
    for pattern, make in _RULES:
        for match in re.finditer(pattern, text, re.IGNORECASE):
            if any(match.start() < end and start < match.end() for start, end, _ in found):
                continue
            period = make(match, today, fiscal_start)
            if period is not None:
                found.append((match.start(), match.end(), period))
    return [period for _, _, period in sorted(found, key=lambda each: each[:2])]


def follow_today(tree: exp.Expr, spoken: Sequence[Period], dialect: str) -> None:
    """Write the days of rolling periods as counted from today, so that the query stays right when it is kept."""
    for period in spoken:
        if period.start is None or period.from_today is None:
            continue
        count, unit = period.from_today
        moved = f"DATE('now', '-{count} {unit}s')"
        if dialect != "sqlite":
            moved = f"DATE_SUB(CURRENT_DATE, INTERVAL {count} {unit.upper()})"
        for literal in list(tree.find_all(exp.Literal)):
            if literal.is_string and literal.name == period.start.isoformat():
                literal.replace(sqlglot.parse_one(moved, read=dialect))


def fixed_days(sql: str) -> bool:
    """Tell whether a query speaks of days of the calendar rather than of days counted from today."""
    return bool(re.search(r"'\d{4}-\d\d-\d\d", sql))


def months_before(day: date, count: int) -> date:
    """Return the day `count` months earlier, as SQL counts: 31 May less three months runs over into March."""
    index = day.year * 12 + day.month - 1 - count
    first = date(index // 12, index % 12 + 1, 1)
    try:
        return first.replace(day=day.day)
    except ValueError:
        return first + timedelta(days=day.day - 1)


def month_start(day: date, count: int = 0) -> date:
    """Return the first day of the month `count` months after that of `day`."""
    return months_before(day.replace(day=1), -count)


def quarter_start(day: date, *, fiscal_start: int = 1) -> date:
    """Return the first day of the quarter of `day`, of the calendar or of a financial year."""
    return month_start(day, -((day.month - fiscal_start) % 3))


def year_start(day: date, *, fiscal_start: int = 1) -> date:
    """Return the first day of the year of `day`, of the calendar or of a financial year."""
    year = day.year if day.month >= fiscal_start else day.year - 1
    return date(year, fiscal_start, 1)


def _rolling(match: re.Match[str], today: date, _: int) -> Period | None:
    written = (match["count"] or "1").lower()
    count = int(written) if written.isdigit() else _COUNTS.get(written, 1)
    unit = match["unit"].lower()
    days = {"day": 1, "week": 7}
    if unit in days:
        start = today - timedelta(days=count * days[unit])
        return Period(match[0], start, None, (count * days[unit], "day"))
    months = count * {"month": 1, "quarter": 3, "year": 12}[unit]
    if not 0 < months < 1200:
        return None
    return Period(match[0], months_before(today, months), None, (months, "month"))


def _last(match: re.Match[str], today: date, fiscal: int) -> Period:
    unit, start_of = match["unit"].lower(), 1
    fiscal = fiscal if match["fiscal"] else 1
    this = _this_start(unit, today, fiscal)
    del start_of
    last = {
        "day": this - timedelta(days=1),
        "week": this - timedelta(days=7),
        "month": month_start(this, -1),
        "quarter": month_start(this, -3),
        "year": month_start(this, -12),
    }[unit]
    return Period(match[0], last, this)


def _this(match: re.Match[str], today: date, fiscal: int) -> Period:
    return Period(match[0], _this_start(match["unit"].lower(), today, fiscal if match["fiscal"] else 1), None)


def _this_start(unit: str, today: date, fiscal: int) -> date:
    return {
        "day": today,
        "week": today - timedelta(days=today.weekday()),
        "month": month_start(today),
        "quarter": quarter_start(today, fiscal_start=fiscal),
        "year": year_start(today, fiscal_start=fiscal),
    }[unit]


def _named_month(match: re.Match[str], today: date, _: int) -> Period | None:
    name = match["month"].lower()[:3]
    number = next(at for at, each in enumerate(MONTHS, 1) if each.startswith(name))
    year = int(match["year"]) if match["year"] else today.year - (number > today.month)
    start = date(year, number, 1)
    return Period(match[0], start, month_start(start, 1))


def _quarter(match: re.Match[str], today: date, _: int) -> Period:
    number = (
        "1234".index(match["number"])
        if match["number"]
        else ["first", "second", "third", "fourth"].index(match["ordinal"].lower())
    )
    start = date(int(match["year"]) if match["year"] else today.year, number * 3 + 1, 1)
    return Period(match[0], start, month_start(start, 3))


def _year(match: re.Match[str], _: date, __: int) -> Period:
    start = date(int(match["year"]), 1, 1)
    return Period(match[0], start, date(start.year + 1, 1, 1))


def _to_date(match: re.Match[str], today: date, _: int) -> Period:
    return Period(match[0], _this_start(match["unit"].lower(), today, 1), None)


def _today(match: re.Match[str], today: date, _: int) -> Period:
    day = today - timedelta(days=match[0].lower() == "yesterday")
    return Period(match[0], day, day + timedelta(days=1))


_RULES: tuple[tuple[str, Callable[[re.Match[str], date, int], Period | None]], ...] = (
    (
        (
            rf"\b(?:last|past|previous)\s+(?P<count>{_COUNT})\s+(?:calendar\s+|full\s+)?"
            r"(?P<unit>day|week|month|quarter|year)s?\b"
        ),
        _rolling,
    ),
    (r"\b(?:in|over|within|during)\s+the\s+past\s+(?P<count>)(?P<unit>day|week|month|quarter|year)\b", _rolling),
    (
        (
            r"\b(?:last|previous|prior)\s+(?:(?P<fiscal>fiscal|financial)\s+|calendar\s+)?"
            r"(?P<unit>week|month|quarter|year)\b"
        ),
        _last,
    ),
    (
        r"\b(?:this|current)\s+(?:(?P<fiscal>fiscal|financial)\s+|calendar\s+)?(?P<unit>week|month|quarter|year)\b",
        _this,
    ),
    (r"\b(?P<unit>year|month|quarter)[\s-]to[\s-]date\b", _to_date),
    (
        (
            r"\b(?:Q(?P<number>[1-4])|(?P<ordinal>first|second|third|fourth)\s+quarter)"
            r"(?:\s+(?:of\s+)?(?P<year>(?:19|20)\d\d))?\b"
        ),
        _quarter,
    ),
    (
        (
            rf"\b(?:in|during|for|of|since|from)\s+(?P<month>{_NAMES})\b(?!\s+\d{{1,2}}\b)\.?"
            r"(?:,?\s+(?P<year>(?:19|20)\d\d))?"
        ),
        _named_month,
    ),
    (r"\b(?:in|during|for)\s+(?:the\s+year\s+)?(?P<year>(?:19|20)\d\d)\b(?![-/])", _year),
    (r"\b(?:today|yesterday)\b", _today),
)
