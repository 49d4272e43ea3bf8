"""Tell what each column of a result is to a chart: a number, a time, an order or a name."""

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from knowledge.database.chart_spec import Grain

Role = Literal["number", "time", "order", "name"]
LABEL = 120  # Characters of a label that are kept.
NOTHING = "(none)"
MOST = 1e18  # No sum of money is larger; what is would be drawn wrong.

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_KEY = re.compile(r"(?i)(?:^|_)(?:id|no|number|code|zip|postcode|iban|bic|phone|key|nr)$|^id_")
_COUNTED = re.compile(r"(?i)^number$|^(?:number|no|nr)_of|(?:^|_)counts?(?:$|_)|^n_")
_YEAR = re.compile(r"(?i)(?:^|_|\b)(?:year|yr|jahr|año|ano|年)(?:$|_|\b)|年")
_MONTH = re.compile(r"(?i)(?:^|_|\b)(?:month|monat|mes)(?:$|_|\b)|月")
_QUARTER = re.compile(r"(?i)(?:^|_|\b)(?:quarter|quartal|trimestre|qtr)(?:$|_|\b)|季")
_DECIMAL = re.compile(r"[+-]?\d{1,18}\.\d{1,18}")
_TIMES: tuple[tuple[Grain, re.Pattern[str]], ...] = (
    ("minute", re.compile(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?")),
    ("day", re.compile(r"(\d{4})-(\d\d)-(\d\d)")),
    ("month", re.compile(r"(\d{4})[-/](\d\d)")),
    ("week", re.compile(r"(\d{4})-?W(\d\d)")),
    ("quarter", re.compile(r"(\d{4})[- ]?Q([1-4])")),
    ("quarter", re.compile(r"Q(?P<part>[1-4])[- ]?(?P<year>\d{4})")),
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column as a chart sees it: `labels` for its axis, `numbers` for its values."""

    name: str
    role: Role
    labels: tuple[str, ...]
    numbers: tuple[float | None, ...] = ()
    grain: Grain = ""


def columns(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> tuple[Column, ...]:
    """Return what each column is; a year beside a month or a quarter becomes one column of time."""
    found = [_column(clean(name), [row[at] for row in rows]) for at, name in enumerate(names)]
    years = next((each for each in found if each.role == "time" and each.grain == "year"), None)
    for grain, named, most in (("month", _MONTH, 12), ("quarter", _QUARTER, 4)):
        part = next((each for each in found if each.role == "order" and named.search(each.name)), None)
        if years and part and (joined := _joined(years, part, "month" if grain == "month" else "quarter", most)):
            at = found.index(years)
            return tuple(joined if number == at else each for number, each in enumerate(found) if each is not part)
    return tuple(found)


def clean(text: object) -> str:
    """Return a cell or a name on one line, without characters that hide or turn round what stands beside them."""
    line = "".join(
        " " if each.isspace() else each for each in str(text) if each.isspace() or unicodedata.category(each)[0] != "C"
    )
    line = " ".join(line.split())
    return line if len(line) <= LABEL else line[: LABEL - 1].rstrip() + "…"


def number(value: Any) -> float | None:
    """Return a cell as a finite number, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    if isinstance(value, str) and not _DECIMAL.fullmatch(value):
        return None
    try:
        result = float(value)
    except (OverflowError, ValueError):
        return None
    return result if math.isfinite(result) and abs(result) < MOST else None


def moment(value: Any) -> tuple[str, Grain] | None:
    """Return a cell as an ISO date, cut to the minute, and how fine it is; None where it is no time."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M"), "minute"
    if isinstance(value, date):
        return value.isoformat(), "day"
    if not isinstance(value, str):
        return None
    for grain, pattern in _TIMES:
        if not (match := pattern.fullmatch(value.strip())):
            continue
        named = match.groupdict()
        parts = [int(each) for each in ((named["year"], named["part"]) if named else match.groups())]
        try:
            return _begins(grain, parts), grain
        except ValueError:
            return None
    return None


def _begins(grain: Grain, parts: Sequence[int]) -> str:
    match grain:
        case "quarter":
            return date(parts[0], parts[1] * 3 - 2, 1).isoformat()
        case "week":
            return date.fromisocalendar(parts[0], parts[1], 1).isoformat()
        case "month":
            return date(parts[0], parts[1], 1).isoformat()
        case "day":
            return date(parts[0], parts[1], parts[2]).isoformat()
        case _:
            year, month, day, hour, minute = parts
            return datetime(year, month, day, hour, minute).strftime("%Y-%m-%dT%H:%M")  # noqa: DTZ001 - the bank's own time.


def _column(name: str, cells: list[Any]) -> Column:
    given = [cell for cell in cells if cell is not None]
    labels = tuple(NOTHING if cell is None else clean(cell) or "(blank)" for cell in cells)
    if not given:
        return Column(name, "name", labels)
    whole = all(isinstance(cell, int) and not isinstance(cell, bool) for cell in given)
    if whole and len(given) == len(cells) and _YEAR.search(name) and all(1900 <= cell <= 2100 for cell in given):
        return Column(name, "time", tuple(f"{cell:04}-01-01" for cell in cells), grain="year")
    if whole and _MONTH.search(name) and all(1 <= cell <= 12 for cell in given):
        return Column(name, "order", labels)
    if whole and _QUARTER.search(name) and all(1 <= cell <= 4 for cell in given):
        return Column(name, "order", tuple(f"Q{label}" if label.isdigit() else label for label in labels))
    if len(given) == len(cells) and (times := [moment(cell) for cell in cells]) and all(times):
        return _time(name, [each for each in times if each])
    if whole and _KEY.search(name) and not _COUNTED.search(name):
        return Column(name, "name", labels)
    numbers = tuple(number(cell) for cell in cells)
    if all(each is not None for each, cell in zip(numbers, cells, strict=True) if not _empty(cell)):
        if any(each is not None for each in numbers):
            return Column(name, "number", labels, numbers)
        return Column(name, "name", labels)
    return Column(name, "order" if _ordered(labels) else "name", labels)


def _empty(cell: Any) -> bool:
    return cell is None or (isinstance(cell, float) and math.isnan(cell))


def _time(name: str, times: list[tuple[str, Grain]]) -> Column:
    labels = tuple(label for label, _ in times)
    grain: Grain = max((grain for _, grain in times), key=("year", "quarter", "month", "week", "day", "minute").index)
    if grain == "minute" and all(label.endswith("T00:00") for label in labels):
        labels, grain = tuple(label[:10] for label in labels), "day"
    if grain == "day" and len(set(labels)) > 1 and all(label.endswith("-01") for label in labels):
        starts = {label[5:7] for label in labels}
        quarters = _QUARTER.search(name) and starts <= {"01", "04", "07", "10"}
        grain = "year" if starts == {"01"} and not _MONTH.search(name) else "quarter" if quarters else "month"
    return Column(name, "time", labels, grain=grain)


def _ordered(labels: tuple[str, ...]) -> bool:
    """Tell whether the labels have an order of their own: months, weekdays, bands such as `18-25`."""
    words = {label.lower() for label in labels if label != NOTHING}
    for names in (_MONTHS, _DAYS):
        if words <= {*names, *(each[:3] for each in names)}:
            return True
    return all(re.match(r"[<>≤≥]?\s?\d", word) for word in words)


def _joined(years: Column, part: Column, grain: Grain, most: int) -> Column | None:
    step = 12 // most
    labels = []
    for year, label in zip(years.labels, part.labels, strict=True):
        digits = label.removeprefix("Q")
        if not digits.isdigit():
            return None
        labels.append(f"{year[:4]}-{(int(digits) - 1) * step + 1:02}-01")
    return Column(part.name, "time", tuple(labels), grain=grain)
