"""Map spans of one text onto another text of the same words, set differently."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence

LEAST = 12  # Letters and digits below which a piece of a span is too common to be placed.
Span = tuple[int, int]


class Alignment:
    """Where the words of `source` stand in `target`; white space, punctuation and case are no difference."""

    def __init__(self, source: str, target: str) -> None:
        self._source, self._source_at = _letters(source)
        self._target, self._target_at = _letters(target)

    def spans(self, start: int, end: int) -> tuple[list[Span], float]:
        """Return where source[start:end] stands in the target, and what share of it could not be placed."""
        first, last = bisect_left(self._source_at, start), bisect_left(self._source_at, end)
        if first >= last:
            return [], 1.0
        found: list[Span] = []
        placed = self._place(first, last, self._drift(first), found)
        joined = merge((self._target_at[low], self._target_at[high - 1] + 1) for low, high in found)
        return joined, 1.0 - placed / (last - first)

    def _place(self, first: int, last: int, drift: int, found: list[Span]) -> int:
        """Place a piece by its longest beginnings, one after the other; return how many letters were placed."""
        placed = 0
        while last - first >= LEAST:
            length, at = self._beginning(first, last, drift)
            if length < LEAST:
                first += LEAST // 2
                continue
            found.append((at, at + length))
            placed, drift, first = placed + length, at - first, first + length
        return placed

    def _beginning(self, first: int, last: int, drift: int) -> tuple[int, int]:
        """Return the length of the longest beginning that the target has near where it should be, and where."""
        whole = self._nearest(self._source[first:last], first + drift)
        if whole >= 0:
            return last - first, whole
        low, high, at = 0, last - first, -1
        while high - low > 1:
            middle = (low + high) // 2
            there = self._nearest(self._source[first : first + middle], first + drift)
            low, high, at = (middle, high, there) if there >= 0 else (low, middle, at)
        return low, at

    def _nearest(self, piece: str, expected: int) -> int:
        best = at = self._target.find(piece)
        while at >= 0:
            if abs(at - expected) < abs(best - expected):
                best = at
            at = self._target.find(piece, at + 1)
        # A short piece far from where it should be is another place with the same words.
        return best if best < 0 or len(piece) >= 40 or abs(best - expected) < 3000 else -1

    def _drift(self, first: int) -> int:
        """Return how far the target runs ahead here, by the nearest stretch before that is unique in both."""
        for back in range(0, 6000, 60):
            at = first - back
            if at < 0:
                break
            piece = self._source[at : at + 60]
            there = self._target.find(piece)
            if there >= 0 and self._target.find(piece, there + 1) < 0 and self._source.count(piece) == 1:
                return there - at
        return round(first * (len(self._target) / max(1, len(self._source)) - 1))


def _letters(text: str) -> tuple[str, Sequence[int]]:
    """Return the letters and digits of a text in lower case, and where each stands."""
    kept = [(low, at) for at, each in enumerate(text) if each.isalnum() for low in each.lower()]
    return "".join(low for low, _ in kept), [at for _, at in kept]


def merge(spans: Iterable[Span]) -> list[Span]:
    """Return spans in order, those that touch or overlap as one."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def overlap(spans: Iterable[Span], others: Sequence[Span]) -> int:
    """Return how many characters of `spans` lie in `others`, both without overlaps of their own."""
    return sum(max(0, min(end, stop) - max(start, begin)) for start, end in spans for begin, stop in others)
