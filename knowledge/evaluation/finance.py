"""Score questions about annual reports: whether the page with the evidence is found, and, with a model, the answer."""

import json
import re
import statistics
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel

import knowledge
from knowledge.counsel import Counsel
from knowledge.documents.library import Library, embedder_name
from knowledge.evaluation.progress import Progress, RememberedEmbeddings, Results, sample, version_of
from knowledge.evaluation.shelf import open_library, put
from knowledge.types import Answer, Audience, Question

WITHIN = 0.01  # A number may differ by this share: reports round, and so do people.
CLOSED = re.compile(r"(?i)^\W*(yes|no)\b")
NUMBER = re.compile(
    r"\(?-?\$?\s?\d[\d,]*(?:\.\d+)?\)?\s*(?:%|percent|billion|bn|million|mn|m\b|thousand|k\b)?", re.IGNORECASE
)
SCALES = (("billion", 1e9), ("bn", 1e9), ("million", 1e6), ("mn", 1e6), ("m", 1e6), ("thousand", 1e3), ("k", 1e3))
POWERS = (1.0, 1e3, 1e6, 1e9, 1e-3, 1e-6, 1e-9, 100.0, 0.01)


def evaluate(
    cases: Path,
    work: Path,
    *,
    embeddings: Embeddings,
    llm: BaseChatModel | None = None,
    answers: int | None = 0,
    limit: int | None = None,
    on_progress: Progress = lambda _: None,
) -> dict[str, Any]:
    """Return the scores of the reports in `cases`; the model is asked `answers` of the questions."""
    began = time.monotonic()
    folder = cases / "finance" if (cases / "finance").is_dir() else cases
    name = embedder_name(embeddings)
    remembered = RememberedEmbeddings(embeddings, work / "vectors.db", name=name)
    code = [*Path(knowledge.__path__[0]).rglob("*.py"), *Path(knowledge.__path__[0]).rglob("*.yaml")]
    reading = [
        each for each in code if each.parent.name == "jail" or each.stem in {"read", "tidy", "cells", "chunk", "title"}
    ]
    version = version_of([*reading, folder / "documents.jsonl"], name)
    library, names = _library(folder, remembered, work / version, on_progress)
    asked = sample(_rows(folder / "questions.jsonl"), limit)
    results = Results(work / version / f"results-{version_of([*code, folder / 'questions.jsonl'])}.jsonl")
    on_progress(f"Asking {len(asked)} questions")
    for row in asked:
        if results.get(row["qid"]) is None:
            results.add(row["qid"], _found(row, library, names))
    put = {row["qid"] for row in sample(asked, answers)} if llm is not None and answers else set()
    for at, row in enumerate([row for row in asked if row["qid"] in put], 1):
        assert llm is not None  # noqa: S101 - without one nothing is put.
        case = f"{row['qid']}-answer"
        if results.get(case) is None:
            results.add(case, _answered(row, Counsel(library, llm)))
        on_progress(f"{at} of {len(put)} answers")
    scored = [
        (row, {**(results.get(row["qid"]) or {}), **(results.get(f"{row['qid']}-answer") or {})}) for row in asked
    ]
    by_type = defaultdict(list)
    for row, result in scored:
        by_type[row["question_type"]].append(result)
    return {
        "n": len(scored),
        "seconds": round(time.monotonic() - began, 1),
        "figures": _figures([result for _, result in scored]),
        "by": {"type": {kind: {"n": len(each), **_figures(each)} for kind, each in sorted(by_type.items())}},
        "versions": {"code": version, "embedder": name},
        "missed": [
            {"id": row["qid"], "document": row["doc"], "found": result["found"][:5], "ranks": result["ranks"]}
            for row, result in scored
            if not result["at_5"]
        ],
    }


