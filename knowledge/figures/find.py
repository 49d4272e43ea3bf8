"""Find the cell that a line of a question and a year mean; nothing where it could be several."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from knowledge.documents.cells import Row, Table
from knowledge.documents.words import stems
from knowledge.figures.amount import Cell, cell_at

COVERED = 0.99  # Of the words asked for: all of them must be about the cell.
NAMED = 0.34  # Of the words asked for, or of the label: less in common is chance.
NOTE = re.compile(r"(?i)\((?:see\s+)?notes?\b[^)]*\)|\((?:[a-z]|\d)\)")
PRIMARY = re.compile(r"(?i)\bconsolidated\b.*\b(?:statements?|balance|sheets?|income|operations|cash)\b")
ONE_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
CHANGE = re.compile(r"(?i)\b(?:change|vs\.?|variance|increase|decrease|%)|\$\s*$")


@dataclass(frozen=True, slots=True)
class Hit:
    """A row that a line of a question may mean, and how well it fits, from 0 to 1."""

    table: Table
    row: Row
    fit: float


def rows(line: str, tables: Iterable[Table]) -> list[Hit]:
    """Return the rows that a line of a question may mean, best first."""
    asked = set(stems(line))
    if not asked:
        return []
    hits = []
    for table in tables:
        over = set(stems(" ".join((table.title, *table.columns))))
        for row in table.rows:
            label = set(stems(NOTE.sub(" ", row.label)))
            own = asked & label
            if not own or len(row.values) != len(table.columns):
                continue
            group = set(stems(row.group))
            covered = len(asked & (label | group | over)) / len(asked)
            precise = len(own) / len(label)
            if covered < COVERED or max(precise, len(own) / len(asked)) < NAMED:
                continue
            hits.append(Hit(table, row, 0.6 * len(own) / len(asked) + 0.4 * precise))
    return sorted(hits, key=lambda hit: -hit.fit)


def column(table: Table, line: str, year: str) -> list[int]:
    """Return the columns of a table that are of a year; of several, those whose header the line speaks of."""
    wanted = re.compile(
        rf"(?<!\d){re.escape(year)}(?!\d)|\bF(?:Y|iscal)?\s?['’]?{re.escape(year[-2:])}\b" if year else ""
    )
    found = [at for at, header in enumerate(table.columns) if wanted.search(header)]
    if len(found) > 1:
        plain = [at for at in found if not CHANGE.search(table.columns[at])]
        found = plain if plain and not CHANGE.search(line) else found
    if len(found) > 1:
        asked = set(stems(line))
        said = {at: len(asked & set(stems(table.columns[at]))) for at in found}
        best = max(said.values())
        found = [at for at in found if said[at] == best] if best else found
    return found


def cell(line: str, year: str, tables: Sequence[Table]) -> Cell | None:
    """Return the one cell that is meant; None where there is none, or where cells that fit as well say otherwise."""
    found: list[tuple[float, Cell]] = []
    for hit in rows(line, tables):
        at = column(hit.table, line, year)
        in_row = not at and year and _named_after(hit, year)
        if in_row and len(hit.table.columns) == 1:
            at = [0]
        cells = [each for each in (cell_at(hit.table, hit.row, one) for one in at) if each is not None]
        if len({each.value for each in cells}) == 1:
            found.append((hit.fit, cells[0]))
        elif len(cells) > 1:
            found += [(hit.fit, each) for each in cells]
    if not found:
        return None
    best = max(fit for fit, _ in found)
    cells = [each for fit, each in found if fit >= best - 0.001]
    if len({_worth(each) for each in cells}) > 1:
        cells = [each for each in cells if PRIMARY.search(each.table.title)] or cells
    return cells[0] if len({_worth(each) for each in cells}) == 1 else None


def _worth(each: Cell) -> tuple[object, bool]:
    return abs(each.value), each.percent


def _named_after(hit: Hit, year: str) -> bool:
    return year in f"{hit.row.label} {hit.row.group} {hit.table.title}"


def dated(line: str, tables: Sequence[Table]) -> list[Cell]:
    """Return the cells of the one row that is meant, where each column is of a year of its own; none otherwise."""
    hits = rows(line, tables)
    best = [hit for hit in hits if hit.fit >= hits[0].fit - 0.001]
    if len(best) != 1:
        return []
    table, row = best[0].table, best[0].row
    years = [ONE_YEAR.findall(header) for header in table.columns]
    if any(len(each) != 1 for each in years) or len({each[0] for each in years}) < len(years):
        return []
    cells = [cell_at(table, row, at) for at in range(len(years))]
    return [] if None in cells else [each for each in cells if each is not None]
