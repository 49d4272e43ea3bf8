"""A few questions through a Slack that fails and a queue that forgets; `python -m tests.fault_run` asks 200."""

from pathlib import Path

import pytest

from tests.fault_run import run


@pytest.mark.timeout(600)
def test_whatever_fails_each_question_is_answered_once(tmp_path: Path) -> None:
    found = run(tmp_path, questions=12, kills=1, seconds=400)

    assert (found["rows"], found["lost"], found["double"], found["wrong"]) == (12, 0, 0, 0), found
    assert found["called_too_early"] <= 1, found
