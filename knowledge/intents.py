"""Weigh what a message wants by its words, and by examples of what people write."""

import hashlib
import re
import threading
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import yaml
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from knowledge.phrasing import spell_out

Vectors = NDArray[np.float32]
TABLE = Path(__file__).with_name("routing.yaml")
CUE = 0.25  # What a cue counts beside a vector of length 1.
NEAR = 1.0  # How fast an example's say falls with the square of its distance.
LENIENCE = 0.1  # How far the examples may be missed; less of it learns them by heart.
SHARPNESS = 9.0  # How scores become shares: what foretells best each example when it is left out.
LONG = 20  # Words; a message of so many counts as one full cue of length.
READ = 1000  # Characters looked at, of the beginning and of the end.


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message looks like: how likely each route is, its cues, and what it is about if it is small talk."""

    weights: Mapping[str, float]
    cues: frozenset[str]
    small_talk: str


class Intents:
    """Example messages and cues, learnt in less than a second when they are first needed."""

    def __init__(self, embeddings: Embeddings, *, keep: Path | None = None) -> None:
        """Read messages with `embeddings`; the examples' vectors outlive the process in the file `keep`."""
        self._embeddings = embeddings
        self._keep = keep
        self._table = _Table.read(TABLE)
        self._lock = threading.Lock()

    @property
    def replies(self) -> Mapping[str, str]:
        """Return what to say on a route, or to a kind of small talk."""
        return self._table.replies

    def read(self, text: str) -> Reading:
        """Return what a message looks like."""
        with self._lock:
            scores, small = self._learnt
        text = spell_out(text if len(text) <= 2 * READ else f"{text[:READ]} {text[-READ:]}")
        vector = np.asarray([self._embeddings.embed_query(text)], dtype=np.float32)
        shares = scores.shares(np.hstack([vector, self._table.marks([text])])[0])
        nearest = self._table.small_talk[int(np.argmax(small @ vector[0]))]
        return Reading(shares, self._table.cues_of(text), nearest)

    @cached_property
    def _learnt(self) -> "tuple[_Scores, Vectors]":
        texts = [text for _, text in self._table.examples]
        vectors = self._vectors(texts)
        points = np.hstack([vectors, self._table.marks(texts)])
        scores = _Scores.learn(points, [route for route, _ in self._table.examples])
        return scores, vectors[-len(self._table.small_talk) :]

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        name = str(getattr(self._embeddings, "name", type(self._embeddings).__name__))
        digest = hashlib.sha256(repr((name, texts)).encode()).hexdigest()
        if self._keep and self._keep.is_file():
            try:
                # Opened here: numpy leaves a damaged file open.
                with self._keep.open("rb") as file, np.load(file, allow_pickle=False) as kept:
                    if str(kept["of"]) == digest:
                        return np.asarray(kept["vectors"], dtype=np.float32)
            except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
                self._keep.unlink(missing_ok=True)  # Damaged: it is made anew.
        vectors = np.asarray(self._embeddings.embed_documents(list(texts)), dtype=np.float32)
        if self._keep:
            self._keep.parent.mkdir(parents=True, exist_ok=True)
            new = self._keep.with_name(f".{self._keep.stem}-{threading.get_native_id()}.npz")
            np.savez(new, of=np.asarray(digest), vectors=vectors)
            new.replace(self._keep)
        return vectors


@dataclass(frozen=True)
class _Scores:
    """Every example's say in how likely each route is: kernel ridge regression, learnt in one step."""

    routes: tuple[str, ...]
    points: Vectors
    says: Vectors

    @classmethod
    def learn(cls, points: Vectors, routes: Sequence[str]) -> "_Scores":
        counts = Counter(routes)
        names = tuple(sorted(counts))
        wanted = np.asarray([[float(route == name) for name in names] for route in routes])
        # Routes with few examples count for more, though not for as much as those with many.
        lenience = LENIENCE * np.sqrt([counts[route] * len(names) / len(routes) for route in routes])
        says = np.linalg.solve(_nearness(points, points) + np.diag(lenience), wanted)
        return cls(names, points, np.asarray(says, dtype=np.float32))

    def shares(self, point: Vectors) -> dict[str, float]:
        scores = (_nearness(point[None], self.points) @ self.says)[0] * SHARPNESS
        likely = np.exp(scores - scores.max())
        return {name: float(share) for name, share in zip(self.routes, likely / likely.sum(), strict=True)}


def _nearness(left: Vectors, right: Vectors) -> Vectors:
    distance = (left**2).sum(1)[:, None] + (right**2).sum(1)[None] - 2 * left @ right.T
    return np.asarray(np.exp(-NEAR * distance), dtype=np.float32)


@dataclass(frozen=True)
class _Table:
    """The reviewed file: cues, examples by route (small talk last), the kind of each piece of it, and replies."""

    cues: Mapping[str, re.Pattern[str]]
    examples: tuple[tuple[str, str], ...]
    small_talk: tuple[str, ...]
    replies: Mapping[str, str]

    @classmethod
    def read(cls, path: Path) -> "_Table":
        table = yaml.safe_load(path.read_text(encoding="utf-8"))
        chat = [(kind, text) for kind, about in table["chat"].items() for text in about["examples"]]
        examples = [(route, text) for route, texts in table["examples"].items() for text in texts]
        return cls(
            {name: re.compile("(?i)" + "|".join(f"(?:{each})" for each in cue)) for name, cue in table["cues"].items()},
            (*examples, *(("chat", text) for _, text in chat)),
            tuple(kind for kind, _ in chat),
            {kind: about["reply"] for kind, about in table["chat"].items()} | table["replies"],
        )

    def cues_of(self, text: str) -> frozenset[str]:
        return frozenset(name for name, cue in self.cues.items() if cue.search(text))

    def marks(self, texts: Sequence[str]) -> Vectors:
        """Return for each text which cues it has, and how long it is."""
        rows = [
            [*(bool(cue.search(text)) for cue in self.cues.values()), min(len(text.split()) / LONG, 2.0)]
            for text in texts
        ]
        return np.asarray(rows, dtype=np.float32) * CUE
