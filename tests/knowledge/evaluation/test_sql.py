"""How answers from data are scored."""

import datetime as dt
import json
import sqlite3
from decimal import Decimal

import pytest

from knowledge.evaluation.rows import difference, same_rows
from knowledge.evaluation.sql import evaluate
from tests.knowledge.conftest import HashedEmbeddings

QUESTION = {
    "qid": "q1", "db": "shop", "question": "How many visits are there in each city?", "evidence": "",
    "gold_sqlite": ["SELECT city, COUNT(*) FROM visits GROUP BY city"], "order_matters": False,
}  # fmt: skip
STRANGE = {"qid": "u1", "db": "shop", "question": "How do volcanoes erupt?", "instructions": ""}


@pytest.fixture
def cases(tmp_path):
    folder = tmp_path / "cases"
    (folder / "db").mkdir(parents=True)
    with sqlite3.connect(folder / "db" / "shop.sqlite") as connection:
        connection.execute("CREATE TABLE visits (id INTEGER, city TEXT)")
        connection.executemany("INSERT INTO visits VALUES (?, ?)", [(1, "Oslo"), (2, "Oslo"), (3, "Bergen")])
    connection.close()
    notes = {"visits": [{"column_name": "city", "data_type": "text", "column_description": "where it was"}]}
    (folder / "db" / "shop_columns.json").write_text(json.dumps({"table_metadata": notes}), encoding="utf-8")
    (folder / "questions.jsonl").write_text(json.dumps(QUESTION), encoding="utf-8")
    (folder / "unanswerable.jsonl").write_text(json.dumps(STRANGE), encoding="utf-8")
    return folder


def test_both_ways_are_scored_in_one_run_that_can_be_taken_up_again(cases, tmp_path, llm):
    llm.says(
        "SELECT COUNT(*) FROM visits", "SELECT city, COUNT(*) AS n FROM visits GROUP BY city"
    )  # Plainly, then ours.

    first = evaluate(cases, tmp_path / "work", llm=llm, embeddings=HashedEmbeddings())
    again = evaluate(cases, tmp_path / "work", llm=llm, embeddings=HashedEmbeddings())

    assert first["n"] == 2
    assert first["figures"]["execution_accuracy"] == 1.0
    assert first["figures"]["plain_execution_accuracy"] == 0.0
    assert first["figures"]["refused_unanswerable"] == 1.0
    assert first["figures"]["wrong_shown"] == 0
    assert first["by"]["database"]["shop"]["n"] == 2
    assert again["figures"] == first["figures"]


def test_what_is_wrong_is_counted_with_how_it_is_wrong(cases, tmp_path, llm):
    llm.says("SELECT nothing FROM nowhere", "SELECT city, id, COUNT(*) AS n FROM visits GROUP BY city, id")

    scored = evaluate(cases, tmp_path / "work", llm=llm, embeddings=HashedEmbeddings())

    assert scored["figures"]["wrong_shown"] == 1
    assert scored["misses"] == {"more columns": 1}


@pytest.mark.parametrize(
    ("found", "wanted", "ordered", "same"),
    [
        ([("a", 1), ("b", 2)], [(2, "b"), (1, "a")], False, True),
        ([("a", 1), ("b", 2)], [("b", 2), ("a", 1)], True, False),
        ([(2,)], [(Decimal("2.00"),)], False, True),
        ([("2",)], [(2.0,)], False, True),
        ([(dt.date(2025, 1, 1),)], [("2025-01-01 00:00:00",)], False, True),
        ([(None,)], [(0,)], False, False),
        ([(1,)], [(1,), (1,)], False, False),
        ([(1, 2)], [(1,)], False, False),
        ([(0.3333333333,)], [(1 / 3,)], False, True),
    ],
)
def test_results_are_one_when_their_rows_are(found, wanted, ordered, same):
    assert same_rows(found, wanted, ordered=ordered) is same


def test_a_miss_is_named():
    assert difference(None, [[(1,)]]) == "refused"
    assert difference([(1, 2)], [[(1,)]]) == "more columns"
    assert difference([(1,), (2,)], [[(1,)]]) == "more rows"
    assert difference([(3,)], [[(1,)]]) == "other values"
