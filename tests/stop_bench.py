"""How soon the model stops, in the running house: `python -m tests.stop_bench` while `teller up` runs."""

import argparse
import json
import os
import sys
import time
from pathlib import Path

from tests.workspace_fixture import WorkspaceClient
from workers.runtime import read_processes, read_runtime
from workers.settings import read_settings

QUESTION = "@Teller Explain in detail who may end the agreement, when, and what is owed then."
LEGAL = "C0LEGAL001"
WINDOW = 0.5  # Seconds over which a process that has stopped uses next to no processor.
IDLE = 0.2


def stopped_after(house: WorkspaceClient, pid: int, *, stage: str, thread_ts: str) -> float:
    """Ask, say stop once the bot says that it is at `stage`, and return the seconds until the model rests."""
    ts = house.post("lena", "legal", QUESTION, thread_ts=thread_ts)
    house.wait_for(lambda: stage in house.status("lena", LEGAL, thread_ts), 90)
    time.sleep(2)  # In the midst of it.
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
    took: dict[str, list[float]] = {}
    with WorkspaceClient(runtime.page.rstrip("/"), settings.data / "workspace") as house:
        thread = next(each["ts"] for each in house.messages(LEGAL) if each.get("files"))
        for stage in ("Reading", "Writing"):
            took[stage] = [
                round(stopped_after(house, pid, stage=stage, thread_ts=thread), 2) for _ in range(chosen.rounds)
            ]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    found = {"seconds": took, "cores": os.cpu_count(), "memory_gib": round(memory, 1)}
    sys.stdout.write(f"{json.dumps(found)}\n")
    return int(max(map(max, took.values())) > 3)


if __name__ == "__main__":
    sys.exit(main())
