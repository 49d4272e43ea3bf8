"""Pages a second: our reading in a jail, with layout, tables and cleaning, beside bare pypdf and bare pypdfium2."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pypdf
import pypdfium2 as pdfium

from knowledge.documents.read import read
from knowledge.evaluation.progress import Progress
from knowledge.evaluation.speed.trials import medians, times_faster

ROUNDS = 3


def compare(paths: Sequence[Path], on_progress: Progress) -> dict[str, Any]:
    """Return pages a second of each, and the ratios."""
    pages = sum(len(pypdf.PdfReader(path).pages) for path in paths)
    on_progress(f"Reading {pages} pages of {len(paths)} reports, {ROUNDS} times, three ways")
    seconds = medians(
        {
            "ours": lambda: [read(path, name=path.name) for path in paths],
            "pypdf": lambda: [_with_pypdf(path) for path in paths],
            "pypdfium2": lambda: [_with_pdfium(path) for path in paths],
        },
        rounds=ROUNDS,
        warm=0,
    )
    return {
        "pages": pages,
        "pages_per_second": {name: round(pages / each, 1) for name, each in seconds.items()},
        "times_faster_than": {name: times_faster(seconds["ours"], seconds[name]) for name in ("pypdf", "pypdfium2")},
    }


def _with_pypdf(path: Path) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(path).pages]


def _with_pdfium(path: Path) -> list[str]:
    with pdfium.PdfDocument(path) as document:
        return [document[at].get_textpage().get_text_bounded() for at in range(len(document))]
