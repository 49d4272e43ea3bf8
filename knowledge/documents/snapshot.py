"""Publish the index as versioned folders behind one pointer that is switched atomically."""

import fcntl
import hashlib
import json
import logging
import os
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langchain_core.embeddings import Embeddings

from knowledge.documents import graph, vectors, words
from knowledge.documents.chunk_store import ChunkStore
from knowledge.documents.vectors import Fetch, Vectors
from knowledge.documents.words import Words
from knowledge.errors import TransientError, UnavailableError

logger = logging.getLogger(__name__)

FORMAT = 1
KEPT = 2
DAMAGED = "The index is damaged and was not used. An admin can rebuild it with /reindex."


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot holds, and what its files must be."""

    name: str
    embedder: str
    rows: int
    dimension: int
    documents: tuple[int, ...]
    files: dict[str, tuple[int, str]]
    made_at: float

    def write(self, path: Path) -> None:
        """Write the manifest durably."""
        data = {"format": FORMAT, **{each: getattr(self, each) for each in self.__slots__}}
        _write(path, json.dumps(data))

    @classmethod
    def read(cls, path: Path) -> "Manifest":
        """Read a manifest.

        Raises:
            UnavailableError: it is not one of this format.
        """
        try:
            data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            if data.pop("format") != FORMAT:
                raise UnavailableError(DAMAGED)
            files = {name: (int(size), str(digest)) for name, (size, digest) in data.pop("files").items()}
            return cls(**{**data, "documents": tuple(data["documents"])}, files=files)
        except (ValueError, KeyError, TypeError) as error:
            raise UnavailableError(DAMAGED) from error


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One published state of the index, open for searching."""

    manifest: Manifest
    vectors: Vectors
    words: Words


