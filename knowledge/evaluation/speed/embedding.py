"""Passages embedded a second, beside bare `SentenceTransformer.encode` with the same weights and threads."""

from typing import Any

from knowledge.evaluation.progress import Progress
from knowledge.evaluation.speed.trials import medians, times_faster
from knowledge.models.embed import LocalEmbeddings

ROUNDS = 3


def compare(embeddings: LocalEmbeddings, texts: list[str], on_progress: Progress) -> dict[str, Any]:
    """Return passages a second of each, and the ratio."""
    import torch  # noqa: PLC0415 - slow to import.
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415

    on_progress(f"Embedding {len(texts)} passages, {ROUNDS} times, two ways")
    embeddings.embed_query("")  # Loads the model and sets the threads, which are the process's.
    bare = SentenceTransformer(str(embeddings.path), device="cpu", local_files_only=True)
    seconds = medians(
        {
            "ours": lambda: embeddings.embed_documents(texts),
            "sentence_transformers": lambda: bare.encode(texts, show_progress_bar=False),
        },
        rounds=ROUNDS,
    )
    return {
        "passages": len(texts),
        "threads": torch.get_num_threads(),
        "passages_per_second": {name: round(len(texts) / each, 1) for name, each in seconds.items()},
        "times_faster_than": {"sentence_transformers": times_faster(seconds["ours"], seconds["sentence_transformers"])},
    }
