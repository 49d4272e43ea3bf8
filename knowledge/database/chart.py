"""Choose how a result is drawn, by rule, from its shape and from what the asker wished for."""

import math
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType

from knowledge.database.chart_block import alt, block
from knowledge.database.chart_columns import Column, columns
from knowledge.database.chart_cut import Body, distinct, in_time, largest_first, pivot, top
from knowledge.database.chart_names import additive, averaged, spoken, title_of, unit_of
from knowledge.database.chart_spec import Chart, Kind, Series
from knowledge.database.chart_wish import Wish, wished
from knowledge.database.draw import draw
from knowledge.types import Table

__all__ = ["Chart", "Series", "alt", "block", "chart_of", "draw", "wished"]

MOST_BARS = 15
MOST_SLICES = 6
MOST_SERIES = 6
MOST_ORDERED = 60
ALIKE = 40.0  # Values on one axis differ at most this many times in size, or the smaller could not be read.
LONG = 12  # Characters of a label that lies better than it stands.
_UNIT_COLUMN = re.compile(r"(?i)^(?:currency|ccy|currency_code|unit|units|waehrung|währung|moneda|货币|单位)$")


def chart_of(
    table: Table, wish: str = "", *, title: str = "", units: Mapping[str, str] = MappingProxyType({})
) -> Chart | None:
    """Return the chart that shows `table` best, or None when none would help.

    Args:
        table: A result; its cells and names are untrusted.
        wish: What the asker said: it may name a kind (`as a line`), and its words choose between several measures.
        title: What to call it; made from the columns' names otherwise.
        units: Unit by column.
    """
    wanted = wished(wish)
    if wanted.kind == "table" or not table.rows:
        return None
    found = columns(table.columns, table.rows)
    found, shared = _shared_unit(found)
    return _Choice(table, found, wish=wanted, words=wish, units={**shared, **units}, title=title).chart()


def _shared_unit(found: tuple[Column, ...]) -> tuple[tuple[Column, ...], dict[str, str]]:
    """Take out a column that says one currency for all rows: it is the unit."""
    for each in found:
        if _UNIT_COLUMN.match(each.name) and len(set(each.labels)) == 1 and len(found) > 2:
            rest = tuple(other for other in found if other is not each)
            return rest, {other.name: each.labels[0] for other in rest if additive(other.name)}
    return found, {}


def _each_once(column: Column) -> bool:
    return len(set(column.labels)) == len(column.labels)


