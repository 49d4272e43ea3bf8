"""Have the tables of a file's pages found, and find where in the text they stand."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from knowledge.documents import child
from knowledge.documents.cells import FEWEST, Row, Table, tables
from knowledge.documents.child import PageRead, Progress, ReadLimits

BATCH = 40  # Pages that one child looks at: what its parser holds stays small.
SURE = 6  # Letters and signs of a row's figures that tell where it stands though its label does not.


def find(path: Path, progress: Progress, note: Callable[[int, PageRead], None], *, limits: ReadLimits) -> None:
    """Look for the tables of pages that may hold some; a page where that fails keeps its text and is `untold`."""
    deadline = time.monotonic() + limits.tables_seconds
    waiting = [number for number, page in sorted(progress.pages.items()) if _waits(page)]
    while waiting and time.monotonic() < deadline:
        batch = waiting[:BATCH]
        done = Progress(count=progress.count)
        done.on_page = lambda number, found: note(
            number, replace(progress.pages[number], tables=found.tables or (), untold=bool(found.error))
        )
        order = {"task": "tables", "numbers": batch, "count": progress.count, "table_seconds": limits.table_seconds}
        child.run(path, order, done, deadline=deadline, page_seconds=limits.page_seconds, limits=limits)
        progress.peak = max(progress.peak, done.peak)
        if not done.complete and done.begun in batch:
            note(done.begun, replace(progress.pages[done.begun], tables=(), untold=True))
        elif not done.complete:
            break  # The file cannot be opened for it.
        left = [number for number in waiting if _waits(progress.pages[number])]
        if len(left) == len(waiting):
            break  # Nothing was told of any page.
        waiting = left
    for number in waiting:
        note(number, replace(progress.pages[number], tables=(), untold=True))


def _waits(page: PageRead) -> bool:
    return page.grid and page.tables is None and not page.drawn and not page.error


def standing(found: Sequence[Table], text: str, *, page: int, offset: int) -> list[Table]:
    """Return a page's tables with where they stand in its text; those that only the text shows are among them.

    Args:
        found: Tables that were found by how the page is laid out.
        text: The page's text.
        page: The page's number.
        offset: Where the page begins in the document's text.
    """
    in_text = tables(text, offset=offset, page=page)
    squeezed, places = _squeezed(text)
    placed: list[Table] = []
    for table in found:
        rows = _placed(table.rows, squeezed, places, offset)
        known = [row for row in rows if row.start >= 0]
        if not known:
            placed.append(replace(table, rows=rows))
            continue
        start, end = min(row.start for row in known), max(row.end for row in known)
        over = [each for each in in_text if each.start <= start < each.end or start <= each.rows[0].start < end]
        title = min([start, *(each.start for each in over)])
        before = max((each.end for each in placed if each.end <= start), default=offset)
        placed.append(replace(table, rows=rows, start=max(title, before), end=end))
    left = [each for each in in_text if not any(_overlap(each, other) for other in placed if other.start >= 0)]
    return sorted([*placed, *left], key=lambda table: (table.start < 0, table.start))


def cut(found: Sequence[Table]) -> list[Table]:
    """Return the tables of figures whose rows stand in the text one after another, none within another."""
    kept: list[Table] = []
    for table in sorted(found, key=lambda each: each.start):
        ends = [row.end for row in table.rows if row.start >= 0]
        if table.start < 0 or table.figures < FEWEST or ends != sorted(ends) or (kept and table.start < kept[-1].end):
            continue
        kept.append(table)
    return kept


def _overlap(one: Table, other: Table) -> bool:
    return one.rows[0].start < other.end and other.start < one.end


def _squeezed(text: str) -> tuple[str, list[int]]:
    places = [at for at, letter in enumerate(text) if not letter.isspace()]
    return "".join(text[at] for at in places), places


def _placed(rows: Sequence[Row], squeezed: str, places: Sequence[int], offset: int) -> tuple[Row, ...]:
    """Return rows with where they stand: label and values in one piece, or the values alone further down."""
    made: list[Row] = []
    cursor = 0
    for row in rows:
        values = "".join("".join(row.values).split())
        words = "".join(row.label.split()) + values
        at = squeezed.find(words, cursor)
        if at < 0:
            at, words = (squeezed.find(values, cursor), values) if len(values) >= SURE else (-1, words)
        if at < 0 or not words:
            made.append(row)
            continue
        cursor = at + len(words)
        made.append(replace(row, start=offset + places[at], end=offset + places[cursor - 1] + 1))
    return tuple(made)
