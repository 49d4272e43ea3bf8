"""Score retrieval on contracts: how much of what lawyers marked stands in the first characters found."""

import json
import re
import statistics
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import tantivy
from langchain_core.embeddings import Embeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter
from tantivy import Occur, Query

import knowledge.documents
from knowledge.documents.chunk import Piece, split
from knowledge.documents.library import Library, embedder_name
from knowledge.documents.read import PAGE_BREAK
from knowledge.evaluation.alignment import Alignment, Span, merge, overlap
from knowledge.evaluation.progress import Progress, RememberedEmbeddings, Results, sample, version_of
from knowledge.tables import connect, metadata
from knowledge.types import PUBLIC, Audience, Page

BUDGETS = (2000, 4000, 8000)
PIECE = 500  # Characters of a chunk of the baseline.
RECIPE = (1000, 200)  # The characters, and how many of them overlap, of the chunks that LangChain's guides begin with.
EMBEDDED = 64  # Texts at a time.


@dataclass(frozen=True, slots=True)
class Case:
    """A question whose answer is marked: `gold` are the marked spans in the PDF's text, `lost` could not be placed."""

    id: str
    document: str
    category: str
    query: str
    pages: frozenset[int]
    gold: tuple[Span, ...]
    lost: int

    @property
    def size(self) -> int:
        """Return how many characters are marked."""
        return sum(end - start for start, end in self.gold) + self.lost


def evaluate(
    cases: Path,
    work: Path,
    *,
    embeddings: Embeddings,
    limit: int | None = None,
    on_progress: Progress = lambda _: None,
) -> dict[str, Any]:
    """Return the scores of the contracts in `cases`; what `work` holds of an earlier run is not done again."""
    began = time.monotonic()
    folder = cases / "contracts" if (cases / "contracts").is_dir() else cases
    name = embedder_name(embeddings)
    remembered = RememberedEmbeddings(embeddings, work / "vectors.db", name=name)
    code = [*Path(knowledge.documents.__path__[0]).glob("*.py"), *Path(__file__).parent.glob("*.py")]
    version = version_of([*code, folder / "questions.jsonl"], name)
    library, ids = _library(folder, remembered, work / version, on_progress)
    texts = {each: _text(library, document_id) for each, document_id in ids.items()}
    asked = sample([each for each in _rows(folder / "questions.jsonl") if each["answerable"]], limit)
    on_progress(f"Asking {len(asked)} questions")
    results = Results(work / version / "results.jsonl")
    alignments: dict[str, Alignment] = {}
    baselines: dict[str, Baseline | Dense] = {}
    for at, row in enumerate(asked):
        if results.get(row["qid"]) is not None:
            continue
        baselines = baselines or _baselines(texts, remembered, on_progress)
        if row["doc_id"] not in alignments:
            source = (folder / "txt" / f"{row['doc_id']}.txt").read_text(encoding="utf-8")
            alignments[row["doc_id"]] = Alignment(source, texts[row["doc_id"]])
        case = _case(row, alignments[row["doc_id"]])
        results.add(case.id, _score(case, library, ids, baselines))
        if at % 50 == 49:
            on_progress(f"{at + 1} of {len(asked)} questions")
    scored = [(row["category"], results.get(row["qid"]) or {}) for row in asked]
    by_category = defaultdict(list)
    for category, result in scored:
        by_category[category].append(result)
    return {
        "set": "contracts",
        "n": len(scored),
        "seconds": round(time.monotonic() - began, 1),
        "figures": _figures([result for _, result in scored]),
        "by": {
            "category": {category: {"n": len(each), **_figures(each)} for category, each in sorted(by_category.items())}
        },
        "versions": {"code": version, "embedder": name},
    }


