"""Draw one page of the PDF on standard input, cut to the passages that are asked for, their words marked.

Started as `python -I -m knowledge.documents.jail.page ORDER`. Prints one line of JSON, then the PNG.
"""

import ctypes
import io
import json
import logging
import os
import sys
import unicodedata
import warnings
from typing import Any, NamedTuple

import numpy as np
import pypdfium2 as pdfium
from PIL import Image

from knowledge.documents.jail import cell, pdf

DOTS = 130  # To the inch: small print can be read, and a page stays under a megabyte.
LONGEST = 2200
MOST_CHARACTERS = 60_000
MARK = (255, 226, 90)
LEAST = 0.16  # Share of a page's height that a crop shows at least: words without their clause say little.
MARGIN = 0.035
PAPER = 245  # What is lighter is empty.
WHOLE = 0.72  # A crop larger than this share of the page may as well be the page.
STRETCH = 20  # Letters that are looked for at a time where a quote does not stand in one piece.
MOST_STRETCHED = 1.6
FEW = 200  # Letters on a page that has any text of its own to speak of.


class Box(NamedTuple):
    """A part of the picture, in points from its top left corner."""

    left: int
    top: int
    right: int
    bottom: int


def main() -> None:
    """Print the picture, or the reason why there is none."""
    order = json.loads(sys.argv[1])
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    stream = os.fdopen(os.dup(0), "rb")
    Image.preinit()
    cell.jail(memory=order["memory"], seconds=order["seconds"])
    cell.say(ready=True)
    data = stream.read()
    try:
        facts, png = picture(data, order["page"], order["quotes"], whole=order["whole"])
    except pdf.LockedError:
        cell.say(reason="encrypted")
        return
    except pdf.Damaged as error:
        cell.say(reason="damaged", detail=type(error).__name__)
        return
    cell.say(**facts, bytes=len(png))
    sys.stdout.buffer.write(png)
    sys.stdout.buffer.flush()


def picture(data: bytes, number: int, quotes: list[str], *, whole: bool) -> tuple[dict[str, Any], bytes]:
    """Return what is to be seen, and the PNG."""
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", 0) == pdf.PASSWORD:
            raise pdf.LockedError from error
        raise
    page = document[number - 1]
    width, height = page.get_size()
    scale = min(DOTS / 72, LONGEST / max(width, height, 1.0))
    drawn = page.render(scale=max(scale, 0.05), may_draw_forms=False, rev_byteorder=True).to_numpy()[:, :, :3]
    canvas = np.array(drawn)
    places = [_place(page, quote, canvas.shape) for quote in quotes]
    if quotes and not any(places) and _letters(page) < FEW:
        places = _recognised(drawn, quotes)
    boxes = [box for place in places for box in place]
    marked = np.zeros(canvas.shape[:2], dtype=bool)
    for box in boxes:
        marked[box.top : box.bottom, box.left : box.right] = True
    canvas[marked] = canvas[marked].astype(np.uint16) * np.array(MARK, dtype=np.uint16) // 255
    crop = None if whole else _crop(boxes, canvas.shape)
    if crop:
        canvas = _trim(canvas[crop.top : crop.bottom])
    target = io.BytesIO()
    Image.fromarray(canvas).save(target, format="PNG", optimize=False, compress_level=6)
    facts = {
        "found": sum(bool(place) for place in places),
        "whole": crop is None,
        "width": canvas.shape[1],
        "height": canvas.shape[0],
    }
    return facts, target.getvalue()


