"""Score retrieval on contracts: how much of what lawyers marked stands in the first characters found."""

import json
import statistics
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel

import knowledge
from knowledge.counsel import Counsel
from knowledge.documents.library import Library, embedder_name
from knowledge.documents.read import PAGE_BREAK
from knowledge.evaluation.alignment import Alignment, Span, merge, overlap
from knowledge.evaluation.baselines import Baseline, Dense, baselines
from knowledge.evaluation.progress import Progress, RememberedEmbeddings, Results, sample, version_of
from knowledge.evaluation.shelf import open_library, put
from knowledge.types import Audience, Question

BUDGETS = (2000, 4000, 8000)


@dataclass(frozen=True, slots=True)
class Case:
    """A question whose answer is marked: `gold` are the marked spans in the PDF's text, `lost` could not be placed."""

    id: str
    document: str
    category: str
    query: str
    pages: frozenset[int]
    gold: tuple[Span, ...]
    lost: int

    @property
    def size(self) -> int:
        """Return how many characters are marked."""
        return sum(end - start for start, end in self.gold) + self.lost


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
    """Return the scores of the contracts in `cases`; what `work` holds of an earlier run is not done again.

    The model is asked `answers` of all the questions, in the thread of their contract: it answers falsely where the
    contract does not say, and refuses falsely where it does.
    """
    began = time.monotonic()
    folder = cases / "contracts" if (cases / "contracts").is_dir() else cases
    name = embedder_name(embeddings)
    remembered = RememberedEmbeddings(embeddings, work / "vectors.db", name=name)
    rooms = Path(knowledge.__path__[0])
    code = [*(rooms / "documents").glob("*.py"), *Path(__file__).parent.glob("*.py")]
    version = version_of([*code, folder / "questions.jsonl"], name)
    library, ids = _library(folder, remembered, work / version, on_progress)
    texts = {each: _text(library, document_id) for each, document_id in ids.items()}
    asked = sample([each for each in _rows(folder / "questions.jsonl") if each["answerable"]], limit)
    on_progress(f"Asking {len(asked)} questions")
    results = Results(work / version / "results.jsonl")
    alignments: dict[str, Alignment] = {}
    beside: dict[str, Baseline | Dense] = {}
    for at, row in enumerate(asked):
        if results.get(row["qid"]) is not None:
            continue
        if not beside:
            on_progress("Building what the search is compared with")
            beside = baselines(texts, remembered)
        if row["doc_id"] not in alignments:
            source = (folder / "txt" / f"{row['doc_id']}.txt").read_text(encoding="utf-8")
            alignments[row["doc_id"]] = Alignment(source, texts[row["doc_id"]])
        case = _case(row, alignments[row["doc_id"]])
        results.add(case.id, _score(case, library, ids, beside))
        if at % 50 == 49:
            on_progress(f"{at + 1} of {len(asked)} questions")
    replies = Results(work / version / f"answers-{version_of([*rooms.rglob('*.py'), *rooms.rglob('*.yaml')])}.jsonl")
    put = sample(_rows(folder / "questions.jsonl"), answers) if llm is not None and answers else []
    for at, row in enumerate(put, 1):
        if replies.get(row["qid"]) is None and llm is not None:
            replies.add(row["qid"], _answered(row, ids[row["doc_id"]], Counsel(library, llm)))
        on_progress(f"{at} of {len(put)}: {row['qid']} {(replies.get(row['qid']) or {})['outcome']}")
    told = [replies.get(row["qid"]) or {} for row in put]
    scored = [(row["category"], results.get(row["qid"]) or {}) for row in asked]
    by_category = defaultdict(list)
    for category, result in scored:
        by_category[category].append(result)
    return {
        "set": "contracts",
        "n": len(scored),
        "seconds": round(time.monotonic() - began, 1),
        "figures": _figures([result for _, result in scored]) | _answer_figures(told),
        "by": {
            "category": {category: {"n": len(each), **_figures(each)} for category, each in sorted(by_category.items())}
        },
        "versions": {"code": version, "embedder": name},
    }


def _library(folder: Path, embeddings: Embeddings, work: Path, on_progress: Progress) -> tuple[Library, dict[str, str]]:
    """Return a library of all the contracts, and their document ids."""
    library = open_library(work, embeddings)
    rows = _rows(folder / "documents.jsonl")
    ids = {}
    for at, row in enumerate(rows, 1):
        ids[row["doc_id"]] = put(library, folder / "pdf" / f"{row['doc_id']}.pdf")
        if at % 10 == 0:
            on_progress(f"Read {at} of {len(rows)} contracts")
    if library.status().waiting or not library.status().documents:
        library.publish()
    return library, ids


