import numpy as np
import pytest

from knowledge.documents import graph
from knowledge.documents.vectors import Vectors, extend, graph_of, make, unit
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


@pytest.fixture
def grown(tmp_path):
    """Return a store of 3,000 near vectors, of which a graph knows the first 2,800."""
    chance = np.random.default_rng(5)
    middles = chance.standard_normal((30, 16))
    rows = unit(np.repeat(middles, 100, axis=0) + 0.4 * chance.standard_normal((3000, 16)))[chance.permutation(3000)]
    path = tmp_path / "vectors.faiss"
    numbers = list(range(10, 3010))
    make(path, iter([(numbers[:2800], [row.tobytes() for row in rows[:2800]])]))
    graph.make(tmp_path / "first", path)
    extend(path, path, iter([(numbers[2800:], [row.tobytes() for row in rows[2800:]])]))
    assert graph.keep(graph_of(path), tmp_path / "first", rows=3000)
    return Vectors.open(path, HashedWords(dimension=16), fetch=lambda _ids: []), rows


def exact(rows, query, allowed, limit):
    scores = rows @ query
    return sorted(allowed, key=lambda each: -scores[each - 10])[:limit]


@pytest.mark.parametrize("share", [0.005, 0.1, 0.5, 1.0])
def test_a_graph_finds_nearly_all_of_the_nearest_and_none_that_is_not_allowed(grown, share):
    store, rows = grown
    chance = np.random.default_rng(7)
    allowed = np.sort(chance.choice(np.arange(10, 3010), int(3000 * share), replace=False)).astype(np.int64)
    found = 0
    for query in rows[:40]:
        hits = [each for each, _ in store.nearest(query[None], allowed, limit=10)]
        assert set(hits) <= set(allowed.tolist())
        assert len(hits) == 10
        found += len(set(hits) & set(exact(rows, query, allowed.tolist(), 10)))
    assert found >= 0.95 * 40 * 10


def test_rows_that_came_after_the_graph_are_found(grown):
    store, rows = grown

    hits = store.nearest(rows[2900][None], np.arange(10, 3010), limit=1)

    assert [each for each, _ in hits] == [2910]


def test_a_graph_that_most_rows_came_after_is_not_taken_over(grown, tmp_path):
    assert not graph.keep(tmp_path / "again", graph_of(tmp_path / "vectors.faiss"), rows=3200)
    assert not graph.keep(tmp_path / "again", tmp_path / "nothing", rows=10)


def test_a_graph_that_does_not_fit_its_rows_is_not_used(grown, tmp_path):
    path = tmp_path / "other" / "vectors.faiss"
    path.parent.mkdir()
    make(path, iter([([1, 2], [unit([[1.0] * 16]).tobytes(), unit([[-1.0] * 16]).tobytes()])]))
    graph_of(path).write_bytes(graph_of(tmp_path / "vectors.faiss").read_bytes())

    store = Vectors.open(path, HashedWords(dimension=16), fetch=lambda _ids: [])

    assert [each for each, _ in store.nearest(unit([[1.0] * 16]), ids(1, 2), limit=2)] == [1, 2]
