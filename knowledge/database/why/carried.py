"""Weigh which values of which column carry a difference."""

from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.database.chart_columns import number
from knowledge.database.why.meant import Compared
from knowledge.database.why.split import Dimension, Reach
from knowledge.types import Table

SHARE, LIFT = 0.3, 0.2  # What a part must carry of a difference, and by how much more than it has of the whole.
SECOND = 0.12  # What naming a second value must add.
FEW = 8  # Values that are taken in at a glance.
MOST = 0.8  # The share of a whole from which on a value hardly divides it.
BLANK = 0.15  # What a value that is not given is worth less than one with a name.


@dataclass(frozen=True, slots=True)
class Part:
    """One value of a column: what it comes to on the two sides of a comparison."""

    value: str | None
    one: float
    other: float

    @property
    def difference(self) -> float:
        """Return by how much the first side is more."""
        return self.one - self.other


@dataclass(frozen=True, slots=True)
class Carried:
    """A difference told by one column; `parts` come with those first that carry most of it."""

    reach: Reach
    dimension: Dimension
    parts: tuple[Part, ...]
    top: int  # How many of the parts are worth naming.
    score: float
    stands_out: bool

    @property
    def total(self) -> float:
        """Return the whole difference."""
        return sum(each.difference for each in self.parts)


def carried(reach: Reach, dimension: Dimension, sides: Mapping[str | None, tuple[float, float]]) -> Carried | None:
    """Return how a difference is told by one column, or None where that says nothing."""
    parts = [Part(value, one, other) for value, (one, other) in sides.items() if one or other]
    total = sum(each.difference for each in parts)
    if len(parts) < 2 or not total:
        return None
    ordered = sorted(parts, key=lambda each: each.difference / total, reverse=True)
    scores = []
    for top in (1, 2):
        share, lift = _weighed(ordered[:top], parts, total)
        scores.append(
            (
                lift - (SECOND + 0.01 * len(parts)) * (top - 1) - 0.004 * max(0, len(parts) - FEW) - _blank(ordered),
                top,
                share,
                lift,
            )
        )
    if len(parts) < 4:
        scores = scores[:1]  # Two of three say no more than the third.
    score, top, share, lift = max(scores)
    return Carried(reach, dimension, tuple(ordered), top, score, share >= SHARE and lift >= LIFT)


def sides_of(table: Table, at: int) -> dict[str | None, tuple[float, float]]:
    """Return what each value of a column comes to on the two sides, which are the last two columns of `table`."""
    sides: dict[str | None, tuple[float, float]] = {}
    for row in table.rows:
        one, other = sides.get(row[at], (0.0, 0.0))
        sides[row[at]] = (_plain(one + (number(row[-2]) or 0.0)), _plain(other + (number(row[-1]) or 0.0)))
    return sides


def adds_up(table: Table, compared: Compared, digits: int | None) -> bool:
    """Tell whether the parts come to the two values that were compared: else rows were lost or counted twice."""
    rounding = 0.0001 if digits is None else 0.51 * 10**-digits
    for at, value in ((-2, compared.point.value), (-1, compared.reference)):
        total = sum(number(row[at]) or 0.0 for row in table.rows)
        if abs(total - value) > rounding * (len(table.rows) + 1) + 1e-6 * abs(value):
            return False
    return not table.cut


def with_shares(table: Table) -> Table:
    """Return a table of value, two sides and difference with each row's share of the whole difference beside it."""
    total = sum(number(row[3]) or 0.0 for row in table.rows)
    rows = tuple((*row, round(100 * (number(row[3]) or 0.0) / total, 1) if total else None) for row in table.rows)
    return Table((*table.columns, "share of the difference in percent"), rows, table.cut)


def _plain(value: float) -> float:
    return float(f"{value:.14g}")  # What adding many doubles leaves for certain.


def _blank(ordered: list[Part]) -> float:
    """Return what a column is worth less whose first value has no name, or has nearly all of both sides."""
    first = ordered[0]
    most = all(
        abs(mine) > MOST * whole > 0
        for mine, whole in (
            (first.one, sum(each.one for each in ordered)),
            (first.other, sum(each.other for each in ordered)),
        )
    )
    return BLANK if first.value is None or most else 0.0


def _weighed(top: list[Part], parts: list[Part], total: float) -> tuple[float, float]:
    """Return the share that some parts have of a difference, and by how much that is more than they have of the rest.

    The rest is the smaller side, to which the difference comes in addition.
    """
    share = sum(each.difference for each in top) / total
    sides = (
        [[abs(each.one) for each in of] for of in (parts, top)],
        [[abs(each.other) for each in of] for of in (parts, top)],
    )
    base, own = min((sum(whole), sum(part)) for whole, part in sides)
    own = own / base if base else len(top) / len(parts)
    return share, min(share, 1.2) - own
