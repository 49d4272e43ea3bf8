"""Read a file's text: PDFs in a jailed child process, plain text here."""

import contextlib
import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from knowledge.errors import TransientError, UnreadableFileError
from knowledge.types import Page

CHILD = Path(__file__).with_name("extract.py")
TEXT_PAGE = 3000  # Characters on a "page" of a file that has none.
PAGE_BREAK = "\n\n"
MOST_FAILED = 20  # Pages that may kill or hang a child before the rest is given up.

WORDS = {
    "empty": "“{name}” is empty: it holds no bytes. Please upload it again.",
    "too_large": "“{name}” is larger than {megabytes} MB, the most I take. Please split it or save it smaller.",
    "not_pdf": "“{name}” is not a PDF on the inside: it looks like {kind}. Please save or export it as PDF.",
    "unsupported": "I can read PDF, .txt and .md files; “{name}” looks like {kind}. Please save it as PDF.",
    "encrypted": "“{name}” is locked with a password. Please save a copy without one and drop that here.",
    "damaged": "“{name}” is damaged: no page of it can be read. Please export it again from where it came from.",
    "no_text": "“{name}” has hardly any text in it, only images (a scan?). Please run text recognition (OCR) first.",
    "too_many_pages": "“{name}” has more than {pages} pages, the most I take. Please split it.",
    "timeout": "“{name}” took longer than {seconds} seconds to read, so I stopped. Please print it to PDF afresh.",
}
KINDS = (
    (b"%PDF-", "a PDF"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x1f\x8b", "a gzip archive"),
)
REPLACED = str.maketrans(
    {"\u00a0": " ", "\u00ad": "", "\u200b": "", "\ufeff": "", "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl"}
)
BLANKS = re.compile(r"[ \t]{2,}|\t")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """What a file may cost, and the `least` characters that make it a text.

    A page that takes longer than `page_seconds` is given up.
    """

    bytes: int = 50_000_000
    pages: int = 2000
    page_characters: int = 50_000
    output: int = 40_000_000
    memory: int = 1_200_000_000
    page_seconds: float = 20.0
    seconds: float = 300.0
    least: int = 20


LIMITS = ReadLimits()


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: every page, those without text, and those that could not be read."""

    pages: tuple[Page, ...]
    empty_pages: tuple[int, ...] = ()
    failed_pages: tuple[int, ...] = ()


@dataclass(slots=True)
class _Progress:
    ready: bool = False
    count: int = 0
    begun: int = 0
    texts: dict[int, str] = field(default_factory=dict)
    failed: set[int] = field(default_factory=set)
    complete: bool = False


def read(path: Path, *, name: str, limits: ReadLimits = LIMITS) -> Reading:
    """Return the text of the file at `path`, which people know as `name`.

    Raises:
        UnreadableFileError: with a reason, and words that say what to do.
        TransientError: the computer is too busy to start a reader.
    """
    size = path.stat().st_size
    if not size:
        raise _unreadable("empty", name, limits)
    if size > limits.bytes:
        raise _unreadable("too_large", name, limits)
    with path.open("rb") as file:
        opening = file.read(1024)
    if b"%PDF-" in opening:
        return _read_pdf(path, name, limits)
    kind = next((words for magic, words in KINDS if opening.startswith(magic)), "")
    if not kind and Path(name).suffix.lower() in {".txt", ".md", ".text", ".markdown"}:
        return _read_text(path, name, limits)
    reason = "not_pdf" if Path(name).suffix.lower() == ".pdf" else "unsupported"
    raise _unreadable(reason, name, limits, kind=kind or "something else")


def _unreadable(reason: str, name: str, limits: ReadLimits, *, kind: str = "") -> UnreadableFileError:
    words = WORDS[reason].format(
        name=name, kind=kind, megabytes=limits.bytes // 1_000_000, pages=limits.pages, seconds=round(limits.seconds)
    )
    return UnreadableFileError(words, reason=reason)


def _read_text(path: Path, name: str, limits: ReadLimits) -> Reading:
    data = path.read_bytes()
    if b"\x00" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _unreadable("unsupported", name, limits, kind="binary data")
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    texts: list[str] = []
    for paragraph in re.split(r"(?<=\n)(?=\s*\n)", clean(text)):
        if texts and len(texts[-1]) + len(paragraph) <= TEXT_PAGE:
            texts[-1] += paragraph
        else:
            texts += [paragraph[at : at + TEXT_PAGE] for at in range(0, len(paragraph), TEXT_PAGE)]
    if len(texts) > limits.pages:
        raise _unreadable("too_many_pages", name, limits)
    return _reading(dict(enumerate(texts, 1)), set(), len(texts), name, limits)


def _read_pdf(path: Path, name: str, limits: ReadLimits) -> Reading:
    deadline = time.monotonic() + limits.seconds
    progress = _Progress()
    first, slow = 1, False
    # A page that hangs or kills the child costs that page: reading goes on behind it, in a new child.
    while not progress.complete and (not progress.count or first <= progress.count):
        refusal = _run_child(path, first, deadline, progress, limits)
        if refusal:
            raise _unreadable(refusal, name, limits)
        slow = slow or refusal is None
        if not progress.ready and slow:
            raise TransientError("This computer is too busy to read files right now.", after=30.0)
        if not progress.ready:
            raise RuntimeError(f"the reader of PDFs did not start: {CHILD}")
        if progress.complete:
            break
        if not progress.begun:
            raise _unreadable("timeout" if slow else "damaged", name, limits)
        progress.failed.add(progress.begun)
        first = progress.begun + 1
        if time.monotonic() > deadline or len(progress.failed) > MOST_FAILED:
            progress.failed.update(range(first, progress.count + 1))
            break
    if slow and _written(progress.texts) < limits.least:
        raise _unreadable("timeout", name, limits)
    return _reading(progress.texts, progress.failed, progress.count, name, limits)


def _run_child(path: Path, first: int, deadline: float, progress: _Progress, limits: ReadLimits) -> str | None:
    """Read on from page `first`; return a refusal's reason, "" when the child ended, or None when it was stopped."""
    numbers = (first, limits.pages, limits.page_characters, limits.memory, round(limits.seconds))
    command = [sys.executable, "-I", "-B", str(CHILD), *map(str, numbers)]
    progress.begun = 0
    with path.open("rb") as file:
        child = subprocess.Popen(
            command,
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            start_new_session=True,
        )
    try:
        for line in _lines(child, deadline, limits):
            reason = _note(line, progress, limits)
            if reason or progress.complete:
                return reason
            if line is None:
                return None
        # The kernel stops a child that used up its time, and may do so before we do.
        return None if child.wait(timeout=10) == -signal.SIGXCPU else ""
    finally:
        # The group, not the child alone: nothing it may have started outlives it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        if child.stdout:
            child.stdout.close()


def _lines(child: subprocess.Popen[bytes], deadline: float, limits: ReadLimits) -> Iterator[bytes | None]:
    """Yield the child's lines; None, and no more, when it is too slow or says too much."""
    assert child.stdout is not None  # noqa: S101 - a pipe was asked for.
    descriptor = child.stdout.fileno()
    waiting, total = b"", 0
    stalled = (
        time.monotonic() + limits.page_seconds + 10
    )  # Starting an interpreter on a busy machine is not the file's fault.
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
        if total > limits.output:
            yield None
            return
        *complete, waiting = waiting.split(b"\n")
        if complete:
            stalled = time.monotonic() + limits.page_seconds
        yield from complete


def _note(line: bytes | None, progress: _Progress, limits: ReadLimits) -> str:
    """Take in one line of the child, strictly: what it says came through a parser of strangers' files."""
    if line is None:
        return ""
    try:
        said: Any = json.loads(line)
    except ValueError:
        return "damaged"
    match said:
        case {"ready": True}:
            progress.ready = True
        case {"reason": "encrypted" | "damaged" | "too_many_pages" as reason}:
            return str(reason)
        case {"pages": int(count)} if 0 < count <= limits.pages and progress.count in {0, count}:
            progress.count = count
        case {"begin": int(number)} if 0 < number <= progress.count:
            progress.begun = number
        case {"page": int(number), "text": str(text)} if number == progress.begun:
            progress.texts[number] = clean(text[: limits.page_characters])
        case {"page": int(number), "error": str()} if number == progress.begun:
            progress.failed.add(number)
        case {"end": int(number)} if number == progress.count:
            progress.complete = True
        case _:
            return "damaged"
    return ""


def clean(text: str) -> str:
    """Return `text` without the characters that no reader sees and no search would match."""
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n").translate(REPLACED))
    # Runs of spaces only lay text out; they would cost the model's attention and push words out of every budget.
    return BLANKS.sub(" ", text)


def _written(texts: dict[int, str]) -> int:
    return sum(len("".join(text.split())) for text in texts.values())


def _reading(texts: dict[int, str], failed: set[int], count: int, name: str, limits: ReadLimits) -> Reading:
    pages, start = [], 0
    for number in range(1, count + 1):
        text = texts.get(number, "")
        pages.append(Page(number=number, text=text, start=start))
        start += len(text) + len(PAGE_BREAK)
    empty = tuple(page.number for page in pages if page.number not in failed and not page.text.strip())
    if _written(texts) < limits.least:
        raise _unreadable("damaged" if failed and not empty else "no_text", name, limits)
    return Reading(pages=tuple(pages), empty_pages=empty, failed_pages=tuple(sorted(failed)))
