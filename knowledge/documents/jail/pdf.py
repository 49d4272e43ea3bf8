"""Read a PDF's pages with pdfium, which is fast."""

import re
from typing import Any

import pypdfium2 as pdfium

from knowledge.documents.jail.cell import BROKEN, LockedError
from knowledge.documents.jail.layout import Box, columns
from knowledge.documents.jail.letters import rules_of
from knowledge.documents.jail.marks import likely

__all__ = ["PASSWORD", "Damaged", "LockedError", "Pdf"]

Damaged = BROKEN
PASSWORD = 4  # What pdfium calls a file that it cannot open without one.
ODD = re.compile("[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f]")
FEW = 60  # Letters; a page with fewer and a picture is taken for a scan with a stamp on it.
MOST_NOTES = 500  # Links, stamps and fields of one page that are looked at.
WORDED = frozenset(  # What is laid over a page and has words of its own that everybody sees.
    {
        pdfium.raw.FPDF_ANNOT_WIDGET,
        pdfium.raw.FPDF_ANNOT_FREETEXT,
        pdfium.raw.FPDF_ANNOT_STAMP,
        pdfium.raw.FPDF_ANNOT_SOUND,
        pdfium.raw.FPDF_ANNOT_SCREEN,
        pdfium.raw.FPDF_ANNOT_RICHMEDIA,
    }
)
ODD_SHARE = 0.3  # From this share of such signs on, a page's text is no text.
LINE_END_HYPHEN = re.compile("[\ufffe\u0002](?:\r?\n)?")  # pdfium's sign for a hyphen that only ends a line.


class Pdf:
    """A PDF open in pdfium; pypdf reads what people typed into forms."""

    def __init__(self, data: bytes) -> None:
        try:
            self._document = pdfium.PdfDocument(data)
        except pdfium.PdfiumError as error:
            if getattr(error, "err_code", 0) == PASSWORD:
                raise LockedError from error
            raise
        self._data = data
        self._plain: Any = None

    def __len__(self) -> int:
        return len(self._document)

    def page(self, number: int) -> dict[str, Any]:
        """Return a page's text, whether it shows anything that is not text, and whether it may hold a table."""
        page = self._document[number - 1]
        try:
            notes = _notes(page)
            form = pdfium.raw.FPDF_ANNOT_WIDGET in notes
            if (
                notes & WORDED
                and pdfium.raw.FPDFPage_Flatten(page, pdfium.raw.FLAT_NORMALDISPLAY) == pdfium.raw.FLATTEN_SUCCESS
            ):
                page.close()  # Fields and stamps are drawn over a page; now they are part of it, for who loads it anew.
                page = self._document[number - 1]
            text = _text(page)
            drawn = _drawn(page, text)
            grid = bool(text.strip()) and (likely(text) or rules_of(page)[1])
        finally:
            page.close()
        if form:
            text = "\n".join((text, *(each for each in self._filled_in(number) if each not in text)))
        return {"text": text, "drawn": drawn, "grid": grid}

    def _filled_in(self, number: int) -> list[str]:
        from knowledge.documents.jail import plain  # noqa: PLC0415 - slow to start, and only forms need it.

        try:
            self._plain = self._plain or plain.PlainPdf(self._data)
            filled_in: list[str] = self._plain.filled_in(number)
        except BROKEN:
            return []  # What cannot be read of a form is no reason to lose the page.
        return filled_in

    def image(self, number: int, *, dots: int, longest: int) -> Any:
        """Return the picture of a page as an array, at `dots` to the inch or as many as `longest` allows."""
        page = self._document[number - 1]
        try:
            width, height = page.get_size()
            scale = min(dots / 72, longest / max(width, height, 1.0))
            return page.render(scale=max(scale, 0.05), may_draw_forms=False).to_numpy()
        finally:
            page.close()


def _notes(page: Any) -> frozenset[int]:
    """Return the kinds of what is laid over a page: fields, stamps, typed remarks, links."""
    raw = pdfium.raw
    kinds = set()
    for at in range(min(raw.FPDFPage_GetAnnotCount(page), MOST_NOTES)):
        note = raw.FPDFPage_GetAnnot(page, at)
        if note:
            kinds.add(raw.FPDFAnnot_GetSubtype(note))
            raw.FPDFPage_CloseAnnot(note)
    return frozenset(kinds)


def _drawn(page: Any, text: str) -> bool:
    """Tell whether a page shows something that may be text but is none: a picture, or strokes and no text at all."""
    letters = len("".join(text.split()))
    if letters >= FEW:
        return False
    kinds = {each.type for each in page.get_objects(max_depth=3)}
    return bool(kinds) if not letters else pdfium.raw.FPDF_PAGEOBJ_IMAGE in kinds


def _text(page: Any) -> str:
    """Return a page's text in reading order, "" where its letters have no meaning."""
    within = page.get_textpage()
    try:
        text: str = within.get_text_range()
        if len(ODD.findall(text)) > ODD_SHARE * len("".join(text.split())):
            return ""
        order = columns([Box(*within.get_rect(at)) for at in range(within.count_rects())], page.get_width())
        if order:
            text = "\n".join(within.get_text_bounded(*each) for each in order)
    finally:
        within.close()
    return LINE_END_HYPHEN.sub("-\n", text)
