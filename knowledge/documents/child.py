"""Run the jailed child that parses a file, and take in, strictly, what it says."""

import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from knowledge.documents.cells import Table, told
from knowledge.documents.jailed import jailed

STARTING = 10.0  # Seconds more for the first line: starting an interpreter on a busy machine is not the file's fault.
REASONS = frozenset({"encrypted", "damaged", "too_many_pages", "too_large_inside", "unsupported", "no_text"})
STOPPED, ENDED = "stopped", "ended"


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """What a file may cost, and the `least` words that make it a text.

    A page that takes longer than `page_seconds` to read, or `recognise_seconds` to recognise, is given up; so are pages
    that keep a core busy for more than `recognise_work` seconds each, however busy the computer is otherwise. The
    tables of a page are looked for at most `table_seconds` long, those of a file `tables_seconds`.
    """

    bytes: int = 50_000_000
    pages: int = 2000
    page_characters: int = 50_000
    output: int = 40_000_000
    memory: int = 1_200_000_000
    recognise_memory: int = 1_800_000_000
    page_seconds: float = 20.0
    recognise_seconds: float = 300.0
    recognise_work: float = 45.0
    table_seconds: float = 4.0
    tables_seconds: float = 240.0
    seconds: float = 300.0
    least: int = 5


LIMITS = ReadLimits()


@dataclass(frozen=True, slots=True)
class PageRead:
    """What was read of one page: `sure` where its text was recognised in a picture, `error` where it was not read.

    With a `grid` it may hold tables; `tables` is None until they were looked for, `untold` says that this failed.
    """

    text: str = ""
    drawn: bool = False
    sure: float | None = None
    error: str = ""
    grid: bool = False
    tables: tuple[Table, ...] | None = None
    untold: bool = False


@dataclass(slots=True)
class Progress:
    """How far the reading of a file has come."""

    ready: bool = False
    count: int = 0
    begun: int = 0
    complete: bool = False
    peak: int = 0
    pages: dict[int, PageRead] = field(default_factory=dict)
    on_page: Callable[[int, PageRead], None] = lambda _number, _page: None

    def note(self, number: int, page: PageRead) -> None:
        """Take in what was read of a page."""
        self.pages[number] = page
        self.on_page(number, page)


def run(
    path: Path, order: dict[str, Any], progress: Progress, *, deadline: float, page_seconds: float, limits: ReadLimits
) -> str:
    """Let a child do `order`; return the reason of its refusal, `ENDED`, or `STOPPED` when it took too long."""
    memory = limits.recognise_memory if order["task"] == "recognise" else limits.memory
    more = {"most_pages": limits.pages, "most_characters": limits.page_characters, "memory": memory}
    work = limits.recognise_work * len(order["numbers"]) if order["task"] == "recognise" else limits.seconds
    seconds = max(1, round(min(work, deadline - time.monotonic() + 5)))
    progress.ready, progress.begun, progress.complete = False, 0, False
    with path.open("rb") as file, jailed({**order, **more, "seconds": seconds}, stdin=file) as child:
        for line in _lines(child, deadline, page_seconds, limits.output):
            if line is None:
                return STOPPED
            reason = _note(line, progress, limits)
            if reason or progress.complete:
                return reason or ENDED
        # The kernel stops a child that used up its time, and may do so before we do.
        return STOPPED if child.wait(timeout=10) == -signal.SIGXCPU else ENDED


def _lines(child: subprocess.Popen[bytes], deadline: float, page_seconds: float, output: int) -> Iterator[bytes | None]:
    """Yield the child's lines; None, and no more, when it is too slow or says too much."""
    assert child.stdout is not None  # noqa: S101 - a pipe was asked for.
    descriptor = child.stdout.fileno()
    waiting, total = b"", 0
    stalled = time.monotonic() + page_seconds + STARTING
    while True:
        patience = min(deadline, stalled) - time.monotonic()
        if patience <= 0 or not select.select([descriptor], [], [], patience)[0]:
            yield None
            return
        data = os.read(descriptor, 1 << 16)
        if not data:
            return
        total += len(data)
        waiting += data
        if total > output:
            yield None
            return
        *complete, waiting = waiting.split(b"\n")
        if complete:
            stalled = time.monotonic() + page_seconds
        yield from complete


def _note(line: bytes, progress: Progress, limits: ReadLimits) -> str:
    """Take in one line of the child, strictly: what it says came through a parser of strangers' files."""
    try:
        said: Any = json.loads(line)
    except (ValueError, RecursionError):
        return "damaged"
    match said:
        case {"ready": True}:
            progress.ready = True
        case {"reason": str(reason)} if reason in REASONS:
            return reason
        case {"pages": int(count)} if 0 < count <= limits.pages and progress.count in {0, count}:
            progress.count = count
        case {"begin": int(number)} if 0 < number <= progress.count:
            progress.begun = number
        case {"page": int(number), "text": str(text), "drawn": bool(drawn), "grid": bool(grid)} if (
            number == progress.begun
        ):
            progress.note(number, PageRead(text[: limits.page_characters], drawn=drawn, grid=grid))
        case {"page": int(number), "tables": list(found)} if number == progress.begun:
            tables = told(found, page=number)
            if tables is None:
                return "damaged"
            progress.note(number, PageRead(tables=tables))
        case {"page": int(number), "text": str(text), "sure": float() | int() as sure} if (
            number == progress.begun and 0 <= sure <= 1
        ):
            progress.note(number, PageRead(text[: limits.page_characters], sure=float(sure)))
        case {"page": int(number), "error": str()} if number == progress.begun:
            progress.note(number, PageRead(error="it is damaged"))
        case {"end": int(number), "peak": int(peak)} if number == progress.count:
            progress.complete, progress.peak = True, max(progress.peak, peak)
        case _:
            return "damaged"
    return ""
