"""Tell figures, signs and units apart from words, and lines that are rows of figures from those that are none."""

import re

FEWEST_ROWS = 2  # Lines like rows from which a page is looked at for tables.
FIGURES, SHARE = 8, 0.08  # Figures on such a page, and of its words.
PROSE = 110  # Characters; a longer line that is no row ends a table.
LONGEST_LABEL = 160
MOST_TABLES, MOST_ROWS, MOST_COLUMNS, LONGEST = 40, 400, 40, 200

VALUE = re.compile(r"[($€£¥+\-−–—]*\d[\d,]*(?:\.\d+)?[)%]*|[—–−\-]+|N/?[AM]|nm|\*+")
SIGN = re.compile(r"[$€£¥(]+|[)%]+|%\)|US\$")
FIGURE = re.compile(r"\d{1,3}(?:,\d{3})+|\d+\.\d|[$€£¥(]\d|\d%")
DATE = re.compile(r"(?:19|20)\d\d|\d{1,2},?")  # In a line of nothing else these are years, days and page numbers.
UNIT = re.compile(
    r"(?i)\(?[^()\n]{0,30}\b(?:in|amounts\s+in|dollars\s+in|\$\s+in)?\s*\b(?:millions|thousands|billions)\b[^()\n]{0,80}\)?"
)


def likely(text: str) -> bool:
    """Tell whether a page with this text may hold a table: rows of figures, or figures one under another."""
    lines = [line for line in text.splitlines() if line.strip()]
    if sum(row_of(line) is not None for line in lines) >= FEWEST_ROWS:
        return True
    words = text.split()
    figures = sum(bool(VALUE.fullmatch(word)) and bool(FIGURE.search(word)) for word in words)
    return figures >= FIGURES and figures >= SHARE * len(words)


def row_of(line: str) -> tuple[str, tuple[str, ...]] | None:
    """Return the label and the values of a line that is a row of figures."""
    words = line.split()
    at = len(words)
    while at and (VALUE.fullmatch(words[at - 1]) or SIGN.fullmatch(words[at - 1])):
        at -= 1
    label, cells = " ".join(words[:at]), _cells(words[at:])
    figures = [cell for cell in cells if any(map(str.isdigit, cell))]
    if not figures or len(label) > LONGEST_LABEL or all(DATE.fullmatch(cell) for cell in figures):
        return None
    if not label and len(cells) < 2:
        return None
    if len(figures) < 2 and not (FIGURE.search(line[-40:]) or len(cells) > 1):
        return None
    return label.strip(" .…:"), cells


def _cells(words: list[str]) -> tuple[str, ...]:
    """Return values with the signs that stand apart from them put to them."""
    cells: list[str] = []
    before = ""
    for word in words:
        if SIGN.fullmatch(word) and not VALUE.fullmatch(word):
            if word[0] in ")%" and cells:
                cells[-1] += word
            else:
                before += word
            continue
        cells.append(before + word)
        before = ""
    return tuple(cells)
