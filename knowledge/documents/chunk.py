"""Split a document into chunks that follow its headings and numbered clauses."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from knowledge.documents.cells import Table
from knowledge.documents.read import PAGE_BREAK
from knowledge.documents.tabling import cut
from knowledge.types import Page, under_heading

SMALL = 250  # A clause shorter than this is joined to the next.
LARGE = 800  # A clause longer than this is split at sentences.
TINY = 60  # A line or two beside a table stay with it.
TABLE = 700  # Characters of a table that are one chunk.
TABLE_HEADING = 320
HEADING = 90  # Characters of one heading in a heading path.

# What opens a clause, outermost first; the number is the depth of the heading.
OPENERS = (
    (
        0,
        re.compile(
            r"(?:SCHEDULE|EXHIBIT|ANNEX|APPENDIX|ATTACHMENT|Schedule|Exhibit|Annex|Appendix)\s+[A-Z0-9][\w.\-]{0,6}\b(?!,)"
        ),
    ),
    (1, re.compile(r"(?:ARTICLE|Article)\s+(?:[IVXLC]+|\d+)\b\.?")),
    (0, re.compile(r"(?:ITEM|Item)\s+\d{1,2}[AB]?\.(?=\s+[A-Z])")),
    (1, re.compile(r"(?:NOTE|Note)\s+\d{1,2}\s*[.:–—-](?=\s*[A-Z])")),
    (2, re.compile(r"(?:SECTION|Section)\s+\d+(?:\.\d+)*\.?(?=\s+[A-Z“\"(])")),
    (3, re.compile(r"\d{1,2}(?:\.\d{1,2}){2,4}\.?\)?\s*(?=[A-Z“\"(\[])")),
    (2, re.compile(r"\d{1,2}\.\d{1,2}\.?\)?\s*(?=[A-Z“\"(\[])")),
    (1, re.compile(r"(?:\d{1,2}|[IVXL]{1,5}|[A-Z])[.)]\s+(?=[A-Z“\"(\[])")),
    (4, re.compile(r"\((?:[a-z]{1,2}|[ivx]{1,5}|\d{1,2}|[A-Z])\)\s*(?=\S)")),
    (4, re.compile(r"[a-z]\)\s+(?=\S)")),
)
CAPITALS = re.compile(r"[^a-z]*[A-Z]{3}[^a-z]*$")
SENTENCE = re.compile(r"(?<=[.;:?!])[\"”’)]*\s+(?=[A-Z(“\"\d])|\n\s*\n")
TITLE = re.compile(r"(?P<title>[^.\n:;]{3,80}?)(?:\.(?:\s|$)|:|\n|$| - | – )")


@dataclass(frozen=True, slots=True)
class Piece:
    """A chunk before it is stored; offsets are in the document's text."""

    text: str
    heading: str
    page: int
    last_page: int
    start: int
    end: int

    @property
    def embedded(self) -> str:
        """Return what is embedded and indexed: the text under its headings."""
        return under_heading(self.heading, self.text)


@dataclass(frozen=True, slots=True)
class _Block:
    start: int
    end: int
    depth: int
    path: tuple[str, ...]
    table: bool = False


def split(
    pages: Sequence[Page], tables: Sequence[Table] = (), *, small: int = SMALL, large: int = LARGE
) -> list[Piece]:
    """Return the chunks of a document in reading order; together they hold every word of it once."""
    text = PAGE_BREAK.join(page.text for page in pages)
    starts = [page.start for page in pages]
    pieces = []
    for start, end, heading in _packed(text, list(_with_tables(_blocks(text), cut(tables))), small, large):
        trimmed = text[start:end]
        begin = start + len(trimmed) - len(trimmed.lstrip())
        stop = end - (len(trimmed) - len(trimmed.rstrip()))
        if begin >= stop:
            continue
        first, last = bisect_right(starts, begin) - 1, bisect_right(starts, stop - 1) - 1
        pieces.append(
            Piece(
                text=text[begin:stop],
                heading=heading[:500],
                page=pages[first].number,
                last_page=pages[last].number,
                start=begin,
                end=stop,
            )
        )
    return pieces


