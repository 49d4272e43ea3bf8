import json

import pytest

from knowledge.evaluation import finance
from knowledge.types import Answer
from tests.knowledge.documents.conftest import HashedWords
from tests.knowledge.documents.test_read import pdf


@pytest.fixture
def cases(tmp_path):
    folder = tmp_path / "finance"
    (folder / "pdf").mkdir(parents=True)
    data = pdf("Acme Foods annual report", "Capital spending was 4,625 million", "Legal proceedings are described here")
    (folder / "pdf" / "ACME_2021_10K.pdf").write_bytes(data)
    (folder / "documents.jsonl").write_text(json.dumps({"doc": "ACME_2021_10K", "pages": 3}))
    question = {"qid": "q1", "doc": "ACME_2021_10K", "question_type": "metrics", "answer": "$4.60"}
    question |= {"question": "What was the capital expenditure of Acme in FY2021?"}
    question |= {"evidence": [{"doc": "ACME_2021_10K", "page_1based": 2}]}
    (folder / "questions.jsonl").write_text(json.dumps(question))
    return tmp_path


def test_the_page_of_the_evidence_is_looked_for_among_the_first_found(cases, tmp_path):
    report = finance.evaluate(cases, tmp_path / "work", embeddings=HashedWords())

    assert report["n"] == 1
    assert report["figures"] == {"page_at_5": 1.0, "page_at_10": 1.0, "every_page_at_10": 1.0, "document_found": 1.0}
    assert not report["missed"]


@pytest.mark.parametrize(
    ("said", "wanted", "outcome"),
    [
        ("Capital spending was $4,625 million.", "$4.60", "right"),
        ("Capital spending was $4,240 million.", "$4.60", "wrong"),
        ("The margin was 16.4 %.", "16.5%", "right"),
        ("No, it fell.", "Yes, it grew by 3%", "wrong"),
        ("Yes, it grew.", "Yes, it grew by 3%", "right"),
        ("It is the Consumer Health segment.", "The Consumer Health business segment", "right"),
        ("It is the pharmaceutical arm.", "The Consumer Health business segment", "wrong"),
    ],
)
def test_an_answer_is_judged_by_its_verdict_its_numbers_or_its_words(said, wanted, outcome):
    assert finance.judged(Answer(said), wanted) == outcome
