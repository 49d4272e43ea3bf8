"""Run the jailed process that analyses a frame, answer what it asks, and let it neither flood nor stall us."""

import json
import os
import select
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.analysis.finding import MalformedError, parsed
from knowledge.jail.bubble import bubble
from knowledge.jail.start import started
from knowledge.models.llm import StoppedError

ROOT = Path(__file__).resolve().parents[2]
CHILD = "knowledge.analysis.child.main"
OWN = ("knowledge/__init__.py", "knowledge/jail", "knowledge/analysis/__init__.py", "knowledge/analysis/child")
LOOK = 0.25  # Seconds between two looks at whether the asker said stop.
PIECE = 1 << 16


@dataclass(frozen=True, slots=True)
class Limits:
    """What an analysis may cost.

    Seconds are of a processor for all of it, and of the clock until it is ready and for each step after that; the time
    that the model takes does not count. Bytes are of memory, of its own folder, and of all that it says.
    """

    work: int = 60
    starting: float = 90.0
    step: float = 60.0
    memory: int = 1_500_000_000
    folder: int = 16_000_000
    output: int = 4_000_000
    asked: int = 3
    prompt: int = 6000


LIMITS = Limits()


class BrokenOffError(Exception):
    """The process took too long, said too much, or died; its one argument says which."""


def talk(
    interpreter: Path,
    environment: Path,
    folder: Path,
    *,
    frame: bytes,
    question: str,
    hint: str,
    answer: Callable[[str], str],
    stopped: Callable[[], bool],
    in_bubble: bool,
    limits: Limits = LIMITS,
) -> dict[str, Any]:
    """Return the last thing that the process says; `answer` says what the model says to a prompt.

    Raises:
        BrokenOffError: it did not come to that.
        MalformedError: it said something that is no answer.
        StoppedError: `stopped` said so.
    """
    order = {
        "folder": str(folder), "environment": str(environment), "memory": limits.memory, "seconds": limits.work,
        "size": limits.folder, "in_bubble": in_bubble,
    }  # fmt: skip
    boot = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from {CHILD} import main; sys.path.pop(0); main()"
    command = [str(interpreter), "-I", "-S", "-B", "-c", boot, json.dumps(order)]
    if in_bubble:
        shown = (interpreter.parents[1], environment, *(ROOT / each for each in OWN))
        command = bubble(command, readable=shown, folder=folder, size=limits.folder)
    with started(command, stdin=subprocess.PIPE) as child:
        line = _Line(child, folder, stopped, limits)
        ready = parsed(line.hear(limits.starting))
        if ready != {"ready": True}:
            return ready
        line.say(json.dumps({"question": question, "hint": hint}).encode())
        line.say(frame)
        asked = 0
        while True:
            match parsed(line.hear(limits.step)):
                case {"ask": str(prompt)}:
                    asked += 1
                    if asked > limits.asked:
                        raise BrokenOffError("asked too often")
                    if len(prompt) > limits.prompt:
                        raise MalformedError
                    line.say(answer(prompt).encode())
                case said:
                    return said


class _Line:
    """Both directions to one child, each with a deadline."""

    def __init__(
        self, child: subprocess.Popen[bytes], folder: Path, stopped: Callable[[], bool], limits: Limits
    ) -> None:
        assert child.stdin is not None  # noqa: S101 - pipes were asked for.
        assert child.stdout is not None  # noqa: S101
        self._in, self._out = child.stdin.fileno(), child.stdout.fileno()
        self._folder, self._stopped, self._limits = folder, stopped, limits
        os.set_blocking(self._in, False)  # A child that does not listen must not hold us up.
        self._waiting = b""
        self._total = 0

    def hear(self, seconds: float) -> bytes:
        """Return the next line."""
        deadline = time.monotonic() + seconds
        while b"\n" not in self._waiting:
            self._wait(deadline, reading=[self._out], writing=[])
            data = os.read(self._out, PIECE)
            self._total += len(data)
            if not data:
                raise BrokenOffError("died")
            if self._total > self._limits.output:
                raise BrokenOffError("said too much")
            self._waiting += data
        line, _, self._waiting = self._waiting.partition(b"\n")
        return line

    def say(self, piece: bytes) -> None:
        """Say one piece, its length before it."""
        left = memoryview(len(piece).to_bytes(8, "big") + piece)
        deadline = time.monotonic() + self._limits.step
        while left:
            self._wait(deadline, reading=[], writing=[self._in])
            try:
                left = left[os.write(self._in, left[:PIECE]) :]
            except BlockingIOError:
                continue
            except BrokenPipeError as error:
                raise BrokenOffError("died") from error

    def _wait(self, deadline: float, *, reading: list[int], writing: list[int]) -> None:
        while not any(select.select(reading, writing, [], LOOK)):
            if self._stopped():
                raise StoppedError
            if time.monotonic() > deadline:
                raise BrokenOffError("took too long")
            # Where its folder is not one of memory, nobody else counts what is in it.
            if sum(each.stat(follow_symlinks=False).st_size for each in os.scandir(self._folder)) > self._limits.folder:
                raise BrokenOffError("wrote too much")
