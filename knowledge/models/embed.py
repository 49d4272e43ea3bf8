"""Turn text into vectors, on the processor, with weights loaded when they are first needed."""

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from langchain_core.embeddings import Embeddings

from knowledge.errors import UnavailableError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_BATCH = 16


def embeddings(path: Path, *, threads: int = 1) -> Embeddings:
    """Return the embedder whose weights lie in the folder `path`; nothing is loaded before the first text.

    Raises:
        UnavailableError: no weights are there.
    """
    if not (path / "modules.json").is_file():
        raise UnavailableError(f"The embedding weights are not at {path}. Run `teller models pull {path.name}`.")
    return LocalEmbeddings(path, threads=threads)


class LocalEmbeddings(Embeddings):
    """A sentence-transformers model from a folder: normalised vectors, one text or batch at a time."""

    def __init__(self, path: Path, *, threads: int) -> None:
        self.name = path.name  # An index remembers by it what made its vectors.
        self.path = path
        self._threads = threads
        self._model: SentenceTransformer | None = None
        self._lock = threading.Lock()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return one vector of length 1 for each of `texts`."""
        with self._lock:
            model = self._loaded()
            vectors = model.encode(
                texts, batch_size=_BATCH, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
            )
        return [[float(each) for each in vector] for vector in vectors]

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of `text`, of length 1."""
        return self.embed_documents([text])[0]

    def _loaded(self) -> "SentenceTransformer":
        if self._model is None:
            # Loading pulls in torch, which takes seconds: only who embeds pays for it.
            import torch  # noqa: PLC0415
            from sentence_transformers import SentenceTransformer  # noqa: PLC0415
            from transformers.utils.logging import disable_progress_bar  # noqa: PLC0415

            disable_progress_bar()  # type: ignore[no-untyped-call]
            torch.set_num_threads(self._threads)
            self._model = SentenceTransformer(str(self.path), device="cpu", local_files_only=True)
        return self._model
