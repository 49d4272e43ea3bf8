"""Shut a process in: no network, no writing, no programs, bounded memory and time; speak in lines of JSON."""

import ctypes
import json
import resource
import sys
from pathlib import Path
from typing import Any

from knowledge.jail import landlock

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
FORBIDDEN = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system", "os.kill")
# A parser fed with hostile bytes can raise anything; each of these is an answer about the file, not a bug of ours.
BROKEN: tuple[type[Exception], ...] = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    ImportError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)
LIBRARIES = ("/usr/lib", "/usr/lib64", "/usr/share/fonts", "/usr/share/zoneinfo", "/lib", "/lib64", "/dev", "/proc")


class LockedError(Exception):
    """The file opens with a password only."""


class TooLargeError(Exception):
    """What is packed in the file is too much."""


class UnknownError(Exception):
    """The file is of a kind that is not read."""


def jail(*, memory: int, seconds: int) -> None:
    """Give up, for good, everything that reading an open file does not need."""
    for what, limit in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        hard = limit + 1 if what == resource.RLIMIT_CPU else limit  # At the soft limit the signal says why.
        resource.setrlimit(what, (limit, hard))
    # Where the kernel allows it there is no network at all; where it does not, the audit hook below still refuses it.
    ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER | CLONE_NEWNET)
    confine()
    sys.addaudithook(refuse)


def confine() -> None:
    """Leave, where the kernel can, only the interpreter's own files to be read: native code obeys no audit hook."""
    packages = (*sys.path, sys.prefix, sys.base_prefix)
    landlock.confine(readable=(*packages, Path(__file__).parents[1], *LIBRARIES))


def refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """Stop a parser from writing, connecting or starting anything."""
    if event.startswith(FORBIDDEN):
        raise PermissionError(event)
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        raise PermissionError(event)


def say(**line: object) -> None:
    """Print one line of JSON, at once."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def peak_megabytes() -> int:
    """Return the most memory that this process has used so far."""
    with open("/proc/self/status", encoding="ascii") as file:  # noqa: PTH123 - what pathlib imports may be gone by now.
        found = [line.split()[1] for line in file if line.startswith("VmHWM")]
    return int(found[0]) // 1024 if found else 0
