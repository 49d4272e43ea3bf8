"""Tell where words and strokes are on a page, as pdfium knows it, which is fast."""

import ctypes
from collections.abc import Callable
from typing import Any

import pypdfium2 as pdfium

from knowledge.documents.jail.lines import Word

MOST_LETTERS = 40_000
MOST_STROKES = 3000
THIN = 2.5  # Points; a box lower than this is a stroke.
LONG = 15.0
PART = 0.28  # Of a letter's height: letters further apart than this are of two words.
FEWEST = 3  # Strokes each way: two rows of two cells have as many.

Point = Callable[[float, float], tuple[float, float]]


def words_of(page: Any) -> list[Word]:
    """Return the words that stand upright on a page; y runs downwards."""
    raw, within, point = pdfium.raw, page.get_textpage(), _turned(page)
    rect = raw.FS_RECTF()
    words: list[Word] = []
    letters: list[tuple[str, float, float, float, float]] = []

    def close() -> None:
        if letters:
            text = "".join(each[0] for each in letters)
            lefts, tops, rights, bottoms = zip(*(each[1:] for each in letters), strict=True)
            words.append(Word(text, min(lefts), max(rights), min(tops), max(bottoms)))
        letters.clear()

    try:
        for index in range(min(within.count_chars(), MOST_LETTERS)):
            letter = chr(raw.FPDFText_GetUnicode(within, index))
            if letter.isspace() or ord(letter) in {0, 2, 0xFFFE}:
                close()
                continue
            if not raw.FPDFText_GetLooseCharBox(within, index, ctypes.byref(rect)):
                continue
            (x0, y0), (x1, y1) = point(rect.left, rect.bottom), point(rect.right, rect.top)
            left, right, top, bottom = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
            if letters:
                last = letters[-1]
                apart = left - last[3]
                level = abs(top + bottom - last[2] - last[4]) / 2 < 0.5 * (last[4] - last[2])
                if not level or apart > PART * (bottom - top) or apart < -2 * (bottom - top):
                    close()
            letters.append((letter, left, top, right, bottom))
        close()
    finally:
        within.close()
    return words


def rules_of(page: Any) -> tuple[list[tuple[float, float, float]], bool]:
    """Return the level strokes of a page as (left, right, y), and whether strokes part it into cells."""
    raw, point = pdfium.raw, _turned(page)
    level: list[tuple[float, float, float]] = []
    upright = boxes = 0
    fill, stroked = ctypes.c_int(), ctypes.c_int()
    for at, each in enumerate(page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=3)):
        if at >= MOST_STROKES:
            break
        x0, y0, x1, y1 = each.get_bounds()
        (left, top), (right, bottom) = point(x0, y0), point(x1, y1)
        left, right, top, bottom = min(left, right), max(left, right), min(top, bottom), max(top, bottom)
        if bottom - top < THIN and right - left > THIN:
            level.append((left, right, top))
        elif right - left < THIN and bottom - top > THIN:
            upright += 1
        elif right - left > LONG and raw.FPDFPath_GetDrawMode(each, ctypes.byref(fill), ctypes.byref(stroked)):
            boxes += bool(stroked.value)
    gridded = (upright >= FEWEST and len(level) >= FEWEST) or boxes >= FEWEST + 1 or (boxes > 0 and upright > 0)
    return level, gridded


def _turned(page: Any) -> Point:
    """Return what makes a point of the file one of the page as people see it, y downwards."""
    left, bottom, right, top = page.get_cropbox()
    match page.get_rotation():
        case 90:
            return lambda x, y: (y - bottom, x - left)
        case 180:
            return lambda x, y: (right - x, y - bottom)
        case 270:
            return lambda x, y: (top - y, right - x)
    return lambda x, y: (x - left, top - y)
