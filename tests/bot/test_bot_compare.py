"""`teller compare` on files, with the real default embedder."""

import json
from pathlib import Path

import pytest

from bot.cli import main
from knowledge.models.weights import path_of
from tests.knowledge.documents.conftest import LOAN
from tests.knowledge.documents.test_sheets import PRESS_A, PRESS_B

CHANGED = LOAN.replace("laws of Norway", "laws of England").replace("9 percent", "12 percent")


@pytest.fixture
def compare(tmp_path, monkeypatch, capsys):
    """Return a function that compares texts as files and returns the command's status and what it printed."""
    if path_of("all-minilm-l6-v2", Path("~/.cache/teller").expanduser()) is None:
        pytest.skip("run `teller models pull all-minilm-l6-v2`")
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)

    def compare(*texts, options=()):
        names = []
        for at, text in enumerate(texts):
            names.append(f"{'abc'[at]}.txt")
            (tmp_path / names[-1]).write_text(text, encoding="utf-8")
        status = main(["compare", *names, *options])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return compare


def test_contracts_are_compared_clause_by_clause_with_a_report(compare, tmp_path):
    status, said, _ = compare(LOAN, CHANGED, options=["--json", "--html", "report.html"])

    told = json.loads(said)
    assert status == 0
    assert {pair["verdict"] for pair in told["pairs"]} >= {"same", "changed"}
    assert told["only_a"] == told["only_b"] == []
    assert {each["rule"] for each in told["playbook"]}
    assert "laws of" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_what_differs_is_printed_for_people(compare):
    status, said, _ = compare(LOAN, CHANGED)

    assert status == 0
    assert "clauses in both, 0 only in the first, 0 in the second" in said


def test_data_sheets_become_one_table_on_the_terminal(compare):
    status, said, _ = compare(PRESS_A, PRESS_B)

    assert status == 0
    (weight,) = (line for line in said.splitlines() if "weight" in line.lower())
    assert "1,250 kg" in weight
    assert "1.25 t" in weight or "kg" in weight


def test_a_missing_file_is_told(compare):
    status, _, trouble = compare(LOAN, options=["nothing.txt"])

    assert status != 0
    assert "There is no file nothing.txt" in trouble


def test_three_contracts_are_refused_with_what_would_do(compare):
    status, _, trouble = compare(LOAN, CHANGED, LOAN)

    assert status != 0
    assert "More than two files are compared only where all are data sheets" in trouble
