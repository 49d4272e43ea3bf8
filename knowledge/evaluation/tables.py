"""Score tables: how many cells of printed ones are read right, and questions that cells alone answer."""

import io
import json
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pdfplumber

import knowledge
from knowledge.documents.cells import Table
from knowledge.documents.read import read
from knowledge.errors import UnreadableFileError
from knowledge.evaluation.finance import judged, numbers_in
from knowledge.evaluation.gold_table import found, gold_cells, header_rows, plain_cells
from knowledge.evaluation.progress import Progress, Results, sample, version_of
from knowledge.evaluation.typeset import printed
from knowledge.figures.reckon import reckon, said
from knowledge.types import Answer

QUESTIONS = 20  # Of annual reports: as many as are put to the cells of their tables.
PARAGRAPHS = 3  # Of a context, printed over its table.
VARIANTS = {"ruled": True, "unruled": False}
OUTCOMES = ("right", "wrong", "refused")
NEAR = 0.001  # A number may differ by this share of itself, and by half a hundredth: cases round to two places.
UNSIGNED = re.compile(r"(?i)\bdecrease|\bdifference|\bdecline|\bloss")


def evaluate(
    cases: Path, work: Path, *, limit: int | None = None, on_progress: Progress = lambda _: None
) -> dict[str, Any]:
    """Return the share of cells read right in TAT-QA's tables, printed as PDF, and how questions are answered.

    Beside it stands what pdfplumber's own `extract_tables` reads of the same pages. No model is called: questions of
    annual reports, and TAT-QA's own whose answer is in the table, are answered from cells or not at all.
    """
    began = time.monotonic()
    code = [*Path(knowledge.__path__[0]).rglob("*.py"), *Path(knowledge.__path__[0]).rglob("*.yaml")]
    parts = {"jail", "figures", "evaluation"}
    reading = [each for each in code if each.parent.name in parts or each.stem in {"read", "tidy", "cells", "tabling"}]
    results = Results(work / f"results-{version_of(reading)}.jsonl")
    contexts = sample(_rows(cases, "tatqa", "contexts.jsonl"), limit)
    for at, row in enumerate(contexts, 1):
        for variant, ruled in VARIANTS.items():
            case = f"{row['table']['uid']}-{variant}"
            if results.get(case) is None:
                results.add(case, _read_back(row, work, ruled=ruled))
        on_progress(f"{at} of {len(contexts)} tables")
    asked = sample(_asked(_rows(cases, "finance", "questions.jsonl")), min(QUESTIONS, limit or QUESTIONS))
    for at, row in enumerate(asked, 1):
        if results.get(row["qid"]) is None:
            path = cases / "finance" / "pdf" / f"{row['doc']}.pdf"
            results.add(row["qid"], _answered(row, _tables(path, work / "reports" / version_of(reading))))
        on_progress(f"{at} of {len(asked)} questions of reports")
    by_variant = {name: [results.get(f"{row['table']['uid']}-{name}") or {} for row in contexts] for name in VARIANTS}
    all_tables = [each for variant in by_variant.values() for each in variant]
    reports = [results.get(row["qid"]) or {} for row in asked]
    own = [each for table in by_variant["unruled"] for each in table["questions"]]
    return {
        "n": len(all_tables) + len(asked),
        "seconds": round(time.monotonic() - began, 1),
        "figures": _recall(all_tables) | _outcomes([each["outcome"] for each in reports]),
        "by": {
            "variant": {name: {"n": len(each), **_recall(each)} for name, each in by_variant.items()},
            "questions": {
                "reports": {"n": len(reports), **_outcomes([each["outcome"] for each in reports])},
                "tables": {"n": len(own), **_outcomes(own)},
            },
        },
        "versions": {"code": version_of(reading)},
        "answers": reports,
    }