def _library(folder: Path, embeddings: Embeddings, work: Path, on_progress: Progress) -> tuple[Library, dict[str, str]]:
    """Return a library of all the reports, and their names by document id."""
    library = open_library(work, embeddings)
    rows = _rows(folder / "documents.jsonl")
    names = {}
    for at, row in enumerate(rows, 1):
        on_progress(f"Report {at} of {len(rows)}")
        names[put(library, folder / "pdf" / f"{row['doc']}.pdf", on_progress=on_progress)] = row["doc"]
    if library.status().waiting or not library.status().documents:
        library.publish()
    return library, names


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _found(row: dict[str, Any], library: Library, names: dict[str, str]) -> dict[str, Any]:
    """Return where the evidence stands among the pages found, each page counted once."""
    found = library.search(row["question"], Audience(), limit=60)
    pages = dict.fromkeys(
        (names[each.document.id], number)
        for each in found.passages
        for number in range(each.chunk.page, each.chunk.last_page + 1)
    )
    order = list(pages)
    evidence = {(each["doc"], each["page_1based"]) for each in row["evidence"]}
    ranks = sorted(order.index(each) + 1 for each in evidence if each in pages)
    best = ranks[0] if ranks else 0
    return {
        "document": any(names[each.id] == row["doc"] for each in found.documents),
        "ranks": ranks,
        "at_5": 0 < best <= 5,
        "at_10": 0 < best <= 10,
        "all_at_10": len([each for each in ranks if each <= 10]) == len(evidence),
        "found": [f"{document} {number}" for document, number in order[:10]],
    }


def _answered(row: dict[str, Any], assistant: Counsel) -> dict[str, Any]:
    answer = assistant.answer(Question(row["question"]))
    return {"outcome": "refused" if answer.refused else judged(answer, row["answer"]), "answer": answer.text}


def judged(answer: Answer, wanted: str) -> str:
    """Return whether an answer is right or wrong: its yes or no, and its numbers within one percent."""
    said, expected = CLOSED.match(answer.text), CLOSED.match(wanted)
    if expected and said and said[1].lower() != expected[1].lower():
        return "wrong"
    numbers = numbers_in(wanted)
    if numbers and not expected:
        given = numbers_in(answer.text)
        return "right" if any(_same(numbers[0], each) for each in given) else "wrong"
    if expected:
        return "right" if said else "wrong"
    words = set(re.findall(r"[a-z]{4,}", wanted.lower()))
    present = set(re.findall(r"[a-z]{4,}", answer.text.lower()))
    return "right" if words and len(words & present) / len(words) >= 0.5 else "wrong"


def numbers_in(text: str) -> list[float]:
    """Return the numbers of a text with their scale, years left out."""
    found = []
    for match in NUMBER.finditer(text):
        digits = re.sub(r"[^\d.]", "", match[0].split("%")[0])
        if not digits.strip(".") or re.fullmatch(r"(?:19|20)\d\d", match[0].strip()):
            continue
        scale = next((by for name, by in SCALES if match[0].lower().rstrip().endswith(name)), 1.0)
        bare = match[0].strip()
        negative = "-" in bare or (bare.startswith("(") and bare.endswith(")"))
        found.append(float(digits.rstrip(".")) * scale * (-1 if negative else 1))
    return found


def _same(wanted: float, given: float) -> bool:
    """Tell whether two numbers agree, whatever unit each is written in."""
    return any(abs(abs(given) * power - abs(wanted)) <= WITHIN * abs(wanted) + 1e-9 for power in POWERS)


def _figures(results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "page_at_5": _share(results, "at_5"),
        "page_at_10": _share(results, "at_10"),
        "every_page_at_10": _share(results, "all_at_10"),
        "document_found": _share(results, "document"),
    }
    answered = [each["outcome"] for each in results if "outcome" in each]
    if answered:
        figures |= {kind: round(answered.count(kind) / len(answered), 4) for kind in ("right", "wrong", "refused")}
        figures["answers"] = len(answered)
    return figures


def _share(results: Sequence[dict[str, Any]], name: str) -> float:
    return round(statistics.fmean(each[name] for each in results), 4) if results else 0.0
