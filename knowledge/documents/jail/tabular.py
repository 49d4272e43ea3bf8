"""Find the tables on the pages of a PDF: with pdfium by how words line up, with pdfplumber where rules part cells."""

import signal
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from types import FrameType
from typing import Any

import pypdfium2 as pdfium

from knowledge.documents.jail.cell import BROKEN
from knowledge.documents.jail.heading import headed
from knowledge.documents.jail.letters import MOST_STROKES, THIN, rules_of, words_of
from knowledge.documents.jail.lines import Matrix, Word, figure, lines_of, said
from knowledge.documents.jail.lineup import aligned
from knowledge.documents.jail.marks import SIGN

MOST_WORDS = 6000  # On a page; one with more is no page to find tables on.
CELLS = {"vertical_strategy": "lines", "horizontal_strategy": "lines", "snap_tolerance": 3}


class TooSlow(BaseException):
    """A page takes longer than it may; parsers that catch every `Exception` must not catch this one."""


REFUSED: tuple[type[BaseException], ...] = (*BROKEN, TooSlow, struct.error, zlib.error)


class Tabular:
    """A PDF open in pdfium, and in pdfplumber, which is slow, once a page with rules needs it."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._document = pdfium.PdfDocument(data)
        self._plumbed: Any = None

    def page(self, number: int, *, seconds: float) -> list[dict[str, Any]]:
        """Return the tables of a page, from above.

        Raises:
            TooSlow: finding them keeps a core busy for more than `seconds`.
        """
        page = self._document[number - 1]
        try:
            with _bounded(seconds):
                words = words_of(page)
                if len(words) > MOST_WORDS:
                    return []
                level, gridded = rules_of(page)
                width = float(page.get_width())
            ruled = self._ruled(number, words, seconds) if gridded else []
            taken = {word for _, inside in ruled for word in inside}
            with _bounded(seconds):
                lined = aligned([word for word in words if word not in taken], level, width=width)
        finally:
            page.close()
        found = sorted([*(matrix for matrix, _ in ruled), *lined], key=lambda matrix: matrix.top)
        return [table for matrix in found if (table := headed(matrix))]

    def _ruled(self, number: int, words: Sequence[Word], seconds: float) -> list[tuple[Matrix, list[Word]]]:
        """Return the tables that rules part into cells, each with its words; what pdfplumber cannot read has none."""
        import pdfplumber  # noqa: PLC0415 - slow to start, and only rules need it.
        from pdfminer.psexceptions import PSException  # noqa: PLC0415
        from pdfplumber.utils.exceptions import MalformedPDFException, PdfminerException  # noqa: PLC0415

        broken: tuple[type[BaseException], ...] = (*REFUSED, MalformedPDFException, PdfminerException, PSException)
        with _bounded(seconds):
            try:
                self._plumbed = self._plumbed or pdfplumber.open(BytesIO(self._data))
                page = self._plumbed.pages[number - 1]
                stroked = page.filter(_is_stroke)
                tables = stroked.find_tables(CELLS) if 3 < len(stroked.edges) < MOST_STROKES else []
                made = [_cells(table, words) for table in tables]
                page.close()
            except broken:
                self._plumbed = None
                return []
        return [each for each in made if each is not None]


def _is_stroke(each: dict[str, Any]) -> bool:
    """Tell whether an object of a page parts cells; what is only filled shades rows, as reports like to."""
    if each["object_type"] == "rect":
        return min(each["width"], each["height"]) < THIN or bool(each.get("stroke"))
    return bool(each["object_type"] in {"line", "curve"})


def _cells(table: Any, words: Sequence[Word]) -> tuple[Matrix, list[Word]] | None:
    """Return a table whose rules part its cells; a cell that runs over several columns fills each of them."""
    cells = [each for row in table.rows for each in row.cells if each is not None]
    lefts = _edges([each[0] for each in cells])
    tops = _edges([each[1] for each in cells])
    if len(lefts) < 2 or len(tops) < 2:
        return None
    texts = [["" for _ in lefts] for _ in tops]
    taken: list[Word] = []
    for x0, top, x1, bottom in dict.fromkeys(cells):
        inside = [each for each in words if x0 <= each.middle <= x1 and top <= (each.top + each.bottom) / 2 <= bottom]
        lines = [said(line.words) for line in lines_of(inside)]
        if sum(map(figure, lines)) > 1:
            return None  # Several figures, one over another: the rules part columns, not rows.
        taken += inside
        for row, y in enumerate(tops):
            for column, x in enumerate(lefts):
                if x0 - 1 <= x < x1 - 1 and top - 1 <= y < bottom - 1:
                    texts[row][column] = " ".join(lines)
    rows = [row for row in texts if any(row)]
    columns = [[cell for cell in column if cell] for column in zip(*rows, strict=True)]
    if any(column and all(map(SIGN.fullmatch, column)) for column in columns):
        return None  # Cells of single signs: boxes that lay figures out, not rules.
    if len(rows) < 2 or sum(map(len, columns)) < 4:
        return None
    over = [line.text for line in lines_of(words) if line.bottom <= min(tops) + THIN]
    return Matrix(rows=rows, depths=[0.0] * len(rows), ruled=True, top=min(tops), above=over[-6:]), taken


def _edges(places: Sequence[float]) -> list[float]:
    made: list[float] = []
    for each in sorted(places):
        if not made or each - made[-1] > THIN:
            made.append(each)
    return made


@contextmanager
def _bounded(seconds: float) -> Iterator[None]:
    """Stop what keeps a core busy for `seconds`: an alarm that comes again, should a parser swallow the first."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds, 0.25)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
