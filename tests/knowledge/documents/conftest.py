"""A library over real SQLite, faiss and tantivy; only the vectors are cheap: hashed words."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from langchain_core.embeddings import Embeddings
from sqlalchemy.engine import Engine

from knowledge.documents.library import Library
from knowledge.documents.words import stems
from knowledge.tables import connect, metadata


class HashedWords(Embeddings):
    """Vectors that count stems by their hash: the same words, the same direction."""

    def __init__(self, name: str = "hashed", dimension: int = 128) -> None:
        self.name = name
        self.dimension = dimension
        self.embedded: list[str] = []

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self.embedded += texts
        rows = np.zeros((len(texts), self.dimension))
        for row, text in zip(rows, texts, strict=True):
            for stem in stems(text):
                row[int(hashlib.md5(stem.encode(), usedforsecurity=False).hexdigest(), 16) % self.dimension] += 1
        return rows.tolist()

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


LOAN = """LOAN AGREEMENT

This Loan Agreement is made by and between Fjordbank ASA, a Norwegian company (the "Lender"), and
Acme Robotics, Inc., a Delaware corporation ("Acme").

1. Definitions. In this Agreement the words have the meanings given to them in the schedule at its end.

2. Repayment. The Borrower shall repay the loan in twelve equal monthly instalments, the first of which
falls due on 31 March 2027. Default interest runs at 9 percent a year.

3. Governing Law. This Agreement shall be governed by and construed in accordance with the laws of Norway.

4. Assignment. Neither party may assign this Agreement without the prior written consent of the other.
"""
LEASE = """LEASE AGREEMENT

This Lease Agreement is entered into by and between Harbour Estates Ltd ("Harbour") and Fjordbank ASA.

1. Rent. The tenant shall pay a rent of 40,000 kroner a month, in advance, on the first day of the month.

2. Governing Law. This lease is governed by the laws of England and Wales.

3. Termination. Either party may terminate this lease for convenience upon six months' written notice.
"""


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = connect(f"sqlite:///{tmp_path / 'state.db'}")
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def embeddings() -> HashedWords:
    return HashedWords()


@pytest.fixture
def library(engine: Engine, tmp_path: Path, embeddings: HashedWords) -> Library:
    return Library(engine, tmp_path / "library", embeddings)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


@pytest.fixture
def ingest(library: Library, write: Callable[[str, str], Path]) -> Callable[..., str]:
    """Take a text into the library, all the way, and return its document id."""

    def ingest(name: str, text: str, *places: str, file_id: str = "") -> str:
        document_id = library.keep(write(name, text))
        library.read(document_id, name=name)
        while library.embed(document_id):
            pass
        library.publish()
        for place in places:
            library.place(document_id, place, file_id=file_id, name=name)
        return document_id

    return ingest
