"""Tell how much memory processes take, with the processes that they have started."""

import os
from collections import defaultdict
from pathlib import Path

MIB = 2**20
PROC = Path("/proc")  # Only Linux has it; elsewhere nothing is known, which is shown as 0.


class Memory:
    """What every process of this machine holds in memory, read once."""

    def __init__(self) -> None:
        self._bytes: dict[int, int] = {}
        self._children: dict[int, list[int]] = defaultdict(list)
        page = os.sysconf("SC_PAGE_SIZE")
        for path in PROC.glob("[0-9]*/stat"):
            try:
                stat = path.read_text(encoding="ascii", errors="replace")
            except OSError:
                continue  # It has ended meanwhile.
            # The name stands in brackets and may hold anything; what follows it are numbers.
            parent, resident = (int(stat.rpartition(")")[2].split()[at]) for at in (1, 21))
            pid = int(path.parent.name)
            self._bytes[pid] = resident * page
            self._children[parent].append(pid)

    def of(self, pid: int) -> int:
        """Return the resident bytes of a process and of all that descend from it; 0 when there is none."""
        return self._bytes.get(pid, 0) + sum(self.of(child) for child in self._children.get(pid, ()))

    def alone(self, pid: int) -> int:
        """Return the resident bytes of one process."""
        return self._bytes.get(pid, 0)
