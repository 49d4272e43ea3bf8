"""Have bubblewrap, where it is and may, build the world that a process is shut into."""

import shutil
import subprocess
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

APART = ("--unshare-all", "--die-with-parent", "--cap-drop", "ALL")
PATIENCE = 10.0
SYSTEM = ("/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime")


@cache
def works() -> bool:
    """Tell whether bubblewrap is here and can do its work."""
    program = shutil.which("bwrap")
    if program is None:
        return False
    trial = [program, *APART, "--ro-bind", "/", "/", "true"]
    try:
        return subprocess.run(trial, capture_output=True, check=False, timeout=PATIENCE).returncode == 0
    except subprocess.TimeoutExpired:  # Half of what it does was forbidden, and it waits for the other half.
        return False


def bubble(command: Sequence[str], *, readable: Iterable[Path], folder: Path, size: int) -> list[str]:
    """Return the command that starts `command` where only `readable` and an empty `folder` of `size` bytes exist."""
    shown = [word for path in (*map(Path, SYSTEM), *readable) for word in ("--ro-bind-try", str(path), str(path))]
    # Later words go over earlier ones: what is its own lies on top.
    own = ["--proc", "/proc", "--dev", "/dev", "--size", str(size), "--tmpfs", str(folder), "--chdir", str(folder)]
    return ["bwrap", *APART, *shown, *own, "--", *command]
