"""Score whole answers: right, wrong, refused, and whether what was shown is proven."""

import json
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel

import knowledge
from knowledge.counsel import Counsel
from knowledge.documents.library import Library, embedder_name
from knowledge.evaluation.progress import Progress, RememberedEmbeddings, Results, sample, version_of
from knowledge.evaluation.shelf import open_library, put
from knowledge.facts import facts, missing
from knowledge.proof import split_markers, stands
from knowledge.types import Answer, Question, Turn


@dataclass(frozen=True, slots=True)
class Case:
    """One question, or one turn of a dialogue, in the thread of its document.

    `patterns` hold alternatives of which one must match the text that the asker reads; none of `forbidden` may.
    """

    id: str
    dialogue: str
    documents: tuple[str, ...]
    question: str
    answerable: bool
    patterns: tuple[str, ...]
    forbidden: tuple[str, ...]
    pages: frozenset[int]
    quote: str
    kind: str
    style: str
    language: str


def evaluate(
    cases: Path,
    work: Path,
    *,
    embeddings: Embeddings,
    llm: BaseChatModel,
    limit: int | None = None,
    on_progress: Progress = lambda _: None,
) -> dict[str, Any]:
    """Return the scores of the answers to `cases`; what `work` holds of an earlier run is not asked again.

    Patterns are matched against `Answer.text`, what the asker reads first; pages and quotes are scored apart.
    """
    began = time.monotonic()
    folder = cases / "answers" if (cases / "answers").is_dir() else cases
    name = embedder_name(embeddings)
    model = str(getattr(llm, "model_name", type(llm).__name__))
    code = [each for each in Path(knowledge.__path__[0]).rglob("*") if each.suffix in {".py", ".yaml"}]
    version = version_of([*code, *folder.glob("*.jsonl")], name, model)
    library, ids = _library(folder, RememberedEmbeddings(embeddings, work / "vectors.db", name=name), work / version)
    assistant = Counsel(library, llm)
    results = Results(work / version / "results.jsonl")
    asked = _chosen(list(_cases(folder)), limit)
    threads: dict[str, list[Turn]] = defaultdict(list)
    for at, case in enumerate(asked, 1):
        if results.get(case.id) is None:
            results.add(case.id, _ask(case, assistant, library, ids, threads[case.dialogue] if case.dialogue else ()))
        result = results.get(case.id) or {}
        if case.dialogue:
            threads[case.dialogue].append(Turn(case.question, result["text"], tuple(result["documents"])))
        on_progress(f"{at} of {len(asked)}: {case.id} {result['outcome']} in {result['seconds']:.0f} s")
    scored = [(case, results.get(case.id) or {}) for case in asked]
    return {
        "set": "answers",
        "n": len(scored),
        "seconds": round(time.monotonic() - began, 1),
        "figures": _figures(scored),
        "by": {
            "answerable": _by(scored, lambda case: "answerable" if case.answerable else "unanswerable"),
            "kind": _by(scored, lambda case: case.kind),
            "style": _by(scored, lambda case: case.style),
            "language": _by(scored, lambda case: case.language),
        },
        "cases": [{"id": case.id, "question": case.question, **result} for case, result in scored],
        "versions": {"code": version, "embedder": name, "model": model},
    }


def _library(folder: Path, embeddings: Embeddings, work: Path) -> tuple[Library, dict[str, str]]:
    """Return a library of the cases' documents, and their ids there."""
    library = open_library(work, embeddings)
    ids = {}
    for row in _rows(folder / "documents.jsonl"):
        ids[row["doc_id"]] = put(library, folder / "pdf" / f"{row['doc_id']}.pdf")
    library.publish()
    return library, ids


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _cases(folder: Path) -> Iterator[Case]:
    for row in _rows(folder / "questions.jsonl"):
        answerable = row["answerable"]
        yield Case(
            id=row["qid"],
            dialogue="",
            documents=(row["doc_id"],),
            question=row["question"],
            answerable=answerable,
            patterns=tuple(row.get("must_contain", ())),
            forbidden=tuple(row.get("must_not", ())),
            pages=frozenset([row["page"], *row.get("page_alt", ())] if answerable else ()),
            quote=row.get("quote", ""),
            kind=row.get("kind", "unanswerable"),
            style=row.get("style", ""),
            language=row.get("lang", "en"),
        )
    for row in _rows(folder / "dialogues.jsonl") if (folder / "dialogues.jsonl").is_file() else ():
        for number, turn in enumerate(row["turns"], 1):
            cited = turn.get("cite") or []
            yield Case(
                id=f"{row['id']}-{number}",
                dialogue=row["id"],
                documents=tuple(row["files"]),
                question=turn["say"],
                answerable=turn.get("answerable", True),
                patterns=tuple(turn.get("must_contain", ())),
                forbidden=tuple(turn.get("must_not", ())),
                pages=frozenset(page for _, page, _ in cited),
                quote=cited[0][2] if cited else "",
                kind="dialogue",
                style="dialogue",
                language="en",
            )


