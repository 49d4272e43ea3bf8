"""What the search is compared with: plain BM25, vectors alone, and the recipe that LangChain's guides begin with."""

import re
from typing import Any

import faiss
import numpy as np
import tantivy
from langchain_core.embeddings import Embeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter
from tantivy import Occur, Query

from knowledge.documents.chunk import Piece, split
from knowledge.evaluation.alignment import Span
from knowledge.types import Page

PIECE = 500  # Characters of a chunk of the baseline.
RECIPE = (1000, 200)  # The characters, and how many of them overlap, of the chunks that LangChain's guides begin with.
EMBEDDED = 64  # Texts at a time.


def baselines(texts: dict[str, str], embeddings: Embeddings) -> "dict[str, Baseline | Dense]":
    """Return what the search is compared with, in the same run, over the same texts, with the same embeddings."""
    clauses = {of: [(piece.start, piece.end) for piece in _pieces(text)] for of, text in texts.items()}
    splitter = RecursiveCharacterTextSplitter(chunk_size=RECIPE[0], chunk_overlap=RECIPE[1], add_start_index=True)
    recipe = {
        of: [
            (each.metadata["start_index"], each.metadata["start_index"] + len(each.page_content))
            for each in splitter.create_documents([text])
        ]
        for of, text in texts.items()
    }
    return {
        "bm25": Baseline(texts),
        "dense": Dense(texts, clauses, embeddings),
        "langchain": Dense(texts, recipe, embeddings),
    }


def _pieces(text: str) -> list[Piece]:
    return split([Page(number=1, text=text)])


class Baseline:
    """Plain BM25 over fixed pieces of all contracts."""

    def __init__(self, texts: dict[str, str]) -> None:
        builder = tantivy.SchemaBuilder()
        builder.add_unsigned_field("piece", stored=True)
        builder.add_text_field("body")
        self._schema = builder.build()
        self._pieces = [
            (document, start, min(start + PIECE, len(text)))
            for document, text in texts.items()
            for start in range(0, len(text), PIECE)
        ]
        index = tantivy.Index(self._schema)
        writer = index.writer(30_000_000, 1)
        for number, (document, start, end) in enumerate(self._pieces):
            fields = {"piece": number, "body": texts[document][start:end]}
            writer.add_document(tantivy.Document.from_dict(fields, self._schema))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        self._searcher = index.searcher()

    def search(self, query: str) -> list[tuple[str, int, int]]:
        """Return the best pieces for all the words of a query."""
        words = dict.fromkeys(re.findall(r"\w+", query.lower()))
        terms = [(Occur.Should, Query.term_query(self._schema, "body", word)) for word in words]
        hits = self._searcher.search(Query.boolean_query(terms), limit=20, count=False).hits
        return [self._pieces[self._searcher.doc(address)["piece"][0]] for _, address in hits]


class Dense:
    """Vectors alone over given stretches of all contracts, as a plain FAISS store searches them."""

    def __init__(self, texts: dict[str, str], spans: dict[str, list[Span]], embeddings: Embeddings) -> None:
        self._embeddings = embeddings
        self._spans = [(of, start, end) for of, each in spans.items() for start, end in each]
        self._index: Any = None
        for at in range(0, len(self._spans), EMBEDDED):
            batch = [texts[of][start:end] for of, start, end in self._spans[at : at + EMBEDDED]]
            rows = np.asarray(embeddings.embed_documents(batch), dtype=np.float32)
            self._index = self._index or faiss.IndexFlatL2(rows.shape[1])
            self._index.add(rows)

    def search(self, query: str) -> list[tuple[str, int, int]]:
        """Return the nearest stretches."""
        asked = np.asarray([self._embeddings.embed_query(query)], dtype=np.float32)
        _, near = self._index.search(asked, 20)
        return [self._spans[each] for each in near[0] if each >= 0]
