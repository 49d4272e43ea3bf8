import subprocess
import sys
from pathlib import Path

import pytest

from knowledge.documents import extract

START = f"""
import sys
sys.path.insert(0, {str(Path(extract.__file__).parent)!r})
import os, socket, subprocess
import extract
extract.jail(memory=1_200_000_000, seconds=20)
"""


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
    child = subprocess.run(
        [sys.executable, "-I", "-B", "-c", f"{START}\n{attempt}"], capture_output=True, text=True, check=False
    )

    assert child.returncode != 0
    assert error in child.stderr
    assert not Path("/tmp/teller-jail").exists()


def test_the_child_needs_nothing_of_the_project():
    assert "knowledge" not in Path(extract.__file__).read_text().split('"""', 2)[2]
