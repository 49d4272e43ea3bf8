"""Search words by BM25, among allowed documents only, over tantivy."""

import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from os import link
from pathlib import Path
from typing import Any, Self

import tantivy
from tantivy import Filter, Occur, Query, Tokenizer

TOKENIZER = "stemmed"
HEAP = 30_000_000
HEADING_WEIGHT = 0.6  # Measured: a clause's heading counts, but a heading alone is no answer.


@cache
def analyzer() -> Any:
    """Return what cuts text into stems, for the index and for questions alike."""
    return (
        tantivy.TextAnalyzerBuilder(Tokenizer.simple())
        .filter(Filter.remove_long(60))
        .filter(Filter.lowercase())
        .filter(Filter.ascii_fold())
        .filter(Filter.stopword("english"))
        .filter(Filter.stemmer("english"))
        .build()
    )


def stems(text: str) -> list[str]:
    """Return the stems of a text, in order."""
    found: list[str] = analyzer().analyze(text)
    return found


@cache
def schema() -> Any:
    """Return the index's fields: texts are searched, never stored."""
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("chunk", stored=True, indexed=True, fast=True)
    builder.add_unsigned_field("document", stored=False, indexed=True, fast=True)
    builder.add_text_field("heading", tokenizer_name=TOKENIZER, index_option="position")
    builder.add_text_field("body", tokenizer_name=TOKENIZER, index_option="position")
    return builder.build()


def make(folder: Path, batches: Iterator[Sequence[Any]]) -> int:
    """Write an index of rows (id, document, heading, text); return how many it holds."""
    folder.mkdir(parents=True)
    return _add(tantivy.Index(schema(), path=str(folder)), batches)


def extend(folder: Path, old: Path, batches: Iterator[Sequence[Any]]) -> int:
    """Write the index `old` with more rows, sharing its files; return how many it holds."""
    folder.mkdir(parents=True)
    for file in old.iterdir():
        if file.suffix == ".lock":
            continue
        if file.suffix == ".json":
            # The lists of files are replaced as the index grows; the files themselves never change.
            shutil.copyfile(file, folder / file.name)
        else:
            link(file, folder / file.name)
    return _add(tantivy.Index.open(str(folder)), batches)


def _add(index: Any, batches: Iterator[Sequence[Any]]) -> int:
    index.register_tokenizer(TOKENIZER, analyzer())
    writer = index.writer(HEAP, 1)
    for rows in batches:
        for row in rows:
            fields = {"chunk": row.id, "document": row.document, "heading": row.heading, "body": row.text}
            writer.add_document(tantivy.Document.from_dict(fields, schema()))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return int(index.searcher().num_docs)


class Words:
    """The words of one snapshot; a document that is not among those passed to a search cannot be found by it."""

    def __init__(self, index: Any) -> None:
        self._searcher = index.searcher()

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the index in `folder`."""
        index = tantivy.Index.open(str(folder))
        index.register_tokenizer(TOKENIZER, analyzer())
        return cls(index)

    @property
    def rows(self) -> int:
        """Return how many chunks there are."""
        return int(self._searcher.num_docs)

    def knows(self, stem: str) -> bool:
        """Return whether any text has a stem."""
        return bool(self._searcher.doc_freq("body", stem) or self._searcher.doc_freq("heading", stem))

    def best(
        self,
        weights: Mapping[str, float],
        documents: Collection[int],
        *,
        phrases: Mapping[tuple[str, ...], float] | None = None,
        limit: int,
    ) -> list[tuple[int, float]]:
        """Return the chunks of `documents` that hold the weighted stems and phrases best, with their scores."""
        if not documents or not self.rows or not (weights or phrases):
            return []
        wanted = []
        for stem, weight in weights.items():
            for field, share in (("body", 1.0), ("heading", HEADING_WEIGHT)):
                wanted.append(
                    (Occur.Should, Query.boost_query(Query.term_query(schema(), field, stem), weight * share))
                )
        for phrase, weight in (phrases or {}).items():
            for field, share in (("body", 1.0), ("heading", HEADING_WEIGHT)):
                query = Query.phrase_query(schema(), field, list(phrase), slop=2)
                wanted.append((Occur.Should, Query.boost_query(query, weight * share)))
        allowed = Query.const_score_query(Query.term_set_query(schema(), "document", sorted(documents)), 0.0)
        query = Query.boolean_query([(Occur.Must, allowed), (Occur.Must, Query.boolean_query(wanted))])
        hits = self._searcher.search(query, limit=limit, count=False).hits
        return [(self._searcher.doc(address)["chunk"][0], score) for score, address in hits]
