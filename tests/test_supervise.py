"""Processes are started, restarted and stopped."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from bot.supervise import Child, read_procfile, stop_all
from workers.runtime import is_alive


def test_the_procfile_gives_each_process_its_command(tmp_path: Path) -> None:
    (tmp_path / "Procfile").write_text(
        "# said first\nbot: python -m bot\nindex: nice -n 19 celery -A workers.celery:app worker\n"
    )

    found = read_procfile(tmp_path / "Procfile")

    assert found == {
        "bot": ["python", "-m", "bot"],
        "index": ["nice", "-n", "19", "celery", "-A", "workers.celery:app", "worker"],
    }


@pytest.fixture
def sleeper(tmp_path: Path):
    child = Child(
        "sleeper", [sys.executable, "-c", "import time; time.sleep(60)"], os.environ, tmp_path / "sleeper.log"
    )
    child.start()
    yield child
    stop_all([child])


def _until(condition, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def test_a_process_that_is_killed_is_started_again(sleeper: Child) -> None:
    assert sleeper.process is not None
    first = sleeper.process.pid

    os.kill(first, signal.SIGKILL)
    _until(sleeper.revive)

    assert sleeper.process.pid != first
    assert sleeper.alive
    assert sleeper.restarts == 1


def test_a_process_that_keeps_dying_is_given_longer_pauses(tmp_path: Path) -> None:
    child = Child("dying", [sys.executable, "-c", "raise SystemExit(1)"], os.environ, tmp_path / "dying.log")
    child.start()
    pauses = []

    for _ in range(2):
        assert child.process is not None
        child.process.wait()
        before = time.monotonic()
        _until(child.revive)
        pauses.append(time.monotonic() - before)
    stop_all([child])

    assert pauses[1] > pauses[0] > 0.4


def test_stopping_ends_children_of_children_too(tmp_path: Path) -> None:
    script = (
        "import subprocess, sys, time; p = subprocess.Popen(['sleep', '60']); print(p.pid, flush=True); time.sleep(60)"
    )
    child = Child("parent", [sys.executable, "-c", script], os.environ, tmp_path / "parent.log")
    child.start()
    _until(lambda: child.log.exists() and child.log.read_text().strip().isdigit())
    grandchild = int(child.log.read_text())

    stop_all([child], grace=5)

    assert not child.alive
    _until(lambda: not is_alive(grandchild))


def test_one_that_ignores_the_request_is_killed(tmp_path: Path) -> None:
    script = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
    )
    child = Child("deaf", [sys.executable, "-c", script], os.environ, tmp_path / "deaf.log")
    child.start()
    _until(lambda: child.log.exists() and "ready" in child.log.read_text())

    stop_all([child], grace=0.3)

    assert not child.alive
