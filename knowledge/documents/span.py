"""Read a stretch of time as a question names it: `in the next 90 days`, `before 2024`, `this quarter`."""

import calendar
import datetime
import re
from dataclasses import dataclass

from knowledge.documents.dating import whole
from knowledge.documents.duration import Duration, durations
from knowledge.facts import MONTHS, WORD_NUMBERS, dates_in

SOON = Duration(90, "day")
_NEAR = {"yesterday": -1, "today": 0, "now": 0, "tomorrow": 1}
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_QUARTER = (
    r"(?:[qh][1-4][,\s]\s*(?:of\s+)?(?:19|20)\d\d|(?:19|20)\d\d\s*[qh][1-4](?!\w)|"
    r"(?:the\s+)?(?:first|second|third|fourth|last|1st|2nd|3rd|4th)\s+(?:quarter|half)\s+(?:of\s+)?(?:19|20)\d\d)"
)
_DAY = (
    rf"(?:{_QUARTER}|(?:the\s+)?\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{_MONTH})\.?,?\s+\d{{4}}|(?:{_MONTH})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+"
    rf"\d{{4}}|\d{{4}}-\d\d?-\d\d?|\d\d?[/.]\d\d?[/.]\d{{4}}|(?:{_MONTH})\s+(?:of\s+)?\d{{4}}|(?:the\s+)?(?:end|start|beginning)\s+of\s+"
    rf"(?:(?:this|next)\s+(?:year|quarter|month)|the\s+(?:year|quarter|month)|(?:{_MONTH})\s+\d{{4}}|\d{{4}})|(?:19|20)\d\d|today|now|tomorrow|yesterday|"
    r"(?:this|next|last)\s+(?:week|month|quarter|year))"
)
_MANY = rf"(?:\d{{1,4}}|{'|'.join(WORD_NUMBERS)})\s+(?:days?|weeks?|months?|quarters?|years?)"
_COUNTED = rf"(?:(?:\d{{1,4}}|{'|'.join(WORD_NUMBERS)})\s+)?(?:days?|weeks?|months?|quarters?|years?)"
WHEN = re.compile(
    rf"(?i)(?:(?:with)?in|over|during)\s+the\s+(?:next|coming|following)\s+(?P<next>{_COUNTED})\b|(?:the\s+)?(?:next|coming)\s+(?P<ahead>{_MANY})\b|"
    rf"(?:within|in)\s+(?:less\s+than\s+)?(?P<within>(?:\d{{1,4}}|{'|'.join(WORD_NUMBERS)})\s+(?:days?|weeks?|months?|quarters?|years?))|"
    rf"(?:with)?in\s+the\s+(?:last|past)\s+(?P<past>{_COUNTED})|"
    rf"(?:between|from)\s+(?P<from>{_DAY}|(?:{_MONTH})\b)\s+(?:and|to|until|till|through)\s+(?P<to>{_DAY})|"
    rf"(?:before|prior\s+to|earlier\s+than)\s+(?P<before>{_DAY})|(?:until|by|no\s+later\s+than|up\s+to)\s+(?P<by>{_DAY})|"
    rf"(?:after|later\s+than)\s+(?P<after>{_DAY})|(?:since|from|as\s+of)\s+(?P<since>{_DAY})|"
    rf"(?:in|during|on|at)?\s*(?:the\s+)?(?P<in>{_DAY})|(?P<soon>(?:very\s+)?soon|shortly)"
)


@dataclass(frozen=True, slots=True)
class Span:
    """The days from `low` to `high`, both counted in; None where it is open."""

    low: datetime.date | None = None
    high: datetime.date | None = None

    def holds(self, day: datetime.date) -> bool:
        """Tell whether a day lies in it."""
        return (self.low is None or day >= self.low) and (self.high is None or day <= self.high)

    def __str__(self) -> str:
        if self.low and self.low == self.high:
            return f"on {spoken(self.low)}"
        if self.low and self.high:
            return f"from {spoken(self.low)} to {spoken(self.high)}"
        return f"from {spoken(self.low)}" if self.low else f"by {spoken(self.high)}" if self.high else "ever"


def spoken(day: datetime.date) -> str:
    """Return a day as people write it."""
    return f"{day.day} {day:%B %Y}"