def _rows(cases: Path, folder: str, name: str) -> list[dict[str, Any]]:
    text = (cases / folder / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def _read_back(row: dict[str, Any], work: Path, *, ruled: bool) -> dict[str, Any]:
    """Print a context, read it, and return how many of its cells are found, and what its questions come to."""
    rows = row["table"]["table"]
    header = header_rows(rows)
    gold = list(gold_cells(rows, header))
    data = printed([each["text"] for each in row["paragraphs"][:PARAGRAPHS]], rows, header=header, ruled=ruled)
    path = work / "printed.pdf"
    path.write_bytes(data)
    try:
        tables = read(path, name="printed.pdf").tables
    except UnreadableFileError:
        tables = ()
    ours = list(_cells(tables))
    with pdfplumber.open(io.BytesIO(data)) as document:
        plain = plain_cells([table for page in document.pages for table in page.extract_tables()], header)
    return {
        "cells": len(gold),
        "found": sum(found(each, ours) for each in gold),
        "plain": sum(found(each, plain) for each in gold),
        "questions": [_outcome(each, tables) for each in row["questions"] if _numeric(each) is not None],
    }


def _cells(tables: Sequence[Table]) -> Iterator[tuple[str, str, str]]:
    for table in tables:
        for row in table.rows:
            if len(row.values) == len(table.columns):
                yield from ((row.label, over, value) for over, value in zip(table.columns, row.values, strict=True))


def _numeric(question: dict[str, Any]) -> float | None:
    """Return the number that is the answer of a question about the table, None for other questions."""
    if question["answer_from"] != "table" or question["answer_type"] not in {"arithmetic", "span"}:
        return None
    answer = question["answer"]
    text = str(answer[0] if isinstance(answer, list) else answer).replace("−", "-")
    numbers = re.fullmatch(r"\(?-?[$€£]?\s?[\d,]+(?:\.\d+)?\s?%?\)?", text.strip())
    if numbers is None:
        return None
    value = float(re.sub(r"[^\d.]", "", text))
    return -value if text.strip().startswith(("-", "(")) else value


def _outcome(question: dict[str, Any], tables: Sequence[Table]) -> str:
    reckoned, wanted = reckon(question["question"], tables), _numeric(question)
    if reckoned is None or wanted is None:
        return "refused"
    given = float(reckoned.value)
    if UNSIGNED.search(question["question"]):
        given, wanted = abs(given), abs(wanted)
    return "right" if abs(given - wanted) <= NEAR * abs(wanted) + 0.006 else "wrong"


def _asked(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the questions of reports whose answer is a figure of a table, or is reckoned from such."""
    generated = [row for row in rows if row["question_type"] == "metrics-generated"]
    others = [
        row
        for row in rows
        if row not in generated
        and numbers_in(row["answer"])
        and not re.match(r"(?i)\W*(?:yes|no)\b", row["answer"])
        and re.search(r"(?i)\bhow much\b|\bwhat (?:is|was) the (?:total|amount|quantity)|\bratio\b", row["question"])
    ]
    return [*generated, *others][:QUESTIONS]


def _tables(path: Path, kept: Path) -> tuple[Table, ...]:
    """Return the tables of a report, which are read once for a state of the code."""
    known = kept / f"{path.stem}.json"
    if not known.is_file():
        tables = read(path, name=path.name).tables
        kept.mkdir(parents=True, exist_ok=True)
        known.write_text(json.dumps([asdict(each) for each in tables]), encoding="utf-8")
    return tuple(map(Table.from_json, json.loads(known.read_text(encoding="utf-8"))))


def _answered(row: dict[str, Any], tables: Sequence[Table]) -> dict[str, Any]:
    reckoned = reckon(row["question"], tables, known=f"{row['doc'].replace('_', ' ')} {row.get('company', '')}")
    told = said(reckoned) if reckoned else ""
    outcome = judged(Answer(told), row["answer"]) if reckoned else "refused"
    return {"id": row["qid"], "outcome": outcome, "answer": told, "wanted": row["answer"][:80]}


def _recall(tables: Sequence[dict[str, Any]]) -> dict[str, Any]:
    cells = sum(each["cells"] for each in tables)
    return {
        "cell_recall": round(sum(each["found"] for each in tables) / cells, 4) if cells else 0.0,
        "plain_cell_recall": round(sum(each["plain"] for each in tables) / cells, 4) if cells else 0.0,
    }


def _outcomes(outcomes: Sequence[str]) -> dict[str, Any]:
    count = len(outcomes) or 1
    return {kind: round(outcomes.count(kind) / count, 4) for kind in OUTCOMES}
