"""What processes hold in memory is told of real ones."""

import os
import subprocess
import sys

from bot.memory import MIB, Memory

HOLDER = """
import subprocess, sys
held = bytes(range(256)) * (40 * 4096)
if len(sys.argv) > 1:
    child = subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    child.stdout.readline()
print(flush=True)
sys.stdin.read()
"""


def test_a_process_is_counted_with_those_that_it_has_started() -> None:
    command = [sys.executable, "-c", HOLDER, HOLDER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        parent.stdout.readline()

        memory = Memory()

        parent.communicate()
    assert 40 * MIB < memory.alone(parent.pid) < 80 * MIB
    assert memory.of(parent.pid) > memory.alone(parent.pid) + 40 * MIB
    assert memory.of(os.getpid()) >= memory.alone(os.getpid()) + memory.of(parent.pid)


def test_one_that_does_not_run_holds_nothing() -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()

    assert Memory().of(gone.pid) == 0
