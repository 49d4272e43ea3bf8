"""Read how long something lasts, and reckon with it."""

import calendar
import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.facts import WORD_NUMBERS

_UNIT = re.compile(r"(?i)\b(day|week|month|year|anniversary|anniversaries)s?\b")
_COUNT = re.compile(
    r"(?i)(?:\b(?P<word>[a-z]+(?:[ -][a-z]+)?))?\s*"
    r"(?:\(\s*(?P<inside>\d{1,3})(?:st|nd|rd|th)?\s*\)|\b(?P<bare>\d{1,3})(?:st|nd|rd|th)?)?\s*-?\s*"
    r"(?:(?:contract|full|calendar|consecutive|business|additional|successive|further|extra|working)\s+)*$"
)
_MOST = 1200  # Of any unit: more is a year or a number of something else.


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time as people count it."""

    count: int
    unit: str

    def __str__(self) -> str:
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"

    def after(self, day: datetime.date) -> datetime.date | None:
        """Return the same day so much later, or the last of a shorter month; None past the calendar's end."""
        if self.unit in {"day", "week"}:
            return day + datetime.timedelta(days=self.count * (7 if self.unit == "week" else 1))
        months = day.year * 12 + day.month - 1 + self.count * (12 if self.unit == "year" else 1)
        year, month = divmod(months, 12)
        if year > datetime.MAXYEAR:
            return None
        return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def durations(text: str) -> Iterator[tuple[int, int, Duration]]:
    """Yield the lengths of time that a text names, with where each begins and ends."""
    for unit in _UNIT.finditer(text):
        from_ = max(0, unit.start() - 60)
        found = _COUNT.search(text[from_ : unit.start()])
        if found is None:
            continue
        count = _counted(found)
        if count and count <= _MOST:
            name = unit[1].lower()
            yield from_ + found.start(), unit.end(), Duration(count, "year" if name.startswith("anni") else name)


def _counted(found: re.Match[str]) -> int:
    if digits := found["inside"] or found["bare"]:
        return int(digits)
    words = re.split(r"[ -]", (found["word"] or "").lower())
    tens, ones = (WORD_NUMBERS.get(words[-2], 0) if len(words) > 1 else 0), WORD_NUMBERS.get(words[-1], 0)
    if ones:
        return tens + ones if 20 <= tens <= 90 and ones < 10 else ones
    # `for an additional year` is one.
    return int(words[-1] in {"a", "an"} or (words[0] in {"a", "an"} and words[-1] in {"additional", "further"}))