def _blocks(text: str) -> Iterator[_Block]:
    """Yield the clauses: each runs from its opener to the next."""
    opened: list[tuple[int, str]] = []
    start, depth, bare = 0, 9, False
    path: tuple[str, ...] = ()
    for line in re.finditer(r"[^\n]*\S[^\n]*", text):
        words = line.group().strip()
        found = _opener(words)
        if bare and opened and (found is None or found[0] == 1) and len(words) <= HEADING and CAPITALS.match(words):
            # "ARTICLE IV" and "TERMINATION" on the next line are one heading.
            opened[-1] = (depth, f"{opened[-1][1]} {words}"[:HEADING])
            path, bare = tuple(each for _, each in opened), False
            continue
        bare = False
        if found is None:
            continue
        new_depth, label = found
        at = line.start()
        if at > start:
            yield _Block(start, at, depth, path)
        opened = [each for each in opened if each[0] < new_depth]
        if label:
            opened.append((new_depth, label))
        start, depth, path = at, new_depth, tuple(each for _, each in opened)
        bare = label == words.rstrip(". ")
    if start < len(text):
        yield _Block(start, len(text), depth, path)


def _opener(line: str) -> tuple[int, str] | None:
    for depth, pattern in OPENERS:
        match = pattern.match(line)
        if match:
            return depth, _label(line, match.end(), depth)
    if len(line) <= 80 and CAPITALS.match(line) and sum(map(str.isalpha, line)) >= 5:
        return 1, line[:HEADING]
    return None


def _label(line: str, after: int, depth: int) -> str:
    """Return the heading of a clause: what stands before its first full stop, if that is short."""
    match = TITLE.match(line, after)
    title = match["title"].strip() if match else ""
    opener = line[:after].strip()
    if depth == 4 and (not title or len(title.split()) > 6):
        return ""
    return f"{opener} {title}".strip()[:HEADING]


def _packed(text: str, blocks: Sequence[_Block], small: int, large: int) -> Iterator[tuple[int, int, str]]:
    """Yield spans: neighbours joined while tiny, long ones split."""
    start, end, table = 0, 0, False
    paths: list[tuple[str, ...]] = []
    for block in blocks:
        size = end - start
        if size and (
            size >= small
            or size + block.end - block.start > large
            or (block.depth <= 1 and size >= small // 2)
            or (block.table != table and size >= TINY)
        ):
            yield from ((*span, _heading(paths)) for span in _sentences(text, start, end, large))
            start, paths = block.start, []
        paths.append(block.path)
        end, table = block.end, block.table
    if end > start:
        yield from ((*span, _heading(paths)) for span in _sentences(text, start, end, large))


def _with_tables(blocks: Iterable[_Block], found: Sequence[Table]) -> Iterator[_Block]:
    """Yield the blocks cut so that each table is one of its own, headed by its title, unit and columns."""
    waiting, done = list(found), 0
    for block in blocks:
        at = max(block.start, done)
        while waiting and waiting[0].start < block.end:
            table = waiting.pop(0)
            if table.start > at:
                yield replace(block, start=at, end=table.start)
            path = (*(() if table.title else block.path[-1:]), table.heading[:TABLE_HEADING])
            yield from _rows(_Block(table.start, table.end, block.depth, path, table=True), table)
            at = done = table.end
        if block.end > at:
            yield replace(block, start=at)


def _rows(block: _Block, table: Table) -> Iterator[_Block]:
    """Yield a table's block in parts that end where a row ends."""
    at = block.start
    for row in table.rows:
        if at < row.end <= block.end and row.end - at >= TABLE:
            yield replace(block, start=at, end=row.end)
            at = row.end
    if block.end > at:
        yield replace(block, start=at)


def _heading(paths: Sequence[tuple[str, ...]]) -> str:
    """Return the heading path of clauses in one chunk: what they share, then what each is called."""
    shared = 0
    while all(len(path) > shared and path[shared] == paths[0][shared] for path in paths):
        shared += 1
    own = dict.fromkeys(" › ".join(path[shared:]) for path in paths if path[shared:])
    return " › ".join((*paths[0][:shared], *([" / ".join(own)] if own else [])))


def _sentences(text: str, start: int, end: int, large: int) -> Iterator[tuple[int, int]]:
    """Yield the span whole, or cut at sentences into parts of about equal length."""
    if end - start <= large:
        yield start, end
        return
    parts = -(-(end - start) // large)
    target = (end - start) / parts
    cuts = [match.end() for match in SENTENCE.finditer(text, start, end)] or []
    spaces = [match.end() for match in re.finditer(r"\s+", text[start:end])]
    at = start
    while end - at > large:
        goal = at + target
        fits = [cut for cut in cuts if at < cut <= at + large]
        if fits:
            cut = min(fits, key=lambda each: abs(each - goal))
        else:
            within = [start + each for each in spaces if at < start + each <= at + large]
            cut = within[-1] if within else at + large
        yield at, cut
        at = cut
    if end > at:
        yield at, end
