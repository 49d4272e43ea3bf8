"""Print a table and the text around it as PDF, the ways that reports do: between rules, or by white space alone."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from matplotlib import rc_context
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.textpath import TextToPath

WIDTH, HEIGHT, MARGIN = 612.0, 792.0, 54.0
SIZE, LEADING, SMALLEST = 9.0, 12.5, 4.5
LABEL, CELL = 46, 18  # Letters after which the text of a label, and of another cell, goes on below.
PROSE = 96
SPACE = 12.0  # Points between two columns.
NO_DATE = {"CreationDate": None, "ModDate": None}

_measure = TextToPath()


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell with the columns, from `first` up to `end`, that it spans."""

    lines: tuple[str, ...]
    first: int
    end: int


def printed(paragraphs: Sequence[str], rows: Sequence[Sequence[str]], *, header: int, ruled: bool) -> bytes:
    """Return a PDF: the paragraphs, then the table, whose first `header` rows name its columns."""
    with rc_context({"pdf.fonttype": 42, "text.usetex": False}):
        return _Sheet(ruled=ruled).printed(paragraphs, rows, header=header)


def spans(row: Sequence[str], *, header: bool) -> list[tuple[str, int, int]]:
    """Return the cells of a row with the columns that each spans: in a header, a text is over the empty ones after it.

    A text alone over empty ones on both sides is over all of them.
    """
    filled = [at for at in range(1, len(row)) if row[at].strip()]
    if not header or not filled or len(filled) == len(row) - 1:
        return [(cell, at, at + 1) for at, cell in enumerate(row)]
    starts = [1] if len(filled) == 1 else filled
    ends = [*starts[1:], len(row)]
    return [(row[0], 0, 1), *((row[at], start, end) for at, start, end in zip(filled, starts, ends, strict=True))]


class _Sheet:
    """Pages that are written on from above."""

    def __init__(self, *, ruled: bool) -> None:
        self._ruled = ruled
        self._figures: list[Figure] = []
        self._y = 0.0
        self._fresh()

    def printed(self, paragraphs: Sequence[str], rows: Sequence[Sequence[str]], *, header: int) -> bytes:
        for paragraph in paragraphs:
            for line in textwrap.wrap(paragraph, PROSE):
                self._room(LEADING)
                self._write(line, MARGIN, self._y, SIZE)
                self._y -= LEADING
            self._y -= LEADING / 2
        self._table(rows, header)
        target = BytesIO()
        with PdfPages(target, metadata=NO_DATE) as pages:
            for figure in self._figures:
                pages.savefig(figure)
        return target.getvalue()

    def _table(self, rows: Sequence[Sequence[str]], header: int) -> None:
        width = max(map(len, rows))
        filled = [[*(" ".join(cell.split()) for cell in row), *[""] * (width - len(row))] for row in rows]
        laid = [
            [
                _Cell(tuple(textwrap.wrap(text, LABEL if first == 0 else CELL * (end - first))), first, end)
                for text, first, end in spans(row, header=at < header)
            ]
            for at, row in enumerate(filled)
        ]
        size = SIZE
        while sum(widths := _widths(laid, width, size)) > WIDTH - 2 * MARGIN and size > SMALLEST:
            size -= 0.5
        lefts = [MARGIN + sum(widths[:at]) for at in range(width + 1)]
        for at, row in enumerate(laid):
            height = max(1, *(len(cell.lines) for cell in row)) * size * 1.25 + 4
            self._room(height)
            top, bottom = self._y, self._y - height
            for cell in row:
                self._cell(cell, lefts, top, size, heads=at < header)
                if self._ruled:
                    left, right = lefts[cell.first], lefts[cell.end]
                    for xs, ys in (((left, right), (top, top)), ((left, right), (bottom, bottom))):
                        self._rule(xs, ys)
                    for x in (left, right):
                        self._rule((x, x), (top, bottom))
            self._y = bottom

    def _cell(self, cell: _Cell, lefts: Sequence[float], top: float, size: float, *, heads: bool) -> None:
        left, right = lefts[cell.first] + 3, lefts[cell.end] - 3
        for at, line in enumerate(cell.lines):
            wide = _wide(line, size)
            x = left if cell.first == 0 else right - wide
            if heads and cell.first > 0 and cell.end - cell.first > 1:
                x = (left + right - wide) / 2
            self._write(line, x, top - size - at * size * 1.25, size)

    def _room(self, height: float) -> None:
        if self._y - height < MARGIN:
            self._fresh()

    def _fresh(self) -> None:
        self._figures.append(Figure(figsize=(WIDTH / 72, HEIGHT / 72)))
        self._y = HEIGHT - MARGIN

    def _write(self, text: str, x: float, y: float, size: float) -> None:
        self._figures[-1].text(x / WIDTH, y / HEIGHT, text, size=size, parse_math=False)

    def _rule(self, xs: tuple[float, float], ys: tuple[float, float]) -> None:
        page = self._figures[-1]
        page.add_artist(Line2D([x / WIDTH for x in xs], [y / HEIGHT for y in ys], linewidth=0.6, color="black"))


def _widths(laid: Sequence[Sequence[_Cell]], count: int, size: float) -> list[float]:
    """Return how wide each column is: as its own cells want, and wider where one over several needs it."""
    widths = [SPACE] * count
    for row in laid:
        for cell in row:
            if cell.end - cell.first == 1:
                widths[cell.first] = max([widths[cell.first], *(_wide(line, size) + SPACE for line in cell.lines)])
    for row in laid:
        for cell in row:
            lacking = max((_wide(line, size) + SPACE for line in cell.lines), default=0.0) - sum(
                widths[cell.first : cell.end]
            )
            for at in range(cell.first, cell.end):
                widths[at] += max(0.0, lacking) / (cell.end - cell.first)
    return widths


def _wide(text: str, size: float) -> float:
    wide, _, _ = _measure.get_text_width_height_descent(text, FontProperties(size=size), ismath=False)
    return float(wide)
