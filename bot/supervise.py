"""Keep a set of processes running: start, restart with patience, stop cleanly."""

import ctypes
import os
import shlex
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)  # Seconds before each restart; the last one repeats.
SETTLED = 60.0  # A process that lived this long starts its patience anew.
PR_SET_PDEATHSIG = 1


def read_procfile(path: Path) -> dict[str, list[str]]:
    """Return the command line of each process type."""
    lines = (line.partition(":") for line in path.read_text(encoding="utf-8").splitlines() if ":" in line)
    return {name.strip(): shlex.split(command) for name, _, command in lines if not name.startswith("#")}


@dataclass
class Child:
    """One process, its log and how often it had to be started."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    restarts: int = 0
    failures: int = 0
    restart_at: float = field(default=0.0)

    def start(self) -> None:
        """Start the process in a group of its own, its output appended to the log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - the supervisor has one thread
            )
        self.started_at = time.monotonic()

    @property
    def alive(self) -> bool:
        """Say whether the process runs."""
        return self.process is not None and self.process.poll() is None

    def revive(self) -> bool:
        """Start the process again if it has died and its pause is over; say whether it did."""
        if self.alive:
            return False
        now = time.monotonic()
        if not self.restart_at:
            if now - self.started_at > SETTLED:
                self.failures = 0
            self.restart_at = now + PATIENCE[min(self.failures, len(PATIENCE) - 1)]
        if now < self.restart_at:
            return False
        self.failures += 1
        self.restarts += 1
        self.restart_at = 0.0
        self.start()
        return True

    def signal(self, number: int) -> None:
        """Send a signal to the process and its children."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                return


def stop_all(children: list[Child], *, grace: float = 10.0) -> None:
    """End the children, last started first; those that outlive `grace` seconds are killed."""
    for child in reversed(children):
        if child.process is not None and child.alive:
            child.process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + grace
    while any(child.alive for child in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    for child in children:
        child.signal(signal.SIGKILL)
        if child.process is not None:
            child.process.wait()


def _die_with_parent() -> None:
    # Only Linux has this; elsewhere a killed supervisor leaves its children to the next start.
    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    except (OSError, AttributeError):
        return
