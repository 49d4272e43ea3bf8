"""Search vectors among allowed chunks only: a LangChain vector store over FAISS.

What is allowed decides how: few rows are taken by themselves, many of very many by way of a graph, others scanned.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self, TypeAlias

import faiss
import numpy as np
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import VectorStore

from knowledge.documents.graph import Graph

Ids: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.int64]]"
Rows: TypeAlias = "np.ndarray[tuple[int, int], np.dtype[np.float32]]"
Fetch = Callable[[Sequence[int]], Sequence[Document]]
FEW = 0.02  # Share of the rows up to which it is faster to gather those allowed than to scan all.
DENSE = 0.2  # Share from which a graph leads to enough of those allowed.


def unit(vectors: Sequence[Sequence[float]]) -> Rows:
    """Return vectors as rows of length one, so that the inner product is the cosine."""
    rows = np.asarray(vectors, dtype=np.float32).reshape(len(vectors), -1)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.ascontiguousarray(rows / np.maximum(lengths, 1e-12))


def make(path: Path, batches: Iterator[tuple[list[int], list[bytes]]]) -> tuple[int, int]:
    """Write an index of ids and vectors; return its rows and dimension."""
    return _write(path, None, batches)


def extend(path: Path, old: Path, batches: Iterator[tuple[list[int], list[bytes]]]) -> tuple[int, int]:
    """Write the index `old` with more ids and vectors; return its rows and dimension."""
    return _write(path, faiss.read_index(str(old)), batches)


def ids_in(path: Path) -> list[int]:
    """Return the ids that an index holds."""
    index: Any = faiss.read_index(str(path))
    ids: list[int] = faiss.vector_to_array(index.id_map).tolist()
    return ids


def graph_of(path: Path) -> Path:
    """Return where the graph of an index lies."""
    return path.with_name("graph.faiss")


def _view(rows: Any) -> Rows:
    """Return a flat index's vectors where they are, not copied."""
    if not rows.ntotal:
        return np.empty((0, rows.d), dtype=np.float32)
    view: Rows = faiss.rev_swig_ptr(rows.get_xb(), rows.ntotal * rows.d).reshape(-1, rows.d)
    return view


def _write(path: Path, index: Any, batches: Iterator[tuple[list[int], list[bytes]]]) -> tuple[int, int]:
    for ids, vectors in batches:
        rows = np.frombuffer(b"".join(vectors), dtype=np.float32).reshape(len(ids), -1)
        if index is None or (index.ntotal == 0 and index.d != rows.shape[1]):
            index = faiss.IndexIDMap2(faiss.IndexFlatIP(rows.shape[1]))
        index.add_with_ids(np.ascontiguousarray(rows), np.asarray(ids, dtype=np.int64))
    if index is None:
        index = faiss.IndexIDMap2(faiss.IndexFlatIP(1))
    faiss.write_index(index, str(path))
    return int(index.ntotal), int(index.d)


