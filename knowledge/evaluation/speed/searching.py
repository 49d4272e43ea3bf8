"""Milliseconds a search: by vectors with an access filter, and by words, beside the peers on the same data."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

import faiss
from langchain_core.embeddings import FakeEmbeddings

from knowledge.documents import graph, vectors, words
from knowledge.documents.trade import expand
from knowledge.documents.vectors import Ids, Vectors
from knowledge.documents.words import Words
from knowledge.evaluation.progress import Progress
from knowledge.evaluation.speed.corpus import DIMENSION, OF_DOCUMENT, Corpus
from knowledge.evaluation.speed.peers import Peers
from knowledge.evaluation.speed.trials import times_faster

K = 10
ROUNDS = 3
BATCH = 1000

Search = Callable[[int], tuple[float, int]]  # The number of a query to its seconds and how many hits came.


class _Row(NamedTuple):
    id: int
    document: int
    heading: str
    text: str


def by_vectors(corpus: Corpus, peers: Peers | None, on_progress: Progress) -> dict[str, Any]:
    """Return, for each share of the documents that is allowed, each contender's milliseconds and share of k returned.

    `langchain_faiss` fetches the 20 hits that it does by itself; `langchain_faiss_all` fetches all and then filters.
    """
    path = corpus.folder / "vectors.faiss"
    vectors.make(path, _vector_batches(corpus))
    if len(corpus.texts) >= graph.FROM:
        on_progress(f"Making the graph of {len(corpus.texts)} vectors")
        graph.make(vectors.graph_of(path), path)
    faiss.omp_set_num_threads(1)  # As the peers' are; a single query gains nothing from more.
    ours = Vectors.open(path, FakeEmbeddings(size=DIMENSION), fetch=lambda _ids: [])
    bare = faiss.read_index(str(path))
    rows = len(corpus.texts)
    scores = {}
    for share in corpus.allowed:
        on_progress(f"Searching {rows} vectors of which {float(share):.1%} are allowed")
        ids = corpus.ids(share)
        contenders: dict[str, Search] = {
            "ours": _timed(lambda at, ids=ids: len(ours.nearest(corpus.queries[at : at + 1], ids, limit=K))),  # type: ignore[misc]
            "faiss": _timed(lambda at, ids=ids: _bare(bare, corpus.queries[at : at + 1], ids)),  # type: ignore[misc]
        }
        for name, peer, more in (
            ("chroma", "chroma", {}),
            ("langchain_faiss", "langchain_faiss", {}),
            ("langchain_faiss_all", "langchain_faiss", {"fetched": rows}),
        ):
            if peers is not None:
                contenders[name] = _asked(peers, peer, {"share": share, **more})
        scores[share] = _scores(contenders, len(corpus.queries), k=min(K, len(ids)))
        scores[share]["found_of_nearest"] = _found_of_nearest(ours, bare, corpus.queries, ids)
    return scores


def by_words(corpus: Corpus, peers: Peers | None, on_progress: Progress) -> dict[str, Any]:
    """Return each contender's milliseconds: our questions are expanded by the trade's words, and headings count."""
    folder = corpus.folder / "words"
    if not folder.exists():
        on_progress(f"Indexing {len(corpus.texts)} texts")
        words.make(folder, _text_batches(corpus))
    ours = Words.open(folder)
    every = range(len(corpus.texts) // OF_DOCUMENT + 1)

    def search(at: int) -> int:
        expansion = expand(corpus.questions[at], known=ours.knows)
        return len(ours.best(expansion.stems, every, phrases=expansion.phrases, limit=K))

    contenders: dict[str, Search] = {"ours": _timed(search)}
    if peers is not None:
        contenders["langchain_bm25"] = _asked(peers, "langchain_bm25", {})
    on_progress(f"Searching {len(corpus.texts)} texts by words")
    return _scores(contenders, len(corpus.questions), k=K)


def start(peers: Peers, on_progress: Progress) -> dict[str, float]:
    """Have the peers build their indexes; return the seconds that each took."""
    took = {}
    for name in ("chroma", "langchain_faiss", "langchain_bm25"):
        on_progress(f"{name} builds its index")
        took[name] = round(peers.start(name), 1)
    return took


def _bare(index: Any, query: Any, ids: Ids) -> int:
    return len(_exactly(index, query, ids))


def _exactly(index: Any, query: Any, ids: Ids) -> set[int]:
    only = faiss.SearchParameters()
    selector = faiss.IDSelectorBatch(ids)  # Held by a name: the parameters do not keep it alive.
    only.sel = selector
    found = index.search(query, K, params=only)[1][0]
    return set(found[found >= 0].tolist())


def _found_of_nearest(ours: Vectors, bare: Any, queries: Any, ids: Ids) -> float:
    """Return the share of the very nearest that we find: a graph may miss some."""
    found = nearest = 0
    for at in range(len(queries)):
        exact = _exactly(bare, queries[at : at + 1], ids)
        found += len(exact & {each for each, _ in ours.nearest(queries[at : at + 1], ids, limit=K)})
        nearest += len(exact)
    return round(found / max(1, nearest), 4)


def _timed(search: Callable[[int], int]) -> Search:
    def timed(at: int) -> tuple[float, int]:
        began = time.perf_counter()
        found = search(at)
        return time.perf_counter() - began, found

    return timed


def _asked(peers: Peers, name: str, order: dict[str, Any]) -> Search:
    def asked(at: int) -> tuple[float, int]:
        said = peers.search(name, query=at, **order)
        return float(said["seconds"]), int(said["found"])

    return asked


def _scores(contenders: dict[str, Search], queries: int, *, k: int) -> dict[str, Any]:
    """Put each query to all in turn, some rounds; who comes first changes."""
    took: dict[str, list[float]] = {name: [] for name in contenders}
    found: dict[str, list[int]] = {name: [] for name in contenders}
    names = list(contenders)
    for turn in range((ROUNDS + 1) * queries):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            seconds, count = contenders[name](turn % queries)
            if turn >= queries:  # The first round warms up.
                took[name].append(seconds)
                found[name].append(count)
    medians = {name: statistics.median(each) for name, each in took.items()}
    return {
        "milliseconds": {name: round(each * 1000, 3) for name, each in medians.items()},
        "times_faster_than": {name: times_faster(medians["ours"], medians[name]) for name in names if name != "ours"},
        "share_of_k": {name: round(statistics.fmean(each) / k, 3) for name, each in found.items()},
    }


def _vector_batches(corpus: Corpus) -> Iterator[tuple[list[int], list[bytes]]]:
    for at in range(0, len(corpus.texts), BATCH):
        rows = corpus.vectors[at : at + BATCH]
        yield list(range(at + 1, at + 1 + len(rows))), [row.tobytes() for row in rows]


def _text_batches(corpus: Corpus) -> Iterator[Sequence[_Row]]:
    rows = (_Row(at + 1, at // OF_DOCUMENT, "", text) for at, text in enumerate(corpus.texts))
    while batch := list(islice(rows, BATCH)):
        yield batch
