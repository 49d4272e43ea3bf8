"""Score a banker's day: questions over the demo bank, with threads, charts, ambiguities and refusals."""

import itertools
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from sqlalchemy import create_engine, text

import knowledge
from knowledge.database.analyst import Analyst
from knowledge.database.catalog import read_catalog
from knowledge.database.demo import POLICY
from knowledge.database.demo.build import build
from knowledge.database.policy import Policy
from knowledge.database.run import Runner
from knowledge.documents.library import embedder_name
from knowledge.errors import UserError
from knowledge.evaluation.progress import Progress, RememberedEmbeddings, Results, version_of
from knowledge.evaluation.rows import Rows, same_rows
from knowledge.types import Answer, Asker, Question, Turn

BANKER = Asker("evaluation", frozenset({"banker"}))
QUESTIONS = "bank_questions.yaml"


def evaluate(
    cases: Path,
    work: Path,
    *,
    llm: BaseChatModel,
    embeddings: Embeddings,
    limit: int | None = None,
    on_progress: Progress = lambda _: None,
) -> dict[str, Any]:
    """Return how the questions of the file in `cases` come out over a demo bank made in `work`.

    Raises:
        UserError: the file is not there.
    """
    path = cases / QUESTIONS
    if not path.is_file():
        raise UserError(f"There is no {QUESTIONS} in {cases}.")
    asked: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))[:limit]
    today = datetime.now(UTC).date()
    code = [each for each in Path(knowledge.__path__[0]).rglob("*") if each.suffix in {".py", ".yaml"}]
    model = str(getattr(llm, "model_name", type(llm).__name__))
    version = version_of([*code, path], model, today)
    url = f"sqlite:///{work / f'bank-{today.isoformat()}.db'}"
    engine = create_engine(url)
    if not (work / f"bank-{today.isoformat()}.db").exists():
        on_progress("Making the demo bank")
        build(engine, today=today)
    results = Results(work / version / "results.jsonl")
    catalog = read_catalog(engine, semantics=POLICY.with_name("semantics.yaml"))
    remembered = RememberedEmbeddings(embeddings, work / "vectors.db", name=embedder_name(embeddings))
    runner = Runner(url)
    analyst = Analyst(catalog, Policy.load(POLICY), runner, llm, remembered)
    threads: dict[str, tuple[Turn, ...]] = {}
    for at, row in enumerate(asked, 1):
        thread = threads.get(row.get("after", ""), ())
        if results.get(row["id"]) is None:
            with engine.connect() as connection:
                gold = [tuple(map(tuple, connection.execute(text(each)).all())) for each in row.get("gold", ())]
            results.add(row["id"], _ask(analyst, row, thread, gold))
        result = results.get(row["id"]) or {}
        threads[row["id"]] = (*thread, Turn(row["question"], result["text"], sql=result["sql"]))
        on_progress(f"{at} of {len(asked)}: {row['id']} {result['outcome']} in {result['seconds']:.0f} s")
    runner.close()
    engine.dispose()
    found = [(row, results.get(row["id"]) or {}) for row in asked]
    by: dict[str, Counter[str]] = defaultdict(Counter)
    for row, result in found:
        by[row.get("expect", "rows")][result["outcome"]] += 1
    return {
        "set": "bank",
        "n": len(found),
        "seconds": round(sum(result["seconds"] for _, result in found), 1),
        "figures": {
            "right": sum(result["outcome"] == "right" for _, result in found),
            "wrong_verified": sum(result["outcome"] == "wrong" and bool(result["verified"]) for _, result in found),
            "wrong_shown": sum(result["outcome"] == "wrong" and not result["warned"] for _, result in found),
            "seconds_median": round(statistics.median(result["seconds"] for _, result in found), 1),
        },
        "by": {"expect": {kind: dict(counts) for kind, counts in by.items()}},
        "misses": {row["id"]: result["outcome"] for row, result in found if result["outcome"] != "right"},
        "versions": {"code": version, "model": model},
    }


def _ask(analyst: Analyst, row: Mapping[str, Any], thread: tuple[Turn, ...], gold: Sequence[Rows]) -> dict[str, Any]:
    began = time.monotonic()
    try:
        answer = analyst.answer(Question(row["question"], asker=BANKER, thread=thread))
    except UserError as error:
        answer = Answer(str(error), route="data", refused=True)
    return {
        "outcome": _outcome(answer, row, gold),
        "text": answer.text,
        "sql": answer.sql or "",
        "verified": answer.verified,
        "warned": not all(check.passed for check in answer.checks),
        "chart": (answer.chart or {}).get("kind", ""),
        "rows": [list(map(str, each)) for each in (answer.table.rows[:5] if answer.table else ())],
        "seconds": round(time.monotonic() - began, 2),
    }


def _outcome(answer: Answer, row: Mapping[str, Any], gold: Sequence[Rows]) -> str:
    expected = row.get("expect", "rows")
    if expected == "ask":
        return "right" if len(answer.choices) > 1 else "not asked back"
    if expected in {"refuse", "forbidden"}:
        return "right" if answer.refused else "wrong"
    if answer.choices:
        return "asked back"
    if answer.refused or answer.table is None:
        return "refused"
    if not any(_covers(answer.table.rows, each) for each in gold):
        return "wrong"
    wished = row.get("chart")
    if wished and (answer.chart or {}).get("kind") != wished:
        return "other chart"
    return "right"


def _covers(found: Rows, wanted: Rows) -> bool:
    """Tell whether some of the columns found are those wanted: one more is no mistake."""
    if not found or not wanted:
        return len(found) == len(wanted)
    width = len(wanted[0])
    return any(
        same_rows([[row[at] for at in chosen] for row in found], wanted, ordered=False)
        for chosen in itertools.combinations(range(len(found[0])), width)
    )
