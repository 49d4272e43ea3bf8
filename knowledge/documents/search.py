"""Find passages: documents by name first, then words and vectors inside them, fused by reciprocal rank."""

import math
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as FoundDocument
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever

from knowledge.documents.snapshot import Snapshot
from knowledge.documents.trade import Expansion, expand, own_stems
from knowledge.documents.vectors import Ids, Rows, unit
from knowledge.documents.words import stems
from knowledge.types import Document, Passage

RANKED = 60  # How far down each ranking is read.
STEADY = 10  # Reciprocal rank fusion's constant: small, since few chunks of one document matter.
# Measured: vectors find what is asked in other words; where the table of the trade has those words, they add little.
VECTOR_SHARE = 0.35
VECTOR_SHARE_OF_TOPIC = 0.2
NEIGHBOUR_SHARE = 0.2
# The share of its score that a passage keeps when its document is of another year than is asked about, or superseded.
UNTIMELY = 0.4
JUDGED = 24  # Passages that a reranker reads, where one is set.
SURE = 4  # Passages that are looked at to tell how sure a search is.
ENTRIES = 3  # From here on lines that end with a page are a list of contents.
_ENTRY = re.compile(r"[^\W\d][^.\d|$%]{3,}[\s.…]+(\d{1,3})(?=\s+(?:\d+(?:\.\d+)*\.?\s+)?[A-Z(“]|\s*$)")
Judge = Callable[[str, Sequence[str]], Sequence[float]]


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
    """Chunk ids with fused scores, best first, and the question's best cosine among them."""

    hits: tuple[tuple[int, float], ...] = ()
    cosine: float = 0.0
    by_words_alone: bool = False


class Embedder:
    """Turns questions into vectors, each only once."""

    def __init__(self, embeddings: Embeddings) -> None:
        self._question = lru_cache(maxsize=256)(lambda text: unit([embeddings.embed_query(text)]))
        self._wording = lru_cache(maxsize=256)(lambda text: unit(embeddings.embed_documents([text])))

    def question(self, text: str) -> Rows:
        """Return the vector of a question."""
        return self._question(text)

    def expanded(self, expansion: Expansion) -> Rows:
        """Return one vector for a question and for how a contract would put it."""
        rows = [self._question(expansion.question), *(self._wording(each) for each in expansion.wordings)]
        return unit(np.mean(rows, axis=0).tolist())


def rank(
    snapshot: Snapshot, embedder: Embedder | None, question: str, *, documents: Collection[int], chunks: Ids
) -> Ranking:
    """Return the chunks of `documents` that answer `question` best; with no embedder, by words alone."""
    expansion = expand(question, known=snapshot.words.knows)
    in_words = by_words(snapshot, question, documents)
    by_vectors: list[tuple[int, float]] = []
    cosine = 0.0
    if embedder is not None:
        by_vectors = snapshot.vectors.nearest(embedder.expanded(expansion), chunks, limit=RANKED)
        cosine = max(
            (score for _, score in snapshot.vectors.nearest(embedder.question(question), chunks, limit=1)), default=0.0
        )
    allowed = set(chunks.tolist())
    share = VECTOR_SHARE_OF_TOPIC if expansion.wordings else VECTOR_SHARE
    fused = fuse(
        ([each for each, _ in in_words if each in allowed], 1.0 - share), ([each for each, _ in by_vectors], share)
    )
    return Ranking(hits=tuple(fused), cosine=cosine, by_words_alone=embedder is None)


def by_words(
    snapshot: Snapshot, question: str, documents: Collection[int], *, limit: int = RANKED
) -> list[tuple[int, float]]:
    """Return the chunks of `documents` that say best what `question` asks, in its words and the trade's."""
    expansion = expand(question, known=snapshot.words.knows)
    hits = snapshot.words.best(expansion.stems, documents, phrases=expansion.phrases, limit=limit)
    return with_neighbours(hits)


def with_neighbours(hits: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """Return hits ranked anew, each raised by those right before and after it: an answer often runs over several."""
    scores = dict(hits)
    raised = {
        each: score + NEIGHBOUR_SHARE * (scores.get(each - 1, 0.0) + scores.get(each + 1, 0.0)) for each, score in hits
    }
    return sorted(raised.items(), key=lambda item: (-item[1], item[0]))


def prefer(passages: Sequence[Passage], *, timely: Collection[str], outdated: Collection[str]) -> tuple[Passage, ...]:
    """Return passages ranked anew: lists of contents and those of `outdated` documents lower.

    Where any is `timely`, all others are lower too.
    """
    some = any(each.document.id in timely for each in passages)
    low = {each.document.id for each in passages if some and each.document.id not in timely} | set(outdated)
    weighed = [
        replace(each, score=each.score * UNTIMELY)
        if each.document.id in low or lists_contents(each.chunk.text)
        else each
        for each in passages
    ]
    return tuple(sorted(weighed, key=lambda each: -each.score))


def lists_contents(text: str) -> bool:
    """Tell whether a text only says what stands on which page: it names everything, and answers nothing."""
    text = " ".join(text.split())
    entries = list(_ENTRY.finditer(text))
    pages = [int(entry[1]) for entry in entries]
    rising = sum(after >= before for before, after in pairwise(pages))
    return (
        len(entries) >= ENTRIES
        and rising >= (len(pages) - 1) * 0.8
        and sum(len(entry[0]) for entry in entries) >= len(text) * 0.5
    )


def judged(question: str, passages: Sequence[Passage], judge: Judge) -> tuple[Passage, ...]:
    """Return passages with the first of them ranked anew, by their own order and by what `judge` says to each."""
    first, rest = passages[:JUDGED], passages[JUDGED:]
    if len(first) < 2:
        return tuple(passages)
    scores = judge(question, [each.chunk.embedded for each in first])
    by_judge = sorted(range(len(first)), key=lambda at: -scores[at])
    order = fuse((range(len(first)), 0.5), (by_judge, 0.5))
    return (*(first[at] for at, _ in order), *rest)


def fuse(*rankings: tuple[Sequence[int], float]) -> list[tuple[int, float]]:
    """Return the ids of weighted rankings by the sum of their reciprocal ranks, best first."""
    scores: dict[int, float] = {}
    for ids, weight in rankings:
        for place, each in enumerate(ids):
            scores[each] = scores.get(each, 0.0) + weight / (STEADY + place + 1)
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def confidence(question: str, ranking: Ranking, passages: Sequence[Passage]) -> float:
    """Return how sure one may be that the passages are about what is asked: they mean it, and they say it.

    Measured with MiniLM: questions that contracts answer have a best cosine of 0.35 to 0.6, others below 0.27.
    """
    if not passages:
        return 0.0
    asked = own_stems(question)
    said = {stem for passage in passages[:SURE] for stem in stems(f"{passage.chunk.heading} {passage.chunk.text}")}
    saying = len(asked & said) / len(asked) if asked else 0.0
    meaning = saying if ranking.by_words_alone else 1 / (1 + math.exp(-20 * (ranking.cosine - 0.3)))
    return (meaning + saying) / 2


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
