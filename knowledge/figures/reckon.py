"""Work out what a question asks of figures: find the cells, reckon with them, and say how."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from knowledge.documents.cells import Table
from knowledge.documents.words import stems
from knowledge.figures.amount import SCALES, Cell, spoken
from knowledge.figures.find import cell, dated
from knowledge.figures.measure import Measure, Statements, Unknown, bare, measures, reckoned
from knowledge.figures.wish import Wish, as_lookup, reworded, wish

TELLING = 2  # Words that mean one line, where no year does: `the fee` may be any.
_ASKED = re.compile(r"(?is)\b(?:what|how\s+much|how\s+many)\b[^?]*\?")
_IDLE = frozenset(
    stems(
        "total fiscal year end unadjusted average rate growth change percent percentage margin ratio company formerly "
        "known units income statement sheet cash flow amount generate generated spend spent much many three 3 2 two "
        "answer following respond round decimal places using only information within outlined usd dollars millions "
        "billions thousands did have what how"
    )
)


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What a question comes to: `value` in `unit`, how it was worked out, and the cells it rests on.

    `unit` is a scale of money, `%`, `times`, `days`, or "" for what the cells leave open.
    """

    doing: str
    value: Decimal
    unit: str
    working: str
    cells: tuple[Cell, ...]
    places: int | None = None
    money: str = ""


def reckon(question: str, tables: Sequence[Table], *, known: str = "") -> Reckoning | None:
    """Return what `question` comes to by the cells of `tables`; None where that is not beyond doubt.

    Args:
        question: As people ask it, in English.
        tables: Those of one document.
        known: The names of the document: words of the question that need not stand in a table.
    """
    question = reworded(question)
    asked = _ASKED.search(question)
    text = without(asked[0] if asked else question, known)
    if (named := _looked_up(as_lookup(text), tables, sure=True)) is not None:
        return named
    wanted = wish(text)
    if wanted is None:
        return None
    manner = wish(f"what {question}")
    if manner is not None:
        wanted = replace(wanted, scale=manner.scale or wanted.scale, places=manner.places)
    if (measure := _measure(text)) is not None:
        return _measured(measure, wanted, tables)
    return _looked_up(wanted, tables) if wanted.doing == "cell" else _worked_out(wanted, tables)


def without(text: str, known: str) -> str:
    """Return a question without the names of the document: words that need not stand in a table."""
    names = set(stems(known)) - _IDLE
    kept = [
        word
        for word in text.split()
        if not (stems(word) and set(stems(re.sub(r"['’]s\b", "", word))) <= names and word[0].isupper())
    ]
    return re.sub(r"\((?:formerly|using|also)[^)]*\)", " ", " ".join(kept))


def _looked_up(wanted: Wish | None, tables: Sequence[Table], *, sure: bool = False) -> Reckoning | None:
    """Return the cell itself; when it must be `sure`, only one whose label is the very words of the question."""
    if wanted is None or len(wanted.lines) != 1 or len(wanted.years) > 1:
        return None
    if not sure and not wanted.years and len(set(stems(wanted.lines[0]))) < TELLING:
        return None
    found = cell(wanted.lines[0], wanted.years[0] if wanted.years else "", tables)
    if found is None or (sure and set(stems(bare(found.row.label))) != set(stems(bare(wanted.lines[0])))):
        return None
    return Reckoning("cell", found.value, _unit(found), "", (found,), wanted.places, _money(found))


def _worked_out(wanted: Wish, tables: Sequence[Table]) -> Reckoning | None:
    """Reckon with the cells that are meant: with one line, if all words name one, else with each."""
    for lines in dict.fromkeys(((wanted.whole,), wanted.lines)):
        cells = _operands(lines, wanted, tables)
        if cells and (found := _with(cells, replace(wanted, lines=lines))) is not None:
            return found
    return None


def _operands(lines: Sequence[str], wanted: Wish, tables: Sequence[Table]) -> list[Cell]:
    """Return a cell for each line and year, all in one unit; none where one is not beyond doubt."""
    if wanted.doing == "average" and not wanted.years and len(lines) == 1:
        return dated(lines[0], tables)
    years = sorted(wanted.years) or [""]
    cells = [cell(line, year, tables) for line in lines for year in years if line]
    found = [each for each in cells if each is not None]
    units = {(each.scale, each.percent) for each in found}
    distinct = {(id(each.row), each.column) for each in found}
    fits = len(found) == len(cells) == len(distinct) and len(found) > 1 and len(units) == 1
    return found if fits else []


