"""Start the child process in which strangers' files are parsed."""

import json
import subprocess
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import IO, Any

from knowledge.jail.start import started

JAIL = "knowledge.documents.jail"


def jailed(
    order: Mapping[str, Any], *, stdin: IO[bytes] | int, module: str = JAIL
) -> AbstractContextManager[subprocess.Popen[bytes]]:
    """Start `module` in an isolated interpreter; on leaving, all of it is killed."""
    return started([sys.executable, "-I", "-B", "-m", module, json.dumps(order)], stdin=stdin)
