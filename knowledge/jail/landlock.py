"""Leave a process, where the kernel can, only some files to be read and some folders to be written: Landlock."""

import ctypes
import os
import struct
from collections.abc import Iterable
from pathlib import Path

# The numbers of these system calls are the same on every machine.
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
ASK_VERSION = 1
PATH_BENEATH = 1
NO_NEW_PRIVILEGES = 38
WRITE_FILE, READ_FILE, READ_FOLDER = 1 << 1, 1 << 2, 1 << 3
FIRST_RIGHTS = (1 << 13) - 1
REFER, TRUNCATE, IOCTL = 1 << 13, 1 << 14, 1 << 15  # Of the second, third and fifth version.
OF_FILES = WRITE_FILE | READ_FILE | TRUNCATE  # What may be granted on a file; the rest is about folders.
BIND_AND_CONNECT = 3  # Of the fourth version.
ABSTRACT_SOCKETS_AND_SIGNALS = 3  # Of the sixth.


def version() -> int:
    """Return which version of Landlock the kernel has, 0 for none."""
    found: int = ctypes.CDLL(None, use_errno=True).syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ASK_VERSION)
    return max(0, found)


def confine(*, readable: Iterable[Path | str], writable: Iterable[Path | str] = ()) -> bool:
    """Let this process open nothing else any more, nor reach another by network or signal; False: it still can.

    What is missing of `readable` and `writable` is passed over, and so is the root of all.
    """
    kernel = ctypes.CDLL(None, use_errno=True)
    known = version()
    if not known:
        return False
    rights = FIRST_RIGHTS | REFER * (known > 1) | TRUNCATE * (known > 2) | IOCTL * (known > 4)
    handled = struct.pack("=QQQ", rights, BIND_AND_CONNECT * (known > 3), ABSTRACT_SOCKETS_AND_SIGNALS * (known > 5))[
        : 8 if known < 4 else 16 if known < 6 else 24
    ]
    ruleset = kernel.syscall(CREATE_RULESET, handled, ctypes.c_size_t(len(handled)), 0)
    if ruleset < 0:
        return False
    for path in {Path(each) for each in readable}:
        _grant(kernel, ruleset, path, READ_FILE | READ_FOLDER)
    for path in {Path(each) for each in writable}:
        _grant(kernel, ruleset, path, rights & ~IOCTL)
    kernel.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    confined = bool(kernel.syscall(RESTRICT_SELF, ruleset, 0) == 0)
    os.close(ruleset)
    return confined


def _grant(kernel: ctypes.CDLL, ruleset: int, path: Path, rights: int) -> None:
    if not path.exists() or path == Path("/"):
        return
    opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    granted = rights if path.is_dir() else rights & OF_FILES
    kernel.syscall(ADD_RULE, ruleset, PATH_BENEATH, struct.pack("=Qi", granted, opened), 0)
    os.close(opened)
