"""Put a chart into words, and into the block that Slack draws itself where the chart fits its limits."""

from collections.abc import Sequence
from typing import Any

from knowledge.database.chart_cut import OTHER
from knowledge.database.chart_numbers import full, when
from knowledge.database.chart_spec import Chart, Series

TITLE = 50  # Slack's limits on the block, in characters and in counts.
LABEL = 20
MOST_SERIES = 6
MOST_SEGMENTS = 6
MOST_CATEGORIES = 20
ALT = 1900  # Of 2,000 that Slack takes.
_KINDS = {"bar": "Bar chart", "line": "Line chart", "area": "Area chart", "pie": "Pie chart", "scatter": "Scatter plot"}


def block(chart: Chart) -> dict[str, Any] | None:
    """Return Slack's native `data_visualization` block, or None for a chart that only a picture can show."""
    labels = _labels(chart)
    if chart.kind == "pie":
        segments = [
            {"label": label, "value": value}
            for label, value in zip(labels, chart.series[0].values, strict=True)
            if value is not None and value > 0
        ]
        if not 0 < len(segments) <= MOST_SEGMENTS:
            return None
        return _block(chart, {"type": "pie", "segments": segments})
    gaps = any(value is None for each in chart.series for value in each.values)
    too_many = len(chart.series) > MOST_SERIES or len(chart.categories) > MOST_CATEGORIES
    if chart.kind == "scatter" or chart.stacked or gaps or too_many:
        return None
    names = _short([each.name for each in chart.series])
    series = [
        {
            "name": name,
            "data": [{"label": label, "value": value} for label, value in zip(labels, each.values, strict=True)],
        }
        for name, each in zip(names, chart.series, strict=True)
    ]
    axis = {"categories": labels, "x_label": _cut(chart.x_label, TITLE), "y_label": _cut(_measured(chart), TITLE)}
    return _block(chart, {"type": chart.kind, "series": series, "axis_config": {k: v for k, v in axis.items() if v}})


def alt(chart: Chart) -> str:
    """Return what a person who cannot see the chart should hear."""
    unit = f" {chart.unit}" if chart.unit and chart.unit != "%" else chart.unit
    head = f"{_KINDS[chart.kind]}: {chart.title}."
    if chart.kind == "scatter":
        parts = [f"{len(chart.categories)} points.", *map(_range, chart.series)]
    elif chart.grain:
        parts = [_course(chart, each, unit) for each in chart.series]
    else:
        parts = [_highest(chart, each, unit) for each in chart.series]
    words = " ".join([head, *parts, *(f"{note}." for note in chart.notes)])
    return _cut(words, ALT)


def _block(chart: Chart, drawn: dict[str, Any]) -> dict[str, Any]:
    return {"type": "data_visualization", "title": _cut(chart.title, TITLE), "chart": drawn}


def _labels(chart: Chart) -> list[str]:
    if not chart.grain:
        return _short(chart.categories)
    return _short([when(each, chart.grain) for each in chart.categories])


def _short(labels: Sequence[str]) -> list[str]:
    """Return labels of a length that Slack takes, still distinct."""
    result: list[str] = []
    for label in labels:
        short, count = _cut(label, LABEL), 1
        while short in result:
            count += 1
            short = f"{_cut(label, LABEL - len(str(count)) - 3)} ({count})"
        result.append(short)
    return result


def _measured(chart: Chart) -> str:
    return f"{chart.y_label} ({chart.unit})".strip() if chart.unit else chart.y_label


def _course(chart: Chart, series: Series, unit: str) -> str:
    given = [(label, value) for label, value in zip(chart.categories, series.values, strict=True) if value is not None]
    if not given:
        return f"{series.name}: no values."
    (first, start), (last, end) = given[0], given[-1]
    high = max(given, key=lambda each: each[1])
    low = min(given, key=lambda each: each[1])
    ends = f"from {full(start)}{unit} ({when(first, chart.grain)}) to {full(end)}{unit} ({when(last, chart.grain)})"
    highest = f"highest {full(high[1])}{unit} ({when(high[0], chart.grain)})"
    return f"{series.name}: {ends}; {highest}, lowest {full(low[1])}{unit} ({when(low[0], chart.grain)})."


def _highest(chart: Chart, series: Series, unit: str) -> str:
    given = [(label, value) for label, value in zip(chart.categories, series.values, strict=True) if value is not None]
    if not given:
        return f"{series.name}: no values."
    total = sum(value for _, value in given)
    shown = [f"{label} {full(value)}{unit}{_share(chart, value, total)}" for label, value in given[:8]]
    more = f" and {len(given) - 8} more" if len(given) > 8 else ""
    names = [each for each in given if not each[0].startswith(f"{OTHER} (")] or given
    high, low = max(names, key=lambda each: each[1]), min(names, key=lambda each: each[1])
    ends = f"; highest {high[0]} {full(high[1])}{unit}, lowest {low[0]} {full(low[1])}{unit}" if more else ""
    return f"{series.name}: {', '.join(shown)}{more}{ends}."


def _share(chart: Chart, value: float, total: float) -> str:
    return f" ({value / total:.0%})" if chart.kind == "pie" and total else ""


def _range(series: Series) -> str:
    given = [value for value in series.values if value is not None]
    return f"{series.name} from {full(min(given))} to {full(max(given))}." if given else f"{series.name}: no values."


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
