import subprocess
import sys
from pathlib import Path

import pytest

from knowledge.documents.jail import cell

START = """
import os, socket, subprocess
from knowledge.documents.jail import cell
cell.jail(memory=1_200_000_000, seconds=20)
"""


def jailed(attempt: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-B", "-c", f"{START}\n{attempt}"], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("attempt", "error"),
    [
        ("socket.create_connection(('127.0.0.1', 9))", "PermissionError"),
        ("subprocess.run(['true'])", "PermissionError"),
        ("os.system('true')", "PermissionError"),
        ("os.fork()", "PermissionError"),
        ("open('/tmp/teller-jail', 'w')", "PermissionError"),
        ("open('/tmp/teller-jail', 'ab')", "PermissionError"),
        ("bytearray(2_000_000_000)", "MemoryError"),
    ],
)
def test_the_jail_refuses_what_reading_does_not_need(attempt, error):
    child = jailed(attempt)

    assert child.returncode != 0
    assert error in child.stderr
    assert not Path("/tmp/teller-jail").exists()


def test_a_process_tells_how_much_memory_it_took():
    child = jailed("held = bytearray(100_000_000)\nprint(cell.peak_megabytes())")

    assert 95 < int(child.stdout) < 300


def test_the_child_needs_nothing_of_the_project_but_itself():
    parts = Path(cell.__file__).parent.glob("*.py")
    imported = [line for part in parts for line in part.read_text().splitlines() if "knowledge" in line.split("#")[0]]

    allowed = ("knowledge.documents.jail", "knowledge.jail")
    assert all(any(each in line for each in allowed) for line in imported if line.startswith(("from", "import")))
