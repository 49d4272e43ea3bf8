"""Find the tables of a page that have no rules: their figures line up in columns."""

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from knowledge.documents.jail.lines import GAP, Line, Matrix, Word, figure, lines_of, said
from knowledge.documents.jail.marks import FIGURE, SIGN, UNIT, VALUE
from knowledge.documents.jail.runs import FEWEST, is_prose, is_row, runs

ABOVE = 14  # Lines over the first row that can be its headings.
APART = 3.5  # Of a letter's height: a bigger space parts a heading from its table.
CLOSE = 0.93  # Of the usual distance between rows: lines that are nearer go on with the row above.
NAMES = 3  # Lines between headings and rows, each the name of a group.
NEAR = 6.0  # Points that centred text may be off.
PERIOD = re.compile(r"(?i)\b(?:years?|months?|quarters?|weeks?|periods?)\b|\bas (?:of|at)\b|\bfiscal\b")


def aligned(words: Sequence[Word], rules: Sequence[tuple[float, float, float]], *, width: float) -> list[Matrix]:
    """Return the tables that the words of a page make.

    Args:
        words: What stands on the page.
        rules: Level strokes as (left, right, y): one under a heading shows which columns it is over.
        width: The page's width, in points.
    """
    lines = lines_of(words)
    found: list[Matrix] = []
    last = -1
    for first, end in runs(lines, width):
        if (matrix := _Table(lines, (first, end), last, rules=rules, width=width).matrix()) is not None:
            if not matrix.header and found and _same(found[-1].columns, matrix.columns):
                matrix.header, matrix.above = found[-1].header, found[-1].above  # The rest of a table that was cut.
            found.append(matrix)
            last = end - 1
    return found


def _same(columns: Sequence[tuple[float, float]], others: Sequence[tuple[float, float]]) -> bool:
    return len(columns) == len(others) and all(
        abs(right - other) < NEAR for (_, right), (_, other) in zip(columns, others, strict=True)
    )


