"""Score the fields taken out of contracts: of those that lawyers found, how many are found, and how many are right."""

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import knowledge
from knowledge.documents.duration import durations
from knowledge.documents.fields import OPEN_ENDED, extract, read_value
from knowledge.documents.law import law_called
from knowledge.documents.read import read
from knowledge.documents.resolve import COMMON
from knowledge.documents.title import title_and_parties
from knowledge.errors import UnreadableFileError, UserError
from knowledge.evaluation.progress import Progress, Results, sample, version_of
from knowledge.types import Page

# What lawyers were asked for, and the field that answers it.
CATEGORIES = {
    "Agreement Date": "agreed",
    "Effective Date": "effective",
    "Expiration Date": "expiry",
    "Renewal Term": "renewal",
    "Notice Period To Terminate Renewal": "notice",
    "Governing Law": "law",
}
SAME_DAY = 1  # A term's first day is counted in by some and left out by others.
_EXTRACTING = (
    *("fields", "paper", "law", "dating", "duration", "term", "amounts", "title", "roles", "filing"),
    *("resolve", "read", "tidy", "cells"),
)


def evaluate(
    cases: Path, work: Path, *, limit: int | None = None, on_progress: Progress = lambda _: None
) -> dict[str, Any]:
    """Return precision and recall by field; pages and fields that `work` holds of an earlier run are not read again.

    A field that lawyers did not find counts against precision when it is found; one that they marked without a value
    (a date blacked out, say) counts for nothing. Parties are right where every company that is named is one of theirs.
    """
    began = time.monotonic()
    folder = cases / "contracts" if (cases / "contracts").is_dir() else cases
    contracts = sample(_rows(folder / "documents.jsonl"), limit)
    rooms = Path(knowledge.__path__[0])
    code = [rooms / "documents" / f"{name}.py" for name in _EXTRACTING]
    version = version_of([*code, rooms / "documents" / "laws.yaml", rooms / "facts.py", Path(__file__)])
    pages = Results(
        work / version_of([rooms / "documents" / "read.py", rooms / "documents" / "tidy.py"]) / "pages.jsonl"
    )
    results = Results(work / version / "results.jsonl")
    for at, row in enumerate(contracts, 1):
        if results.get(row["doc_id"]) is None:
            results.add(row["doc_id"], _fields(folder, row["doc_id"], pages))
        if at % 10 == 0:
            on_progress(f"{at} of {len(contracts)} contracts")
    counts, missed = _compared(folder, contracts, results)
    by = {name: _shares(each) for name, each in counts.items()}
    figures = {f"{name}_{kind}": each[kind] for name, each in by.items() for kind in ("precision", "recall")}
    return {
        "n": len(contracts),
        "seconds": time.monotonic() - began,
        "figures": figures,
        "by": {"field": by},
        "missed": missed,
        "versions": {"code": version},
    }


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _fields(folder: Path, contract: str, pages: Results) -> dict[str, str]:
    """Return the fields of a contract by name."""
    known = pages.get(contract)
    if known is None:
        try:
            found = read(folder / "pdf" / f"{contract}.pdf", name=f"{contract}.pdf").pages
        except UnreadableFileError:
            found = ()
        known = {"pages": [[page.number, page.text, page.start] for page in found]}
        pages.add(contract, known)
    text = [Page(*page) for page in known["pages"]]
    title, parties = title_and_parties(text, name=f"{contract}.pdf")
    return {each.name: each.value for each in extract(text, title=title, parties=parties)}


def _compared(
    folder: Path, contracts: list[dict[str, Any]], results: Results
) -> tuple[dict[str, Counter[str]], list[dict[str, str]]]:
    counts: dict[str, Counter[str]] = {}
    missed = []
    known = {row["doc_id"]: row for row in contracts}
    wanted = [(each["doc_id"], "parties", each["parties"], True) for each in contracts] + [
        (row["doc_id"], CATEGORIES[row["category"]], row["gold_answer"], row["answerable"])
        for row in _rows(folder / "questions.jsonl")
        if row["category"] in CATEGORIES and row["doc_id"] in known
    ]
    for contract, name, gold, stated in wanted:
        found = (results.get(contract) or {}).get(name, "")
        outcome = judge(name, gold, found, stated=stated)
        counts.setdefault(name, Counter())[outcome] += 1
        if outcome in {"wrong", "missed", "invented"}:
            missed.append({"contract": contract, "field": name, "outcome": outcome, "gold": gold, "found": found})
    return counts, missed


def judge(name: str, gold: str, found: str, *, stated: bool) -> str:
    """Return what became of a field: right, wrong, missed, invented, absent, or unclear where the lawyers were."""
    if not stated:
        return "invented" if found else "absent"
    wanted = _NORMAL[name](gold)
    if not wanted:
        return "unclear"
    if not found:
        return "missed"
    if name == "parties":
        return "right" if _all_named(found, gold) else "wrong"
    return "right" if _same(wanted, _NORMAL[name](found)) else "wrong"


def _day(text: str) -> str:
    if re.search(r"(?i)perpetual|open-ended", text):
        return OPEN_ENDED
    try:
        return read_value("expiry", text)
    except UserError:
        return ""


def _long(text: str) -> str:
    """Return the length of time a text names; how often it comes round is not compared."""
    if "perpetual" in text.lower():
        return "perpetual"
    return next((str(long) for _, _, long in durations(text)), "")


def _same(wanted: str, found: str) -> bool:
    if re.fullmatch(r"\d{4}-\d\d-\d\d", wanted) and re.fullmatch(r"\d{4}-\d\d-\d\d", found):
        return abs((date.fromisoformat(wanted) - date.fromisoformat(found)).days) <= SAME_DAY
    return wanted == found


def _all_named(found: str, gold: str) -> bool:
    """Tell whether each party that is found is one of those marked, by the words of its name."""
    given = _words(gold)
    names = [words for each in found.split("; ") if (words := _words(each))]
    return bool(names) and all(len(words & given) * 2 >= len(words) for words in names)


def _words(name: str) -> set[str]:
    return set(re.findall(r"\w+", name.lower())) - COMMON


_NORMAL: Mapping[str, Callable[[str], str]] = {
    "agreed": _day, "effective": _day, "expiry": _day, "renewal": _long, "notice": _long, "law": law_called,
    "parties": str,
}  # fmt: skip


def _shares(counts: Mapping[str, int]) -> dict[str, float]:
    right = counts.get("right", 0)
    given = right + counts.get("wrong", 0) + counts.get("invented", 0)
    stated = right + counts.get("wrong", 0) + counts.get("missed", 0)
    return {
        "precision": round(right / given, 4) if given else 0.0,
        "recall": round(right / stated, 4) if stated else 0.0,
        **{name: counts.get(name, 0) for name in ("right", "wrong", "missed", "invented", "unclear")},
    }
