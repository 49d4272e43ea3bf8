"""Score where messages are sent, beside the nearest labelled message and the language model alone."""

import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, SystemMessage

import knowledge
from knowledge.documents.library import embedder_name
from knowledge.evaluation.progress import Progress, RememberedEmbeddings, Results, sample, version_of
from knowledge.models.llm import write
from knowledge.routing import ROUTES, Router
from knowledge.types import Question

LABELS = {"docs": "documents", "sql": "data", "help": "help", "chat": "chat", "out_of_scope": "out_of_scope"}
HELPING = frozenset({"help", "documents", "chat"})  # What a customer's question may be answered from.
ALONE = 120  # Messages that the model alone is asked about.
_RULES = ("routing.py", "routing.yaml", "intents.py", "phrasing.py", "phrasing.yaml")


@dataclass(frozen=True, slots=True)
class Case:
    """A message with its label; messages of one group (a document, a database, an intent) are alike."""

    id: str
    text: str
    label: str
    source: str
    group: str


def evaluate(
    cases: Path,
    work: Path,
    *,
    embeddings: Embeddings,
    llm: BaseChatModel,
    with_model: bool = False,
    limit: int | None = None,
    on_progress: Progress = lambda _: None,
) -> dict[str, Any]:
    """Return the scores of the routes; what `work` holds of an earlier run is not asked again.

    The macro-F1 is over the five labels. A help message is right on any route of `HELPING`; a message of one source is
    wrong on `both`. `with_model` has the language model alone sort a sample.
    """
    path = cases / "questions.jsonl" if (cases / "questions.jsonl").is_file() else cases / "routing" / "questions.jsonl"
    asked = sample(read_cases(path), limit)
    name = embedder_name(embeddings)
    model = str(getattr(llm, "model_name", type(llm).__name__))
    rooms = Path(knowledge.__path__[0])
    version = version_of([path, Path(__file__), *(rooms / each for each in _RULES)], name, model)
    results = Results(work / version / "results.jsonl")
    router = Router(embeddings, llm=llm, keep=work / "examples.npz")
    router.route(Question("How many accounts are there?"))  # What is learnt at the first message is not its time.
    for at, case in enumerate(asked, 1):
        if results.get(case.id) is None:
            began = time.perf_counter()
            route = router.route(Question(case.text))
            spent = (time.perf_counter() - began) * 1000
            results.add(
                case.id,
                {
                    "route": route.name,
                    "confidence": round(route.confidence, 3),
                    "asked_model": route.asked_model,
                    "milliseconds": round(spent, 2),
                },
            )
        if at % 50 == 0:
            on_progress(f"{at} of {len(asked)} messages")
    found = {case.id: results.get(case.id) or {} for case in asked}
    routes = [str(found[case.id]["route"]) for case in asked]
    figures = {
        "macro_f1": macro_f1(asked, routes),
        "model_calls_per_message": round(sum(each["asked_model"] for each in found.values()) / max(len(found), 1), 4),
        "milliseconds_median": median(each["milliseconds"] for each in found.values()) if found else 0.0,
        "nearest_example_macro_f1": macro_f1(
            asked, nearest(asked, RememberedEmbeddings(embeddings, work / "vectors.db", name=name))
        ),
    }
    if with_model:
        few = sample(asked, ALONE)
        alone = _alone(few, llm, Results(work / version / "alone.jsonl"), on_progress)
        figures["model_alone_macro_f1"] = macro_f1(few, alone)
        figures["macro_f1_of_the_same_sample"] = macro_f1(few, [str(found[case.id]["route"]) for case in few])
    return {
        "n": len(asked),
        "figures": figures,
        "by": {"label": _by_label(asked, routes), "source": _by_source(asked, routes)},
        "missed": [
            {"id": case.id, "label": case.label, **found[case.id], "text": case.text}
            for case, route in zip(asked, routes, strict=True)
            if _told(case, route) != LABELS[case.label]
        ],
        "versions": {"code": version},
    }


def read_cases(path: Path) -> list[Case]:
    """Return the labelled messages of a file."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [Case(row["qid"], row["text"], row["label"], row["source"], row["group"]) for row in rows]


def macro_f1(cases: Sequence[Case], routes: Sequence[str]) -> float:
    """Return the mean over the labels present of the harmonic mean of precision and recall."""
    scores = [row["f1"] for row in _by_label(cases, routes).values()]
    return round(sum(scores) / len(scores), 4) if scores else 0.0


def nearest(cases: Sequence[Case], embeddings: Embeddings) -> list[str]:
    """Return the route of the nearest message of another group, for each of `cases`.

    Where a label has one group only, its other messages count, or it could never be found.
    """
    vectors = np.asarray(embeddings.embed_documents([case.text for case in cases]))
    close = vectors @ vectors.T
    groups = Counter(label for label, _ in {(case.label, case.group) for case in cases})
    found = []
    for at, case in enumerate(cases):
        others = [
            to for to, other in enumerate(cases) if to != at and (other.group != case.group or groups[case.label] == 1)
        ]
        best = max(others, key=lambda to: close[at, to], default=at)
        found.append(LABELS[cases[best].label] if best != at else "")
    return found


def _alone(cases: Sequence[Case], llm: BaseChatModel, results: Results, on_progress: Progress) -> list[str]:
    """Return where the language model by itself would send messages."""
    letters = dict(zip("ABCDE", ROUTES, strict=True))
    kinds = "\n".join(f"{letter}: {ROUTES[name]}" for letter, name in letters.items())
    found = []
    for at, case in enumerate(cases, 1):
        if results.get(case.id) is None:
            messages = [
                SystemMessage("You sort the messages that colleagues in a bank write. Answer with one letter."),
                HumanMessage(f"{kinds}\n\nMessage: {case.text}\n\nWhich letter fits the message?"),
            ]
            said = "".join(write(llm, messages, tokens=2))
            results.add(case.id, {"route": letters.get(said.strip()[:1].upper(), "")})
        found.append(str((results.get(case.id) or {})["route"]))
        if at % 20 == 0:
            on_progress(f"{at} of {len(cases)} messages by the model alone")
    return found


def _told(case: Case, route: str) -> str:
    """Return the route as it counts."""
    return "help" if case.label == "help" and route in HELPING else route


def _by_label(cases: Sequence[Case], routes: Sequence[str]) -> dict[str, dict[str, float]]:
    pairs = Counter((LABELS[case.label], _told(case, route)) for case, route in zip(cases, routes, strict=True))
    told: dict[str, dict[str, float]] = {}
    for label in dict.fromkeys(case.label for case in cases):
        own = LABELS[label]
        right = pairs[own, own]
        n = sum(count for (wanted, _), count in pairs.items() if wanted == own)
        sent = sum(count for (_, went), count in pairs.items() if went == own)
        told[label] = {
            "n": n,
            "precision": round(right / sent, 4) if sent else 0.0,
            "recall": round(right / n, 4),
            "f1": round(2 * right / (n + sent), 4),
        }
    return told


def _by_source(cases: Sequence[Case], routes: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
    told: dict[str, Counter[str]] = {}
    for case, route in zip(cases, routes, strict=True):
        told.setdefault(f"{case.source} ({case.label})", Counter())[_told(case, route)] += 1
    return {source: dict(count.most_common()) for source, count in sorted(told.items())}
