"""Read a MariaDB server's general log: which statements an account sent."""

import re
from collections.abc import Iterator
from pathlib import Path

# Time (only where it changed), thread, command, argument; an argument may go on over lines.
_ENTRY = re.compile(r"^(?:\d{6}\s+\d{1,2}:\d\d:\d\d)?\s+(?P<thread>\d+) (?P<command>[A-Z][\w ]+?)\t(?P<told>.*)$")
_SENDING = frozenset({"Query", "Prepare", "Execute"})


def statements(log: Path, account: str, *, start: int = 0) -> Iterator[str]:
    """Yield the statements that `account` sent, white space folded, from the byte `start` of the log on."""
    connected: set[str] = set()
    command, told, mine = "", "", False
    at = 0
    for raw in log.read_bytes().splitlines(keepends=True):
        line, here = raw.decode("utf-8", "replace").rstrip("\r\n"), at
        at += len(raw)
        entry = _ENTRY.match(line)
        if entry is None:
            told += f" {line}"
            continue
        if mine and command in _SENDING:
            yield " ".join(told.split())
        command, told = entry["command"], entry["told"]
        if command == "Connect" and told.startswith(f"{account}@"):
            connected.add(entry["thread"])
        mine = here >= start and entry["thread"] in connected
    if mine and command in _SENDING:
        yield " ".join(told.split())
