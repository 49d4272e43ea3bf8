"""Read the file on standard input, as the one argument says, and print what it holds, page by page."""

import json
import logging
import os
import sys
import warnings
from typing import Any

from knowledge.documents.jail import cell, pdf
from knowledge.documents.jail.cell import BROKEN, LockedError, TooLargeError, UnknownError, say


def main() -> None:
    """Print the pages that are asked for, or the one reason why there are none."""
    order = json.loads(sys.argv[1])
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(3000)
    stream = os.fdopen(os.dup(0), "rb")
    # What else a file needs is imported inside the jail, where the interpreter's own files are all that can be opened.
    cell.jail(memory=order["memory"], seconds=order["seconds"])
    say(ready=True)
    data = stream.read()
    try:
        match order["task"]:
            case "pdf":
                _text(pdf.Pdf(data), order)
            case "plain_pdf":
                from knowledge.documents.jail import plain  # noqa: PLC0415 - slow to start, and seldom needed.

                _text(plain.PlainPdf(data), order)
            case "tables":
                _tables(data, order)
            case "recognise":
                _pictures(data, order)
            case kind:
                _other(data, kind, order)
    except LockedError:
        say(reason="encrypted")
    except UnknownError:
        say(reason="unsupported")
    except TooLargeError:
        say(reason="too_large_inside")
    except BROKEN as error:
        say(reason="damaged", detail=type(error).__name__)


def _text(document: Any, order: dict[str, Any]) -> None:
    count = len(document)
    if count > order["most_pages"]:
        return say(reason="too_many_pages", pages=count)
    say(pages=count)
    for number in range(order["first"], count + 1):
        say(begin=number)
        try:
            found = document.page(number)
        except BROKEN as error:
            say(page=number, error=type(error).__name__)
            continue
        say(page=number, text=found["text"][: order["most_characters"]], drawn=found["drawn"], grid=found["grid"])
    return say(end=count, peak=cell.peak_megabytes())


def _pictures(data: bytes, order: dict[str, Any]) -> None:
    from knowledge.documents.jail import ocr  # noqa: PLC0415 - heavy, and only scans need it.

    recognise = ocr.recogniser()
    document = pdf.Pdf(data) if b"%PDF-" in data[:1024] else None
    count = order["count"]
    say(pages=count)
    for number in order["numbers"]:
        say(begin=number)
        try:
            picture = document.image(number, dots=ocr.DOTS, longest=ocr.LONGEST) if document else ocr.opened(data)
            text, score = ocr.read(picture, recognise)
        except BROKEN as error:
            say(page=number, error=type(error).__name__)
            continue
        say(page=number, text=text[: order["most_characters"]], sure=round(score, 3))
    say(end=count, peak=cell.peak_megabytes())


def _tables(data: bytes, order: dict[str, Any]) -> None:
    from knowledge.documents.jail import tabular  # noqa: PLC0415 - slow to start, and many files need it not.

    document = tabular.Tabular(data)
    count = order["count"]
    say(pages=count)
    for number in order["numbers"]:
        say(begin=number)
        try:
            found = document.page(number, seconds=order["table_seconds"])
        except tabular.REFUSED as error:
            say(page=number, error=type(error).__name__)
            continue
        say(page=number, tables=found)
    say(end=count, peak=cell.peak_megabytes())


def _other(data: bytes, kind: str, order: dict[str, Any]) -> None:
    from knowledge.documents.jail import office  # noqa: PLC0415 - not needed for PDFs.

    pages = office.read(data, kind, most_pages=order["most_pages"])
    if len(pages) > order["most_pages"]:
        return say(reason="too_many_pages", pages=len(pages))
    if not pages:
        return say(reason="no_text")
    say(pages=len(pages))
    for number, text in enumerate(pages, 1):
        if number < order["first"]:
            continue
        say(begin=number)
        say(page=number, text=text[: order["most_characters"]], drawn=False, grid=False)
    return say(end=len(pages), peak=cell.peak_megabytes())


if __name__ == "__main__":
    main()
