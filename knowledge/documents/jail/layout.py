"""Put what stands on a page into the order in which people read it."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

LEAST = 8  # Stretches of text that a column has at least.
WIDE = 0.22  # Of the page's width: the stretches of a column of prose, not of a table, are as wide as this.
GUTTER = (0.38, 0.62)  # Where on the page, from left to right, the space between two columns can be.
STRADDLING = 0.12  # The share of stretches that may run across it, such as headings.
MIXED = (
    0.25  # Changes from one column to the other, by stretches, from which the file's own order is not to be trusted.
)


class Box(NamedTuple):
    """A stretch of text on a page; y runs upwards."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        """Return how wide it is."""
        return self.right - self.left


def columns(boxes: Sequence[Box], width: float) -> list[tuple[float, float, float, float]]:
    """Return the parts of a page of two columns in reading order, as (left, bottom, right, top).

    Nothing for a page of one column, and for one whose own order goes down one column and then the other.
    """
    if len(boxes) < 2 * LEAST:
        return []
    gutter = _gutter(boxes, width)
    if gutter is None:
        return []
    across = [each for each in boxes if each.left < gutter < each.right]
    sides = [each.left >= gutter for each in boxes if not each.left < gutter < each.right]
    if sum(a != b for a, b in pairwise(sides)) < MIXED * len(sides):
        return []
    top, bottom = max(each.top for each in boxes) + 1, min(each.bottom for each in boxes) - 1
    bands: list[tuple[float, float, float, float]] = []
    for each in sorted(across, key=lambda box: -box.top):
        if each.top < top:
            bands += [(0.0, each.top, gutter, top), (gutter, each.top, width, top)]
        bands.append((0.0, each.bottom, width, min(each.top, top)))
        top = min(top, each.bottom)
    return [*bands, (0.0, bottom, gutter, top), (gutter, bottom, width, top)]


def _gutter(boxes: Sequence[Box], width: float) -> float | None:
    """Return where the space between two columns runs, None where there are none.

    A side is a column when no more than half of its stretches are narrow. Counted in sorted edges, as a page of figures
    has a thousand stretches.
    """
    narrow = [each for each in boxes if each.width < WIDE * width]
    rights, narrow_rights = (sorted(each.right for each in some) for some in (boxes, narrow))
    lefts, narrow_lefts = (sorted(each.left for each in some) for some in (boxes, narrow))
    best: tuple[int, float] | None = None
    for step in range(13):
        at = width * (GUTTER[0] + (GUTTER[1] - GUTTER[0]) * step / 12)
        left, right = bisect_right(rights, at), len(lefts) - bisect_left(lefts, at)
        across = len(boxes) - left - right
        if across > STRADDLING * len(boxes) or min(left, right) < LEAST:
            continue
        if bisect_right(narrow_rights, at) > left // 2:
            continue
        if len(narrow_lefts) - bisect_left(narrow_lefts, at) > right // 2:
            continue
        if best is None or across < best[0]:
            best = (across, at)
    return best[1] if best else None


def lines(boxes: Sequence[tuple[Box, str]], width: float) -> str:
    """Return recognised stretches of text as lines, column by column where a page has two."""
    parts = columns([box for box, _ in boxes], width) or [(float("-inf"),) * 2 + (float("inf"),) * 2]
    written: list[str] = []
    left = list(boxes)
    for x0, y0, x1, y1 in parts:
        inside = [each for each in left if x0 <= _middle(each[0])[0] < x1 and y0 <= _middle(each[0])[1] < y1]
        left = [each for each in left if each not in inside]
        written += _rows(inside)
    return "\n".join([*written, *_rows(left)])


def _middle(box: Box) -> tuple[float, float]:
    return (box.left + box.right) / 2, (box.bottom + box.top) / 2


def _rows(boxes: Sequence[tuple[Box, str]]) -> list[str]:
    """Return stretches that stand side by side as one line."""
    rows: list[list[tuple[Box, str]]] = []
    for each in sorted(boxes, key=lambda item: -_middle(item[0])[1]):
        height = each[0].top - each[0].bottom
        if rows and abs(_middle(rows[-1][-1][0])[1] - _middle(each[0])[1]) < height / 2:
            rows[-1].append(each)
        else:
            rows.append([each])
    return [" ".join(text for _, text in sorted(row, key=lambda item: item[0].left)) for row in rows]