def find(letters: str, quote: str) -> tuple[int, int] | None:
    """Return where `quote` stands in `letters`, both folded: in one piece, or with other words in between."""
    if not quote:
        return None
    at = letters.find(quote)
    if at >= 0:
        return at, at + len(quote)
    hits = []
    last_start = max(0, len(quote) - STRETCH)
    for start in sorted({*range(0, last_start, STRETCH // 2), last_start}):
        piece = quote[start : start + STRETCH]
        at = letters.find(piece)
        if len(piece) == STRETCH and at >= 0:
            hits.append((at, at + STRETCH, start))
    if not hits:
        return None
    # The stretches that agree on where the quote begins, a little more or less, are of one place.
    best = max(
        ([each for each in hits if abs((each[0] - each[2]) - (one[0] - one[2])) < len(quote)] for one in hits), key=len
    )
    first, last = min(each[0] for each in best), max(each[1] for each in best)
    enough = len(best) * STRETCH >= len(quote) // 2
    return (first, last) if enough and last - first <= MOST_STRETCHED * len(quote) + STRETCH else None


def fold(text: str) -> str:
    """Return the letters and digits of a text alone, as they compare."""
    return "".join(each for each in unicodedata.normalize("NFKC", text).casefold() if each.isalnum())


def _place(page: Any, quote: str, shape: tuple[int, ...]) -> list[Box]:
    """Return where the words of `quote` stand on the picture, a box a line."""
    within = page.get_textpage()
    try:
        letters: list[str] = []
        indices: list[int] = []
        for index in range(min(within.count_chars(), MOST_CHARACTERS)):
            for letter in fold(chr(pdfium.raw.FPDFText_GetUnicode(within, index))):
                letters.append(letter)
                indices.append(index)
        found = find("".join(letters), fold(quote))
        if found is None:
            return []
        first, last = indices[found[0]], indices[found[1] - 1]
        count = within.count_rects(first, last - first + 1)
        return [box for at in range(count) if (box := _box(page, within.get_rect(at), shape))]
    finally:
        within.close()


def _letters(page: Any) -> int:
    within = page.get_textpage()
    try:
        return int(within.count_chars())
    finally:
        within.close()


def _recognised(picture: Any, quotes: list[str]) -> list[list[Box]]:
    """Return where the words of each quote stand on a scan: the lines that recognition finds them in."""
    from knowledge.documents.jail import ocr  # noqa: PLC0415 - heavy, and only scans need it.

    found, _ = ocr.recogniser()(np.ascontiguousarray(picture))
    height = picture.shape[0]
    ordered = sorted(found, key=lambda each: (-each[0].top, each[0].left))
    letters = [(letter, at) for at, (_, text) in enumerate(ordered) for letter in fold(text)]
    places = []
    for quote in quotes:
        stretch = find("".join(letter for letter, _ in letters), fold(quote))
        lines = sorted({at for _, at in letters[stretch[0] : stretch[1]]}) if stretch else []
        edges = [ordered[at][0] for at in lines]
        places.append(
            [Box(int(box.left), int(height - box.top), int(box.right), int(height - box.bottom)) for box in edges]
        )
    return places


def _box(page: Any, edges: tuple[float, float, float, float], shape: tuple[int, ...]) -> Box | None:
    """Return a box of the page as one of the picture: pdfium knows how a page is turned and cut."""
    left, bottom, right, top = edges
    corners = [_point(page, x, y, shape) for x, y in ((left, bottom), (right, top))]
    xs, ys = sorted(each[0] for each in corners), sorted(each[1] for each in corners)
    box = Box(max(0, xs[0] - 2), max(0, ys[0] - 2), min(shape[1], xs[1] + 2), min(shape[0], ys[1] + 2))
    return box if box.right > box.left and box.bottom > box.top else None


def _point(page: Any, x: float, y: float, shape: tuple[int, ...]) -> tuple[int, int]:
    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium.raw.FPDF_PageToDevice(page, 0, 0, shape[1], shape[0], 0, x, y, across, down)
    return across.value, down.value


def _crop(boxes: list[Box], shape: tuple[int, ...]) -> Box | None:
    """Return the band of the page around the boxes; None where that is the page, or where there are none."""
    if not boxes:
        return None
    height, width = shape[0], shape[1]
    margin = round(MARGIN * height)
    top, bottom = min(box.top for box in boxes) - margin, max(box.bottom for box in boxes) + margin
    lacking = max(0, round(LEAST * height) - (bottom - top))
    top, bottom = max(0, top - lacking // 2), min(height, bottom + lacking // 2)
    return None if bottom - top > WHOLE * height else Box(0, top, width, bottom)


def _trim(band: Any) -> Any:
    """Return a band of a page without most of the empty paper beside it."""
    inked = np.flatnonzero(band.min(axis=(0, 2)) < PAPER)
    if not inked.size:
        return band
    beside = round(MARGIN * band.shape[1])
    return band[:, max(0, inked[0] - beside) : inked[-1] + beside]


if __name__ == "__main__":
    main()
