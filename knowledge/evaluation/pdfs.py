"""Score the reading of odd, damaged, locked, scanned and hostile PDFs: what becomes of each, and at what cost."""

import json
import random
import re
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import knowledge.documents
from knowledge.documents.read import LIMITS, Reading, read
from knowledge.errors import TellerError, UnreadableFileError
from knowledge.evaluation.progress import SEED, Progress, Results, sample, version_of

BROKEN_COPIES = 300
LARGEST_COPIED = 400_000  # Bytes: copies of small files break in as many ways and cost less.
FLIPS = (1, 8, 64)
SECONDS = 20.0
MEGABYTES = 1024

Outcome = dict[str, Any]
# What may become of a file of each class; `read` and `refused` look at the outcome, the rest at the reason.
INDEXED = {"plain_text": 0.95, "tables": 0.8, "form": 0.8, "damaged_but_readable": 0.8}


def evaluate(
    cases: Path, work: Path, *, limit: int | None = None, on_progress: Progress = lambda _: None
) -> dict[str, Any]:
    """Return what became of the PDFs in `cases` and of broken copies of the good ones."""
    folder = cases / "pdf_torture" if (cases / "pdf_torture").is_dir() else cases
    rows = [json.loads(line) for line in (folder / "list.jsonl").read_text(encoding="utf-8").splitlines()]
    asked = sample(rows, limit)
    code = [*Path(knowledge.documents.__path__[0]).rglob("*.py"), Path(__file__)]
    version = version_of([*code, folder / "list.jsonl"])
    results = Results(work / version / "results.jsonl")
    for at, row in enumerate(asked, 1):
        if results.get(row["id"]) is None:
            results.add(row["id"], _row(folder.parent / row["pdf"], row))
        if at % 20 == 0:
            on_progress(f"{at} of {len(asked)} files")
    copies = _copies(folder, asked, BROKEN_COPIES if limit is None else limit)
    for at, (name, make) in enumerate(copies, 1):
        if results.get(name) is None:
            results.add(name, _broken(make()))
        if at % 50 == 0:
            on_progress(f"{at} of {len(copies)} broken copies")
    scored = [(row["cls"], results.get(row["id"]) or {}) for row in asked]
    broken = [results.get(name) or {} for name, _ in copies]
    by_class = defaultdict(list)
    for kind, result in [*scored, *(("broken_copy", each) for each in broken)]:
        by_class[kind].append(result)
    return {
        "n": len(scored) + len(broken),
        "figures": _figures([each for _, each in scored], broken),
        "by": {"class": {kind: _figures(each, []) for kind, each in sorted(by_class.items())}},
        "versions": {"code": version},
        "unexpected": [
            {"id": row["id"], "class": row["cls"], **{key: result[key] for key in ("ended", "detail", "words_found")}}
            for row, (_, result) in zip(asked, scored, strict=True)
            if not result["as_expected"]
        ],
    }


def _row(path: Path, row: dict[str, Any]) -> Outcome:
    outcome, reading = _read(path, f"{row['id']}.pdf")
    text = " ".join(page.text for page in reading.pages) if reading else ""
    found = set(re.findall(r"\w+", text.lower()))
    wanted = {word for each in row["ref_words"] for word in re.findall(r"\w+", each.lower())}
    share = len(wanted & found) / len(wanted) if wanted else None
    return {**outcome, "words_found": share, "as_expected": as_expected(row, outcome, share)}


def as_expected(row: dict[str, Any], outcome: Outcome, share: float | None) -> bool:
    """Tell whether a file ended as it should."""
    if outcome["seconds"] > SECONDS or outcome["peak"] > MEGABYTES or outcome["ended"] == "crash":
        return False
    was_read, reason = outcome["ended"] == "read", outcome["detail"]
    match row["cls"]:
        case kind if kind in INDEXED:
            return was_read and (share is None or share >= INDEXED[kind])
        case "image_only_needs_ocr" | "no_text":
            # Nothing but recognised text may come of it: as if it were empty it must not pass.
            return bool(reason == ("recognised" if was_read else "no_text"))
        case "locked_password_unknown" | "locked_password_known":
            return bool(reason == "encrypted")
        case "zero_pages" | "unopenable":
            return not was_read
        case _:
            return True


def _broken(data: bytes) -> Outcome:
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(data)
        file.flush()
        outcome, _ = _read(Path(file.name), "broken.pdf")
    ended_well = outcome["ended"] != "crash" and outcome["seconds"] <= SECONDS and outcome["peak"] <= MEGABYTES
    return {**outcome, "words_found": None, "as_expected": ended_well}


def _read(path: Path, name: str) -> tuple[Outcome, Reading | None]:
    began = time.monotonic()
    reading, ended, detail = None, "read", ""
    try:
        reading = read(path, name=name, limits=LIMITS)
    except UnreadableFileError as error:
        ended, detail = "refused", error.reason
    except (TellerError, ArithmeticError, LookupError, OSError, RuntimeError, TypeError, ValueError) as error:
        ended, detail = "crash", f"{type(error).__name__}: {error}"
    if reading and reading.recognised:
        detail = "recognised"
    seconds = round(time.monotonic() - began, 2)
    return {"ended": ended, "detail": detail, "seconds": seconds, "peak": reading.peak if reading else 0}, reading


def _copies(folder: Path, rows: Sequence[dict[str, Any]], count: int) -> list[tuple[str, Callable[[], bytes]]]:
    """Return broken copies of good files: cut short or with bits flipped, the same ones every time."""
    good = [row for row in rows if row["cls"] in {"plain_text", "tables", "form"} and row["bytes"] <= LARGEST_COPIED]
    if not good:
        return []
    chance = random.Random(SEED)  # noqa: S311 - damage, not a secret.
    copies = []
    for at in range(count):
        row, seed = good[at % len(good)], chance.random()
        copies.append((f"copy-{at}", _breaker(folder.parent / row["pdf"], seed, cut=at % 2 == 0)))
    return copies


def _breaker(path: Path, seed: float, *, cut: bool) -> Callable[[], bytes]:
    def make() -> bytes:
        chance = random.Random(seed)  # noqa: S311 - damage, not a secret.
        data = bytearray(path.read_bytes())
        if cut:
            return bytes(data[: chance.randrange(20, len(data))])
        for _ in range(chance.choice(FLIPS)):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        return bytes(data)

    return make


def _figures(results: Sequence[Outcome], broken: Sequence[Outcome]) -> dict[str, float]:
    every = [*results, *broken]
    shares = [each["words_found"] for each in results if each["words_found"] is not None and each["ended"] == "read"]
    return {
        "as_expected": round(sum(each["as_expected"] for each in every) / len(every), 4) if every else 0.0,
        "crashes": sum(each["ended"] == "crash" for each in every),
        "slowest_seconds": max((each["seconds"] for each in every), default=0.0),
        "peak_mb": max((each["peak"] for each in every), default=0),
        "ref_words_recall": round(sum(shares) / len(shares), 4) if shares else 0.0,
    }
