"""Compare the rows of two results."""

import datetime as dt
import itertools
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

PERMUTED = 6  # Columns up to which their order does not matter.
_MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)[ T]00:00:00(?:\.0+)?")
Rows = Sequence[Sequence[Any]]


def same_rows(found: Rows, wanted: Rows, *, ordered: bool) -> bool:
    """Tell whether two results are one: the same columns in any order, the same rows, in order only where it counts."""
    if len(found) != len(wanted):
        return False
    if not found:
        return True
    width = len(found[0])
    if width != len(wanted[0]):
        return False
    ours = [tuple(map(plain, row)) for row in found]
    theirs = [tuple(map(plain, row)) for row in wanted]
    orders = itertools.permutations(range(width)) if width <= PERMUTED else [tuple(range(width))]
    for order in orders:
        turned = [tuple(row[at] for at in order) for row in ours]
        if turned == theirs if ordered else sorted(turned) == sorted(theirs):
            return True
    return False


def plain(value: Any) -> str:
    """Return a cell so that equal things are equal: 2, 2.0 and Decimal("2.00"), a day and its midnight."""
    if value is None:
        return "∅"
    if isinstance(value, bool | int | float | Decimal):
        return f"{float(value):.6g}"
    if isinstance(value, dt.datetime):
        value = value.isoformat(sep=" ")
    text = str(value).strip()
    try:
        return f"{float(text):.6g}"
    except ValueError:
        midnight = _MIDNIGHT.fullmatch(text)
        return midnight[1] if midnight else text


def difference(found: Rows | None, accepted: Sequence[Rows | None]) -> str:
    """Return in a few words how a result misses all that is accepted."""
    golds = [each for each in accepted if each is not None]
    if found is None:
        return "refused"
    if not golds:
        return "answered what cannot be answered"
    if not found:
        return "no rows"
    widths = {len(each[0]) for each in golds if each}
    if widths and len(found[0]) not in widths:
        return "more columns" if len(found[0]) > max(widths) else "fewer columns"
    if len(found) not in {len(each) for each in golds}:
        return "more rows" if len(found) > max(map(len, golds)) else "fewer rows"
    return "other values"
