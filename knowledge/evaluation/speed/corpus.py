"""Make the data that our search and the peers' run on: real contracts' passages, repeated with words swapped."""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from knowledge.documents.chunk import split
from knowledge.documents.read import read
from knowledge.documents.vectors import Ids, Rows, unit
from knowledge.evaluation.progress import SEED

DIMENSION = 384
DIRECTIONS = 24
NOISE = 0.3  # Beside a length of five in the directions.
OF_DOCUMENT = 100  # Passages.
SHARES = (0.5, 0.05, 0.001)
QUESTIONS = 10
SWAPPED = 0.1  # Of a repeated passage's words.
NOTE = (
    "Vectors are unit vectors of 384 dimensions that vary in 24 directions, with noise in all, as those of texts do; "
    "texts are passages of real contracts, repeated with a tenth of the words swapped for words of the same passages; "
    "documents are 100 passages each."
)


@dataclass(frozen=True, slots=True)
class Corpus:
    """What is searched: row n is the passage with the id n + 1, of the document n // 100."""

    folder: Path
    texts: Sequence[str]
    vectors: Rows
    queries: Rows
    questions: Sequence[str]
    allowed: dict[str, list[int]]

    def ids(self, share: str) -> Ids:
        """Return the ids of the passages of the allowed documents."""
        first = np.asarray(self.allowed[share], dtype=np.int64)[:, None] * OF_DOCUMENT
        return (first + np.arange(1, OF_DOCUMENT + 1)).ravel()


def passages(folder: Path) -> Iterator[str]:
    """Yield the passages of the contracts in a folder of texts, as they are embedded."""
    for path in sorted(folder.glob("*.txt")):
        for piece in split(read(path, name=path.name).pages):
            yield piece.embedded


def make(folder: Path, real: Sequence[str], questions: Sequence[str], *, rows: int) -> Corpus:
    """Write the data into `folder` for both sides, the same for the same seed."""
    folder.mkdir(parents=True, exist_ok=True)
    chance, numbers = random.Random(SEED), np.random.default_rng(SEED)  # noqa: S311 - data, not a secret.
    texts = [real[at] if at < len(real) else _swapped(real[at % len(real)], real, chance) for at in range(rows)]
    directions = numbers.standard_normal((DIRECTIONS, DIMENSION), dtype=np.float32)
    vectors, queries = (_vectors(count, directions, numbers) for count in (rows, QUESTIONS))
    count = rows // OF_DOCUMENT
    allowed = {f"{share:g}": sorted(chance.sample(range(count), max(1, round(count * share)))) for share in SHARES}
    asked = chance.sample(list(questions), min(QUESTIONS, len(questions)))
    np.save(folder / "vectors.npy", vectors)
    np.save(folder / "queries.npy", queries)
    (folder / "texts.jsonl").write_text("\n".join(map(json.dumps, texts)), encoding="utf-8")
    said = {"documents": [at // OF_DOCUMENT for at in range(rows)], "allowed": allowed, "questions": asked}
    (folder / "asked.json").write_text(json.dumps(said), encoding="utf-8")
    return Corpus(folder, texts, vectors, queries, asked, allowed)


def _vectors(count: int, directions: Rows, numbers: np.random.Generator) -> Rows:
    told = numbers.standard_normal((count, len(directions)), dtype=np.float32) @ directions / len(directions) ** 0.5
    noise = numbers.standard_normal((count, DIMENSION), dtype=np.float32)
    return unit(told + NOISE * noise)


def _swapped(text: str, real: Sequence[str], chance: random.Random) -> str:
    words, others = text.split(" "), chance.choice(real).split(" ")
    for at in chance.sample(range(len(words)), round(len(words) * SWAPPED)):
        words[at] = chance.choice(others)
    return " ".join(words)
