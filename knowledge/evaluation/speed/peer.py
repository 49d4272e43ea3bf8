"""Run a peer on data handed over as files, in an environment of the peers' own: `python peer.py FOLDER`.

Started by `peers.py`. Reads orders and prints answers, one line of JSON each. Imports nothing of ours.
"""

import json
import sys
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

K = 10
BATCH = 5000
FIRST_FETCHED = 20  # Hits that LangChain's FAISS filters when nothing else is said.


class Data:
    """What both sides search: rows of unit vectors, texts and document numbers, queries, and the allowed documents."""

    def __init__(self, folder: Path) -> None:
        import numpy  # noqa: PLC0415 - the environment's, which the checks of types do not know.

        self.folder = folder
        self.vectors = numpy.load(folder / "vectors.npy")
        self.queries = numpy.load(folder / "queries.npy")
        lines = (folder / "texts.jsonl").read_text(encoding="utf-8").splitlines()
        self.texts: list[str] = [json.loads(line) for line in lines]
        said = json.loads((folder / "asked.json").read_text(encoding="utf-8"))
        self.documents: list[int] = said["documents"]
        self.allowed: dict[str, list[int]] = said["allowed"]
        self.questions: list[str] = said["questions"]


def chroma(data: Data) -> Callable[[dict[str, Any]], int]:
    """Return a search of Chroma with a filter of metadata."""
    import chromadb  # type: ignore[import-not-found, unused-ignore] # noqa: PLC0415

    store = chromadb.PersistentClient(
        str(data.folder / "chroma"), settings=chromadb.Settings(anonymized_telemetry=False)
    )
    chunks = store.get_or_create_collection("chunks", metadata={"hnsw:space": "ip"}, embedding_function=None)
    for at in range(chunks.count(), len(data.texts), BATCH):
        rows = range(at, min(at + BATCH, len(data.texts)))
        chunks.add(
            ids=[str(row) for row in rows],
            embeddings=data.vectors[at : rows.stop],
            documents=data.texts[at : rows.stop],
            metadatas=[{"document": data.documents[row]} for row in rows],
        )

    def search(order: dict[str, Any]) -> int:
        only = {"document": {"$in": data.allowed[order["share"]]}}
        return len(chunks.query(data.queries[order["query"]][None], n_results=K, where=only)["ids"][0])

    return search


def langchain_faiss(data: Data) -> Callable[[dict[str, Any]], int]:
    """Return a search of LangChain's FAISS with `filter=`; an order's `fetched` says how many hits are filtered."""
    from langchain_community.vectorstores import FAISS  # type: ignore[import-not-found, unused-ignore] # noqa: PLC0415
    from langchain_community.vectorstores.utils import (  # type: ignore[import-not-found, unused-ignore] # noqa: PLC0415
        DistanceStrategy,
    )
    from langchain_core.embeddings import FakeEmbeddings  # noqa: PLC0415

    store = FAISS.from_embeddings(
        zip(data.texts, data.vectors, strict=True),
        FakeEmbeddings(size=data.vectors.shape[1]),
        metadatas=[{"document": each} for each in data.documents],
        distance_strategy=DistanceStrategy.MAX_INNER_PRODUCT,
    )
    allowed = {share: frozenset(each) for share, each in data.allowed.items()}

    def search(order: dict[str, Any]) -> int:
        only = allowed[order["share"]]
        fetched = order.get("fetched") or FIRST_FETCHED
        found = store.similarity_search_with_score_by_vector(
            data.queries[order["query"]], k=K, filter=lambda each: each["document"] in only, fetch_k=fetched
        )
        return len(found)

    return search


def langchain_bm25(data: Data) -> Callable[[dict[str, Any]], int]:
    """Return a search of LangChain's BM25 retriever, which has no filter."""
    from langchain_community.retrievers import BM25Retriever  # type: ignore[import-not-found, unused-ignore] # noqa: PLC0415

    retriever = BM25Retriever.from_texts(data.texts, k=K)
    return lambda order: len(retriever.invoke(data.questions[order["query"]]))


PEERS = {"chroma": chroma, "langchain_faiss": langchain_faiss, "langchain_bm25": langchain_bm25}
PACKAGES = ("chromadb", "langchain-community", "faiss-cpu", "rank-bm25", "numpy")


def main() -> None:
    """Answer orders until there are no more: each is searched once, with its seconds and how many hits came."""
    warnings.simplefilter("ignore")
    out, sys.stdout = sys.stdout, sys.stderr  # What a peer prints is no answer.
    data = Data(Path(sys.argv[1]))
    ready: dict[str, Callable[[dict[str, Any]], int]] = {}

    def say(**answer: object) -> None:
        out.write(json.dumps(answer) + "\n")
        out.flush()

    say(versions={name: version(name) for name in PACKAGES})
    for line in sys.stdin:
        order = json.loads(line)
        began = time.perf_counter()
        if order["peer"] not in ready:
            ready[order["peer"]] = PEERS[order["peer"]](data)
            say(seconds=time.perf_counter() - began, found=0)
        else:
            found = ready[order["peer"]](order)
            say(seconds=time.perf_counter() - began, found=found)


if __name__ == "__main__":
    main()
