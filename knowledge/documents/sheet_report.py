"""Write a comparison of data sheets as one page of HTML that needs nothing else."""

from html import escape

from knowledge.documents.report import POLICY, STYLE
from knowledge.documents.sheets import Cell, SheetRow, SheetTable

MARKS = {"same": "the same", "differs": "differs", "not in all": "not stated by all"}


def sheet_report(table: SheetTable) -> str:
    """Return the page: one row an attribute, one column a product, the values that differ marked."""
    names = [escape(" ".join(each.called.split())[:120]) for each in table.sheets]
    title = " beside ".join(names)
    counts = ", ".join(f"{table.count(mark)} {words}" for mark, words in MARKS.items())
    head = f"<tr><th>Attribute</th>{''.join(f'<th>{name}</th>' for name in names)}<th></th></tr>"
    note = "Units are brought into line with the first sheet that states a quantity; currencies are not converted."
    body = (
        f"<h1>{' <small>beside</small> '.join(names)}</h1><p>{len(table.rows)} attributes: {counts}.</p>"
        f"<p class=note>{note}</p><table>{head}{''.join(map(_row, table.rows))}</table>"
    )
    meta = f'<meta charset=utf-8><meta http-equiv=Content-Security-Policy content="{POLICY}">'
    return (
        f"<!doctype html><html lang=en><head>{meta}<title>{title}</title><style>{STYLE}</style></head>"
        f"<body>{body}</body></html>\n"
    )


def _row(row: SheetRow) -> str:
    cells = "".join(f"<td>{_cell(each, differs=row.mark == 'differs')}</td>" for each in row.cells)
    return f"<tr><th>{escape(row.name)}</th>{cells}<td class=note>{MARKS[row.mark]}</td></tr>"


def _cell(cell: Cell | None, *, differs: bool) -> str:
    if cell is None:
        return "–"
    value = escape(cell.attribute.value)
    shown = f"<ins>{value}</ins>" if differs else value
    converted = f" <span class=note>= {escape(cell.converted)}</span>" if cell.converted else ""
    return f"{shown}{converted} <span class=note>p. {cell.attribute.page}</span>"
