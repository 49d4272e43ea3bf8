"""`teller evaluate` scores a folder of cases, or says what it misses there."""

import json

import pytest

from bot.cli import main


@pytest.mark.parametrize(
    ("scored", "missing"), [("tables", "tatqa/contexts.jsonl"), ("routing", "routing/questions.jsonl")]
)
def test_what_a_set_misses_is_named(tmp_path, monkeypatch, capsys, scored, missing):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    cases = tmp_path / "cases"
    cases.mkdir()

    status = main(["evaluate", scored, "--cases", str(cases), "--json"])

    assert status == 1
    assert json.loads(capsys.readouterr().out)["error"] == f"{cases} holds no {missing}, which {scored} reads."
