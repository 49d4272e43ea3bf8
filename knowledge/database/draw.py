"""Draw a chart to a PNG: by our own code from values alone, with nothing global and nothing that a cell could steer."""

import io
import textwrap
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter, MaxNLocator

from knowledge.database.chart_numbers import full, scale, short, tick, when
from knowledge.database.chart_spec import Chart, Series
from knowledge.database.fonts import drawable, families

# Okabe and Ito's colours, told apart by people who do not see red, green or blue; its yellow is too pale on white.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
HATCHES = ("", "///", "...", "xxx", "\\\\\\", "+++", "ooo")
INK, FAINT = "#1d1c1d", "#d8d8d8"
DOTS = 150  # An inch: 1,200 points wide.
MOST_VALUES = 24  # Bars that still have room for their value.
MOST_TICKS = 12
STEPS = (1, 2, 2.5, 5, 10)
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the bank's own time, only measured from.
CUT = 42  # Characters of a label that are drawn.


def draw(chart: Chart) -> bytes:
    """Return `chart` as a PNG."""
    tall = 4.8 if not chart.horizontal else min(12.0, max(3.2, 1.6 + 0.34 * len(chart.categories) * _thickness(chart)))
    figure = Figure(
        figsize=(8.0, tall), dpi=DOTS, layout=ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.12), facecolor="white"
    )
    fonts = families(_texts(chart))
    chart = _with_letters(chart, fonts)
    axes = figure.add_subplot()
    divisor, word = scale(_largest(chart))
    match chart.kind:
        case "pie":
            _pie(axes, chart)
        case "scatter":
            _scatter(axes, chart)
        case "bar":
            _bars(axes, chart, divisor)
        case _:
            _lines(axes, chart)
    if chart.kind != "pie":
        _frame(axes, chart, divisor, word)
    axes.set_title(_wrapped(chart.title, 72), loc="left", fontsize=13, fontweight="bold", color=INK, pad=12)
    if chart.notes:
        figure.supxlabel(_wrapped(". ".join(chart.notes) + ".", 110), fontsize=8, color="#555555", x=0.01, ha="left")
    for text in figure.findobj(Text):
        if isinstance(text, Text):
            text.set_fontfamily(list(fonts))
    target = io.BytesIO()
    figure.savefig(target, format="png", dpi=DOTS, metadata={"Software": ""})
    return target.getvalue()


def plain(text: str) -> str:
    """Return text that is drawn as it stands: no `$` starts a formula."""
    return text.replace("$", r"\$")


def _texts(chart: Chart) -> list[str]:
    names = [each.name for each in chart.series]
    return [chart.title, chart.x_label, chart.y_label, chart.unit, *chart.categories, *names, *chart.notes]


def _with_letters(chart: Chart, fonts: tuple[str, ...]) -> Chart:
    """Return the chart with a box for each letter that cannot be drawn here."""
    clean = partial(drawable, names=fonts)
    return replace(
        chart,
        title=clean(chart.title),
        x_label=clean(chart.x_label),
        y_label=clean(chart.y_label),
        unit=clean(chart.unit),
        categories=tuple(map(clean, chart.categories)),
        series=tuple(Series(clean(each.name), each.values) for each in chart.series),
        notes=tuple(map(clean, chart.notes)),
    )


def _label(text: str) -> str:
    """Return a label short enough for an axis; names that begin alike often differ at their ends."""
    return plain(text if len(text) <= CUT else f"{text[: CUT - 18].rstrip()}…{text[-17:].lstrip()}")


def _wrapped(text: str, width: int) -> str:
    return plain("\n".join(textwrap.wrap(text, width, max_lines=3, placeholder=" …") or [""]))


def _largest(chart: Chart) -> float:
    sums = _stacks(chart) if chart.stacked else []
    shown = chart.series[1:] if chart.kind == "scatter" else chart.series
    return max([abs(value) for each in shown for value in each.values if value is not None] + sums, default=0.0)


