from knowledge.evaluation.progress import RememberedEmbeddings, Results, sample
from tests.knowledge.documents.conftest import HashedWords


def test_a_sample_is_the_same_every_time():
    assert sample(range(100), 5) == sample(range(100), 5)
    assert len(sample(range(100), 5)) == 5
    assert sample(range(3), 5) == [0, 1, 2]


def test_results_outlive_a_run_that_was_killed(tmp_path):
    Results(tmp_path / "r.jsonl").add("one", {"right": 1})
    with (tmp_path / "r.jsonl").open("a") as file:
        file.write('{"case": "two", "resu')

    results = Results(tmp_path / "r.jsonl")

    assert results.get("one") == {"right": 1}
    assert results.get("two") is None


def test_a_result_noted_after_a_broken_line_is_kept(tmp_path):
    (tmp_path / "r.jsonl").write_text('{"case": "two", "resu')

    Results(tmp_path / "r.jsonl").add("three", {"right": 0})

    assert Results(tmp_path / "r.jsonl").get("three") == {"right": 0}


def test_vectors_are_worked_out_once(tmp_path):
    words = HashedWords()

    first = RememberedEmbeddings(words, tmp_path / "v.db", name="h").embed_documents(["a loan", "a lease", "a loan"])
    again = RememberedEmbeddings(words, tmp_path / "v.db", name="h").embed_documents(["a lease", "a loan"])

    assert words.embedded == ["a loan", "a lease"]
    assert again == [first[1], first[0]]
