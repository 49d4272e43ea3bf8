"""Compare what a contract states with a bound that a question sets: `more than 60 days`, `at least EUR 1m`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from knowledge.documents.amounts import money_in
from knowledge.documents.duration import durations
from knowledge.facts import WORD_NUMBERS

Number = int | Decimal
_OPS: dict[str, Callable[[Number, Number], bool]] = {
    "more than": lambda value, limit: value > limit,
    "at least": lambda value, limit: value >= limit,
    "less than": lambda value, limit: value < limit,
    "at most": lambda value, limit: value <= limit,
    "": lambda value, limit: value == limit,
}
# In this order: `no more than` is none of `more than`.
_SAID = {
    "at most": r"at\s+most|no\s+(?:more|longer|higher|greater)\s+than|not\s+(?:more|longer)\s+than|up\s+to|"
    r"not\s+exceeding|(?:a\s+)?maximum(?:\s+of)?",
    "at least": r"at\s+least|(?:no|not)\s+(?:less|fewer|shorter|lower)\s+than|(?:a\s+)?minimum(?:\s+of)?",
    "more than": r"(?:more|longer|greater|higher|larger|bigger)\s+than|over|above|exceed(?:s|ing)?|beyond",
    "less than": r"(?:less|fewer|shorter|lower|smaller)\s+than|under|below",
    "": r"exactly|precisely",
}
HOW = "|".join(_SAID.values())
LONG = (
    rf"(?:\d{{1,4}}|{'|'.join(sorted(WORD_NUMBERS, key=len, reverse=True))}|an?)\s*-?\s*"
    r"(?:(?:calendar|business|full)\s+)?(?:days?|weeks?|months?|years?)(?!\w)'?"
)
_LONG = re.compile(rf"(?i){LONG}")
_OR_SO = re.compile(r"(?i)\s*(?:or\s+(?:(?P<more>more|longer|over|above|higher)|less|shorter|under|below|lower)\b)")


@dataclass(frozen=True, slots=True)
class Bound:
    """What a value is to be compared with, and how; "" is to be the same."""

    how: str
    value: str

    def holds(self, stated: str) -> bool | None:
        """Tell whether a stated value keeps to it; None where the two cannot be compared."""
        mine, other = _measure(self.value), _measure(stated)
        if mine is None or other is None or mine[0] != other[0]:
            return None
        return _OPS[self.how](other[1], mine[1])

    @property
    def currency(self) -> str:
        """Return the currency of an amount; "" for a length of time."""
        mine = _measure(self.value)
        return mine[0] if mine else ""

    def __str__(self) -> str:
        return f"{self.how} {self.value}".strip()


def bound_of(how: str, rest: str, *, money: bool) -> tuple[Bound, str] | None:
    """Return the bound that a text opens with, and what follows it; `how` are the words before the value."""
    said = next((op for op, words in _SAID.items() if re.fullmatch(rf"(?i)(?:{words})", how.strip())), "")
    if money:
        at, end, value = next(money_in(rest), (1, 0, ""))
        if at:
            return None
    else:
        found = _LONG.match(rest)
        long = next((each for _, _, each in durations(found[0])), None) if found else None
        if found is None or long is None:
            return None
        end, value = found.end(), str(long)
    if not said and (more := _OR_SO.match(rest[end:])):
        said, end = "at least" if more["more"] else "at most", end + more.end()
    return Bound(said, value), rest[end:].strip()


def _measure(value: str) -> tuple[str, Number] | None:
    """Return what can be compared: an amount by its currency, or days by ""."""
    amount = next((each for _, _, each in money_in(value)), None)
    if amount is not None:
        currency, _, number = amount.partition(" ")
        return currency, Decimal(number.replace(",", ""))
    long = next((each for _, _, each in durations(value)), None)
    if long is None:
        return None
    if long.unit in {"day", "week"}:
        return "", long.count * (7 if long.unit == "week" else 1)
    months = long.count * (12 if long.unit == "year" else 1)
    return "", 30 * months + 5 * (months // 12)  # A month is one of 30 days, a year one of 365.