def _stacks(chart: Chart) -> list[float]:
    return [sum(each.values[at] or 0.0 for each in chart.series) for at in range(len(chart.categories))]


def _thickness(chart: Chart) -> float:
    return 1.0 if chart.stacked else max(1.0, 0.55 * len(chart.series))


def _numbers(series: Series) -> list[float]:
    return [float("nan") if value is None else value for value in series.values]


def _places(chart: Chart) -> list[float]:
    """Return where the categories stand: times at their distance from one another."""
    if not chart.grain:
        return [float(at) for at in range(len(chart.categories))]
    return [(datetime.fromisoformat(label) - EPOCH) / timedelta(days=1) for label in chart.categories]


def _lines(axes: Axes, chart: Chart) -> None:
    places = _places(chart)
    markers = len(places) <= 60
    base = [0.0] * len(places)
    for at, each in enumerate(chart.series):
        values, colour = _numbers(each), COLOURS[at % len(COLOURS)]
        if chart.kind == "area":
            values = [value or 0.0 for value in each.values] if chart.stacked else values
            top = [low + value for low, value in zip(base, values, strict=True)]
            axes.fill_between(places, base, top, color=colour, alpha=0.75, linewidth=0, label=plain(each.name))
            axes.plot(places, top, color=colour, linewidth=1.5)
            base = top if chart.stacked else base
            continue
        mark = MARKERS[at % len(MARKERS)] if markers else ""
        axes.plot(places, values, color=colour, marker=mark, markersize=4.5, linewidth=2, label=plain(each.name))
    if chart.kind == "area":
        axes.set_ylim(bottom=0)
    elif all(value is None or value >= 0 for each in chart.series for value in each.values):
        axes.set_ylim(bottom=0, top=_largest(chart) * 1.08 or 1)
    _time_or_names(axes, chart, places)


def _bars(axes: Axes, chart: Chart, divisor: float) -> None:
    # Bars stand side by side: between two months lies no other, so their places are counted, not measured.
    count, many = len(chart.categories), 1 if chart.stacked else len(chart.series)
    wide = 0.8 / many
    base = [0.0] * count
    for at, each in enumerate(chart.series):
        values, colour = [value or 0.0 for value in each.values], COLOURS[at % len(COLOURS)]
        shift = 0.0 if chart.stacked else (at - (many - 1) / 2) * wide
        places = [place + shift for place in range(count)]
        style: dict[str, Any] = {
            "color": colour,
            "hatch": HATCHES[at % len(HATCHES)],
            "edgecolor": "white",
            "linewidth": 0,
        }
        if chart.horizontal:
            drawn = axes.barh(places, values, wide * 0.92, left=base, label=plain(each.name), **style)
        else:
            drawn = axes.bar(places, values, wide * 0.92, bottom=base, label=plain(each.name), **style)
        if chart.stacked:
            base = [low + value for low, value in zip(base, values, strict=True)]
        elif count * many <= (MOST_VALUES if chart.horizontal else MOST_VALUES // 2):
            words = ["" if value is None else short(value, divisor) for value in each.values]
            axes.bar_label(drawn, words, padding=3, fontsize=8, color=INK)
    labels = [when(each, chart.grain) if chart.grain else each for each in chart.categories]
    if chart.horizontal:
        axes.set_yticks(range(count), [_label(each) for each in labels])
        axes.invert_yaxis()
        axes.margins(x=0.12, y=0.02)
        axes.axvline(0, color=INK, linewidth=0.8)
    else:
        _name_ticks(axes, labels)
        axes.margins(y=0.1)
        axes.axhline(0, color=INK, linewidth=0.8)


def _pie(axes: Axes, chart: Chart) -> None:
    values = [value or 0.0 for value in chart.series[0].values]
    total = sum(values)
    wedges, *_ = axes.pie(
        values,
        colors=[COLOURS[at % len(COLOURS)] for at in range(len(values))],
        startangle=90,
        counterclock=False,
        wedgeprops={"edgecolor": "white", "linewidth": 1.5},
        labels=[f"{value / total:.1%}" for value in values],
        textprops={"fontsize": 10, "color": INK},
    )
    unit = f" {chart.unit}" if chart.unit and chart.unit != "%" else chart.unit
    labels = [when(each, chart.grain) if chart.grain else each for each in chart.categories]
    legend = [plain(f"{label[:CUT]}: {full(value)}{unit}") for label, value in zip(labels, values, strict=True)]
    axes.legend(wedges, legend, loc="center left", bbox_to_anchor=(1.05, 0.5), frameon=False, fontsize=9)


def _scatter(axes: Axes, chart: Chart) -> None:
    along, *others = chart.series
    for at, each in enumerate(others):
        style: dict[str, Any] = {"color": COLOURS[at % len(COLOURS)], "marker": MARKERS[at % len(MARKERS)]}
        axes.scatter(_numbers(along), _numbers(each), s=28, alpha=0.8, label=plain(each.name), **style)
    if len(chart.categories) <= 15 and len(others) == 1:
        for label, x, y in zip(chart.categories, along.values, others[0].values, strict=True):
            if x is not None and y is not None:
                axes.annotate(_label(label), (x, y), (4, 4), textcoords="offset points", fontsize=8, color=INK)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _at: tick(value, 1)))
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=STEPS))


