import numpy as np
import pytest

from knowledge.documents.vectors import Vectors, unit
from tests.knowledge.documents.conftest import HashedWords

TEXTS = ["rent and lease", "loan and interest", "insurance of goods", "loan repayment"]


@pytest.fixture
def vectors():
    return Vectors.from_texts(TEXTS, HashedWords())


def ids(*numbers):
    return np.array(numbers, dtype=np.int64)


def test_the_nearest_allowed_text_is_found(vectors):
    found = vectors.similarity_search("loan", k=1, ids=[0, 2, 3])

    assert [each.page_content for each in found] == ["loan repayment"]


def test_without_allowed_ids_nothing_is_found(vectors):
    assert vectors.similarity_search("loan") == []
    assert vectors.nearest(unit([HashedWords().embed_query("loan")]), ids(), limit=4) == []


def test_an_allowed_id_is_found_however_far_it_ranks(vectors):
    hits = vectors.nearest(unit([HashedWords().embed_query("loan interest")]), ids(0), limit=1)

    assert [each for each, _ in hits] == [0]


def test_ids_that_are_not_held_are_not_found(vectors):
    assert vectors.nearest(unit([HashedWords().embed_query("loan")]), ids(77), limit=4) == []


def test_a_vector_of_another_length_finds_nothing(vectors):
    assert vectors.nearest(unit([[1.0, 2.0]]), ids(0, 1, 2, 3), limit=4) == []


def test_ids_in_any_order_twice_and_not_held_let_no_other_be_found():
    chance = np.random.default_rng(3)
    rows = unit(chance.standard_normal((300, 8)))
    store = Vectors.from_texts(["x"] * 300, HashedWords(dimension=8))
    store._index.reset()
    store._index.add_with_ids(rows, np.arange(300, dtype=np.int64)[::-1] * 7 + 5)
    store = Vectors(store._index, HashedWords(), fetch=lambda _ids: [])
    allowed = chance.permutation(np.concatenate([np.arange(40) * 7 + 5, [5, 12, 6, 10_000, -1]])).astype(np.int64)

    hits = store.nearest(rows[:1], allowed, limit=20)

    scores = (rows[260:] @ rows[0])[::-1]
    best = np.argsort(-scores)[:20]
    assert [each for each, _ in hits] == (best * 7 + 5).tolist()
    assert [score for _, score in hits] == pytest.approx(scores[best].tolist(), abs=1e-5)
