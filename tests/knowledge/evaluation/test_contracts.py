import json

import pytest

from knowledge.evaluation.contracts import covered, evaluate
from tests.knowledge.documents.conftest import LEASE, LOAN, HashedWords
from tests.knowledge.documents.test_read import pdf


@pytest.fixture
def cases(tmp_path):
    """Two contracts of one page, and one question of each."""
    folder = tmp_path / "cases" / "contracts"
    (folder / "pdf").mkdir(parents=True)
    (folder / "txt").mkdir()
    documents, questions = [], []
    for name, text, gold, query in (
        (
            "loan",
            LOAN,
            "governed by and construed in accordance with the laws of Norway",
            "the LOAN AGREEMENT with Acme",
        ),
        ("lease", LEASE, "governed by the laws of England and Wales", "the LEASE AGREEMENT with Harbour Estates Ltd"),
    ):
        flat = text.replace("(", "").replace(")", "")
        lines = flat.split("\n")
        shown = ") Tj 0 -14 Td (".join(lines)
        (folder / "pdf" / f"{name}.pdf").write_bytes(pdf(shown))
        (folder / "txt" / f"{name}.txt").write_text(flat)
        start = flat.index(gold)
        documents.append({"doc_id": name})
        questions.append(
            {
                "qid": f"{name}-law",
                "doc_id": name,
                "category": "Governing Law",
                "query": f"Consider {query}; What is the governing law?",
                "answerable": True,
                "spans": [[start, start + len(gold)]],
                "pages": [1],
            }
        )
    (folder / "documents.jsonl").write_text("\n".join(map(json.dumps, documents)))
    (folder / "questions.jsonl").write_text("\n".join(map(json.dumps, questions)))
    return tmp_path / "cases"


def test_a_clause_that_is_found_scores_whole(cases, tmp_path):
    report = evaluate(cases, tmp_path / "work", embeddings=HashedWords())

    assert (report["set"], report["n"]) == ("contracts", 2)
    assert report["figures"]["gold_chars_4000"] == 1.0
    assert report["figures"]["document_hit_at_1"] == 1.0
    assert report["figures"]["page_recall_at_5"] == 1.0
    assert set(report["figures"]) == {
        "document_hit_at_1",
        "page_recall_at_5",
        "gold_chars_2000",
        "gold_chars_4000",
        "gold_chars_8000",
        "gold_chars_4000_pooled",
        "bm25_gold_chars_4000",
        "dense_gold_chars_4000",
        "langchain_gold_chars_4000",
    }
    assert report["by"]["category"]["Governing Law"]["n"] == 2


def test_a_second_run_takes_up_the_first(cases, tmp_path):
    embeddings = HashedWords()
    first = evaluate(cases, tmp_path / "work", embeddings=embeddings, limit=1)
    embedded = len(embeddings.embedded)

    second = evaluate(cases, tmp_path / "work", embeddings=embeddings, limit=1)

    assert second["figures"] == first["figures"]
    assert len(embeddings.embedded) == embedded


def test_only_the_first_characters_of_the_right_document_count():
    found = [("other", 0, 100), ("right", 50, 150), ("right", 0, 50)]

    assert covered(found, "right", [(60, 80)], 100) == 0
    assert covered(found, "right", [(60, 80)], 120) == 10
    assert covered(found, "right", [(40, 80)], 250) == 40