def _with(cells: Sequence[Cell], wanted: Wish) -> Reckoning | None:
    values = [each.value for each in cells]
    shown = [f"({each.written.strip('$()')})" if each.value < 0 else each.written.strip("$") for each in cells]
    unit, money = _unit(cells[0]), _money(cells[0])
    match wanted.doing:
        case "growth" if len(values) == 2 and values[0] > 0:  # From a loss nothing grows by a percentage.
            value, unit, money = (values[1] - values[0]) / values[0] * 100, "%", ""
            working = f"({shown[1]} − {shown[0]}) / {shown[0]}"
        case "change" if len(values) == 2 and len(wanted.lines) == 1:
            value, working = values[1] - values[0], f"{shown[1]} − {shown[0]}"
        case "change" if len(values) == 2:
            value, working = values[0] - values[1], f"{shown[0]} − {shown[1]}"
        case "average":
            value, working = sum(values, Decimal(0)) / len(values), f"({' + '.join(shown)}) / {len(values)}"
        case "sum":
            value, working = sum(values, Decimal(0)), " + ".join(shown)
        case "share" if len(values) == 2 and min(values) >= 0 < values[1]:
            value, unit, money = values[0] / values[1] * 100, "%", ""
            working = f"{shown[0]} / {shown[1]}"
        case "ratio" if len(values) == 2 and min(values) >= 0 < values[1]:
            value, unit, money = values[0] / values[1], "times", ""
            working = f"{shown[0]} / {shown[1]}"
        case _:
            return None
    return Reckoning(wanted.doing, value, unit, working, tuple(cells), wanted.places, money)


def _measure(text: str) -> Measure | None:
    """Return the measure that a question asks for and nothing else: no word of it may be left over."""
    said = f" {bare(text)} "
    best: tuple[int, Measure] | None = None
    for measure in measures():
        for name in map(bare, measure.asked):
            if f" {name} " in said and (best is None or len(name) > best[0]):
                left = set(stems(re.sub(r"\b(?:19|20)\d\d\b|\bfy\d+\b", " ", said.replace(name, " "))))
                if left <= _IDLE | set(stems("for during in of between from")) or len(left - _IDLE) == 0:
                    best = (len(name), measure)
    return best[1] if best else None


def _measured(measure: Measure, wanted: Wish, tables: Sequence[Table]) -> Reckoning | None:
    years = sorted(year for year in wanted.years if year.isdigit())
    statements = Statements(tables)
    doing = wanted.doing if wanted.doing in {"growth", "change", "average"} and len(years) > 1 else "cell"
    if not years or (doing == "cell" and len(years) > 1) or (wanted.doing == "growth" and len(years) != 2):
        return None
    try:
        values = [reckoned(measure.formula, year, statements) for year in years]
    except Unknown:
        return None
    scale = statements.cells[0].scale if statements.cells else ""
    unit = measure.unit
    value = values[-1]
    if doing == "growth":
        if values[0] <= 0:
            return None
        value, unit = (values[1] - values[0]) / values[0], "percent"
    elif doing == "change":
        value = values[-1] - values[0]
    elif doing == "average":
        value = sum(values, Decimal(0)) / len(values)
    working = measure.formula.replace("_", " ") if len(statements.cells) > 1 else ""
    if unit == "money":
        scale = wanted.scale or scale
        return Reckoning(
            doing, value / SCALES.get(scale, 1), scale, working, tuple(statements.cells), wanted.places, "$"
        )
    told = "%" if unit == "percent" else unit
    return Reckoning(
        doing, value * 100 if told == "%" else value, told, working, tuple(statements.cells), wanted.places
    )


def _unit(each: Cell) -> str:
    return "%" if each.percent else each.scale


def _money(each: Cell) -> str:
    found = re.search(
        r"US\$|[$€£¥]",
        f"{each.written} {each.table.unit} " + " ".join(row.values[each.column] for row in each.table.rows),
    )
    return found[0] if found and not each.percent else ""


def said(reckoning: Reckoning) -> str:
    """Return the value with its unit, as people write it."""
    places = reckoning.places
    if places is None and reckoning.doing != "cell":
        places = None if reckoning.value == reckoning.value.to_integral_value() else 2
    if places is None and reckoning.doing == "cell" and not reckoning.working:
        number = spoken(reckoning.value, max(0, -int(reckoning.value.as_tuple().exponent)))
    else:
        number = spoken(reckoning.value, places)
    minus, number = ("−", number[1:]) if number.startswith("-") else ("", number)
    unit = reckoning.unit
    tail = "%" if unit == "%" else f" {unit}" if unit else ""
    return f"{minus}{reckoning.money}{number}{tail}"
