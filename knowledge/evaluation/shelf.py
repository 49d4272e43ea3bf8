"""A library of its own for each run of an evaluation."""

from pathlib import Path

from langchain_core.embeddings import Embeddings

from knowledge.documents.library import Library
from knowledge.evaluation.progress import Progress
from knowledge.tables import connect, metadata
from knowledge.types import PUBLIC

EMBEDDED = 200  # Passages at a time.


def open_library(work: Path, embeddings: Embeddings) -> Library:
    """Return the library in `work`, made where there is none."""
    work.mkdir(parents=True, exist_ok=True)
    engine = connect(f"sqlite:///{work / 'library.db'}")
    metadata.create_all(engine)
    return Library(engine, work / "library", embeddings)


def put(library: Library, path: Path, *, place: str = PUBLIC, on_progress: Progress = lambda _: None) -> str:
    """Read a file into the library for those of one place, to be found once it is published; return its id."""
    document_id = library.keep(path)
    library.read(document_id, name=path.name)
    while left := library.embed(document_id, limit=EMBEDDED):
        on_progress(f"{path.name}: {left} passages to embed")
    library.place(document_id, place, name=path.name)
    return document_id
