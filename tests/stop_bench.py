"""How soon the model stops, in the running house: `python -m tests.stop_bench` while `teller up` runs."""

import argparse
import json
import os
import sys
import time
from pathlib import Path

from knowledge.tables import connect
from tests.workspace_fixture import WorkspaceClient
from workers.ledger import Ledger
from workers.runtime import read_processes, read_runtime
from workers.settings import read_settings

QUESTION = "@Teller Explain in detail who may end the agreement, when, and what is owed then."
TEAM, LEGAL = "T0TELLER01", "C0LEGAL001"
WINDOW = 0.5  # Seconds over which a process that has stopped uses next to no processor.
IDLE = 0.2
READ = 4.0  # Seconds after which a prompt is being read that takes ten or more.


def stopped_after(house: WorkspaceClient, ledger: Ledger, pid: int, *, writing: bool, thread_ts: str) -> float:
    """Ask, say stop while the prompt is read or once text is shown, and return the seconds until the model rests."""
    ts = house.post("lena", "legal", QUESTION, thread_ts=thread_ts)

    def at_work() -> bool:
        if writing:
            return any(each["ts"] > ts for each in house.messages(LEGAL, thread_ts))
        return any(row.state == "running" for row in ledger.find(TEAM, LEGAL, ts))

    house.wait_for(at_work, 150)
    time.sleep(0 if writing else READ)
    began = time.monotonic()
    house.act("stop", person="lena", channel="legal", thread_ts=thread_ts)
    while True:
        before, at = _ticks(pid), time.monotonic()
        time.sleep(WINDOW)
        used = (_ticks(pid) - before) / os.sysconf("SC_CLK_TCK")
        if used < IDLE * WINDOW:
            break
    said = house.messages(LEGAL, thread_ts)
    assert any("topped" in json.dumps(each) for each in said if each["ts"] > ts), "nothing says that it was stopped"
    return at - began


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def main() -> int:
    """Print the seconds for each stage; fail where one took over three."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    settings = read_settings()
    runtime = read_runtime(settings.data)
    if runtime is None:
        sys.exit("Nothing runs here: `make up` first.")
    pid = next(each.pid for each in read_processes(settings.data) if each.name == "answer")
    ledger = Ledger(connect(settings.state))
    took: dict[str, list[float]] = {}
    with WorkspaceClient(runtime.page.rstrip("/"), settings.data / "workspace") as house:
        thread = next(each["ts"] for each in house.messages(LEGAL) if each.get("files"))
        for name, writing in (("reading", False), ("writing", True)):
            took[name] = [
                round(stopped_after(house, ledger, pid, writing=writing, thread_ts=thread), 2)
                for _ in range(chosen.rounds)
            ]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    found = {"seconds": took, "cores": os.cpu_count(), "memory_gib": round(memory, 1)}
    sys.stdout.write(f"{json.dumps(found)}\n")
    return int(max(map(max, took.values())) > 3)


if __name__ == "__main__":
    sys.exit(main())
