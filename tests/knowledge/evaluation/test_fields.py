"""Fields are scored against what lawyers found: what is right, missed, invented, or unclear to them too."""

import json

import pytest

from knowledge.evaluation import fields
from knowledge.evaluation.fields import judge
from tests.knowledge.conftest import CONTRACT
from tests.knowledge.documents.test_read import pdf


@pytest.mark.parametrize(
    ("name", "gold", "found", "stated", "outcome"),
    [
        ("expiry", "12/31/20", "2020-12-31", True, "right"),
        ("expiry", "6/1/21", "2021-05-31", True, "right"),
        ("expiry", "12/31/20", "2021-12-31", True, "wrong"),
        ("expiry", "perpetual", "open-ended", True, "right"),
        ("expiry", "", "2021-12-31", True, "unclear"),
        ("expiry", "12/31/20", "", True, "missed"),
        ("expiry", "", "", False, "absent"),
        ("expiry", "", "2021-12-31", False, "invented"),
        ("renewal", "successive 1 year", "automatically, 1 year at a time", True, "right"),
        ("renewal", "successive 1 year", "if agreed, 2 years", True, "wrong"),
        ("notice", "30 days", "30 days", True, "right"),
        ("law", "People's Republic of China", "China", True, "right"),
        ("parties", 'Acme, Inc. ("Acme"); Bolt GmbH', "ACME INC; Bolt GmbH", True, "right"),
        ("parties", 'Acme, Inc. ("Acme"); Bolt GmbH', "ACME INC; Courier Services", True, "wrong"),
    ],
)
def test_each_field_is_judged_by_what_it_means(name: str, gold: str, found: str, stated: bool, outcome: str):
    assert judge(name, gold, found, stated=stated) == outcome


def test_a_set_is_scored_and_taken_up_where_it_stopped(tmp_path):
    cases = tmp_path / "contracts"
    shown = ") Tj 0 -14 Td (".join(CONTRACT.replace("(", "").replace(")", "").split("\n"))
    (cases / "pdf").mkdir(parents=True)
    (cases / "pdf" / "c1.pdf").write_bytes(pdf(shown))
    row: dict[str, object] = {"doc_id": "c1", "parties": "NORTHWIND TRADERS, INC.; CONTOSO BANK LTD."}
    (cases / "documents.jsonl").write_text(json.dumps(row))
    asked = [
        {"doc_id": "c1", "category": "Governing Law", "gold_answer": "Florida", "answerable": True},
        {"doc_id": "c1", "category": "Expiration Date", "gold_answer": "3/2/24", "answerable": True},
        {"doc_id": "c1", "category": "Insurance", "gold_answer": "Yes", "answerable": True},
    ]
    (cases / "questions.jsonl").write_text("\n".join(map(json.dumps, asked)))

    scored = fields.evaluate(cases, tmp_path / "work")
    (cases / "pdf" / "c1.pdf").unlink()
    again = fields.evaluate(cases, tmp_path / "work")

    assert scored["n"] == 1
    assert scored["figures"] == {
        "parties_precision": 1.0, "parties_recall": 1.0, "law_precision": 1.0, "law_recall": 1.0,
        "expiry_precision": 1.0, "expiry_recall": 1.0,
    }  # fmt: skip
    assert again["figures"] == scored["figures"]
