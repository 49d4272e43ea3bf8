"""Whole answers are scored over real PDFs; only the model is scripted."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import knowledge
from knowledge.evaluation.answers import evaluate, unproven
from knowledge.types import Answer, Citation

SHEET = next((Path(knowledge.__path__[0]) / "samples").glob("Fjordbank Business Saver*.pdf"))
QUESTIONS = (
    {"qid": "q1", "question": "what does each further withdrawal cost?", "must_contain": ["NOK 75"], "page": 1},
    {"qid": "q2", "question": "what is the minimum opening deposit?", "must_contain": ["99"], "page": 1},
    {"qid": "q3", "question": "who signs for withdrawals above NOK 1,000,000?", "must_contain": ["wo"], "page": 1},
    {"qid": "u1", "question": "is there a dress code?", "must_not": ["tie"]},
)
DIALOGUE = {"id": "d1", "turns": [{"say": "when is interest credited?", "must_contain": ["quarter"]}]}


@pytest.fixture
def cases(tmp_path):
    folder = tmp_path / "cases" / "answers"
    (folder / "pdf").mkdir(parents=True)
    shutil.copy(SHEET, folder / "pdf" / "sheet.pdf")
    questions = [{**each, "doc_id": "sheet", "answerable": each["qid"][0] == "q"} for each in QUESTIONS]
    (folder / "documents.jsonl").write_text('{"doc_id": "sheet"}\n')
    (folder / "questions.jsonl").write_text("\n".join(map(json.dumps, questions)))
    (folder / "dialogues.jsonl").write_text(json.dumps({**DIALOGUE, "files": ["sheet"]}))
    return folder.parent


def script(llm):
    llm.says("Yes", "Each further withdrawal costs NOK 75.")
    llm.says("Yes", "The minimum opening deposit is NOK 25,000.")
    llm.says("No", "NOT STATED")
    llm.says("No", "NOT STATED")
    llm.says("Yes", "Interest is credited at the end of each quarter.")


def test_right_wrong_and_refused_are_told_apart_and_a_second_run_asks_nothing(cases, library, llm, tmp_path):
    script(llm)
    embeddings = library._embeddings

    report = evaluate(cases, tmp_path / "work", embeddings=embeddings, llm=llm)
    again = evaluate(cases, tmp_path / "work", embeddings=embeddings, llm=llm)

    outcomes = {case["id"]: case["outcome"] for case in report["cases"]}
    assert outcomes == {"q1": "right", "q2": "wrong", "q3": "refused", "u1": "right", "d1-1": "right"}
    assert report["n"] == 5
    assert report["figures"] | {"right": 0.6, "wrong": 0.2, "refused": 0.2, "unproven_shown": 0.0} == report["figures"]
    assert again["cases"] == report["cases"]


def test_a_sample_keeps_dialogues_whole(cases, library, llm, tmp_path):
    script(llm)

    assert evaluate(cases, tmp_path / "work", embeddings=library._embeddings, llm=llm, limit=99)["n"] == 5


@pytest.mark.parametrize(
    ("text", "quote", "lost"),
    [
        ("The late fee is 1.5% [1].", "a late fee of 1.5% per month", []),
        ("The late fee is 2.5% [1].", "a late fee of 1.5% per month", ["2.5%"]),
        ("The late fee is 1.5% [1].", "a late fee of 1.5% per fortnight", ["“a late fee of 1.5% per fortnight”"]),
        ("The late fee is 1.5% [1] [3].", "a late fee of 1.5% per month", ["[3]"]),
    ],
)
def test_what_a_shown_answer_says_without_proof_is_found(library, add, text, quote, lost):
    answer = Answer(text, citations=(Citation(add(), "SUPPLY AGREEMENT", 1, quote),))

    assert unproven(answer, library) == lost
    assert unproven(replace(answer, refused=True), library) == []


def test_an_answer_without_a_citation_is_unproven(library):
    assert unproven(Answer("It is so."), library) == ["no citation"]
