"""Read a file's text: plain text here, all else in a jailed child process."""

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from knowledge.documents import child, tabling
from knowledge.documents.cells import Table
from knowledge.documents.child import LIMITS, PageRead, Progress, ReadLimits
from knowledge.documents.jailed import JAIL
from knowledge.documents.journal import Journal
from knowledge.documents.recognise import SLOW, recognise
from knowledge.documents.tidy import clean, tidy
from knowledge.errors import TransientError, UnreadableFileError
from knowledge.types import Page

__all__ = ["LIMITS", "PAGE_BREAK", "ReadLimits", "Reading", "clean", "read"]

TEXT_PAGE = 3000  # Characters on a "page" of a file that has none.
PAGE_BREAK = "\n\n"
MOST_FAILED = 20  # Pages that may kill or hang a child before the rest is given up.

WORDS_WRITTEN = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\s\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]*\w\S*"
)

WORDS = {
    "empty": "“{name}” is empty: it holds no bytes. Please upload it again.",
    "too_large": "“{name}” is larger than {megabytes} MB, the most I take. Please split it or save it smaller.",
    "too_large_inside": "“{name}” unpacks to far more than I take. Please split it or save it as PDF.",
    "not_pdf": "“{name}” is not a PDF on the inside: it looks like {kind}. Please save or export it as PDF.",
    "unsupported": "I can read PDF, Word (.docx), Excel (.xlsx), .csv, .html, .eml, .md and .txt files and pictures of "
    "text; “{name}” looks like {kind}. Please save it as PDF.",
    "encrypted": "“{name}” is locked with a password. Please save a copy without one and drop that here.",
    "damaged": "“{name}” is damaged: no page of it can be read. Please export it again from where it came from.",
    "no_text": "“{name}” has hardly any text in it, and I recognise none in its pictures either. If it is a scan, "
    "please scan it again, straight and at 300 dots per inch.",
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
PICTURES = ("a PNG image", "a JPEG image")
ARCHIVE = "a ZIP archive or an Office document"
TEXTS = {".txt", ".md", ".text", ".markdown"}
PARSED = {".csv": "csv", ".tsv": "csv", ".html": "html", ".htm": "html", ".xhtml": "html", ".eml": "eml"}


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: every page, those without text, and those that could not be read, with why.

    `recognised` holds the pages whose text was recognised in a picture, each with how sure it is, from 0 to 1; `peak`
    is the most memory that parsing took, in megabytes. Of the pages `untold` there may be tables that were not found.
    """

    pages: tuple[Page, ...]
    empty_pages: tuple[int, ...] = ()
    failed_pages: tuple[int, ...] = ()
    recognised: tuple[tuple[int, float], ...] = ()
    reasons: tuple[tuple[int, str], ...] = ()
    peak: int = 0
    tables: tuple[Table, ...] = ()
    untold: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _File:
    """A file on its way through a reader."""

    path: Path
    name: str
    limits: ReadLimits
    journal: Journal
    deadline: float
    on_page: Callable[[int, int], None]

    def unreadable(self, reason: str, *, kind: str = "something else") -> UnreadableFileError:
        words = WORDS[reason].format(
            name=self.name,
            kind=kind,
            megabytes=self.limits.bytes // 1_000_000,
            pages=self.limits.pages,
            seconds=round(self.limits.seconds),
        )
        return UnreadableFileError(words, reason=reason)


def read(
    path: Path,
    *,
    name: str,
    limits: ReadLimits = LIMITS,
    journal: Path | None = None,
    on_page: Callable[[int, int], None] = lambda _read, _of: None,
) -> Reading:
    """Return the text of the file at `path`, which people know as `name`.

    Args:
        path: The file.
        name: For words that people see; its ending tells what text files hold.
        limits: What reading may cost.
        journal: Where to note each page that was read: a reading that was cut short goes on from there.
        on_page: Hears how many pages were read, and of how many.

    Raises:
        UnreadableFileError: with a reason, and words that say what to do.
        TransientError: the computer is too busy to start a reader.
    """
    file = _File(path, name, limits, Journal(journal), time.monotonic() + limits.seconds, on_page)
    size = path.stat().st_size
    if not size:
        raise file.unreadable("empty")
    if size > limits.bytes:
        raise file.unreadable("too_large")
    with path.open("rb") as opened:
        opening = opened.read(1024)
    suffix = Path(name).suffix.lower()
    if b"%PDF-" in opening and suffix != ".eml":
        return _pdf(file)
    kind = next((words for magic, words in KINDS if opening.startswith(magic)), "")
    if suffix == ".pdf":
        raise file.unreadable("not_pdf", kind=kind or "something else")
    if kind in PICTURES:
        return _picture(file)
    if kind == ARCHIVE:
        return _parsed(file, "zip")
    if not kind and suffix in PARSED:
        return _parsed(file, PARSED[suffix])
    if not kind and suffix in TEXTS:
        return _plain(file)
    raise file.unreadable("unsupported", kind=kind or "something else")


def _plain(file: _File) -> Reading:
    data = file.path.read_bytes()
    if b"\x00" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise file.unreadable("unsupported", kind="binary data")
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
    if len(texts) > file.limits.pages:
        raise file.unreadable("too_many_pages")
    return _reading(file, Progress(count=len(texts), pages={at: PageRead(text) for at, text in enumerate(texts, 1)}))


def _pdf(file: _File) -> Reading:
    progress = file.journal.progress()
    slow = False
    if not progress.complete:
        progress.on_page = _noting(file, progress)
        slow = _pages(file, progress)
    scans = [number for number, page in progress.pages.items() if page.drawn and page.sure is None]
    if scans and not slow:
        recognise(file.path, progress, scans, limits=file.limits)
    if not slow:
        tabling.find(file.path, progress, lambda number, page: _put(file, progress, number, page), limits=file.limits)
    if slow and _written(progress.pages.values()) < file.limits.least:
        raise file.unreadable("timeout")
    return _reading(file, progress)


def _noting(file: _File, progress: Progress) -> Callable[[int, PageRead], None]:
    def note(number: int, page: PageRead) -> None:
        file.journal.add(number, page, progress.count)
        file.on_page(sum(not each.drawn for each in progress.pages.values()), progress.count)

    return note


def _put(file: _File, progress: Progress, number: int, page: PageRead) -> None:
    progress.pages[number] = page
    file.journal.add(number, page, progress.count)


def _pages(file: _File, progress: Progress) -> bool:
    """Read the pages of a PDF that are not read yet; return whether time ran out."""
    task, first, slow = "pdf", max(progress.pages, default=0) + 1, False
    limits = file.limits
    # A page that hangs or kills the child costs that page: reading goes on behind it, in a new child.
    while not progress.complete and (not progress.count or first <= progress.count):
        order = {"task": task, "first": first}
        ended = child.run(
            file.path, order, progress, deadline=file.deadline, page_seconds=limits.page_seconds, limits=limits
        )
        if ended not in {child.ENDED, child.STOPPED}:
            if ended == "damaged" and task == "pdf" and not progress.pages:
                task = "plain_pdf"  # What pdfium cannot open, pypdf sometimes can.
                continue
            raise file.unreadable(ended)
        slow = slow or ended == child.STOPPED
        if not progress.ready and ended == child.STOPPED:
            raise TransientError("This computer is too busy to read files right now.", after=30.0)
        if not progress.ready:
            raise RuntimeError(f"the reader of files did not start: {JAIL}")
        if progress.complete:
            break
        if ended == child.ENDED and task == "pdf":
            task, first = "plain_pdf", max(progress.begun, first)  # The page that killed pdfium may not kill pypdf.
            continue
        if not progress.begun:
            raise file.unreadable("timeout" if ended == child.STOPPED else "damaged")
        why = "it took too long" if ended == child.STOPPED else "its reader broke down"
        progress.note(progress.begun, PageRead(error=why))
        first = progress.begun + 1
        failed = sum(bool(page.error) for page in progress.pages.values())
        if time.monotonic() > file.deadline or failed > MOST_FAILED:
            for number in range(first, progress.count + 1):
                progress.note(number, PageRead(error="there was no time left for it"))
            break
    return slow


def _picture(file: _File) -> Reading:
    progress = Progress(count=1, pages={1: PageRead(drawn=True)})
    recognise(file.path, progress, [1], limits=file.limits)
    if progress.pages[1].error:
        raise file.unreadable("timeout" if progress.pages[1].error == SLOW else "damaged")
    return _reading(file, progress)


def _parsed(file: _File, task: str) -> Reading:
    progress = Progress()
    ended = child.run(
        file.path,
        {"task": task, "first": 1},
        progress,
        deadline=file.deadline,
        page_seconds=file.limits.seconds,
        limits=file.limits,
    )
    if ended not in {child.ENDED, child.STOPPED}:
        raise file.unreadable(ended, kind="a ZIP archive" if task == "zip" else "something else")
    if not progress.ready and ended == child.STOPPED:
        raise TransientError("This computer is too busy to read files right now.", after=30.0)
    if not progress.complete:
        raise file.unreadable("timeout" if ended == child.STOPPED else "damaged")
    return _reading(file, progress)


def _written(pages: Iterable[PageRead]) -> int:
    """Return how many words there are; in scripts without spaces each sign counts."""
    return sum(len(WORDS_WRITTEN.findall(page.text)) for page in pages)


def _reading(file: _File, progress: Progress) -> Reading:
    found = progress.pages
    texts = tidy({number: clean(page.text) for number, page in sorted(found.items())})
    pages, start = [], 0
    for number in range(1, progress.count + 1):
        text = texts.get(number, "")
        pages.append(Page(number=number, text=text, start=start))
        start += len(text) + len(PAGE_BREAK)
    reasons = tuple((number, page.error) for number, page in sorted(found.items()) if page.error)
    failed = {number for number, _ in reasons}
    empty = tuple(page.number for page in pages if page.number not in failed and not page.text.strip())
    if _written(found.values()) < file.limits.least:
        slow = all(error == SLOW for _, error in reasons)
        raise file.unreadable(("timeout" if slow else "damaged") if failed and not empty else "no_text")
    recognised = tuple((number, page.sure) for number, page in sorted(found.items()) if page.sure and page.text.strip())
    tables = tuple(
        table
        for page in pages
        for table in tabling.standing(
            (found[page.number].tables or ()) if page.number in found else (),
            page.text,
            page=page.number,
            offset=page.start,
        )
    )
    untold = tuple(number for number, page in sorted(found.items()) if page.untold)
    file.journal.forget()
    return Reading(tuple(pages), empty, tuple(sorted(failed)), recognised, reasons, progress.peak, tables, untold)
