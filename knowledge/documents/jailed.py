"""Start the child process in which strangers' files are parsed, and let nothing of it outlive its task."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import IO, Any

ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
JAIL = "knowledge.documents.jail"


@contextlib.contextmanager
def jailed(
    order: Mapping[str, Any], *, stdin: IO[bytes] | int, module: str = JAIL
) -> Iterator[subprocess.Popen[bytes]]:
    """Start `module` in an isolated interpreter and a session of its own; on leaving, all of it is killed."""
    child = subprocess.Popen(
        [sys.executable, "-I", "-B", "-m", module, json.dumps(order)],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env=ENVIRONMENT,
        start_new_session=True,
    )
    try:
        yield child
    finally:
        # The group, not the child alone: nothing it may have started outlives it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe:
                pipe.close()
