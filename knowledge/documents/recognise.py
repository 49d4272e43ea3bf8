"""Recognise the text of pages that are pictures, in jailed children."""

import re
import time
from collections.abc import Collection, Sequence
from pathlib import Path

from knowledge.documents import child
from knowledge.documents.child import PageRead, Progress, ReadLimits

SLOW = "recognising its text took too long"
BATCH = 8  # Pages whose pictures one child recognises: what it holds stays small.
REPEATED = 0.6  # Recognised lines of which this share is on the page in letters already say nothing new.
WORD = re.compile(r"\w+")


def recognise(path: Path, progress: Progress, scans: Sequence[int], *, limits: ReadLimits) -> None:
    """Note in `progress` the text of those pages of the file at `path` that are pictures, some at a time."""
    waiting = list(scans)
    while waiting:
        batch, failed = waiting[:BATCH], ""
        done = Progress(count=progress.count)
        done.on_page = lambda number, page: progress.note(number, _merged(progress.pages.get(number), page))
        ended = child.run(
            path,
            {"task": "recognise", "numbers": batch, "count": progress.count},
            done,
            deadline=time.monotonic() + limits.recognise_seconds * len(batch),
            page_seconds=limits.recognise_seconds,
            limits=limits,
        )
        if not done.complete:
            failed = SLOW if ended == child.STOPPED else "its picture is damaged"
            number = done.begun or batch[0]
            progress.note(number, _merged(progress.pages.get(number), PageRead(error=failed)))
        progress.peak = max(progress.peak, done.peak)
        waiting = [each for each in waiting if progress.pages[each].drawn and progress.pages[each].sure is None]


def _merged(page: PageRead | None, found: PageRead) -> PageRead:
    """Return a page with what was recognised in its picture, after what it says in letters of its own."""
    text = page.text if page else ""
    if not text.strip():
        return found
    known = set(WORD.findall(text.lower()))
    lines = [line for line in found.text.split("\n") if _share(WORD.findall(line.lower()), known) < REPEATED]
    return PageRead("\n".join((text, *lines)), sure=found.sure if any(lines) else 0.0)


def _share(words: Sequence[str], known: Collection[str]) -> float:
    return sum(word in known for word in words) / len(words) if words else 1.0
