"""Print a PDF's text, page by page, as lines of JSON: the child process in which strangers' files are parsed.

Run by path in an isolated interpreter, so it imports nothing of the project. The parent trusts nothing that it prints.
"""

import ctypes
import json
import logging
import os
import resource
import sys
from typing import Any

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
FORBIDDEN = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system", "os.kill")


def jail(*, memory: int, seconds: int) -> None:
    """Give up, for good, everything that reading an open file does not need."""
    for what, limit in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        hard = limit + 1 if what == resource.RLIMIT_CPU else limit  # At the soft limit the signal says why.
        resource.setrlimit(what, (limit, hard))
    # Where the kernel allows it there is no network at all; where it does not, the audit hook below still refuses it.
    ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER | CLONE_NEWNET)
    sys.addaudithook(refuse)


def refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """Stop the parser from writing, connecting or starting anything."""
    if event.startswith(FORBIDDEN):
        raise PermissionError(event)
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        raise PermissionError(event)


def say(**line: object) -> None:
    """Print one line of JSON, at once."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def filled_in(page: Any) -> list[str]:
    """Return what people typed into a page's form fields: it is drawn on the page but is no part of its text."""
    values = []
    for reference in page.get("/Annots") or ():
        field = reference.get_object()
        if field.get("/Subtype") != "/Widget":
            continue
        group = field.get("/Parent", {})  # Fields of one name keep what they share there.
        value, kind = field.get("/V", group.get("/V")), field.get("/FT", group.get("/FT"))
        if kind in {"/Tx", "/Ch"} and isinstance(value, str):
            values.append(str(value))
    return values


def main() -> None:
    """Print the pages of the PDF on standard input from page `first` on."""
    first, most_pages, most_characters, memory, seconds = map(int, sys.argv[1:6])
    # Imported before the jail shuts: afterwards nothing but the file is opened.
    from pypdf import PdfReader, overwrite_configuration  # noqa: PLC0415
    from pypdf.errors import FileNotDecryptedError, PyPdfError  # noqa: PLC0415

    logging.disable(logging.CRITICAL)
    sys.setrecursionlimit(3000)
    overwrite_configuration(
        zlib_maximum_output_length=25_000_000,
        lzw_maximum_output_length=25_000_000,
        run_length_maximum_output_length=25_000_000,
        stream_decoding_work_maximum_length=100_000_000,
    )
    stream = os.fdopen(os.dup(0), "rb")
    jail(memory=memory, seconds=seconds)
    say(ready=True)
    # A parser fed with hostile bytes can raise anything; each of these is an answer about the file, not a bug of ours.
    broken: tuple[type[Exception], ...] = (
        PyPdfError,
        ArithmeticError,
        AssertionError,
        AttributeError,
        EOFError,
        ImportError,
        LookupError,
        MemoryError,
        OSError,
        RuntimeError,
        TypeError,
        ValueError,
    )
    try:
        reader = PdfReader(stream)
        if reader.is_encrypted and not reader.decrypt(""):
            return say(reason="encrypted")
        count = len(reader.pages)
    except FileNotDecryptedError:
        return say(reason="encrypted")
    except broken as error:
        return say(reason="damaged", detail=type(error).__name__)
    if count > most_pages:
        return say(reason="too_many_pages", pages=count)
    say(pages=count)
    for number in range(first, count + 1):
        say(begin=number)
        try:
            page = reader.pages[number - 1]
            text = "\n".join((page.extract_text(), *filled_in(page)))
        except broken as error:
            say(page=number, error=type(error).__name__)
            continue
        say(page=number, text=text[:most_characters])
    return say(end=count)


if __name__ == "__main__":
    main()
