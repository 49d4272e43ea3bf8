"""The shapes of payloads and answers, compared with samples."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.workspace.evaluation import evaluate
from bot.workspace.shapes import differences


@pytest.mark.parametrize(
    ("value", "sample", "found"),
    [
        ({"a": 1}, {"a": 2, "b": ""}, []),
        ({"a": None}, {"a": ""}, []),
        ({"a": "1"}, {"a": 1}, ["wrong type"]),
        ({"a": True}, {"a": 1}, ["wrong type"]),
        ({"c": 1}, {"a": 1}, ["unknown key"]),
        ({"a": {"C0GENERAL1": [{"x": 1}]}}, {"a": {"C00000000": [{"ts": ""}]}}, ["unknown key"]),
        ({"a": {}}, {"a": {"b": 1}}, []),
        ([{"type": "a", "x": 1}], [{"type": "b"}, {"type": "a", "y": 1}], ["unknown key"]),
        ([{"type": "new", "x": 1}], [{"type": "b"}], []),
        ([1, "2"], [3], ["wrong type"]),
    ],
)
def test_only_what_a_sample_does_not_know_differs(value: Any, sample: Any, found: list[str]) -> None:
    assert [each.kind for each in differences(value, sample)] == found


def test_a_round_calls_every_method_and_is_judged_by_the_samples_of_a_folder(tmp_path: Path) -> None:
    samples = {
        "api/auth.test.json": {"ok": True, "url": "", "team": "", "user": ""},
        "api/reactions.add.json": {"ok": True, "error": ""},
        "events/ReactionAddedPayload.json": {"type": "", "event": {"type": 1}},
    }
    for name, sample in samples.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(json.dumps(sample), encoding="utf-8")
    said: list[str] = []

    scored = evaluate(tmp_path, tmp_path, limit=None, on_progress=said.append)

    assert scored["by"]["not_called"] == []
    assert scored["figures"]["refused"] == 0
    assert (scored["n"], scored["figures"]["samples_met"]) == (4, 3)
    assert scored["figures"]["agree"] == 0.25
    assert any("auth.test: unknown key .app_id" in each for each in said)
    assert any(each.startswith("ReactionAddedPayload") and "wrong type .event.type" in each for each in said)