class Vectors(VectorStore):
    """The vectors of one snapshot; what is not among the ids passed to a search cannot be found by it."""

    def __init__(self, index: Any, embedder: Embeddings, *, fetch: Fetch, graph: Path | None = None) -> None:
        self._rows = faiss.downcast_index(index.index)
        self._index = index  # It owns the rows.
        self._vectors: Rows = _view(self._rows)
        self._ids: Ids = faiss.vector_to_array(index.id_map)
        self._order = None if bool((np.diff(self._ids) > 0).all()) else np.argsort(self._ids, kind="stable")
        self._graph = Graph.open(graph, self._rows) if graph is not None else None
        self._embedder = embedder
        self._fetch = fetch

    @classmethod
    def open(cls, path: Path, embedder: Embeddings, *, fetch: Fetch) -> Self:
        """Open the index at `path`, mapped into memory that all readers share."""
        index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        return cls(index, embedder, fetch=fetch, graph=graph_of(path))

    @property
    def embeddings(self) -> Embeddings:
        """Return what turns a question into a vector."""
        return self._embedder

    @property
    def rows(self) -> int:
        """Return how many vectors there are."""
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Return the vectors' length."""
        return int(self._index.d)

    def nearest(self, vector: Rows, ids: Ids, *, limit: int) -> list[tuple[int, float]]:
        """Return the ids among `ids` nearest to `vector` with their cosines, best first; no ids, nothing found.

        By way of a graph some of the nearest may be missed; never is one found that is not among `ids`.
        """
        if not len(ids) or not self.rows or vector.shape[1] != self.dimension:
            return []
        if len(ids) <= FEW * self.rows:
            return self._told(*self._gathered(vector, self._places(ids), limit))
        allowed = np.isin(self._ids, ids)
        count = int(allowed.sum())
        if not count:
            return []
        if self._graph is not None and count >= DENSE * self.rows:
            scores, places = self._by_graph(self._graph, vector, allowed, limit)
            if len(places) == min(limit, count):
                return self._told(scores, places)
        return self._told(*self._scanned(vector, allowed, min(limit, count)))

    def _places(self, ids: Ids) -> Ids:
        """Return the rows that hold `ids`, each once."""
        wanted = np.unique(ids)
        held = self._ids if self._order is None else self._ids[self._order]
        at = np.minimum(np.searchsorted(held, wanted), len(held) - 1)
        places: Ids = at[held[at] == wanted]
        return places if self._order is None else self._order[places]

    def _gathered(self, vector: Rows, places: Ids, limit: int) -> tuple[Any, Any]:
        scores = self._vectors[places] @ vector[0]
        best = np.argsort(-scores, kind="stable")[:limit]
        return scores[best], places[best]

    def _scanned(self, vector: Rows, allowed: Any, limit: int) -> tuple[Any, Any]:
        only: Any = None
        if not allowed.all():
            # A bit for each row: a set of ids takes longer to build than the search does.
            bits = np.packbits(allowed, bitorder="little")
            bitmap: Any = faiss.IDSelectorBitmap
            selector = bitmap(bits)  # Both held by a name: the parameters do not keep them alive.
            only = faiss.SearchParameters()
            only.sel = selector
        scores, found = self._rows.search(vector, limit, params=only)
        held = found[0] >= 0
        return scores[0][held], found[0][held]

    def _by_graph(self, graph: Graph, vector: Rows, allowed: Any, limit: int) -> tuple[Any, Any]:
        bits = np.packbits(allowed[: graph.rows], bitorder="little")
        scores, places = graph.nearest(vector, bits, limit=limit)
        later = np.flatnonzero(allowed[graph.rows :]) + graph.rows
        more, others = self._gathered(vector, later, limit)
        scores, places = np.concatenate([scores, more]), np.concatenate([places, others])
        best = np.argsort(-scores, kind="stable")[:limit]
        return scores[best], places[best]

    def _told(self, scores: Any, places: Any) -> list[tuple[int, float]]:
        return list(zip(self._ids[places].tolist(), scores.tolist(), strict=True))

    def similarity_search(self, query: str, k: int = 4, **kwargs: Any) -> list[Document]:
        """Return the documents nearest to `query` among the chunk ids given as `ids`; without them, none."""
        ids: Iterable[int] = kwargs.get("ids", ())
        vector = unit([self._embedder.embed_query(query)])
        hits = self.nearest(vector, np.fromiter(ids, dtype=np.int64), limit=k)
        return list(self._fetch([each for each, _ in hits]))

    @classmethod
    def from_texts(
        cls, texts: list[str], embedding: Embeddings, metadatas: list[dict[Any, Any]] | None = None, **kwargs: Any
    ) -> Self:
        """Make a store in memory whose chunk ids count `texts` from zero."""
        documents = [
            Document(page_content=text, metadata=metadata, id=str(number))
            for number, (text, metadata) in enumerate(zip(texts, metadatas or [{} for _ in texts], strict=True))
        ]
        rows = unit(embedding.embed_documents(texts))
        index = faiss.IndexIDMap2(faiss.IndexFlatIP(rows.shape[1]))
        index.add_with_ids(rows, np.arange(len(texts), dtype=np.int64))
        return cls(index, embedding, fetch=lambda ids: [documents[each] for each in ids])