def _text(library: Library, document_id: str) -> str:
    document = next(each for each in library.documents(Audience()) if each.id == document_id)
    return PAGE_BREAK.join(library.page_text(document_id, number) for number in range(1, document.pages + 1))


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _case(row: dict[str, Any], alignment: Alignment) -> Case:
    gold: list[Span] = []
    lost = 0
    for start, end in row["spans"]:
        spans, missing = alignment.spans(start, end)
        gold += spans
        lost += round(missing * (end - start))
    return Case(
        id=row["qid"],
        document=row["doc_id"],
        category=row["category"],
        query=row["query"],
        pages=frozenset(row["pages"]),
        gold=tuple(merge(gold)),
        lost=lost,
    )


def _score(case: Case, library: Library, ids: dict[str, str], beside: "dict[str, Baseline | Dense]") -> dict[str, Any]:
    found = library.search(case.query, Audience(), limit=60)
    gold_id = ids[case.document]
    spans = [(each.chunk.document_id, each.chunk.start, each.chunk.end) for each in found.passages]
    top = found.passages[:5]
    pages = {
        number
        for each in top
        if each.chunk.document_id == gold_id
        for number in range(each.chunk.page, each.chunk.last_page + 1)
    }
    return {
        "hit": bool(found.documents) and found.documents[0].id == gold_id,
        "pages": len(pages & case.pages) / len(case.pages) if case.pages else None,
        "size": case.size,
        "lost": case.lost,
        **{str(budget): covered(spans, gold_id, case.gold, budget) for budget in BUDGETS},
        **{name: covered(each.search(case.query), case.document, case.gold, 4000) for name, each in beside.items()},
    }


def _answered(row: dict[str, Any], document_id: str, counsel: Counsel) -> dict[str, Any]:
    began = time.monotonic()
    answer = counsel.answer(Question(row["question"], focus=(document_id,)))
    if row["answerable"]:
        pages = {each.page for each in answer.citations}
        outcome = "false refusal" if answer.refused else "page" if pages & set(row["pages"]) else "other page"
    else:
        outcome = "rightly refused" if answer.refused else "false answer"
    return {"outcome": outcome, "text": answer.text, "seconds": round(time.monotonic() - began, 1)}


def _answer_figures(told: Sequence[dict[str, Any]]) -> dict[str, float]:
    if not told:
        return {}
    outcomes = [each["outcome"] for each in told]
    stated = [each for each in outcomes if each in {"false refusal", "page", "other page"}]
    silent = [each for each in outcomes if each in {"rightly refused", "false answer"}]
    return {
        "answers": len(told),
        "false_refusals": round(stated.count("false refusal") / max(1, len(stated)), 4),
        "answers_on_the_page": round(stated.count("page") / max(1, len(stated)), 4),
        "false_answers": round(silent.count("false answer") / max(1, len(silent)), 4),
    }


def covered(found: Iterable[tuple[str, int, int]], document: str, gold: Sequence[Span], budget: int) -> int:
    """Return how many gold characters stand in the first `budget` characters found."""
    taken: list[Span] = []
    for of, start, end in found:
        if budget <= 0:
            break
        stop = min(end, start + budget)
        budget -= stop - start
        if of == document:
            taken.append((start, stop))
    return overlap(merge(taken), gold)


def _figures(results: Sequence[dict[str, Any]]) -> dict[str, float]:
    marked = [each for each in results if each["size"]]
    total = sum(each["size"] for each in marked)

    def mean(name: str) -> float:
        return round(statistics.fmean(each[name] / each["size"] for each in marked), 4) if marked else 0.0

    pages = [each["pages"] for each in results if each["pages"] is not None]
    return {
        "document_hit_at_1": round(statistics.fmean(each["hit"] for each in results), 4) if results else 0.0,
        "page_recall_at_5": round(statistics.fmean(pages), 4) if pages else 0.0,
        "gold_chars_2000": mean("2000"),
        "gold_chars_4000": mean("4000"),
        "gold_chars_8000": mean("8000"),
        "gold_chars_4000_pooled": round(sum(each["4000"] for each in marked) / total, 4) if total else 0.0,
        "bm25_gold_chars_4000": mean("bm25"),
        "dense_gold_chars_4000": mean("dense"),
        "langchain_gold_chars_4000": mean("langchain"),
    }
