"""Bring a chart's categories and series into order, and to a number that an eye can take in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from knowledge.database.chart_numbers import full
from knowledge.database.chart_spec import Grain, Series

OTHER = "Other"
DWARFS = 2.5
_STEPS = {"month": 1, "quarter": 3, "year": 12}
MOST_STEPS = 400


@dataclass(frozen=True, slots=True)
class Body:
    """What is drawn, before it is a chart; `notes` say what was done to it."""

    categories: tuple[str, ...]
    series: tuple[Series, ...]
    notes: tuple[str, ...] = ()

    def pick(self, order: Sequence[int]) -> "Body":
        """Return the categories at these places, in this order."""
        series = tuple(Series(each.name, tuple(each.values[at] for at in order)) for each in self.series)
        return replace(self, categories=tuple(self.categories[at] for at in order), series=series)

    def note(self, words: str) -> "Body":
        """Return this with one more note."""
        return replace(self, notes=(*self.notes, words))


def pivot(
    labels: Sequence[str], groups: Sequence[str], values: Sequence[float | None], *, additive: bool, most: int
) -> Body:
    """Return one series a group, the largest first; what is beyond `most` becomes one more, or is left out."""
    cells = dict(zip(zip(labels, groups, strict=True), values, strict=True))
    categories = tuple(dict.fromkeys(labels))
    weight = dict.fromkeys(groups, 0.0)
    for (_, group), value in cells.items():
        weight[group] += abs(value or 0.0)
    names = sorted(weight, key=lambda group: -weight[group])
    kept = names[: most if len(names) <= most or not additive else most - 1]
    series = [Series(name, tuple(cells.get((label, name)) for label in categories)) for name in kept]
    if len(kept) == len(names):
        return Body(categories, tuple(series))
    rest = names[len(kept) :]
    if not additive:
        return Body(categories, tuple(series), (f"The {len(kept)} largest of {len(names)}",))
    sums = (_sum([cells.get((label, name)) for name in rest]) for label in categories)
    return Body(categories, (*series, Series(f"{OTHER} ({len(rest)})", tuple(sums))))


def largest_first(body: Body, most: int) -> Body:
    """Return the categories by value, the largest first; the smallest first where they come so and all are shown."""
    weights = _weights(body)
    if weights == sorted(weights) and len(weights) <= most:
        return body
    return body.pick(sorted(range(len(weights)), key=lambda at: -weights[at]))


def top(body: Body, most: int, *, additive: bool, foreshorten: bool = True) -> Body:
    """Return at most so many categories: the largest, and the sum of the others where a sum makes sense.

    A sum that would dwarf what it stands beside is told and not drawn, unless `foreshorten` is off.
    """
    count = len(body.categories)
    if count <= most:
        return body
    weights = [max(abs(each.values[at] or 0.0) for each in body.series) for at in range(count)]
    kept = most - 1 if additive else most
    chosen = set(sorted(range(count), key=lambda at: -weights[at])[:kept])
    short = body.pick([at for at in range(count) if at in chosen])
    if not additive:
        return short.note(f"The {kept} largest of {count}")
    rest = body.pick([at for at in range(count) if at not in chosen])
    sums = list(zip(short.series, (_sum(each.values) for each in rest.series), strict=True))
    if foreshorten and max(abs(value or 0.0) for _, value in sums) > DWARFS * max(weights):
        together = ", ".join(full(value or 0.0) for _, value in sums)
        return short.note(f"The {kept} largest of {count}; the others together: {together}")
    series = tuple(Series(each.name, (*each.values, value)) for each, value in sums)
    return replace(short, categories=(*short.categories, f"{OTHER} ({count - kept})"), series=series)


def in_time(body: Body, grain: Grain) -> Body:
    """Return the categories, ISO dates, in order; months, quarters and years that have no row are gaps."""
    body = body.pick(sorted(range(len(body.categories)), key=body.categories.__getitem__))
    step = _STEPS.get(grain)
    if not step:
        return body
    first, last = (date.fromisoformat(body.categories[at]) for at in (0, -1))
    steps = range(first.year * 12 + first.month - 1, last.year * 12 + last.month, step)
    every = [date(each // 12, each % 12 + 1, 1).isoformat() for each in steps]
    missing = len(every) - len(body.categories)
    if len(every) > MOST_STEPS or missing <= 0 or not set(body.categories) <= set(every):
        return body
    places = {label: at for at, label in enumerate(body.categories)}
    fill: Callable[[Series], Series] = lambda each: Series(  # noqa: E731
        each.name, tuple(each.values[places[label]] if label in places else None for label in every)
    )
    words = f"No rows for {missing} {grain}{'' if missing == 1 else 's'}"
    return Body(tuple(every), tuple(map(fill, body.series)), (*body.notes, words))


def distinct(labels: Sequence[str]) -> tuple[str, ...]:
    """Return the labels, numbered where one comes again."""
    seen: dict[str, int] = {}
    result = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        result.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return tuple(result)


def _weights(body: Body) -> list[float]:
    return [sum(each.values[at] or 0.0 for each in body.series) for at in range(len(body.categories))]


def _sum(values: Sequence[float | None]) -> float | None:
    given = [value for value in values if value is not None]
    return sum(given) if given else None