def span_of(found: re.Match[str], today: datetime.date) -> Span | None:
    """Return what a match of `WHEN` means, seen from today; None where a day of it does not exist."""
    one = datetime.timedelta(days=1)
    if found["soon"]:
        return Span(today, SOON.after(today))
    if counted := found["next"] or found["ahead"] or found["within"]:
        return Span(today, _length(counted).after(today))
    if found["past"]:
        long = _length(found["past"])
        return Span(_before(today, long), today)
    if found["from"]:
        high = _days(found["to"], today)
        low = _days(found["from"], today) or (_same_year(found["from"], high) if high else None)
        return Span(low.low, high.high) if low and high else None
    name = next(each for each in ("before", "by", "after", "since", "in") if found[each])
    days = _days(found[name], today)
    if days is None or days.low is None or days.high is None:
        return None
    match name:
        case "before":
            return Span(None, days.low - one)
        case "by":
            return Span(None, days.high)
        case "after":
            return Span(days.high + one)
        case "since":
            return Span(days.low)
    return days


def _length(counted: str) -> Duration:
    found = next((long for _, _, long in durations(counted)), None)
    if found is None:
        quarters = re.match(r"(?i)(\w+)?\s*quarter", counted)
        if quarters:
            count = (quarters[1] or "1").lower()
            return Duration(3 * (int(count) if count.isdecimal() else WORD_NUMBERS.get(count, 1)), "month")
        return Duration(1, counted.strip().rstrip("s").lower())
    return found


def _before(day: datetime.date, long: Duration) -> datetime.date | None:
    return Duration(-long.count, long.unit).after(day)


def _days(words: str, today: datetime.date) -> Span | None:
    """Return the first and the last day of what is named."""
    words = words.lower().strip()
    if words in _NEAR:
        shifted = today + datetime.timedelta(days=_NEAR[words])
        return Span(shifted, shifted)
    if quarter := re.search(_QUARTER, words):
        return _part(quarter[0])
    edge = re.match(r"(?:the\s+)?(end|start|beginning)\s+of\s+(?:the\s+)?(.+)", words)
    if edge:
        inner = _days(edge[2] if edge[2][0].isdigit() or " " in edge[2] else f"this {edge[2]}", today)
        day = inner and (inner.high if edge[1] == "end" else inner.low)
        return Span(day, day) if day else None
    if near := re.fullmatch(r"(this|next|last)\s+(week|month|quarter|year)", words):
        return _near(near[1], near[2], today)
    if re.fullmatch(r"\d{4}", words):
        return Span(datetime.date(int(words), 1, 1), datetime.date(int(words), 12, 31))
    found = next((each for _, _, each in dates_in(words)), None)
    if found is None or not found.year:
        return None
    if not found.day:
        return _months(found.year, found.month, 1)
    day = whole(found)
    return Span(day, day) if day else None


def _part(words: str) -> Span | None:
    """Return a quarter or a half of a year."""
    year = re.search(r"(?:19|20)\d\d", words)
    size = 3 if "q" in words else 6
    found = re.search(r"[qh]([1-4])|(?<!\d)([1-4])(?:st|nd|rd|th)|(first|second|third|fourth|last)", words)
    if year is None or found is None:
        return None
    nth = (
        int(found[1] or found[2] or 0)
        or {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 12 // size}[found[3]]
    )
    return _months(int(year[0]), (nth - 1) * size + 1, size) if nth * size <= 12 else None


def _same_year(month: str, end: Span) -> Span | None:
    """Return the last month of a name that begins by the end of a stretch: `between January and March 2027`."""
    number = MONTHS.get(month.strip(" .").lower())
    if number is None or end.high is None:
        return None
    return _months(end.high.year - (number > end.high.month), number, 1)


def _near(which: str, unit: str, today: datetime.date) -> Span:
    step = {"last": -1, "this": 0, "next": 1}[which]
    if unit == "week":
        monday = today - datetime.timedelta(days=today.weekday() - 7 * step)
        return Span(monday, monday + datetime.timedelta(days=6))
    size = {"month": 1, "quarter": 3, "year": 12}[unit]
    month = today.year * 12 + (today.month - 1) // size * size + step * size
    return _months(month // 12, month % 12 + 1, size)


def _months(year: int, month: int, count: int) -> Span:
    last = year * 12 + month - 1 + count - 1
    end_year, end_month = last // 12, last % 12 + 1
    return Span(
        datetime.date(year, month, 1),
        datetime.date(end_year, end_month, calendar.monthrange(end_year, end_month)[1]),
    )
