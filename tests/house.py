"""A whole Teller for tests: `teller up` in a process of its own, on a free port and a fresh data folder."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

from sqlalchemy.engine import Engine

from knowledge.tables import connect
from tests.workspace_fixture import ROOT, WorkspaceClient
from workers.ledger import Ledger
from workers.request import Request
from workers.runtime import Process, read_processes

Json = dict[str, Any]
TELLER = Path(sys.executable).parent / "teller"


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class House:
    """Everything that `teller up` starts; `workspace` speaks for the people in it."""

    def __init__(
        self, folder: Path, *arguments: str, workspace: WorkspaceClient | None = None, **settings: str
    ) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.environment = {**os.environ, "DATA_DIR": str(folder), **settings}
        port = free_port()
        self._log = (folder.parent / f"{folder.name}.log").open("a+", encoding="utf-8")
        command = [str(TELLER), "up", "--json", "--port", str(port), *arguments]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=self._log, text=True
        )
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"`teller up` ended: {Path(self._log.name).read_text(encoding='utf-8')}")
        self.report: Json = json.loads(line)
        self.workspace = workspace or WorkspaceClient(f"http://127.0.0.1:{port}", folder / "workspace")
        self.engine: Engine = connect(f"sqlite:///{folder / 'teller.db'}")
        self.ledger = Ledger(self.engine)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop everything, as Ctrl-C does."""
        self.workspace.close()
        self.engine.dispose()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=120)
        if self.process.stdout:
            self.process.stdout.close()
        self._log.close()

    def teller(self, *arguments: str, timeout: float = 560) -> subprocess.CompletedProcess[str]:
        """Run the command beside the running house."""
        return subprocess.run(
            [str(TELLER), *arguments],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=timeout, check=False,
        )  # fmt: skip

    def child(self, name: str) -> Process:
        """Return one of the supervised processes."""
        return next(each for each in read_processes(self.folder) if each.name == name)

    def requests(self, channel: str, ts: str) -> tuple[Request, ...]:
        """Return the requests that a message made."""
        return self.ledger.find("T0TELLER01", channel, ts)

    def finished(self, channel: str, ts: str, kind: str = "question", *, timeout: float = 540) -> Request:
        """Return the request of a message once it is finished."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            found = [each for each in self.requests(channel, ts) if each.kind == kind]
            if found and found[0].state in ("answered", "failed", "cancelled"):
                return found[0]
            time.sleep(0.1)
        raise TimeoutError(f"Not finished in {timeout} s: {found}; logs in {self.folder / 'logs'}")

    def until(self, channel: str, ts: str, state: str, *, timeout: float = 240) -> Request:
        """Return the question of a message once it is in a state."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            found = [each for each in self.requests(channel, ts) if each.kind == "question"]
            if found and found[0].state == state:
                return found[0]
            time.sleep(0.02)
        raise TimeoutError(f"Not {state} in {timeout} s: {found}")
