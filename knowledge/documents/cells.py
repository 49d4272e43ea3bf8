"""Find tables of figures in the text of pages: their titles, units, columns and rows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

FEWEST = 3  # Rows of a table.
BETWEEN = 3  # Lines inside a table that are no rows: names of groups, wrapped labels.
ABOVE = 20  # Lines over the first row in which its title, unit and columns are looked for.
PROSE = 110  # Characters; a longer line that is no row ends a table.
LONGEST_LABEL = 160

VALUE = re.compile(r"[($€£¥+\-–—]*\d[\d,]*(?:\.\d+)?[)%]*|[—–\-]|N/?[AM]|nm|\*+")
SIGN = re.compile(r"[$€£¥(]+|[)%]+|%\)|US\$")
FIGURE = re.compile(r"\d{1,3}(?:,\d{3})+|\d+\.\d|[$€£¥(]\d|\d%")
YEAR = re.compile(r"(?:19|20)\d\d")
DATE = re.compile(r"(?:19|20)\d\d|\d{1,2},?")  # In a line of nothing else these are years, days and page numbers.
UNIT = re.compile(
    r"(?i)\(?[^()\n]{0,30}\b(?:in|amounts\s+in|dollars\s+in|\$\s+in)?\s*\b(?:millions|thousands|billions)\b[^()\n]{0,80}\)?"
)
COLUMNS = re.compile(
    r"(?i)\b(?:years?|months?|quarters?|weeks?|periods?)\s+ended|^\W*(?:(?:19|20)\d\d\W*)+$|\b(?:january|february|march|april|"
    r"may|june|july|august|september|october|november|december)\s+\d|^as\s+(?:of|at)\b|% change|\bvs\.?\b|"
    r"^fiscal(?:\s+years?)?$"
)
FUSED = re.compile(r"(?<=[\d)%—-])(?= [A-Z][a-z])")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table; offsets are those of its line."""

    label: str
    values: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table as it stands in a text, from `start`, where its title is, to `end`."""

    title: str
    unit: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    start: int
    end: int

    @property
    def heading(self) -> str:
        """Return what a row needs to be understood alone: whose figures, in what unit, of when."""
        return " › ".join(each for each in (self.title, self.unit, " | ".join(self.columns)) if each)


def parted(text: str) -> str:
    """Return a page's text with rows that were run together on one line each on its own; only white space changes."""
    return "\n".join(_parted(line) for line in text.split("\n"))


def _parted(line: str) -> str:
    parts = FUSED.split(line)
    if len(parts) < 2:
        return line
    rows = [part for part in parts if row_of(part.strip())]
    return "\n".join(part.strip() for part in parts) if len(rows) >= len(parts) - 1 and len(rows) >= 2 else line


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


def tables(text: str, *, offset: int = 0) -> list[TextTable]:
    """Return the tables on a page."""
    lines = list(re.finditer(r"[^\n]*\S[^\n]*", text))
    rows = {at: found for at, line in enumerate(lines) if (found := row_of(line.group()))}
    made: list[TextTable] = []
    last = -1
    for first, end in _runs(lines, rows):
        inside = [
            Row(*rows[at], offset + lines[at].start(), offset + lines[at].end())
            for at in range(first, end)
            if at in rows
        ]
        above = _above(lines, first, max(last + 1, first - ABOVE))
        title, unit, columns = _named([line.group().strip() for line in lines[above:first]])
        if made and not columns:  # The rest of a table that a line of prose or a subtitle cut.
            title = f"{made[-1].title}: {title}" if title else made[-1].title
            unit, columns = unit or made[-1].unit, made[-1].columns
        start = offset + lines[above].start() if above < first else inside[0].start
        made.append(TextTable(title, unit, columns, tuple(inside), start, offset + lines[end - 1].end()))
        last = end - 1
    return made


def _runs(lines: list[re.Match[str]], rows: dict[int, tuple[str, tuple[str, ...]]]) -> Iterator[tuple[int, int]]:
    first, before, count = -1, -1, 0
    for at in [*sorted(rows), len(lines) + BETWEEN + 1]:
        apart = first >= 0 and (
            at - before > BETWEEN + 1 or any(len(line.group()) > PROSE for line in lines[before + 1 : at])
        )
        if apart:
            if count >= FEWEST:
                yield first, before + 1
            first = -1
        if first < 0:
            first, count = at, 0
        before, count = at, count + 1


def _above(lines: list[re.Match[str]], first: int, lowest: int) -> int:
    """Return where the title of a table begins: no higher than the prose before it."""
    at = first
    while at > lowest:
        line = lines[at - 1].group().strip()
        if len(line) > PROSE or (line.endswith(".") and len(line) > 50):
            break
        at -= 1
    return at


def _named(lines: list[str]) -> tuple[str, str, tuple[str, ...]]:
    title: list[str] = []
    columns: list[str] = []
    unit = ""
    for line in lines:
        if not unit and UNIT.search(line) and len(line) < 120:
            unit = line.strip("() ")
        elif COLUMNS.search(line) or YEAR.fullmatch(line):
            columns.append(line)
        elif any(map(str.isalpha, line)) and not columns:
            title.append(line)
    return " ".join(" ".join(title).split())[:160], unit[:80], tuple(columns[:8])
