"""Tell rows of figures from prose and from what heads them."""

import re
from collections.abc import Sequence

from knowledge.documents.jail.lines import Line, dated, figure
from knowledge.documents.jail.marks import PROSE, SIGN

FEWEST = 2  # Rows.
WIDE = 0.62  # Of the page: a single stretch as wide as this is prose.
WITHIN = 6  # Lines inside a table that are no rows.
WIDEST = 9.0  # Of a letter's height: a bigger space ends a table.
SENTENCE = 50  # Letters of a line that ends as sentences do.


def runs(lines: Sequence[Line], width: float) -> list[tuple[int, int]]:
    """Return where rows of figures follow each other."""
    found: list[tuple[int, int]] = []
    first, before, headed = -1, -1, False
    for at, line in enumerate(lines):
        if is_row(line):
            space = line.top - lines[before].bottom if before >= 0 else 0.0
            if first >= 0 and (at - before > WITHIN + 1 or headed or space > WIDEST * line.words[0].height):
                found.append((first, before + 1))
                first = -1
            first, before, headed = (at if first < 0 else first), at, False
        elif first >= 0 and (
            _is_header(line) or (is_prose(line, width) and line.words[-1].right > _edge(lines[before]))
        ):
            headed = True
    if first >= 0:
        found.append((first, before + 1))
    return [(first, end) for first, end in found if sum(is_row(line) for line in lines[first:end]) >= FEWEST]


def _edge(row: Line) -> float:
    """Return where the figures of a row begin: what ends left of it is a label."""
    stretches = row.stretches()
    return min((each.left for each in stretches[1:] if figure(each.text) or SIGN.fullmatch(each.text)), default=0.0)


def is_row(line: Line) -> bool:
    """Tell whether a line is a row of figures."""
    stretches = line.stretches()
    values = [each for each in stretches[1:] if figure(each.text)]
    if (not values and len(stretches) == 1) or dated(line.text):
        return False
    if not values and not (len(stretches) > 1 and figure(stretches[0].text)):
        return False
    told = [
        each for each in values if any(map(str.isdigit, each.text)) and not re.fullmatch(r"(?:19|20)\d\d", each.text)
    ]
    return bool(told) or (len(values) > 1 and not any(map(str.isdigit, "".join(each.text for each in values))))


def _is_header(line: Line) -> bool:
    """Tell whether a line inside a table heads columns anew: it names years or dates at least twice."""
    stretches = line.stretches()
    times = [each for each in stretches if dated(each.text)]
    return len(times) >= 2 and len(times) >= len(stretches) - 1


def is_prose(line: Line, width: float) -> bool:
    """Tell whether a line is running text on a page of that width."""
    stretches = line.stretches()
    long = max(each.right - each.left for each in stretches) > WIDE * width
    ends = line.text.endswith((".", ":", ";")) and len(line.text) > SENTENCE
    return len(stretches) <= 2 and (long or len(line.text) > PROSE or ends)