def _time_or_names(axes: Axes, chart: Chart, places: Sequence[float]) -> None:
    labels = [when(each, chart.grain) if chart.grain else each for each in chart.categories]
    if not chart.grain:
        _name_ticks(axes, labels)
    elif len(places) <= MOST_TICKS:
        axes.set_xticks(
            places, labels, rotation=30 if len(places) > 7 else 0, ha="right" if len(places) > 7 else "center"
        )
    elif chart.grain in {"minute", "day", "week"}:
        whole = 1440 if chart.grain == "minute" else 1
        steps = [round((places[0] + (places[-1] - places[0]) * at / 6) * whole) / whole for at in range(7)]
        times = [(EPOCH + timedelta(days=at)).isoformat() for at in steps]
        axes.set_xticks(steps, [when(each, chart.grain) for each in times], rotation=30, ha="right")
    else:
        step = -(-len(places) // MOST_TICKS)
        shown = range(len(places) - 1, -1, -step)
        axes.set_xticks([places[at] for at in shown], [labels[at] for at in shown], rotation=30, ha="right")


def _name_ticks(axes: Axes, labels: Sequence[str]) -> None:
    step = -(-len(labels) // 30)
    shown = range(0, len(labels), step)
    longest = max(len(labels[at]) for at in shown) * len(shown)
    if longest <= 95:
        axes.set_xticks(list(shown), [_label(labels[at]) for at in shown])
    else:
        axes.set_xticks(list(shown), [_label(labels[at]) for at in shown], rotation=40, ha="right")


def _frame(axes: Axes, chart: Chart, divisor: float, word: str) -> None:
    values, names = (axes.xaxis, axes.yaxis) if chart.horizontal else (axes.yaxis, axes.xaxis)
    values.set_major_formatter(FuncFormatter(lambda value, _at: tick(value, divisor)))
    values.set_major_locator(MaxNLocator(6, steps=STEPS))
    unit = ", ".join(each for each in (chart.unit, word) if each)
    measured = chart.y_label or ("" if len(chart.series) > 1 and chart.kind != "scatter" else chart.series[-1].name)
    values.set_label_text(
        plain(
            f"{measured} ({unit})"
            if unit and measured
            else measured or unit.capitalize()
            if word == unit
            else measured or unit
        ),
        fontsize=10,
        color=INK,
    )
    names.set_label_text(plain(chart.x_label), fontsize=10, color=INK)
    values.grid(visible=True, color=FAINT, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=9, colors=INK, length=0)
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(side == ("left" if chart.horizontal else "bottom"))
        axes.spines[side].set_color("#888888")
    shown = len(chart.series) - (chart.kind == "scatter")
    if shown > 1:
        axes.figure.legend(loc="outside lower center", ncols=min(shown, 4), frameon=False, fontsize=9)
