"""Show a citation on its page: the picture of the passage, its words marked, drawn in a jailed child process."""

import json
import signal
import struct
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.documents.jailed import JAIL, jailed
from knowledge.documents.places import Places
from knowledge.errors import NotAllowedError, TransientError, UnreadableFileError
from knowledge.types import Audience

MEMORY = 1_800_000_000  # Recognising the words of a scan takes most of it.
SECONDS = 45
STARTING = 10
MOST_BYTES = 20_000_000
MOST_QUOTES = 12
PNG = b"\x89PNG\r\n\x1a\n"

WORDS = {
    "encrypted": "This file is locked with a password, so I cannot show its pages.",
    "damaged": "I cannot draw this page: that part of the file is damaged.",
    "timeout": "Drawing this page took too long, so I stopped.",
    "not_pdf": "Only PDFs have pages that I can show.",
    "gone": "That document is not kept here any more.",
}


@dataclass(frozen=True, slots=True)
class Picture:
    """A page, or the part of it that `found` quotes stand on, as a PNG."""

    png: bytes
    found: int
    whole: bool


class Shower:
    """Draws pages of the library's files for those who may see them."""

    def __init__(self, places: Places, folder: Path) -> None:
        """Look for files in `folder`, where the library keeps them."""
        self._places = places
        self._files = folder / "files"

    def picture(
        self, document_id: str, *, page: int, quotes: Sequence[str], audience: Audience, whole: bool = False
    ) -> Picture:
        """Return the picture of a page with the words of `quotes` marked.

        Raises:
            NotAllowedError: not everyone in the audience may see the document.
            UnreadableFileError: it cannot be drawn.
            TransientError: the computer is too busy to draw.
        """
        if document_id not in self._places.visible(audience):
            raise NotAllowedError("That document is not one that everyone here may see, so I do not show it here.")
        path = self._files / document_id
        if not path.is_file():
            raise _unreadable("gone")
        return draw_page(path, page=page, quotes=quotes, whole=whole)


def draw_page(path: Path, *, page: int, quotes: Sequence[str] = (), whole: bool = False) -> Picture:
    """Return the picture of a page of the PDF at `path`: cut to the quotes, unless `whole` or none is found.

    Raises:
        UnreadableFileError: with a reason, and words that say why.
        TransientError: the computer is too busy to draw.
    """
    with path.open("rb") as file:
        if b"%PDF-" not in file.read(1024):
            raise _unreadable("not_pdf")
    order = {"page": page, "quotes": list(quotes[:MOST_QUOTES]), "whole": whole, "memory": MEMORY, "seconds": SECONDS}
    output, code = _run(path, order)
    if output is None or code == -signal.SIGXCPU:
        raise _unreadable("timeout")
    ready, _, rest = output.partition(b"\n")
    if not ready:
        raise TransientError("This computer is too busy to draw pages right now.", after=5.0)
    line, _, png = rest.partition(b"\n")
    facts = _facts(line)
    if facts is None or len(png) != facts["bytes"] or not _is_png(png, facts):
        raise _unreadable("damaged")
    return Picture(png, found=facts["found"], whole=facts["whole"])


def _run(path: Path, order: dict[str, Any]) -> tuple[bytes | None, int]:
    """Return what the child printed, None when it was too slow or printed too much, and how it ended."""
    with path.open("rb") as file, jailed(order, stdin=file, module=f"{JAIL}.page") as child:
        try:
            output, _ = child.communicate(timeout=SECONDS + STARTING)
        except subprocess.TimeoutExpired:
            return None, 0
    return (output if len(output) <= MOST_BYTES else None), child.returncode


def _facts(line: bytes) -> dict[str, Any] | None:
    """Take in the child's one line, strictly: what it says came through a parser of strangers' files."""
    try:
        said: Any = json.loads(line)
    except (ValueError, RecursionError):
        return None
    match said:
        case {"reason": "encrypted" | "damaged" as reason}:
            raise _unreadable(reason)
        case {"found": int(), "whole": bool(), "width": int(), "height": int(), "bytes": int()}:
            return dict(said)
    return None


def _is_png(png: bytes, facts: dict[str, Any]) -> bool:
    """Tell whether the bytes begin as a PNG of the size that was told."""
    return (
        png[:8] == PNG
        and png[12:16] == b"IHDR"
        and struct.unpack(">II", png[16:24]) == (facts["width"], facts["height"])
    )


def _unreadable(reason: str) -> UnreadableFileError:
    return UnreadableFileError(WORDS[reason], reason=reason)
