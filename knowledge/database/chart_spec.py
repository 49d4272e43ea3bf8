"""What a chart shows, in plain parts: drawn here, or by Slack, from the same values."""

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self, get_args

Kind = Literal["bar", "line", "area", "pie", "scatter"]
Grain = Literal["", "year", "quarter", "month", "week", "day", "minute"]


@dataclass(frozen=True, slots=True)
class Series:
    """Values under one name, one for each category; None is a gap."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart ready to be drawn.

    `categories` are labels, or ISO dates when `grain` says how fine the time axis is. In a `scatter` the first series
    runs along the axis and the others are points above it. `notes` say what the picture leaves out.
    """

    kind: Kind
    title: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    x_label: str = ""
    y_label: str = ""
    unit: str = ""
    grain: Grain = ""
    stacked: bool = False
    horizontal: bool = False
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind) or self.grain not in get_args(Grain):
            raise ValueError(f"no such chart: {self.kind} {self.grain}")
        if not self.categories or not self.series:
            raise ValueError("a chart shows at least one value")
        if any(len(each.values) != len(self.categories) for each in self.series):
            raise ValueError("each series has one value for each category")
        if not all(value is None or math.isfinite(value) for each in self.series for value in each.values):
            raise ValueError("a value of a chart is finite")

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data from which `from_json` makes an equal chart."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Make the chart that `to_json` wrote.

        Raises:
            ValueError: the data is not a chart's.
        """
        try:
            series = tuple(Series(str(each["name"]), tuple(each["values"])) for each in data["series"])
            plain = {**data, "series": series, "categories": tuple(data["categories"]), "notes": tuple(data["notes"])}
            return cls(**plain)
        except (KeyError, TypeError) as error:
            raise ValueError("this is not a chart") from error
