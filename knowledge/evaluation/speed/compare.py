"""Compare our speed with that of named peers: reading, embedding, search behind an access filter, search by words."""

import json
import random
from collections.abc import Callable
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

from langchain_core.embeddings import Embeddings

from knowledge.errors import UnavailableError, UserError
from knowledge.evaluation.progress import SEED, Progress, Results, version_of
from knowledge.evaluation.speed import corpus, embedding, reading, searching
from knowledge.evaluation.speed.peers import Peers, peers_on
from knowledge.models.embed import LocalEmbeddings

REPORTS = 1
EMBEDDED = 64
ROWS = 100_000


def evaluate(
    cases: Path,
    work: Path,
    *,
    embeddings: Embeddings,
    cache: Path,
    limit: int | None = None,
    on_progress: Progress = lambda _: None,
) -> dict[str, Any]:
    """Return how fast we are beside each peer; `limit` is how many passages are searched.

    The folder `cases` holds `finance/pdf` and `contracts`; the peers are installed in `cache`.
    """
    rows = max(limit or ROWS, corpus.OF_DOCUMENT)
    pdfs = sorted((cases / "finance" / "pdf").glob("*.pdf"))
    real = list(islice(corpus.passages(cases / "contracts" / "txt"), rows))
    if not pdfs or not real:
        raise UserError(f"{cases} holds no `finance/pdf` or no `contracts/txt`.")
    chance = random.Random(SEED)  # noqa: S311 - a sample, not a secret.
    reports, embedded = chance.sample(pdfs, min(REPORTS, len(pdfs))), chance.sample(real, min(EMBEDDED, len(real)))
    version = version_of(Path(__file__).parent.glob("*.py"), rows, [each.name for each in reports])
    parts = Parts(work / f"parts-{version}.jsonl")
    parts.take("reading", lambda: reading.compare(reports, on_progress))
    if isinstance(embeddings, LocalEmbeddings):
        parts.take("embedding", lambda: embedding.compare(embeddings, embedded, on_progress))
    lines = (cases / "contracts" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["query"] for line in lines if line.strip()]
    made = corpus.make(work / str(rows), real, questions, rows=rows)
    missing, versions = "", {}
    with ExitStack() as stack:
        peers: Peers | None = None
        try:
            peers = stack.enter_context(peers_on(made.folder, cache, on_progress))
            versions = peers.versions
            built = searching.start(peers, on_progress)
            parts.take("build_seconds", lambda: built)
        except UnavailableError as error:
            peers, missing = None, str(error)
            on_progress(missing)
        parts.take("search", lambda: searching.by_vectors(made, peers, on_progress))
        parts.take("words", lambda: searching.by_words(made, peers, on_progress))
    by = parts.all()
    return {
        "n": rows,
        "figures": _figures(by),
        "by": by,
        "versions": {"peers": versions},
        "note": corpus.NOTE,
        "missing_peers": missing,
    }


class Parts:
    """The parts of one comparison; a run that was stopped goes on behind the last, and a new one begins anew."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._results = Results(path)
        self._taken: dict[str, Any] = {}

    def take(self, name: str, work: Callable[[], dict[str, Any]]) -> None:
        """Have a part worked out unless it is known."""
        if self._results.get(name) is None:
            self._results.add(name, work())
        self._taken[name] = self._results.get(name)

    def all(self) -> dict[str, Any]:
        """Return all parts, and forget them."""
        self._path.unlink()
        return self._taken


def _figures(by: dict[str, Any]) -> dict[str, float]:
    """Return the ratios: how many times as fast as each peer we are, and what share of k each search returned."""
    figures: dict[str, float] = {}
    parts: dict[str, Any] = {name: by[name] for name in ("reading", "embedding", "words") if name in by}
    parts |= {f"search_{share}": each for share, each in by["search"].items()}
    for name, part in parts.items():
        figures |= {f"{name}_vs_{peer}": ratio for peer, ratio in part["times_faster_than"].items()}
    for share, part in by["search"].items():
        figures |= {f"share_of_k_{share}_{name}": each for name, each in part["share_of_k"].items()}
    return figures
