"""Find passages: documents by name first, then words and vectors inside them, fused by reciprocal rank."""

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as FoundDocument
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever

from knowledge.documents.snapshot import Snapshot
from knowledge.documents.trade import Expansion, expand
from knowledge.documents.vectors import Ids, Rows, unit
from knowledge.types import Document, Passage

RANKED = 60  # How far down each ranking is read.
STEADY = 10  # Reciprocal rank fusion's constant: small, since few chunks of one document matter.
VECTOR_SHARE = 0.5
NEIGHBOUR_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Search:
    """What a search found: passages, best first; the documents it looked in; how many more are hidden here.

    `confidence` is from 0 to 1. `hidden` counts documents outside the audience and says no more about them.
    """

    passages: tuple[Passage, ...] = ()
    documents: tuple[Document, ...] = ()
    hidden: int = 0
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class Ranking:
    """Chunk ids with fused scores, best first, and the best cosine among them."""

    hits: tuple[tuple[int, float], ...] = ()
    cosine: float = 0.0
    coverage: float = 0.0


def rank(
    snapshot: Snapshot, embeddings: Embeddings | None, question: str, *, documents: Collection[int], chunks: Ids
) -> Ranking:
    """Return the chunks of `documents` that answer `question` best; with no embeddings, by words alone."""
    expansion = expand(question)
    by_words = with_neighbours(snapshot.words.best(expansion.stems, documents, phrases=expansion.phrases, limit=RANKED))
    by_vectors: list[tuple[int, float]] = []
    if embeddings is not None and len(chunks):
        by_vectors = snapshot.vectors.nearest(question_vector(embeddings, expansion), chunks, limit=RANKED)
    allowed = set(chunks.tolist())
    fused = fuse(
        ([each for each, _ in by_words if each in allowed], 1.0 - VECTOR_SHARE),
        ([each for each, _ in by_vectors], VECTOR_SHARE),
    )
    return Ranking(hits=tuple(fused), cosine=by_vectors[0][1] if by_vectors else 0.0)


def question_vector(embeddings: Embeddings, expansion: Expansion) -> Rows:
    """Return one vector for the question and for how a contract would put it."""
    rows = unit(embeddings.embed_documents([expansion.question, *expansion.wordings]))
    return unit(rows.mean(axis=0, keepdims=True).tolist())


def with_neighbours(hits: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """Return hits ranked anew, each raised by those right before and after it: an answer often runs over several."""
    scores = dict(hits)
    raised = {
        each: score + NEIGHBOUR_SHARE * (scores.get(each - 1, 0.0) + scores.get(each + 1, 0.0)) for each, score in hits
    }
    return sorted(raised.items(), key=lambda item: (-item[1], item[0]))


def fuse(*rankings: tuple[Sequence[int], float]) -> list[tuple[int, float]]:
    """Return the ids of weighted rankings by the sum of their reciprocal ranks, best first."""
    scores: dict[int, float] = {}
    for ids, weight in rankings:
        for place, each in enumerate(ids):
            scores[each] = scores.get(each, 0.0) + weight / (STEADY + place + 1)
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def confidence(ranking: Ranking) -> float:
    """Return how sure one may be that an answer is among the hits, from the best cosine."""
    return 1 / (1 + math.exp(-12 * (ranking.cosine - 0.4))) if ranking.hits else 0.0


class LibraryRetriever(BaseRetriever):
    """A library's search, for one audience, as LangChain expects it."""

    find: Callable[[str], Search]

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[FoundDocument]:
        return [found(passage) for passage in self.find(query).passages]


def found(passage: Passage) -> FoundDocument:
    """Return a passage as a LangChain document."""
    chunk = passage.chunk
    metadata: dict[str, Any] = {
        "document_id": chunk.document_id,
        "name": passage.document.name,
        "page": chunk.page,
        "heading": chunk.heading,
        "score": passage.score,
    }
    return FoundDocument(page_content=chunk.text, metadata=metadata, id=str(chunk.id))


def ids_array(ids: Iterable[int]) -> Ids:
    """Return chunk ids as an array."""
    return np.fromiter(ids, dtype=np.int64)
