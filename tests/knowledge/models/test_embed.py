"""Embeddings, with the real default weights."""

import math
import threading
from pathlib import Path

import pytest

from knowledge.errors import UnavailableError
from knowledge.models.embed import embeddings
from knowledge.models.weights import path_of


@pytest.fixture(scope="module")
def embedder():
    path = path_of("all-minilm-l6-v2", Path("~/.cache/teller").expanduser())
    if path is None:
        pytest.skip("run `teller models pull all-minilm-l6-v2`")
    return embeddings(path)


def dot(left, right):
    return sum(a * b for a, b in zip(left, right, strict=True))


def test_missing_weights_name_the_command(tmp_path):
    with pytest.raises(UnavailableError, match="teller models pull minilm"):
        embeddings(tmp_path / "minilm")


@pytest.mark.model
def test_vectors_have_length_one_and_near_meanings_lie_near(embedder):
    law, rule, pizza = embedder.embed_documents(["governing law", "applicable law", "pizza with olives"])

    assert math.isclose(math.hypot(*law), 1.0, abs_tol=1e-5)
    assert dot(law, rule) > dot(law, pizza)


@pytest.mark.model
def test_several_threads_get_the_vectors_of_their_own_texts(embedder):
    texts = [f"clause number {number}" for number in range(4)]
    wanted = [embedder.embed_query(text) for text in texts]
    got: dict[str, list[float]] = {}
    threads = [
        threading.Thread(target=lambda text=text: got.update({text: embedder.embed_query(text)})) for text in texts
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [got[text] for text in texts] == wanted