def _library(folder: Path, embeddings: Embeddings, work: Path, on_progress: Progress) -> tuple[Library, dict[str, str]]:
    """Return a library of all the contracts, and their document ids."""
    work.mkdir(parents=True, exist_ok=True)
    engine = connect(f"sqlite:///{work / 'library.db'}")
    metadata.create_all(engine)
    library = Library(engine, work / "library", embeddings)
    rows = _rows(folder / "documents.jsonl")
    ids = {}
    for at, row in enumerate(rows, 1):
        path = folder / "pdf" / f"{row['doc_id']}.pdf"
        ids[row["doc_id"]] = document_id = library.keep(path)
        library.read(document_id, name=path.name)
        while library.embed(document_id, limit=100):
            pass
        library.place(document_id, PUBLIC, name=path.name)
        if at % 10 == 0:
            on_progress(f"Read {at} of {len(rows)} contracts")
    if library.status().waiting or not library.status().documents:
        library.publish()
    return library, ids


def _text(library: Library, document_id: str) -> str:
    document = next(each for each in library.documents(Audience()) if each.id == document_id)
    return PAGE_BREAK.join(library.page_text(document_id, number) for number in range(1, document.pages + 1))


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _case(row: dict[str, Any], alignment: Alignment) -> Case:
    gold: list[Span] = []
    lost = 0
    for start, end in row["spans"]:
        spans, missing = alignment.spans(start, end)
        gold += spans
        lost += round(missing * (end - start))
    return Case(
        id=row["qid"],
        document=row["doc_id"],
        category=row["category"],
        query=row["query"],
        pages=frozenset(row["pages"]),
        gold=tuple(merge(gold)),
        lost=lost,
    )


def _baselines(texts: dict[str, str], embeddings: Embeddings, on_progress: Progress) -> "dict[str, Baseline | Dense]":
    """Return what the search is compared with, in the same run, over the same texts, with the same embeddings."""
    on_progress("Building what the search is compared with")
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


def _score(
    case: Case, library: Library, ids: dict[str, str], baselines: "dict[str, Baseline | Dense]"
) -> dict[str, Any]:
    found = library.search(case.query, Audience(), limit=60)
    gold_id = ids[case.document]
    spans = [(each.chunk.document_id, each.chunk.start, each.chunk.end) for each in found.passages]
    top = found.passages[:5]
    pages = {
        number
        for each in top
        if each.chunk.document_id == gold_id
        for number in range(each.chunk.page, each.chunk.last_page + 1)
    }
    return {
        "hit": bool(found.documents) and found.documents[0].id == gold_id,
        "pages": len(pages & case.pages) / len(case.pages) if case.pages else None,
        "size": case.size,
        "lost": case.lost,
        **{str(budget): covered(spans, gold_id, case.gold, budget) for budget in BUDGETS},
        **{name: covered(each.search(case.query), case.document, case.gold, 4000) for name, each in baselines.items()},
    }


def covered(found: Iterable[tuple[str, int, int]], document: str, gold: Sequence[Span], budget: int) -> int:
    """Return how many gold characters stand in the first `budget` characters found."""
    taken: list[Span] = []
    for of, start, end in found:
        if budget <= 0:
            break
        stop = min(end, start + budget)
        budget -= stop - start
        if of == document:
            taken.append((start, stop))
    return overlap(merge(taken), gold)


def _figures(results: Sequence[dict[str, Any]]) -> dict[str, float]:
    marked = [each for each in results if each["size"]]
    total = sum(each["size"] for each in marked)

    def mean(name: str) -> float:
        return round(statistics.fmean(each[name] / each["size"] for each in marked), 4) if marked else 0.0

    pages = [each["pages"] for each in results if each["pages"] is not None]
    return {
        "document_hit_at_1": round(statistics.fmean(each["hit"] for each in results), 4) if results else 0.0,
        "page_recall_at_5": round(statistics.fmean(pages), 4) if pages else 0.0,
        "gold_chars_2000": mean("2000"),
        "gold_chars_4000": mean("4000"),
        "gold_chars_8000": mean("8000"),
        "gold_chars_4000_pooled": round(sum(each["4000"] for each in marked) / total, 4) if total else 0.0,
        "bm25_gold_chars_4000": mean("bm25"),
        "dense_gold_chars_4000": mean("dense"),
        "langchain_gold_chars_4000": mean("langchain"),
    }


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