class _Choice:
    """One table on its way to a chart."""

    def __init__(
        self, table: Table, found: tuple[Column, ...], *, wish: Wish, words: str, units: Mapping[str, str], title: str
    ) -> None:
        self.table, self.wish, self.title, self.units = table, wish, title, units
        self.said = set(re.findall(r"\w{3,}", words.lower()))
        self.numbers = [each for each in found if each.role == "number"]
        keys = [each for each in found if each.role != "number" and len(set(each.labels)) > 1]
        numeral = [each for each in keys if each.role == "name" and all(label.isdigit() for label in each.labels)]
        named = [each for each in keys if each not in numeral]
        # Names that several rows share, as masked ones do, tell rows apart less than their keys.
        shared = len(named) == 1 and named[0].role == "name" and not _each_once(named[0])
        self.keys = [each for each in numeral if _each_once(each)] if shared else named
        self.keys = self.keys or named or numeral
        self.notes = (f"Of the first {len(table.rows):,} rows only",) if table.cut else ()

    def chart(self) -> Chart | None:
        if not self.numbers:
            return None
        if len(self.table.rows) == 1:
            return self._one_row() if self.wish.chart else None
        if self.wish.kind == "histogram" or (not self.keys and len(self.numbers) == 1 and self.wish.chart):
            return self._histogram()
        if len(self.numbers) > 1 and (self.wish.kind == "scatter" or (not self.keys and len(self.table.rows) > 2)):
            return self._scatter()
        return self._by_key() if self.keys else None

    def _one_row(self) -> Chart | None:
        main = self._main()
        shown = [each for each in self.numbers if each.numbers[0] is not None and self._alike(main, each)]
        if len(shown) < 2:
            return None
        series = Series("Value", tuple(each.numbers[0] for each in shown))
        names = distinct([spoken(each.name) for each in shown])
        return self._make("bar", Body(names, (series,)), shown, title_of(each.name for each in shown), horizontal=True)

    def _histogram(self) -> Chart | None:
        main = self._main()
        values = sorted(value for value in main.numbers if value is not None)
        if len(values) < 5 or values[0] == values[-1]:
            return None
        count = min(20, max(5, round(len(values) ** 0.5)))
        edges = _round_edges(values[0], values[-1], count)
        counts = [0.0] * (len(edges) - 1)
        for value in values:
            at = min(int((value - edges[0]) / (edges[1] - edges[0])), len(counts) - 1)
            counts[at] += 1
        labels = tuple(f"{low:,.10g}–{high:,.10g}" for low, high in pairwise(edges))
        unit = unit_of(main.name, self.units)
        return Chart(
            kind="bar",
            title=self.title or f"Distribution of {spoken(main.name).lower()}",
            categories=labels,
            series=(Series("Rows", tuple(counts)),),
            x_label=spoken(main.name) + (f" ({unit})" if unit else ""),
            y_label="Rows",
            notes=self.notes,
        )

    def _scatter(self) -> Chart | None:
        x, *others = self.numbers
        shown = [other for other in others if self._alike(others[0], other)][:MOST_SERIES]
        keep = [at for at, value in enumerate(x.numbers) if value is not None]
        if not keep or all(each.numbers[at] is None for each in shown for at in keep):
            return None
        names = self.keys[0].labels if self.keys else tuple(str(at + 1) for at in range(len(x.numbers)))
        body = Body(names, tuple(Series(spoken(each.name), each.numbers) for each in (x, *shown))).pick(keep)
        title = f"{title_of(each.name for each in shown)} against {spoken(x.name).lower()}"
        return self._make("scatter", body, shown, title, x_label=spoken(x.name), x_unit=unit_of(x.name, self.units))

    def _by_key(self) -> Chart | None:
        axis, by = self._axis()
        main = self._main()
        measures = [main]
        if by:
            body = pivot(axis.labels, by.labels, main.numbers, additive=additive(main.name), most=MOST_SERIES)
        else:
            labels = axis.labels
            if len(set(labels)) < len(labels):
                if axis.role == "time":
                    return None
                labels = distinct(labels)
            if self.wish.kind != "pie":
                measures = [each for each in self.numbers if self._alike(main, each)][:MOST_SERIES]
            body = Body(labels, tuple(Series(spoken(each.name), each.numbers) for each in measures))
        if all(value is None for each in body.series for value in each.values):
            return None
        kind = self._kind(axis, body)
        if self.wish.kind == "pie" and kind != "pie":
            body = body.note("As bars, since only the parts of one whole make a pie")
        body = self._arrange(body, axis, kind, sums=all(additive(each.name) for each in measures))
        stacked = (self.wish.stacked or kind == "area") and len(body.series) > 1 and not _negative(body)
        name = title_of([each.name for each in measures], axis.name, by.name if by else "")
        lies = kind == "bar" and axis.role != "time" and (self.wish.horizontal or self._better_lying(axis, body))
        return self._make(
            kind, body, measures, name, axis=axis, x_label=spoken(axis.name), stacked=stacked, horizontal=lies
        )

    def _axis(self) -> tuple[Column, Column | None]:
        """Return the column along the axis, and the one that splits the values into series."""
        times = [each for each in self.keys if each.role == "time"]
        others = [each for each in self.keys if each.role != "time"]
        axis = times[0] if times else max(others, key=lambda each: (len(set(each.labels)), each.role == "order"))
        if len(set(axis.labels)) == len(axis.labels):
            return axis, None
        for by in (each for each in self.keys if each is not axis):
            if len(set(zip(axis.labels, by.labels, strict=True))) == len(axis.labels):
                return axis, by
        if not times and len(others) > 1:
            joined = tuple(" · ".join(parts) for parts in zip(*(each.labels for each in others), strict=True))
            return Column(others[0].name, "name", joined), None
        return axis, None

    def _main(self) -> Column:
        """Return the measure that the asker spoke of, or the first."""
        return max(
            self.numbers, key=lambda each: len(self.said & set(re.findall(r"\w{3,}", spoken(each.name).lower())))
        )

    def _alike(self, main: Column, other: Column) -> bool:
        """Tell whether two measures can be read on one axis."""
        units = {unit_of(each.name, self.units) for each in (main, other)}
        if len(units) > 1 or averaged(main.name) != averaged(other.name):
            return other is main
        sizes = sorted(
            max((abs(value) for value in each.numbers if value is not None), default=0.0) for each in (main, other)
        )
        return other is main or (sizes[0] > 0 and sizes[1] / sizes[0] <= ALIKE)

    def _kind(self, axis: Column, body: Body) -> Kind:
        match self.wish.kind:
            case "pie":
                whole = len(body.series) == 1 and not _negative(body) and any(body.series[0].values)
                return "pie" if whole else "bar"
            case "area":
                return "line" if _negative(body) else "area"
            case "line":
                return "line"
            case "bar":
                return "bar"
            case _:
                return "line" if axis.role == "time" and len(body.categories) > 2 else "bar"

    def _arrange(self, body: Body, axis: Column, kind: Kind, *, sums: bool) -> Body:
        if kind == "pie":
            if axis.role == "time":
                body = in_time(body, "")
            given = [at for at, value in enumerate(body.series[0].values) if value]
            left_out = len(body.categories) - len(given)
            body = body.pick(given).note(f"{left_out} without a value left out") if left_out else body
            ordered = body if axis.role == "order" else largest_first(body, 0)
            return top(ordered, MOST_SLICES, additive=True, foreshorten=False)
        if axis.role == "time":
            return in_time(body, axis.grain)
        if axis.role == "order":
            return top(body, MOST_ORDERED, additive=False)
        if kind != "bar":
            return top(body, MOST_ORDERED, additive=sums)
        most = MOST_BARS if len(body.series) == 1 else MOST_BARS - 3
        return top(largest_first(body, most), most, additive=sums)

    def _better_lying(self, axis: Column, body: Body) -> bool:
        longest = max(map(len, body.categories))
        if axis.role == "order" and longest <= LONG:
            return False
        return longest > 2 * LONG or (longest > LONG and len(body.categories) > 4) or len(body.categories) > 9

    def _make(
        self,
        kind: Kind,
        body: Body,
        measures: Sequence[Column],
        title: str,
        *,
        axis: Column | None = None,
        x_label: str = "",
        x_unit: str = "",
        stacked: bool = False,
        horizontal: bool = False,
    ) -> Chart:
        gaps = sum(value is None for each in measures for value in each.numbers)
        missing = (f"{gaps} {'value is' if gaps == 1 else 'values are'} missing",) if gaps else ()
        return Chart(
            kind=kind,
            title=self.title or title,
            categories=body.categories,
            series=body.series,
            x_label=x_label + (f" ({x_unit})" if x_unit else ""),
            y_label=spoken(measures[0].name) if len(measures) == 1 else "",
            unit=unit_of(measures[0].name, self.units),
            grain=axis.grain if axis and axis.role == "time" else "",
            stacked=stacked,
            horizontal=horizontal,
            notes=(*body.notes, *missing, *self.notes),
        )


def _negative(body: Body) -> bool:
    return any(value is not None and value < 0 for each in body.series for value in each.values)


def _round_edges(low: float, high: float, count: int) -> list[float]:
    """Return about `count` bins with round edges from below `low` to above `high`."""
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * each for each in (1, 2, 2.5, 5, 10, 20) if power * each >= rough)
    first = math.floor(low / step)
    return [(first + at) * step for at in range(math.ceil(high / step) - first + 1)]
