"""Start a process that is to be shut in, and let nothing of it outlive its task."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import IO

# Nothing of ours: where programs are, and one thread for each library that would start several.
ENVIRONMENT: Mapping[str, str] = MappingProxyType(
    {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
)


@contextlib.contextmanager
def started(
    command: Sequence[str], *, stdin: IO[bytes] | int, environment: Mapping[str, str] = ENVIRONMENT
) -> Iterator[subprocess.Popen[bytes]]:
    """Start `command` in a session of its own, its output in a pipe; on leaving, all of it is killed."""
    child = subprocess.Popen(
        command,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env=dict(environment),
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
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
