"""Judge how well passages answer a question, by a cross-encoder that reads both together.

Nogueira and Cho, "Passage Re-ranking with BERT" (2019). It reads every passage anew for every question: some thirty
milliseconds a passage on one core, which is why it is asked about few and only where weights for it are set.
"""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.errors import UnavailableError

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

_BATCH = 8
_TOKENS = 512  # Of question and passage together.


def reranker(path: Path, *, threads: int = 1) -> "Reranker":
    """Return the judge whose weights lie in the folder `path`; nothing is loaded before the first question.

    Raises:
        UnavailableError: no weights are there.
    """
    if not (path / "config.json").is_file():
        raise UnavailableError(f"The reranker's weights are not at {path}. Set RERANKER to a folder that holds them.")
    return Reranker(path, threads=threads)


class Reranker:
    """A sentence-transformers cross-encoder from a folder, one question at a time."""

    def __init__(self, path: Path, *, threads: int) -> None:
        self._path = path
        self._threads = threads
        self._model: CrossEncoder | None = None
        self._lock = threading.Lock()

    def __call__(self, question: str, passages: Sequence[str]) -> Sequence[float]:
        """Return a score for each passage, the higher the better."""
        with self._lock:
            model = self._loaded()
            scores = model.predict([(question, each) for each in passages], batch_size=_BATCH, show_progress_bar=False)
        return [float(each) for each in scores]

    def _loaded(self) -> "CrossEncoder":
        if self._model is None:
            # Loading pulls in torch, which takes seconds: only who reranks pays for it.
            import torch  # noqa: PLC0415
            from sentence_transformers import CrossEncoder  # noqa: PLC0415
            from transformers.utils.logging import disable_progress_bar  # noqa: PLC0415

            disable_progress_bar()  # type: ignore[no-untyped-call]
            torch.set_num_threads(self._threads)
            self._model = CrossEncoder(str(self._path), device="cpu", local_files_only=True, max_length=_TOKENS)
        return self._model