class Snapshots:
    """The snapshots in a folder: one process publishes, any number read."""

    def __init__(self, folder: Path, embeddings: Embeddings, *, fetch: Fetch, graph_from: int = graph.FROM) -> None:
        """Keep snapshots in `folder`; from so many rows on they are searched by way of a graph."""
        self._folder = folder
        self._graph_from = graph_from
        self._embeddings = embeddings
        self._fetch = fetch
        self._pointer = folder / "current"
        self._mark: tuple[int, int] | None = None
        self._open: Snapshot | None = None
        self._guard = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)

    def current(self) -> Snapshot | None:
        """Return the published snapshot, None when there is none yet; a new one is noticed by one stat.

        Raises:
            UnavailableError: it is damaged, and no good one was open before.
        """
        mark = self._stat()
        if mark == self._mark:
            return self._open
        with self._guard:
            for _ in range(3):
                mark = self._stat()
                if mark == self._mark or mark is None:
                    break
                try:
                    opened = self.open(self._pointer.read_text(encoding="utf-8").strip())
                except FileNotFoundError:
                    continue  # Replaced and removed between two looks.
                except UnavailableError:
                    if self._open is None:
                        raise
                    logger.exception("The new snapshot is damaged; the one before stays in use")
                    return self._open
                self._open, self._mark = opened, mark
                break
            else:
                if self._open is None:
                    raise UnavailableError(DAMAGED)
            return self._open

    def open(self, name: str) -> Snapshot:
        """Open and check a snapshot.

        Raises:
            UnavailableError: what is there is not what was published.
        """
        folder = self._folder / Path(name).name
        manifest = Manifest.read(folder / "manifest.json")
        for file, (size, digest) in manifest.files.items():
            path = folder / file
            if not path.is_file() or path.stat().st_size != size or _sha256(path) != digest:
                raise UnavailableError(DAMAGED)
        try:
            store = Vectors.open(folder / "vectors.faiss", self._embeddings, fetch=self._fetch)
            opened = Snapshot(manifest, store, Words.open(folder / "words"))
        except (RuntimeError, ValueError) as error:
            raise UnavailableError(DAMAGED) from error
        if (
            not manifest.rows == opened.vectors.rows == opened.words.rows
            or manifest.dimension != opened.vectors.dimension
        ):
            raise UnavailableError(DAMAGED)
        return opened

    def publish(self, chunks: ChunkStore, chosen: dict[int, int], *, embedder: str) -> Manifest:
        """Write a snapshot of the chosen documents' chunks and make it the current one.

        Raises:
            UnavailableError: it would lose documents, or does not pass its checks; the old one stays.
        """
        old = self._previous(embedder)
        name = f"{time.time_ns():020d}"
        folder = self._folder / f".{name}"
        for stale in self._folder.glob(".[0-9]*"):
            shutil.rmtree(stale)
        folder.mkdir()
        rows, dimension = self._build(folder, chunks, chunks.chunk_ids(chosen), old)
        files = {
            path.relative_to(folder).as_posix(): (path.stat().st_size, _sha256(path))
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.suffix != ".lock"
        }
        documents = tuple(sorted(chosen))
        manifest = Manifest(name, embedder, rows, dimension, documents, files, time.time())
        manifest.write(folder / "manifest.json")
        folder.rename(self._folder / name)
        self.open(name)
        _write(self._pointer.with_suffix(".new"), name)
        self._pointer.with_suffix(".new").replace(self._pointer)
        return manifest

    def _build(self, folder: Path, chunks: ChunkStore, ids: Sequence[int], old: Path | None) -> tuple[int, int]:
        held = set(vectors.ids_in(old / "vectors.faiss")) if old else set()
        added, gone = [each for each in ids if each not in held], sorted(held - set(ids))
        target = folder / "vectors.faiss"
        if old and not gone:
            rows, dimension = vectors.extend(target, old / "vectors.faiss", chunks.vectors(added))
            count = words.extend(folder / "words", old / "words", chunks.texts(added))
        else:
            # Words that were deleted stay in tantivy's segments until merged, and purged means gone: start anew.
            rows, dimension = vectors.make(target, chunks.vectors(ids))
            count = words.make(folder / "words", chunks.texts(ids))
        if not rows == count == len(ids):
            raise UnavailableError(
                f"The new index was not published: {len(ids)} chunks, {rows} vectors, {count} texts."
            )
        # After a deletion the index goes without a graph until it grows: that a document is gone must not wait for it.
        if rows >= self._graph_from and not gone:
            target = vectors.graph_of(folder / "vectors.faiss")
            if old is None or not graph.keep(target, vectors.graph_of(old / "vectors.faiss"), rows=rows):
                graph.make(target, folder / "vectors.faiss")
        return rows, dimension

    def clean(self, numbers: set[int]) -> None:
        """Remove snapshots that are old, or hold a document that is not among `numbers`."""
        current = self.name()
        names = sorted(path.name for path in self._folder.iterdir() if path.is_dir() and path.name.isdecimal())
        before = [name for name in names if name < current][-(KEPT - 1) :]
        for name in names:
            if name == current:
                continue
            if name in before and (self._folder / name / "manifest.json").is_file():
                held = Manifest.read(self._folder / name / "manifest.json").documents
                if numbers.issuperset(held):
                    continue
            shutil.rmtree(self._folder / name)

    def name(self) -> str:
        """Return the current snapshot's name, "" when there is none."""
        return self._pointer.read_text(encoding="utf-8").strip() if self._pointer.exists() else ""

    def manifest(self) -> Manifest | None:
        """Return the current snapshot's manifest."""
        name = self.name()
        return Manifest.read(self._folder / name / "manifest.json") if name else None

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the one writer's lock.

        Raises:
            TransientError: another process holds it.
        """
        with (self._folder / "writer.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise TransientError("Another process is writing the index.", after=5.0) from None
            yield

    def _previous(self, embedder: str) -> Path | None:
        """Return the folder to build on, if it is sound and of the same embedder."""
        name = self.name()
        if not name:
            return None
        try:
            opened = self.open(name)
        except (UnavailableError, FileNotFoundError):
            logger.warning("The snapshot before is damaged: building afresh")
            return None
        return self._folder / name if opened.manifest.embedder == embedder and opened.manifest.rows else None

    def _stat(self) -> tuple[int, int] | None:
        try:
            found = self._pointer.stat()
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_ino


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