def _chosen(cases: Sequence[Case], limit: int | None) -> list[Case]:
    """Return a sample of questions and whole dialogues."""
    units: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        units[case.dialogue or case.id].append(case)
    return [case for unit in sample(list(units.values()), limit) for case in unit]


def _ask(
    case: Case, assistant: Counsel, library: Library, ids: Mapping[str, str], thread: Sequence[Turn]
) -> dict[str, Any]:
    began = time.monotonic()
    focus = tuple(ids[each] for each in case.documents)
    answer = assistant.answer(Question(case.question, thread=tuple(thread), focus=focus))
    matched = not case.patterns or any(re.search(pattern, answer.text) for pattern in case.patterns)
    clean = not any(re.search(pattern, answer.text) for pattern in case.forbidden)
    if case.answerable:
        outcome = "refused" if answer.refused else "right" if matched and clean else "wrong"
    else:
        outcome = "right" if answer.refused and clean else "wrong"
    quotes = " ".join(each.quote for each in answer.citations)
    return {
        "outcome": outcome,
        "text": answer.text,
        "documents": sorted({each.document_id for each in answer.citations}),
        "pages": [each.page for each in answer.citations],
        "page_right": bool(case.pages & {each.page for each in answer.citations}),
        "quote_right": bool(case.quote) and stands(case.quote[:60], quotes),
        "unproven": unproven(answer, library, question=case.question),
        "checks": [[check.name, check.passed, check.detail] for check in answer.checks],
        "confidence": answer.confidence,
        "seconds": round(time.monotonic() - began, 1),
    }


def unproven(answer: Answer, library: Library, *, question: str = "") -> list[str]:
    """Return what a shown answer says without proof: quotes that stand on no page, numbers that stand in no quote."""
    if answer.refused or answer.route != "documents":
        return []
    lost = [
        f"“{each.quote}”"
        for each in answer.citations
        if not stands(each.quote, library.page_text(each.document_id, each.page))
    ]
    given = " ".join([question, *(f"{each.heading} {each.quote}" for each in answer.citations)])
    marks = map(int, re.findall(r"\[(\d+)\]", re.sub(r"“[^”]*”", "", answer.text)))
    lost += missing(facts(split_markers(answer.text)[0]), facts(given))
    lost += [f"[{mark}]" for mark in marks if mark > len(answer.citations)]
    return lost if answer.citations else ["no citation"]


def _figures(scored: Sequence[tuple[Case, Mapping[str, Any]]]) -> dict[str, float]:
    answerable = [result for case, result in scored if case.answerable]
    unanswerable = [result for case, result in scored if not case.answerable]
    shown = [result for result in answerable if result["outcome"] != "refused"]
    everything = [result for _, result in scored]
    times = sorted(result["seconds"] for result in everything)
    return {
        "right": _share(everything, lambda result: result["outcome"] == "right"),
        "wrong": _share(everything, lambda result: result["outcome"] == "wrong"),
        "refused": _share(everything, lambda result: result["outcome"] == "refused"),
        "unproven_shown": _share(everything, lambda result: bool(result["unproven"])),
        "false_answers": _share(unanswerable, lambda result: result["outcome"] == "wrong"),
        "false_refusals": _share(answerable, lambda result: result["outcome"] == "refused"),
        "page_right": _share(shown, lambda result: result["page_right"]),
        "quote_right": _share(shown, lambda result: result["quote_right"]),
        "seconds_median": times[len(times) // 2] if times else 0.0,
    }


def _share(results: Sequence[Mapping[str, Any]], is_so: Callable[[Mapping[str, Any]], bool]) -> float:
    return round(sum(map(is_so, results)) / len(results), 4) if results else 0.0


def _by(
    scored: Sequence[tuple[Case, Mapping[str, Any]]], group: Callable[[Case], str]
) -> dict[str, dict[str, float | int]]:
    groups: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for case, result in scored:
        groups[group(case)].append(result)
    return {
        name: {
            "n": len(results),
            **{
                outcome: sum(result["outcome"] == outcome for result in results)
                for outcome in ("right", "wrong", "refused")
            },
            "unproven_shown": sum(bool(result["unproven"]) for result in results),
        }
        for name, results in sorted(groups.items())
    }
