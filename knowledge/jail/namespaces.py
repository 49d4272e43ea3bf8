"""Put a process into a world of its own: no network, no other processes, a small folder that is gone when it ends."""

import contextlib
import ctypes
import os
import signal
import struct
from pathlib import Path

NEW_MOUNTS, NEW_NAMES, NEW_MESSAGES = 0x00020000, 0x04000000, 0x08000000
NEW_USER, NEW_PROCESSES, NEW_NETWORK = 0x10000000, 0x20000000, 0x40000000
WITH_ALL_BELOW, PRIVATE = 0x4000, 0x40000
NO_SUID, NO_DEVICES, NO_PROGRAMS = 0x2, 0x4, 0x8
SET_DEATH_SIGNAL = 1
CAPABILITIES = 0x20080522


def apart(folder: Path, *, size: int) -> tuple[bool, bool]:
    """Go on in a child process that is alone; return whether it has no network, and whether it has no company.

    Where it is alone `folder` holds at most `size` bytes, of memory. The process that was called waits, and ends as the
    child does.
    """
    kernel = ctypes.CDLL(None, use_errno=True)
    user, group = os.getuid(), os.getgid()
    if kernel.unshare(NEW_USER | NEW_NETWORK | NEW_PROCESSES | NEW_MOUNTS | NEW_MESSAGES | NEW_NAMES):
        return kernel.unshare(NEW_USER | NEW_NETWORK) == 0, False
    with contextlib.suppress(OSError):
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1", encoding="ascii")
    child = os.fork()
    if child:
        _wait(child)
    die_with_parent()
    kernel.mount(b"none", b"/", None, WITH_ALL_BELOW | PRIVATE, None)
    alone = kernel.mount(b"proc", b"/proc", b"proc", NO_SUID | NO_DEVICES | NO_PROGRAMS, None) == 0
    own = kernel.mount(
        b"tmpfs", bytes(folder), b"tmpfs", NO_SUID | NO_DEVICES | NO_PROGRAMS,
        f"size={size},nr_inodes=256,mode=700".encode(),
    )  # fmt: skip
    return True, alone and own == 0


def die_with_parent() -> None:
    """Have the kernel kill this process when the one that started it ends."""
    ctypes.CDLL(None).prctl(SET_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)


def drop_powers() -> None:
    """Give up every capability, also those over what is this process's own."""
    kernel = ctypes.CDLL(None, use_errno=True)
    kernel.capset(struct.pack("Ii", CAPABILITIES, 0), bytes(24))


def _wait(child: int) -> None:
    """Wait for the child, holding nothing open that others wait for, and end as it does."""
    for descriptor in (0, 1, 2):
        os.close(descriptor)
    status = os.waitpid(child, 0)[1]
    os._exit(min(255, abs(os.waitstatus_to_exitcode(status))))
