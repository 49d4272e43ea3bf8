"""Scores of the routes: what counts as right, and what stands beside it."""

import json

from knowledge.evaluation.routing import Case, evaluate, macro_f1, nearest, read_cases
from tests.knowledge.conftest import HashedEmbeddings


def case(label, text="", group="g", number=0):
    return Case(f"{label}{number}{group}", text, label, "own", group)


def test_a_help_message_is_right_anywhere_but_with_the_data():
    cases = [case("help", number=number) for number in range(4)]

    assert macro_f1(cases, ["help", "documents", "chat", "help"]) == 1.0
    assert macro_f1(cases, ["help", "data", "chat", "out_of_scope"]) == 0.6667


def test_a_message_of_one_source_is_wrong_on_both():
    assert macro_f1([case("docs"), case("sql")], ["documents", "both"]) == 0.5


def test_the_nearest_message_of_the_same_group_does_not_count():
    cases = [
        case("docs", "which law governs", "a"),
        case("docs", "which law governs it", "a"),
        case("docs", "does the contract end", "b"),
        case("sql", "which law governs most contracts", "c"),
        case("sql", "count the loans", "d"),
    ]

    assert nearest(cases, HashedEmbeddings())[0] == "data"


def test_the_only_group_of_a_label_may_still_be_found():
    cases = [case("chat", "good day", "x", 1), case("chat", "good day you", "x", 2), case("sql", "loans", "y")]

    assert nearest(cases, HashedEmbeddings())[:2] == ["chat", "chat"]


def test_a_run_reports_the_figures_and_asks_nothing_twice(tmp_path, llm):
    rows = [
        {"qid": "1", "text": "How many loans were signed in each branch?", "label": "sql", "source": "s", "group": "a"},
        {
            "qid": "2",
            "text": "What is the governing law of the contract?",
            "label": "docs",
            "source": "s",
            "group": "b",
        },
        {"qid": "3", "text": "hello", "label": "chat", "source": "s", "group": "c"},
    ]
    (tmp_path / "questions.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    llm.says("A", "B", "D")

    report, again = (
        evaluate(tmp_path, tmp_path / "work", embeddings=HashedEmbeddings(), llm=llm, with_model=True) for _ in range(2)
    )

    assert report == again
    assert report["n"] == 3
    assert report["figures"]["macro_f1"] == 1.0
    assert report["figures"]["model_calls_per_message"] == 0.0
    assert report["figures"]["milliseconds_median"] > 0
    assert report["figures"]["model_alone_macro_f1"] == 0.3333
    assert [each.label for each in read_cases(tmp_path / "questions.jsonl")] == ["sql", "docs", "chat"]
