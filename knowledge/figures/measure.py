"""Reckon the measures of the trade from the lines of financial statements, by formula."""

import ast
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, DivisionByZero, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.documents.cells import Table
from knowledge.figures.amount import SCALES, Cell, cell_at
from knowledge.figures.find import column

EXTRA = 4  # Words by which a label may be longer than the name that is looked for.
STATEMENTS = {
    "income": (r"tax", r"net (?:income|earnings|loss)", r"sales|revenue", r"cost|expense"),
    "balance": (r"total assets", r"total (?:current )?liabilities", r"equity|deficit"),
    "cash": (
        r"operating activities|operations",
        r"investing activities|capital (?:spending|expend)|purchases? of (?:property|land)",
    ),
}


class Unknown(Exception):  # noqa: N818 - an answer about the question, not a fault.
    """A line that a formula needs is not to be found beyond doubt."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What is reckoned, by what people call it, and in what: money, percent, times or days."""

    asked: tuple[str, ...]
    formula: str
    unit: str


@dataclass(slots=True)
class Statements:
    """The financial statements of a document: which cells its lines are."""

    tables: Sequence[Table]
    cells: list[Cell] = field(default_factory=list)

    def value(self, name: str, year: str) -> Decimal:
        """Return a line's amount in single units of its currency; the cell is noted.

        Raises:
            Unknown: there is no such line, or no column of that year.
        """
        found = self._cell(name, year)
        if found is None:
            raise Unknown(name)
        if found not in self.cells:
            self.cells.append(found)
        return found.value * SCALES.get(found.scale, 1)

    def _cell(self, name: str, year: str) -> Cell | None:
        line = lines()[name]
        for page in _pages(self.tables, line["in"]):
            for exact in (True, False):
                for called in line["called"]:
                    for table in page:
                        for row in table.rows:
                            if not _called(row.label, called, exact=exact) or len(row.values) != len(table.columns):
                                continue
                            at = column(table, "", year)
                            cell = cell_at(table, row, at[0]) if len(at) == 1 else None
                            if cell is not None and not cell.percent:
                                return cell
        return None


def reckoned(formula: str, year: str, statements: Statements) -> Decimal:
    """Return what a formula comes to in a year.

    Raises:
        Unknown: a line is missing, or would be divided by nothing.
    """
    try:
        return _worth(ast.parse(formula, mode="eval").body, int(year), statements.value)
    except (DivisionByZero, InvalidOperation) as error:
        raise Unknown(formula) from error


def _worth(node: ast.AST, year: int, value: Callable[[str, str], Decimal]) -> Decimal:
    match node:
        case ast.Constant(value=int(number)):
            return Decimal(number)
        case ast.Name(id=name):
            return value(name, str(year))
        case ast.BinOp(left=left, op=doing, right=right):
            first, second = _worth(left, year, value), _worth(right, year, value)
            match doing:
                case ast.Add():
                    return first + second
                case ast.Sub():
                    return first - second
                case ast.Mult():
                    return first * second
                case ast.Div():
                    return first / second
        case ast.Call(func=ast.Name(id="avg"), args=[of]):
            return (_worth(of, year, value) + _worth(of, year - 1, value)) / 2
        case ast.Call(func=ast.Name(id="change"), args=[of]):
            return _worth(of, year, value) - _worth(of, year - 1, value)
        case ast.Call(func=ast.Name(id="abs"), args=[of]):
            return abs(_worth(of, year, value))
    raise Unknown(ast.dump(node))


@cache
def lines() -> dict[str, Any]:
    """Return the lines of statements by the names that formulas use."""
    found: dict[str, Any] = _file()["lines"]
    return found


@cache
def measures() -> tuple[Measure, ...]:
    """Return all measures."""
    return tuple(Measure(tuple(each["asked"]), each["formula"], each["unit"]) for each in _file()["measures"])


@cache
def _file() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("measures.yaml").read_text(encoding="utf-8"))
    return found


def bare(label: str) -> str:
    """Return a label's words as they compare: no notes, no brackets, no signs."""
    return " ".join(re.sub(r"[^a-z0-9& ]", " ", re.sub(r"\([^)]*\)", " ", label.lower().replace("-", " "))).split())


def _called(label: str, name: str, *, exact: bool) -> bool:
    said, name = bare(label), bare(name)
    if exact:
        return said == name
    return said.startswith(f"{name} ") and len(said.split()) - len(name.split()) <= EXTRA


def _pages(tables: Sequence[Table], statement: str) -> list[list[Table]]:
    """Return the pages that hold a statement, each as its tables, the fullest first."""
    by_page: dict[int, list[Table]] = {}
    for table in tables:
        by_page.setdefault(table.page, []).append(table)
    chosen = []
    for page in by_page.values():
        said = " ; ".join(
            f"{table.title} ; " + " ; ".join(f"{row.group} {row.label}" for row in table.rows) for table in page
        )
        marks = sum(bool(re.search(each, said.lower())) for each in STATEMENTS[statement])
        if marks == len(STATEMENTS[statement]):
            official = bool(
                re.search(r"(?i)consolidated|statements? of|balance sheet|cash flows statement|income statement", said)
            )
            chosen.append(((official, sum(len(table.rows) for table in page)), page))
    return [page for _, page in sorted(chosen, key=lambda each: each[0], reverse=True)]
