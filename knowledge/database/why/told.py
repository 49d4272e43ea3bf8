"""Say in words where a difference lies; every number is one of the result's or worked out from it here."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from statistics import median

from knowledge.database.catalog import Catalog
from knowledge.database.chart_columns import NOTHING
from knowledge.database.names import singular, words
from knowledge.database.tell import figure, heading
from knowledge.database.why.asked import Wondered
from knowledge.database.why.carried import Carried, Part
from knowledge.database.why.meant import Compared
from knowledge.database.why.points import Axis, Point
from knowledge.database.why.query import Grouped, root_of
from knowledge.types import Table

CLOSING = "This shows where the difference lies, not what caused it."
NOT_A_SUM = (
    "An average or a share is not the sum of its parts, so I cannot split the difference; ask for the number or the "
    "total instead, and then why."
)
HALF = 0.5  # Of a difference: who carries more and does not stand out has most of the whole.
STEPS = 6  # Points from which on it can be said what change is usual.
NO_PARTS = "Nothing that I may see of these rows tells the difference apart."


def premise(asked: Wondered, compared: Compared, axis: Axis, measure: str) -> str:
    """Return that what was said of a point does not hold, with the numbers that say so."""
    point = compared.point
    if not asked.step and not asked.against:
        said = "low" if asked.way < 0 else "high"
        return f"{point.label} is not {said}: with {figure(point.value)} it is {_rank(point, compared, axis)}."
    if compared.other is not None:
        than = f"{compared.other.label} ({figure(compared.other.value)})"
        said = f"{'There is no drop' if asked.way < 0 else 'There is no rise'} in {point.label}"
        if not compared.way:
            return f"{said}: with {_amount(point.value, measure)} it is the same as {than}."
        return f"{said}: with {figure(point.value)} it is {'above' if compared.way > 0 else 'below'} {than}."
    return f"{point.label} is not {'lower' if asked.way < 0 else 'higher'}: it is {_rank(point, compared, axis)}."


def comparison(compared: Compared, axis: Axis, grouped: Grouped, table: Table) -> str:
    """Return how a point stands against what it is held against."""
    point, difference = compared.point, compared.difference
    measure = grouped.counted
    own = _amount(point.value, measure) if measure else f"{measured(grouped, table)} {figure(point.value)}"
    others = f"the other {_many(len(compared.others), axis)}"
    if compared.other is None:
        if not difference:
            return f"{point.label}: {own}, just what {others} average."
        return (
            f"{point.label}: {own}, {more(difference, grouped)} than {others} on average ({figure(compared.average)})."
        )
    said = f"{point.label}: {own}, "
    against = f"{compared.other.label} ({figure(compared.other.value)})"
    said += f"{more(difference, grouped)} than {against}" if difference else f"the same as {against}"
    if len(compared.others) > 1:
        said += f", where {others} average {figure(compared.average)}"
    return f"{said}."


def unfinished(compared: Compared, today: date, grouped: Grouped) -> str:
    """Return that a period is not over yet, where one of the two is not."""
    points = [compared.point, *([compared.other] if compared.other is not None else [])]
    running = next((each for each in points if each.holds(today) and each.end), None)
    if running is None or running.start is None or running.end is None or (running.end - running.start).days < 2:
        return ""
    past = (today - running.start).days + 1
    said = f"{running.label} is not over yet: it holds {past} of {(running.end - running.start).days} days"
    full = next((each for each in points if each is not running and each.start and each.end), None)
    if full is not None and full.start and full.end and grouped.adds:
        days = (full.end - full.start).days
        rates = figure(round(running.value / past, 2)), figure(round(full.value / days, 2))
        said += f", {rates[0]} a day against {rates[1]} a day in {full.label}"
    return f"{said}."


def ordinary(compared: Compared, axis: Axis, grouped: Grouped) -> str:
    """Return that a step is no larger than most, where that is so."""
    if not axis.in_time or compared.other is None or len(axis.points) < STEPS or not compared.difference:
        return ""
    usual = median(abs(after.value - before.value) for before, after in pairwise(axis.points))
    if abs(compared.difference) > usual:
        return ""
    steps = f"half of them from one {axis.grain} to the next are {figure(usual)} or more"
    return f"Changes of that size are usual here: {steps}."


def concentration(found: Carried, grouped: Grouped, *, first: bool) -> str:
    """Return which values of a column carry a difference, and how much of it."""
    total = found.total
    parts = found.parts[: found.top]
    names = " and ".join(name_of(each) for each in parts)
    sums = sum(each.difference for each in parts)
    own = figure(float(f"{abs(sums):.12g}"))  # Without what adding averages leaves behind the last place.
    of = f" of the {more(total, grouped)}" if first else ""
    if not found.stands_out:
        largest = found.parts[0]
        own = figure(abs(largest.difference))
        if largest.difference / total > HALF:
            usual = f"it is spread as the whole is: {name_of(largest)}, the largest, accounts for {own}{of}."
            return f"By {found.dimension.said} {usual}"
        said = f"no single one stands out: the largest, {name_of(largest)}, accounts for {own}{of}."
        return f"By {found.dimension.said} {said}"
    if abs(sums) > abs(total):
        said = f"By {found.dimension.said}: {names} alone {'are' if len(parts) > 1 else 'is'} {more(sums, grouped)}"
        return f"{said}; all the others together are {more(total - sums, grouped)}." if first else f"{said}."
    return f"By {found.dimension.said}: {names} {'account' if len(parts) > 1 else 'accounts'} for {own}{of}."


def instead(grouped: Grouped | None, catalog: Catalog, tables: Sequence[str]) -> str:
    """Return what can be asked so that a difference can be told."""
    name = grouped.tables[root_of(grouped.tables, catalog)].name if grouped and grouped.tables else ""
    name = name or next((each for each in tables if each.lower() in catalog.relations), "")
    example = "number of customers by segment"
    if name:
        example = (
            f"number of {words(name)} by {'month this year' if catalog.relations[name.lower()].date else 'branch'}"
        )
    return (
        "I can say where a difference lies in a result that counts or adds up by period or by group. "
        f"Ask for one first, for example “{example}”, and then why one of its rows is high or low."
    )


def more(difference: float, grouped: Grouped) -> str:
    """Return by how much something is more or less."""
    less = "fewer" if grouped.counted else "less"
    return f"{figure(float(f'{abs(difference):.12g}'))} {'more' if difference > 0 else less}"


def measured(grouped: Grouped, table: Table) -> str:
    """Return what a measure is called."""
    name = table.columns[grouped.measure]
    said = heading(name) if name.replace("_", "").isalnum() else grouped.counted or "total"
    return said[:1].lower() + said[1:]


def name_of(part: Part) -> str:
    """Return what a value of a column is called."""
    return NOTHING if part.value is None else part.value


def _amount(value: float, measure: str) -> str:
    return f"{figure(value)} {singular(measure) if value == 1 else measure}".strip()


def _many(count: int, axis: Axis) -> str:
    return f"{count} {axis.grain}s" if axis.in_time else str(count)


def _rank(point: Point, compared: Compared, axis: Axis) -> str:
    values = [each.value for each in axis.points]
    count = f"{len(values)} {axis.grain}s" if axis.in_time else str(len(values))
    if point.value == max(values) and values.count(point.value) == 1:
        return f"the highest of {count}"
    if point.value == min(values) and values.count(point.value) == 1:
        return f"the lowest of {count}"
    average = compared.average
    side = "above" if point.value > average else "below" if point.value < average else "just"
    return f"{side} the average of the other {_many(len(compared.others), axis)} ({figure(average)})"