class _Table:
    """One run of rows on its way to a matrix."""

    def __init__(
        self,
        lines: Sequence[Line],
        rows: tuple[int, int],
        last: int,
        *,
        rules: Sequence[tuple[float, float, float]],
        width: float,
    ) -> None:
        self.lines, self.last, self.rules, self.width = lines, last, rules, width
        self.first, self.end = rows
        self.columns = _columns(lines[self.first : self.end])
        self.boxes = list(self.columns)  # As wide as what stands over a column alone.

    def matrix(self) -> Matrix | None:
        if not self.columns:
            return None
        made = Matrix(top=self.lines[self.first].top, columns=self.columns)
        lines = self.lines[self.first : self.end]
        self._put(made, [*lines, *self._rest(lines)])
        told = [row for row in made.rows if any(map(figure, row[1:]))]
        amounts = any(FIGURE.search(cell) for row in told for cell in row[1:])
        if (len(told) < FEWEST or not amounts) and (len(self.columns) < 2 or len(told) <= FEWEST):
            return None
        start = self._heading(made)
        made.above = [line.text for line in self.lines[max(self.last + 1, start - ABOVE) : start]]
        return made

    def _put(self, made: Matrix, lines: Sequence[Line]) -> None:
        """Put lines into the table as rows, before those that are there."""
        zone = self.columns[0][0]
        made.rows[:0] = [self._cells(line) for line in lines]
        made.depths[:0] = [line.words[0].left for line in lines]
        made.tops[:0] = [line.top for line in lines]
        made.rights[:0] = [max((word.right for word in line.words if word.right < zone), default=0.0) for line in lines]

    def _rest(self, lines: Sequence[Line]) -> list[Line]:
        """Return the lines on which the label of the last row goes on."""
        steps = [below.top - above.top for above, below in pairwise(lines)]
        rest: list[Line] = []
        for line in self.lines[self.end :] if steps else ():
            near = line.top - [*lines, *rest][-1].top < CLOSE * median(steps)
            if not near or line.words[-1].right >= self.columns[0][0]:
                break
            rest.append(line)
        return rest

    def _cells(self, line: Line) -> list[str]:
        cells: list[list[Word]] = [[] for _ in range(len(self.columns) + 1)]
        zone = self.columns[0][0]
        before: Word | None = None
        sign: list[Word] = []
        for word in line.words:
            running = before is not None and word.left - before.right < GAP * 0.6 * word.height and not sign
            value = bool(VALUE.fullmatch(word.text) or SIGN.fullmatch(word.text))
            of_label = running and cells[0] and not any(cells[1:]) and before is cells[0][-1]
            if word.right <= zone - 1 or (not value and (word.left < zone or of_label)):
                cells[0].append(word)
            elif SIGN.fullmatch(word.text) and word.text[0] not in ")%":
                sign.append(word)
            else:
                at = self._column(word)
                closing = word.text[0] in ")%" and SIGN.fullmatch(word.text) and any(cells[1:])
                if closing:
                    at = max(each for each in range(1, len(cells)) if cells[each])
                cells[at] += [*sign, word]
                sign = []
            before = word
        if sign and not any(cells[1:]):
            cells[0] += sign
        return [said(each) for each in cells]

    def _column(self, word: Word) -> int:
        """Return the column that a word stands in, or nearest to."""

        def distance(at: int) -> float:
            left, right = self.columns[at]
            return max(left, word.left) - min(right, word.right)

        return 1 + min(range(len(self.columns)), key=distance)

    def _heading(self, made: Matrix) -> int:
        """Put the lines over the rows that head columns before them; return where the first of these lines is.

        Labels alone between the two, such as `Assets`, are rows.
        """
        start, between = self.first, 0
        for at in range(self.first - 1, max(self.last, self.first - 1 - ABOVE), -1):
            line, below = self.lines[at], self.lines[at + 1]
            prose = is_prose(line, self.width) and line.words[-1].right > self.columns[0][0]
            if prose or below.top - line.bottom > APART * line.words[0].height:
                break
            cells = self._headers(line)
            if cells is not None:
                made.header.insert(0, cells)
                start, between = at, 0
            elif between >= (NAMES if start == self.first else 1):
                break
            else:
                between += 1
        if not made.header:
            return start
        names = [line for line in self.lines[start : self.first] if self._headers(line) is None]
        labels = [line for line in names if line.words[-1].right < self.columns[0][0] and not UNIT.search(line.text)]
        self._put(made, labels)
        made.header[:0] = [[line.text, *[""] * len(self.columns)] for line in names if line not in labels]
        return start

    def _headers(self, line: Line) -> list[str] | None:
        """Return what a line says over each column; None where it heads none."""
        count = len(self.columns)
        spread: list[list[str]] = [[] for _ in range(count + 1)]
        parted = _parted(line, self.columns)
        each_one = self._one_each(parted)
        for number, stretch in enumerate(parted):
            first, end = each_one[number] if each_one else self._under(stretch, line)
            if first == end:
                spread[0].append(stretch.text)
            for at in range(first, end):
                spread[at + 1].append(stretch.text)
            if end - first == 1:
                left, right = self.boxes[first]
                self.boxes[first] = min(left, stretch.left), max(right, stretch.right)
        return [" ".join(each) for each in spread] if any(spread[1:]) else None

    def _one_each(self, parted: Sequence[Word]) -> list[tuple[int, int]]:
        """Return the column under each of as many headings as there are columns, the labels' apart; else nothing.

        A long heading over narrow figures reaches far to the left of them, over the labels.
        """
        count = len(self.columns)
        over = parted[len(parted) - count :] if count > 1 and len(parted) in {count, count + 1} else []
        if not over or any(self._nearest(stretch) != at for at, stretch in enumerate(over)):
            return []
        if len(parted) > count and self._nearest(parted[0], within=True) is not None:
            return []
        return [*((0, 0) for _ in parted[count:]), *((at, at + 1) for at in range(count))]

    def _nearest(self, stretch: Word, *, within: bool = False) -> int | None:
        """Return the column to which a heading is nearest by its middle or an edge; `within`: that it is over."""
        if within and stretch.right < self.columns[0][0]:
            return None

        def off(at: int) -> float:
            left, right = self.boxes[at]
            return min(abs((left + right) / 2 - stretch.middle), abs(right - stretch.right), abs(left - stretch.left))

        return min(range(len(self.columns)), key=off)

    def _under(self, stretch: Word, line: Line) -> tuple[int, int]:
        """Return which columns a heading is over, as a range; an empty one for what stands over the labels."""
        count = len(self.columns)
        zone = self.columns[0][0]
        for left, right, y in self.rules:
            fits = -2 <= y - line.bottom <= stretch.height and left - NEAR <= stretch.middle <= right + NEAR
            under = [at for at in range(count) if left - NEAR <= sum(self.columns[at]) / 2 <= right + NEAR]
            if fits and right - left < 0.8 * self.width and under and left > zone - 60:
                return under[0], under[-1] + 1
        touched = [at for at, (left, right) in enumerate(self.columns) if stretch.left < right and stretch.right > left]
        best: tuple[float, int, int] | None = None
        alone = len(line.stretches()) == 1 or sum(each.middle > zone for each in line.stretches()) == 1
        for first in range(count):
            for end in range(first + 1, count + 1):
                if touched and not (first <= touched[0] and touched[-1] < end):
                    continue
                middle = (self.boxes[first][0] + self.boxes[end - 1][1]) / 2
                off = abs(middle - stretch.middle)
                if end - first == 1:
                    off = min(
                        off, abs(self.columns[first][1] - stretch.right), abs(self.columns[first][0] - stretch.left)
                    )
                wide = end - first > 1
                general = bool(PERIOD.search(stretch.text) or UNIT.search(stretch.text))
                if wide and not (general or len(touched) > 1 or not alone):
                    off += NEAR
                if wide and not alone and self._crowded(first, end, stretch, line):
                    continue
                if wide and general:
                    off -= 2 * NEAR if alone else NEAR / 2
                if wide and alone and end - first == count:
                    off -= NEAR
                if best is None or off < best[0]:
                    best = (off, first, end)
        if best is None:
            return 0, 0
        off, first, end = best
        outside = stretch.left < zone - 3 * stretch.height and (alone or not touched or stretch.middle < zone)
        if outside and (off > NEAR or end - first == 1):
            return 0, 0
        if not touched and off > 4 * NEAR:
            return 0, 0
        return first, end

    def _crowded(self, first: int, end: int, stretch: Word, line: Line) -> bool:
        """Tell whether another heading of the line stands over one of these columns."""
        left, right = self.boxes[first][0], self.boxes[end - 1][1]
        return any(each != stretch and left < each.middle < right for each in _parted(line, self.columns))


