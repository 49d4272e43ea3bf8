"""Write a chart's numbers and times for people."""

from datetime import datetime

from knowledge.database.chart_spec import Grain

_SCALES = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def full(value: float) -> str:
    """Return a number with its thousands separated, and no more decimals than it needs."""
    if value == round(value):
        return f"{value:,.0f}"
    return f"{value:,.2f}" if abs(value) >= 1 else f"{value:.4g}"


def scale(largest: float) -> tuple[float, str]:
    """Return what to divide an axis by, and the word for that."""
    return next(((size, word) for size, word in _SCALES if largest >= 2 * size), (1.0, ""))


def short(value: float, divisor: float) -> str:
    """Return a number to stand beside a bar of an axis so divided."""
    return full(value) if divisor == 1 else f"{value / divisor:,.2f}"


def tick(value: float, divisor: float) -> str:
    """Return a round number of an axis so divided."""
    shown = f"{value / divisor:,.6f}".rstrip("0").rstrip(".")
    return shown if shown not in {"0", "-0"} else "0" if value == 0 else f"{value / divisor:.3g}"


def when(label: str, grain: Grain) -> str:
    """Return an ISO date as people write it."""
    at = datetime.fromisoformat(label)
    month = _MONTHS[at.month - 1]
    match grain:
        case "year":
            return f"{at.year}"
        case "quarter":
            return f"Q{(at.month + 2) // 3} {at.year}"
        case "month":
            return f"{month} {at.year}"
        case "minute":
            return f"{at.day} {month} {at.year}, {at.hour:02}:{at.minute:02}"
        case _:
            return f"{at.day} {month} {at.year}"
