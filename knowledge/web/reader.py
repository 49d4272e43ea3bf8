"""Read the pages of one site in a jailed child process, several one after another, as starting one takes seconds."""

import json
import re
import subprocess
import threading
from contextlib import ExitStack
from typing import Any, Self
from urllib.parse import urljoin

from knowledge.documents.jailed import JAIL, jailed
from knowledge.errors import UnreadableFileError
from knowledge.web.fetch import Fetched
from knowledge.web.page import WebPage, canonical

MEMORY = 1_000_000_000
SECONDS = 20
STARTING = 15
PAGES = 20  # Read by one child: what one of them left behind goes with it.
LONGEST = 40_000_000  # Bytes that a child may say of a page.


class Reader:
    """Reads pages of one site; those of another need a reader of their own, so that none tells what another says."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._child: subprocess.Popen[bytes] | None = None
        self._read = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def read(self, fetched: Fetched) -> WebPage:
        """Return what a page of HTML says.

        Raises:
            UnreadableFileError: it cannot be read.
        """
        match self._ask(fetched.body, _charset(fetched)):
            case {
                "title": str(title),
                "text": str(text),
                "links": list(links),
                "base": str(base),
                "canonical": str(own),
                "noindex": bool(noindex),
                "nofollow": bool(nofollow),
            }:
                start = _joined(fetched.url, base) if base else fetched.url
                found = (canonical(_joined(start, each)) for each in links if isinstance(each, str))
                return WebPage(
                    fetched.url,
                    title,
                    text,
                    links=tuple(dict.fromkeys(each for each in found if each)),
                    canonical=canonical(_joined(fetched.url, own)) if own else "",
                    noindex=noindex,
                    nofollow=nofollow,
                )
        raise UnreadableFileError("That page cannot be read.", reason="damaged")

    def _ask(self, data: bytes, charset: str) -> Any:
        """Return what the child says of a page; None where it broke down, which costs the child."""
        child, patience = self._start()
        late = threading.Event()

        def give_up() -> None:
            late.set()
            child.kill()

        guard = threading.Timer(patience, give_up)
        guard.start()
        try:
            assert child.stdin  # noqa: S101 - pipes were asked for.
            assert child.stdout  # noqa: S101
            child.stdin.write(json.dumps({"length": len(data), "charset": charset}).encode() + b"\n" + data)
            child.stdin.flush()
            said: Any = json.loads(child.stdout.readline(LONGEST))
        except (OSError, ValueError, RecursionError):
            said = None
        finally:
            guard.cancel()
        self._read += 1
        if said is None or self._read == PAGES:
            self._end()
        if late.is_set():
            raise UnreadableFileError("Reading that page took too long.", reason="timeout")
        return said

    def _start(self) -> tuple["subprocess.Popen[bytes]", float]:
        if self._child is not None:
            return self._child, SECONDS
        order = {"memory": MEMORY, "seconds": SECONDS * PAGES}
        self._child = self._stack.enter_context(jailed(order, stdin=subprocess.PIPE, module=f"{JAIL}.web"))
        return self._child, SECONDS + STARTING

    def _end(self) -> None:
        self._child, self._read = None, 0
        self._stack.close()


def _charset(fetched: Fetched) -> str:
    """Return what a page is written in: as the site says, else as the page says."""
    declared = re.search(rb"(?i)<meta[^>]+charset=[\"']?([\w-]+)", fetched.body[:4096])
    name = fetched.charset or (declared[1].decode() if declared else "utf-8")
    try:
        "".encode(name)
    except (LookupError, ValueError):
        return "utf-8"
    return name


def _joined(start: str, link: str) -> str:
    try:
        return urljoin(start, link)
    except ValueError:
        return ""
