"""`teller bank` seeds and describes."""

import json

import pytest

from bot.cli import main


@pytest.fixture
def teller(tmp_path, monkeypatch, capsys):
    """Return a function that runs the command and returns its status and what it printed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))

    def teller(*arguments):
        status = main([*arguments, "--json"])
        return status, json.loads(capsys.readouterr().out)

    return teller


def test_a_bank_is_seeded_described_and_kept(teller, tmp_path):
    status, report = teller("bank", "seed")

    assert status == 0
    assert report["rows"]["transactions"] >= 200_000
    assert [each.name for each in (tmp_path / "data").iterdir()] == ["bank.db"]
    assert teller("bank", "describe")[1]["rows"] == report["rows"]
    assert teller("bank", "seed", "--if-missing")[1]["kept"]
    assert teller("bank", "seed", "--if-old")[1]["kept"]


def test_a_bank_that_is_not_there_is_not_made_by_looking(teller, tmp_path):
    status, report = teller("bank", "describe")

    assert status == 1
    assert "teller bank seed" in report["error"]
    assert not (tmp_path / "data").exists()


def test_a_bank_of_ones_own_is_not_overwritten_by_chance(teller, tmp_path, monkeypatch):
    monkeypatch.setenv("BANK_URL", f"sqlite:///{tmp_path / 'ours.db'}")
    monkeypatch.setenv("BANK_POLICY", "demo")

    status, report = teller("bank", "seed")

    assert status == 1
    assert "--yes" in report["error"]
