"""Read a column's name: the words for a person, the unit it names, whether its values may be added up."""

import re
from collections.abc import Iterable, Mapping

from knowledge.database.chart_columns import clean

_CURRENCIES = frozenset(
    {
        "AUD",
        "BRL",
        "CAD",
        "CHF",
        "CNY",
        "CZK",
        "DKK",
        "EUR",
        "GBP",
        "HKD",
        "HUF",
        "INR",
        "JPY",
        "MXN",
        "NOK",
        "NZD",
        "PLN",
        "SEK",
        "SGD",
        "TRY",
        "USD",
        "ZAR",
    }
)
_CALL = re.compile(
    r"(?i)^(sum|count|avg|average|min|max|round)\s*\(\s*(?:distinct\s+)?(?:\w+\.)?(\*|.+?)\s*(?:,\s*\d+)?\)$"
)
_CALLED = {"sum": "Total {}", "avg": "Average {}", "average": "Average {}", "min": "Lowest {}", "max": "Highest {}"}
_WHOLE_WORDS = {"avg": "average", "num": "number", "qty": "quantity", "amt": "amount", "pct": "percent"}
_BRACKETS = re.compile(r"\s*[\[(]([^\])]{1,12})[\])]\s*$")
_PERCENT = re.compile(r"(?i)(?:^|[_\s])(?:pct|percent(?:age)?|prozent|porcentaje)(?:$|[_\s])|%|百分比")
_SUMS = re.compile(
    r"(?i)(?:^|[_\s(])(?:sum|totals?|counts?|number|amounts?|balances?|volumes?|deposits?|revenues?|sales|withdrawals?|inflows?|outflows?|purchases|spend(?:ing)?|turnover|loans?|customers|"
    r"accounts|transactions|transfers|payments?|fees?|costs?|complaints|cards|n|qty|quantity|summe|gesamt\w*|anzahl|betrag|"
    r"saldo|umsatz|suma|importe|cantidad|ingresos|monto)(?:$|[_\s)*])|总|数|金额|合计"
)
_NO_SUMS = re.compile(
    r"(?i)(?:^|[_\s(])(?:avg|average|mean|median|rates?|ratio|shares?|min|max|lowest|highest|price|score|per|age|running|"
    r"cumulative|durchschnitt\w*|quote|anteil|promedio|media|tasa)(?:$|[_\s)])|平均|率|占比"
)


def additive(name: str) -> bool:
    """Tell whether the values of a column make sense added up: sums and counts do, averages and rates do not."""
    if call := _CALL.match(name):
        return call[1].lower() in {"sum", "count"}
    return bool(_SUMS.search(name)) and not _NO_SUMS.search(name) and not _PERCENT.search(name)


def averaged(name: str) -> bool:
    """Tell whether a column holds averages, rates or shares, which share no axis with amounts and counts."""
    return bool(_NO_SUMS.search(name) or _PERCENT.search(name))


def unit_of(name: str, units: Mapping[str, str]) -> str:
    """Return the unit of a column: as given in `units`, or as its name says."""
    lowered = {key.lower(): value for key, value in units.items()}
    if name.lower() in lowered:
        return clean(lowered[name.lower()])
    if _PERCENT.search(name):
        return "%"
    if not _CALL.match(name) and (brackets := _BRACKETS.search(name)):
        return brackets[1]
    last = name.upper().replace(" ", "_").rsplit("_", 1)[-1]
    return last if last in _CURRENCIES else ""


def spoken(name: str) -> str:
    """Return a column's name as a person would write it."""
    if call := _CALL.match(name):
        what, of = call[1].lower(), call[2]
        if what == "count":
            return "Count" if of == "*" else f"Number of {_plain(of)}"
        return _CALLED.get(what, "{}").format(_plain(of))
    words = _plain(_BRACKETS.sub("", name) or name)
    return words[:1].upper() + words[1:]


def title_of(measures: Iterable[str], axis: str = "", by: str = "") -> str:
    """Return what a chart of these columns is called."""
    names = [spoken(name) for name in measures]
    shown = ", ".join([names[0], *(name[:1].lower() + name[1:] for name in names[1:3])])
    shown += " …" if len(names) > 3 else ""
    lower = [word[:1].lower() + word[1:] if not word.isupper() else word for word in (spoken(axis), spoken(by)) if word]
    return f"{shown} by {' and '.join(lower)}" if lower else shown


def _plain(name: str) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.replace("_", " ")).split()
    if len(words) > 1 and (words[-1].upper() in _CURRENCIES or words[-1].lower() in {"pct", "percent"}):
        words.pop()
    words = [_WHOLE_WORDS.get(word.lower(), word) for word in words]
    if len(words) > 1 and words[0].lower() == "number" and words[1].lower() != "of":
        words.insert(1, "of")  # `num_payments`
    return " ".join(word if word.isupper() and len(word) > 1 else word[:1].lower() + word[1:] for word in words)