def _columns(lines: Sequence[Line]) -> list[tuple[float, float]]:
    """Return the columns, from left to right, as the space that their figures take."""
    spans: list[tuple[float, float]] = []
    for line in lines:
        if not is_row(line):
            continue
        stretches = line.stretches()
        labelled = not figure(stretches[0].text) and not SIGN.fullmatch(stretches[0].text)
        left: float | None = None
        for each in stretches[labelled:]:
            if SIGN.fullmatch(each.text) and each.text[0] not in ")%":
                left = each.left  # A column reaches from the sign to the end of the figure.
            elif figure(each.text):
                spans.append((each.left if left is None else left, each.right))
                left = None
    edge = max((line.stretches()[0].right for line in lines if is_row(line)), default=0.0)
    merged = _merged(spans)
    most = max((count for _, _, count in merged), default=0)
    columns = [(left, right) for left, right, count in merged if count > 1 or most <= FEWEST or left > edge]
    # Words too can make a column: beside the figures, and more than once.
    others = [
        (each.left, each.right)
        for line in lines
        if is_row(line)
        for each in line.stretches()[1:]
        if columns
        and each.left > columns[0][1]
        and all(each.left > right or each.right < left for left, right in columns)
    ]
    return sorted([*columns, *((left, right) for left, right, count in _merged(others) if count > 1)])


def _merged(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float, int]]:
    """Return stretches that overlap as one each, with how many they were."""
    merged: list[tuple[float, float, int]] = []
    for left, right in sorted(spans):
        if merged and left < merged[-1][1] - 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], right), merged[-1][2] + 1)
        else:
            merged.append((left, right, 1))
    return merged


def _parted(line: Line, columns: Sequence[tuple[float, float]]) -> list[Word]:
    """Return the stretches of a line of headings; years and dates set close together stand apart all the same."""
    made: list[Word] = []
    for stretch in line.stretches():
        inside = [word for word in line.words if stretch.left <= word.middle <= stretch.right]
        over = {at for word in inside for at, (left, right) in enumerate(columns) if left - 2 < word.middle < right + 2}
        if (
            len(inside) > 1
            and len(over) == len(inside)
            and all(re.fullmatch(r"(?:19|20)\d\d.?", each.text) for each in inside)
        ):
            made += inside
        else:
            made.append(stretch)
    return made
