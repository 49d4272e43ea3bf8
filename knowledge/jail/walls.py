"""Build all walls around this process, and tell which of them stand."""

import os
import resource
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from knowledge.jail import calls, landlock, namespaces

# What an interpreter and native libraries look at, none of which says anything about anybody.
ALWAYS = (
    "/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/local/lib", "/etc/ld.so.cache", "/etc/localtime",
    "/usr/share/zoneinfo", "/usr/share/fonts", "/dev/null", "/dev/zero", "/dev/urandom", "/proc/self", "/proc/meminfo",
    "/proc/cpuinfo", "/sys/devices/system/cpu", "/sys/fs/cgroup",
)  # fmt: skip
OPEN_FILES = 96


@dataclass(frozen=True, slots=True)
class Walls:
    """Which walls stand: `files` says that no file but its own can be opened, `calls` that none can be called for."""

    no_network: bool
    alone: bool
    files: bool
    calls: bool

    @property
    def enough(self) -> bool:
        """Tell whether neither files, nor the network, nor other processes can be reached."""
        return self.files and (self.no_network or self.calls) and (self.alone or self.calls)


def shut_in(
    folder: Path, *, readable: Iterable[Path | str], memory: int, seconds: int, size: int, in_bubble: bool = False
) -> Walls:
    """Shut this process in, for good: it may write to `folder` only.

    Args:
        folder: Its own folder, of at most `size` bytes, which is also the most that one file may have.
        readable: What may be read besides what every interpreter reads.
        memory: The most bytes of address space.
        seconds: The most seconds of a processor's time.
        size: See `folder`.
        in_bubble: It was started by bubblewrap, in a world of its own.
    """
    namespaces.die_with_parent()
    no_network, alone = (True, True) if in_bubble else namespaces.apart(folder, size=size)
    os.chdir(folder)
    for what, limit in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, size),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
    ):
        resource.setrlimit(what, (limit, limit))
    namespaces.drop_powers()
    files = landlock.confine(readable=(*readable, *ALWAYS), writable=(folder,))
    return Walls(no_network, alone, files or in_bubble, calls.forbid())
