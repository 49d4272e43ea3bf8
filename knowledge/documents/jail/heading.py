"""Tell what the cells of a table are: by the header over their column, and by the label of their row."""

import re
from itertools import pairwise
from statistics import median
from typing import Any

from knowledge.documents.jail.lines import Matrix, dated, figure
from knowledge.documents.jail.lineup import CLOSE
from knowledge.documents.jail.marks import LONGEST, LONGEST_LABEL, MOST_COLUMNS, MOST_ROWS, UNIT

FULL = 0.65  # Of the widest label: one that goes on below is as wide at least.
STEP = 2.0  # Points that a row is set in by at least.
SENTENCE = re.compile(r"[.;:]$")
OPEN = re.compile(r"(?i)(?:[,(&/–—-]|\b(?:and|or|of|for|to|the|in|on|by|from|with|net|less|attributable|per))$")
SMALL = re.compile(r"[a-z(]")
PER = re.compile(  # In what a column's amounts are.
    r"(?i)(?:(?:[a-z]{1,3}\s?)?[$€£¥]|[a-z]{2,3})?\s?[’']?(?:000s?|mn?|bn|k|millions?|billions?|thousands?)|"
    r"(?:[a-z]{1,3}\s?)?[$€£¥]|%|\(?in (?:thousands|millions|billions|percent)\)?"
)
LEADERS = re.compile(r"(?:\s*\.){3,}\s*$")


def headed(matrix: Matrix) -> dict[str, Any] | None:
    """Return a table as plain data: title, unit, columns, and rows of group, label and cells; None if it has none."""
    if matrix.ruled:
        count = _header_rows(matrix.rows)
        header, rows, depths = matrix.rows[:count], matrix.rows[count:], matrix.depths[count:]
    else:
        header = matrix.header
        rows, depths = whole(matrix)
    units = next((at for at, row in enumerate(rows) if not _is_units(row)), len(rows))
    header, rows, depths = [*header, *rows[:units]], rows[units:], depths[units:]
    width = max((len(row) for row in (*header, *rows)), default=0)
    if not rows or width < 2:
        return None
    columns = [_column([row[at] for row in header if at < len(row)]) for at in range(1, width)]
    made = _rows(rows, depths, ruled=matrix.ruled)
    used = [at for at in range(width - 1) if any(at < len(row[2]) and row[2][at] for row in made)]
    made = [(group, label, [cells[at] for at in used]) for group, label, cells in made]
    told = sum(any(cells) for _, _, cells in made)
    if not used or told < 1 or len(made) < (1 if matrix.ruled and any(map(any, header)) else 2):
        return None
    over = [row[0] for row in header if row[0]]
    unit = _unit([*over, *dict.fromkeys(cell for row in header for cell in row[1:]), *reversed(matrix.above)])
    return {
        "title": _title(matrix.above),
        "unit": unit,
        "columns": [columns[at][:LONGEST] for at in used][:MOST_COLUMNS],
        "rows": [
            [group[:LONGEST], label[:LONGEST], [cell[:LONGEST] for cell in cells[:MOST_COLUMNS]]]
            for group, label, cells in made[:MOST_ROWS]
        ],
    }


def whole(matrix: Matrix) -> tuple[list[list[str]], list[float]]:
    """Return the rows, and how far each is set in, with labels that run over several lines made one.

    The lines of one label stand closer to each other than rows do.
    """
    rows, tops = matrix.rows, matrix.tops
    steps = [below - above for above, below in pairwise(tops)]
    valued = [bool(any(row[1:])) for row in rows]
    usual = [step for at, step in enumerate(steps) if valued[at] and valued[at + 1]] or steps
    pitch = median(usual) if usual else 0.0
    most = max(matrix.rights, default=0.0)
    blocks: list[list[int]] = []
    for at in range(len(rows)):
        if at and steps[at - 1] < CLOSE * pitch:
            blocks[-1].append(at)
        else:
            blocks.append([at])
    made: list[list[str]] = []
    depths: list[float] = []
    for block in blocks:
        figures = [at for at in block if valued[at]]
        full = all(matrix.rights[at] >= FULL * most and not rows[at][0].endswith(":") for at in block[:-1])
        if len(block) > 1 and len(figures) <= 1 and full:
            label = " ".join(rows[at][0] for at in block if rows[at][0])
            made.append([label, *(rows[figures[0]][1:] if figures else [""] * (len(rows[block[0]]) - 1))])
            depths.append(matrix.depths[block[0]])
        else:
            made += [rows[at] for at in block]
            depths += [matrix.depths[at] for at in block]
    return made, depths


def _header_rows(rows: list[list[str]]) -> int:
    """Return how many rows name the columns: those before the first with a value in it."""
    for at, row in enumerate(rows):
        values = [cell for cell in row[1:] if cell]
        if any(figure(cell) and not dated(cell) for cell in values):
            return at
    # A table of words: its first row names the columns, if it names them all.
    return 1 if len(rows) > 1 and all(rows[0][1:]) else 0


def _is_units(row: list[str]) -> bool:
    """Tell whether a row says in what the columns under it are: `US$000`, `€m`, `%`."""
    values = [cell for cell in row[1:] if cell]
    return not row[0] and bool(values) and all(map(PER.fullmatch, values))


def _column(cells: list[str]) -> str:
    return " ".join(" ".join(dict.fromkeys(cell for cell in cells if cell)).split())


def _rows(rows: list[list[str]], depths: list[float], *, ruled: bool) -> list[tuple[str, str, list[str]]]:
    """Return rows with their label whole, and with the name of the group that they stand in."""
    made: list[tuple[str, str, list[str]]] = []
    group, depth, inside, waiting = "", 0.0, False, ""
    for at, row in enumerate(rows):
        label, cells = LEADERS.sub("", row[0]).strip(), row[1:]
        if any(cells) and not (ruled and len(set(row)) == 1):
            whole = f"{waiting} {label}".strip()
            waiting = ""
            if group and not inside and depths[at] > depth + STEP:
                inside = True
            elif group and inside and depths[at] <= depth + STEP:
                group = ""  # Not set in any more: this row is of no group.
            made.append((group, whole[:LONGEST_LABEL], cells))
            continue
        if not label:
            continue
        below = next((other for other in rows[at + 1 :]), None)
        goes_on = below is not None and any(below[1:]) and bool(SMALL.match(below[0]))
        if not ruled and (OPEN.search(label) or label.count("(") > label.count(")") or goes_on) and below is not None:
            waiting = f"{waiting} {label}".strip()
        elif not ruled and made and not waiting and SMALL.match(label) and any(rows[at - 1][1:]):
            before = made[-1]
            made[-1] = (before[0], f"{before[1]} {label}"[:LONGEST_LABEL], before[2])
        else:
            group, depth, inside, waiting = label.rstrip(":"), depths[at], False, ""
    return made


def _title(above: list[str]) -> str:
    kept = [line for line in above if not (UNIT.search(line) and len(line) < 60) and len(line) <= 110]
    return " ".join(" ".join(kept[-3:]).split())[:160]


def _unit(places: list[str]) -> str:
    """Return the words that say in what the amounts are."""
    for text in places:
        found = UNIT.search(text)
        if found:
            return " ".join(found[0].split()).strip("() ")[:80]
    return ""
