"""Keep the peers that are no packages of ours in an environment of their own, outside the tree, and talk to them."""

import fcntl
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from knowledge.errors import UnavailableError
from knowledge.evaluation.progress import Progress
from knowledge.jail.start import ENVIRONMENT

PACKAGES = (
    "chromadb==1.5.*", "langchain-community==0.4.*", "langchain-core==1.*", "rank-bm25==0.2.2", "faiss-cpu", "numpy",
)  # fmt: skip
LAYOUT = 1  # Counted up when the packages change.
READY = ".ready"


class Peers:
    """The peers on one folder of data, in a process of their own."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.versions: dict[str, str] = self._heard()["versions"]

    def start(self, name: str) -> float:
        """Build a peer's index; return how many seconds it took.

        Raises:
            UnavailableError: it broke down.
        """
        return float(self.search(name)["seconds"])

    def search(self, name: str, **order: Any) -> dict[str, Any]:
        """Return the seconds of one search and how many hits came."""
        assert self._process.stdin  # noqa: S101 - a pipe was asked for.
        try:
            self._process.stdin.write(json.dumps({"peer": name, **order}) + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise UnavailableError("The peers' process broke down: its log says why.") from error
        return self._heard()

    def _heard(self) -> dict[str, Any]:
        assert self._process.stdout  # noqa: S101 - as above.
        line = self._process.stdout.readline()
        if not line:
            raise UnavailableError("The peers' process broke down: its log says why.")
        said: dict[str, Any] = json.loads(line)
        return said


@contextmanager
def peers_on(folder: Path, cache: Path, on_progress: Progress) -> Iterator[Peers]:
    """Give the peers on the data in `folder`, installed in `cache` where they are not.

    Raises:
        UnavailableError: they could not be installed, or broke down.
    """
    python = _environment(cache, on_progress)
    script = Path(__file__).with_name("peer.py")
    with (folder / "peers.log").open("w") as log:
        process = subprocess.Popen(
            [str(python), "-I", str(script), str(folder)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
            env={**ENVIRONMENT},
        )  # fmt: skip
        try:
            yield Peers(process)
        finally:
            process.kill()
            process.communicate()


def _environment(cache: Path, on_progress: Progress) -> Path:
    folder = cache / f"speed-peers-{LAYOUT}"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / ".speed-peers.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / READY).is_file():
            on_progress(f"Installing the peers into {folder}: {', '.join(PACKAGES)}")
            shutil.rmtree(folder, ignore_errors=True)
            _run([sys.executable, "-m", "venv", str(folder)])
            _run([str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", *PACKAGES])
            (folder / READY).touch()
    return folder / "bin" / "python"


def _run(command: list[str]) -> None:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        reason = (result.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise UnavailableError(f"The peers could not be installed: {reason[:300]}")
