"""Put a comparison of data sheets into an answer: what differs, with the lines that prove it, and the whole table."""

from collections.abc import Callable

from knowledge.documents.sheet_report import MARKS
from knowledge.documents.sheets import Cell, SheetRow, SheetTable
from knowledge.types import Answer, Check, Citation, Document, Table

MOST_POINTS = 6
QUOTE = 220
ABSENT = "–"

PageText = Callable[[str, int], str]


def sheet_answer(table: SheetTable, page_text: PageText) -> Answer:
    """Return what differs between data sheets; the first citations are of each document one."""
    citations = [_cite(sheet.document, Cell(sheet.attributes[0]), page_text) for sheet in table.sheets]
    points = []
    differing = [row for row in table.rows if row.mark == "differs"]
    for row in differing[:MOST_POINTS]:
        cited = [
            _cite(sheet.document, cell, page_text) for sheet, cell in zip(table.sheets, row.cells, strict=True) if cell
        ]
        citations += cited
        known = list(dict.fromkeys(citations))
        marks = "".join(f"[{number}]" for number in sorted({known.index(each) + 1 for each in cited}))
        points.append(f"• {row.name}: {_values(table, row)} {marks}")
    if len(differing) > MOST_POINTS:
        points.append(f"• and {len(differing) - MOST_POINTS} more that differ, see the table")
    counts = ", ".join(f"{table.count(mark)} {words}" for mark, words in MARKS.items())
    head = f"{len(table.rows)} attributes of {len(table.sheets)} products: {counts}."
    columns = ("Attribute", *(sheet.called for sheet in table.sheets), "Difference")
    rows = tuple(
        (row.name, *(cell.shown if cell else ABSENT for cell in row.cells), MARKS[row.mark]) for row in table.rows
    )
    return Answer(
        "\n".join([head, *points]),
        route="compare",
        citations=tuple(dict.fromkeys(citations)),
        table=Table(columns, rows),
        checks=(Check("quotes", passed=True, detail="every quote stands on its page"),),
        confidence=1.0,
        searched=tuple(dict.fromkeys(sheet.document.name for sheet in table.sheets)),
    )


def _values(table: SheetTable, row: SheetRow) -> str:
    return "; ".join(
        f"{sheet.called} {cell.shown}" for sheet, cell in zip(table.sheets, row.cells, strict=True) if cell
    )


def _cite(document: Document, cell: Cell, page_text: PageText) -> Citation:
    """Return the line that states a value, as its page has it."""
    stated = cell.attribute
    page = " ".join(page_text(document.id, stated.page).split())
    quote = next(
        (each for each in (stated.line[:QUOTE].strip(), stated.value[:QUOTE].strip()) if each in page), stated.name
    )
    return Citation(document.id, document.name, stated.page, quote, stated.name[:90])
