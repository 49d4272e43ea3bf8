"""Find which point of a result a message means, and what it is to be held against."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from knowledge.database.names import stemmed
from knowledge.database.periods import MONTHS, month_start, quarter_start, year_start
from knowledge.database.why.asked import Wondered
from knowledge.database.why.points import Axis, Point, said

_MAY = r"(?-i:May)|(?<=\bin )may|(?<=\bof )may|(?<=\bfor )may|(?<=\bis )may|(?<=\bduring )may"  # Else it is a verb.
_MONTH = re.compile(
    rf"(?i)\b(?P<name>{'|'.join(f'{name}|{name[:3]}' for name in MONTHS if name != 'may')}|sept|{_MAY})\b\.?"
    r"(?:,?\s+(?P<year>(?:19|20)\d\d))?"
)
_ISO_MONTH = re.compile(r"\b(?P<year>(?:19|20)\d\d)[-/](?P<name>\d\d)(?![-/\d])")
_QUARTER = re.compile(
    r"(?i)\b(?:Q(?P<number>[1-4])|(?P<ordinal>first|second|third|fourth)\s+quarter)(?:\s+(?:of\s+)?(?P<year>(?:19|20)\d\d))?"
)
_YEAR = re.compile(r"\b((?:19|20)\d\d)\b")
_DAY = re.compile(r"\b(?:19|20)\d\d-\d\d-\d\d\b")
_RELATIVE = re.compile(r"(?i)\b(?P<which>this|last|current|previous|past)\s+(?P<unit>week|month|quarter|year)\b")
MOST = 100  # Points whose average is taken; of more the foremost is held against.
_ORDINALS = ("first", "second", "third", "fourth")


@dataclass(frozen=True, slots=True)
class Compared:
    """A point, and what it is held against: another point, or the average of `others` where there is none.

    `way` is 1 where the point is the higher of the two. `premise` says whether what was said of it holds.
    """

    point: Point
    other: Point | None
    others: tuple[Point, ...]
    way: int
    premise: bool

    @property
    def average(self) -> float:
        """Return what the other points come to on average."""
        return sum(each.value for each in self.others) / len(self.others)

    @property
    def reference(self) -> float:
        """Return the value that the point is held against."""
        return self.average if self.other is None else self.other.value

    @property
    def difference(self) -> float:
        """Return by how much the point is higher."""
        return self.point.value - self.reference


def named(text: str, axis: Axis, today: date) -> tuple[Point, ...] | None:
    """Return the points that a text names, none where it names none; None where it names a period that is not there."""
    if not axis.in_time:
        return _things(text, axis.points)
    asked = _time(text, axis.grain, today)
    if not asked:
        others = {"month", "quarter", "year", "day"} - {axis.grain}
        return None if any(_time(text, grain, today) for grain in others) else ()
    found = [each for each in axis.points if any(_is(each, year, part, axis.grain) for year, part in asked)]
    return tuple(found[-1:]) or None


def compare(
    asked: Wondered, axis: Axis, points: tuple[Point, ...], against: tuple[Point, ...], *, today: date
) -> Compared | None:
    """Return the point that is meant and what it is best held against; None where there is nothing else."""
    if len(axis.points) < 2:
        return None
    if not points and axis.in_time and asked.step and not against:
        return _largest_step(asked, axis, today)
    way = asked.way or 1
    choice = points or axis.points
    point = max(choice, key=lambda each: way * each.value)
    others = tuple(each for each in axis.points if each is not point)
    other = next((each for each in against if each is not point), None)
    if other is None and axis.in_time:
        other = _beside(point, axis)
        if not asked.step:
            average = sum(each.value for each in others) / len(others)
            actual = _sign(point.value - average) or way
            if other is not None and _sign(point.value - other.value) != actual:
                other = None
    if other is None and (len(others) == 1 or len(others) > MOST):
        other = max(others, key=lambda each: each.value)
    found = Compared(point, other, others, 0, True)
    actual = _sign(found.difference)
    return Compared(point, other, others, actual, not asked.way or asked.way == actual)


def _largest_step(asked: Wondered, axis: Axis, today: date) -> Compared:
    """Return the largest change the asked way; where no way is asked, not that to a period which is not over."""
    steps = [(after.value - before.value, before, after) for before, after in pairwise(axis.points)]
    if not asked.way:
        steps = [each for each in steps if not each[2].holds(today)] or steps
    right = [each for each in steps if not asked.way or _sign(each[0]) == asked.way]
    _, before, after = max(right or steps, key=lambda each: abs(each[0]))
    others = tuple(each for each in axis.points if each is not after)
    return Compared(after, before, others, _sign(after.value - before.value), bool(right))


def _beside(point: Point, axis: Axis) -> Point | None:
    at = axis.points.index(point)
    return axis.points[at - 1] if at else axis.points[1]


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


def _things(text: str, points: Sequence[Point]) -> tuple[Point, ...]:
    """Return the point that is named first, the longest name of those; else those one of whose words is said."""
    whole = [each for each in points if said(each.label, text)]
    whole.sort(key=lambda each: (text.casefold().find(each.label.casefold()), -len(each.label)))
    if whole:
        return tuple(whole[:1])
    stems = stemmed(text)
    for point in points:
        own = stemmed(point.label)
        if own and any(stems[at : at + len(own)] == own for at in range(len(stems))):
            return (point,)
    spoken = {each for each in re.findall(r"[^\W\d_][\w’'-]{2,}", text) if each[0].isupper()}
    spoken -= set(re.findall(r"^\W*(\w+)", text))  # The first word of a sentence is written large, name or not.
    return tuple(each for each in points if any(said(word, each.label) for word in spoken))


def _time(text: str, grain: str, today: date) -> list[tuple[int, int | str]]:
    """Return the periods of this grain that a text names: year, or 0 where it says none, and part of the year."""
    if (match := _RELATIVE.search(text)) and (found := _relative(match, grain, today)):
        return found
    match grain:
        case "month":
            months = [*_MONTH.finditer(text), *_ISO_MONTH.finditer(text)]
            return [(int(each["year"] or 0), _month(each["name"])) for each in months]
        case "quarter":
            return [
                (int(each["year"] or 0), int(each["number"] or _ORDINALS.index(each["ordinal"].lower()) + 1))
                for each in _QUARTER.finditer(text)
            ]
        case "year":
            return [(int(each), 1) for each in _YEAR.findall(text)]
        case _:
            return [(0, each) for each in _DAY.findall(text)]


def _relative(match: re.Match[str], grain: str, today: date) -> list[tuple[int, int | str]]:
    if match["unit"].lower() != grain:
        return []
    back = match["which"].lower() not in {"this", "current"}
    match grain:
        case "month":
            start = month_start(today, -back)
            return [(start.year, start.month)]
        case "quarter":
            start = month_start(quarter_start(today), -3 * back)
            return [(start.year, (start.month + 2) // 3)]
        case "year":
            return [(year_start(today).year - back, 1)]
        case _:
            return [(0, (today - timedelta(days=today.weekday() + 7 * back)).isoformat())]


def _month(name: str) -> int:
    return (
        int(name) if name.isdigit() else next(at for at, each in enumerate(MONTHS, 1) if each[:3] == name.lower()[:3])
    )


def _is(point: Point, year: int, part: int | str, grain: str) -> bool:
    if isinstance(part, str):
        return point.start is not None and point.start.isoformat() == part
    if point.start is None:
        return point.part == part
    own = {"month": point.start.month, "quarter": (point.start.month + 2) // 3, "year": 1}[grain]
    return own == part and year in {0, point.start.year}
