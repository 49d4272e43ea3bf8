import json

import pytest

from knowledge.evaluation import pdfs
from tests.knowledge.documents.test_read import pdf


@pytest.fixture
def cases(tmp_path):
    folder = tmp_path / "pdf_torture"
    (folder / "pdf").mkdir(parents=True)
    files = {
        "good": ("plain_text", pdf("The rent is due on the first day of the month"), ["rent", "month"]),
        "locked": ("locked_password_unknown", pdf("Secret", password="hush"), []),
        "blank": ("no_text", pdf(""), []),
        "wrong": ("plain_text", pdf("Something else is written on this page"), ["rent"]),
    }
    rows = []
    for name, (kind, data, words) in files.items():
        (folder / "pdf" / f"{name}.pdf").write_bytes(data)
        path = f"pdf_torture/pdf/{name}.pdf"
        rows.append({"id": name, "pdf": path, "bytes": len(data), "cls": kind, "ref_words": words})
    (folder / "list.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return tmp_path


def test_each_file_must_end_as_its_class_says(cases, tmp_path):
    report = pdfs.evaluate(cases, tmp_path / "work", limit=4)

    assert report["n"] == 8
    assert [each["id"] for each in report["unexpected"]] == ["wrong"]
    assert report["figures"]["crashes"] == 0
    assert report["figures"]["as_expected"] == 7 / 8
    assert report["figures"]["ref_words_recall"] == 0.5
    assert report["by"]["class"]["locked_password_unknown"]["as_expected"] == 1.0


def test_a_slow_or_greedy_file_is_not_as_expected():
    row = {"cls": "plain_text"}
    outcome = {"ended": "read", "detail": "", "seconds": 1.0, "peak": 80}

    assert pdfs.as_expected(row, outcome, 1.0)
    assert not pdfs.as_expected(row, {**outcome, "seconds": 21.0}, 1.0)
    assert not pdfs.as_expected(row, {**outcome, "peak": 1100}, 1.0)
    assert not pdfs.as_expected(row, {**outcome, "ended": "crash"}, 1.0)
    assert not pdfs.as_expected(row, outcome, 0.9)
