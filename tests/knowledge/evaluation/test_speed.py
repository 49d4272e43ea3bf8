"""Our speed is compared on the same data, in turn, and what a filter lets a search return is counted."""

import json

import pytest

from knowledge.errors import UnavailableError
from knowledge.evaluation.speed import corpus, searching
from knowledge.evaluation.speed.compare import _figures
from knowledge.evaluation.speed.peers import peers_on
from knowledge.evaluation.speed.trials import medians, times_faster

REAL = [
    "The lender may terminate this agreement upon thirty days notice.",
    "This lease is governed by the law of Norway.",
]


def test_contenders_take_turns_and_each_comes_first():
    order = []

    seconds = medians({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, rounds=2)

    assert order == ["a", "b", "b", "a", "a", "b"]
    assert set(seconds) == {"a", "b"}
    assert times_faster(2.0, 1.0) == 0.5


def test_the_data_is_the_same_each_time_and_both_sides_find_k_of_what_is_allowed(tmp_path):
    made = corpus.make(tmp_path / "a", REAL, ["Which law governs?", "How much notice?"], rows=400)
    again = corpus.make(tmp_path / "b", REAL, ["Which law governs?", "How much notice?"], rows=400)

    by = {"search": searching.by_vectors(made, None, str), "words": searching.by_words(made, None, str)}

    assert made.texts == again.texts
    assert made.allowed == again.allowed == json.loads((tmp_path / "b" / "asked.json").read_text())["allowed"]
    assert len(made.ids("0.5")) == 200
    assert {name: each["share_of_k"] for name, each in by["search"].items()} == {
        share: {"ours": 1.0, "faiss": 1.0} for share in ("0.5", "0.05", "0.001")
    }
    figures = _figures(by)
    assert figures["search_0.5_vs_faiss"] > 0
    assert figures["share_of_k_0.001_ours"] == 1.0


def test_peers_that_cannot_be_had_are_said_to_be_missing(tmp_path):
    (tmp_path / "speed-peers-1").mkdir()
    (tmp_path / "speed-peers-1" / ".ready").touch()
    (tmp_path / "speed-peers-1" / "bin").mkdir()
    python = tmp_path / "speed-peers-1" / "bin" / "python"
    python.write_text("#!/bin/sh\necho '{\"versions\": {}}'\n")
    python.chmod(0o755)

    with peers_on(tmp_path, tmp_path, str) as peers, pytest.raises(UnavailableError, match="broke down"):
        peers.start("chroma")
