"""Questions while Slack fails and the queue forgets: `python -m tests.fault_run --questions 200 FOLDER`.

A strict local workspace refuses, fails and loses calls and repeats its events; the bot, the workers and the janitor
are real processes under their supervisor; only the assistant is scripted. While questions come, the queue is killed
and comes back empty.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bot.redis_server import answers, find_binary
from bot.supervise import Child, stop_all
from knowledge.tables import connect
from tests.workspace_fixture import BOT_USER, LocalWorkspace
from workers.ledger import Ledger
from workers.request import Request
from workers.state import upgrade

PLACES = (("ben", "@teller"), ("lena", "legal"), ("ada", "general"), ("ben", "retail"), ("ada", "@teller"))
FAULTS = {"fault_429": 0.05, "fault_500": 0.03, "fault_applied": 0.05, "fault_seconds": 3.0, "deliveries": 3}
SWEPT = 90.0  # Seconds after which what was posted twice must be put right.


class Run:
    """One run: its processes, its workspace and its ledger."""

    def __init__(self, folder: Path, *, seed: int) -> None:
        self.folder = folder
        self.workspace = LocalWorkspace(folder / "workspace", settings={"strict": True, "seed": seed, **FAULTS})
        self.sockets = tempfile.TemporaryDirectory(prefix="tf-")
        self.socket = Path(self.sockets.name) / "s"
        state = f"sqlite:///{folder / 'teller.db'}"
        upgrade(state)
        self.engine = connect(state)
        self.ledger = Ledger(self.engine)
        (folder / "lease").write_text("10")
        (folder / "go").touch()
        self.environment = {
            **os.environ, "DATA_DIR": str(folder), "STATE_URL": state, "REDIS_URL": f"redis+socket://{self.socket}",
            "SLACK_BOT_TOKEN": self.workspace.bot_token, "SLACK_APP_TOKEN": self.workspace.app_token,
            "SLACK_API_URL": self.workspace.api_url, "OMP_NUM_THREADS": "1",
        }  # fmt: skip
        self.broker = self.start_broker()
        worker = ["-m", "tests.workers.answering_worker", str(folder), "answer", "--queues", "answer"]
        deliver = ["-m", "celery", "-A", "workers.celery:app", "worker", "--queues", "deliver", "--pool", "threads"]
        self.processes = [
            self.start("bot", "-m", "bot"),
            self.start("answer", *worker, "--concurrency", "2"),
            self.start("deliver", *deliver, "--concurrency", "4", "--hostname", "deliver@%h", "--loglevel", "INFO"),
            self.start("janitor", "-m", "workers.janitor"),
        ]

    def start(self, name: str, *arguments: str) -> Child:
        child = Child(name, [sys.executable, *arguments], self.environment, self.folder / f"{name}.log")
        child.start()
        return child

    def pause(self, seconds: float) -> None:
        """Wait, and start again what has died: some ways to lose the queue end a worker."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for child in self.processes:
                child.revive()
            time.sleep(0.1)

    def start_broker(self) -> "subprocess.Popen[bytes]":
        forgetful = ["--port", "0", "--unixsocket", str(self.socket), "--save", "", "--appendonly", "no"]
        with (self.folder / "redis.log").open("ab") as log:
            broker = subprocess.Popen([find_binary(), *forgetful, "--dir", str(self.folder)], stdout=log, stderr=log)
        while not answers(self.socket):
            time.sleep(0.05)
        return broker

    def kill_broker(self) -> None:
        """Kill the queue, and bring it back without anything in it."""
        self.broker.kill()
        self.broker.wait()
        self.broker = self.start_broker()

    def ask(self, questions: int, *, kills: int) -> dict[tuple[str, str], str]:
        """Ask, about three a second; return what was asked by place."""
        asked: dict[tuple[str, str], str] = {}
        kill_at = {round(questions * (number + 0.5) / kills) for number in range(kills)}
        for number in range(questions):
            person, channel = PLACES[number % len(PLACES)]
            mention = "" if channel == "@teller" else "@Teller "
            sent = self.workspace.act(
                "post", person=person, channel=channel, text=f"{mention}question {number}", files=[], thread_ts=None
            )
            asked[sent["channel"], sent["ts"]] = f"question {number}"
            if number in kill_at:
                self.kill_broker()
            self.pause(0.3)
        return asked

    def settle(self, questions: int, *, seconds: float, say: Any) -> None:
        """Wait until every question is answered, and until what may stand twice was looked at twice."""
        deadline = time.monotonic() + seconds
        last = ""
        while time.monotonic() < deadline:
            rows = self.ledger.rows.all(limit=100_000)
            words = str(dict(Counter(row.state for row in rows)))
            if words != last:
                say(words)
                last = words
            if len(rows) == questions and all(map(_settled, rows)) and not self._contested():
                return
            self.pause(1.0)

    def count(self, asked: dict[tuple[str, str], str]) -> dict[str, Any]:
        """Return how many questions have no answer, more than one, or a wrong one."""
        lost = double = wrong = streamed = 0
        for (channel, ts), question in asked.items():
            said = [each for each in self.workspace.messages(channel, ts) if each["user"] == BOT_USER]
            lost += not said
            double += len(said) > 1
            wrong += any(re.sub(r"\s+", " ", each["text"]) != f"Answer to: {question}" for each in said)
            streamed += any("streaming_state" in each for each in said)
        rows = self.ledger.rows.all(limit=100_000)
        waited = sorted(row.done_at - row.created_at for row in rows if row.done_at)
        return {
            "questions": len(asked),
            "rows": len(rows),
            "lost": lost,
            "double": double,
            "wrong": wrong,
            "streamed": streamed,
            "called_too_early": self.workspace.ask("traffic")["early"],
            "seconds_median": round(waited[len(waited) // 2], 1) if waited else None,
            "seconds_worst": round(waited[-1], 1) if waited else None,
        }

    def close(self) -> None:
        stop_all(self.processes)
        self.broker.kill()
        self.broker.wait()
        self.engine.dispose()
        self.workspace.close()
        self.sockets.cleanup()

    def _contested(self) -> bool:
        with self.engine.connect() as connection:
            query = "SELECT count(*) FROM requests WHERE contested_at > 0 AND post_tried AND checked < 2"
            return bool(connection.exec_driver_sql(query).scalar())


def _settled(row: Request) -> bool:
    return row.state in ("answered", "failed", "cancelled")


def run(
    folder: Path,
    *,
    questions: int,
    kills: int = 2,
    seed: int = 1,
    seconds: float = 1800,
    say: Any = lambda _words: None,
) -> Any:
    """Return what became of so many questions."""
    began = time.monotonic()
    with ExitStack() as stack:
        this = Run(folder, seed=seed)
        stack.callback(this.close)
        this.workspace.wait_for(lambda: this.workspace.ask("state", person="ben")["bot"]["connected"], timeout=120)
        asked = this.ask(questions, kills=kills)
        this.settle(questions, seconds=seconds, say=say)
        return {
            **this.count(asked),
            "queue_killed": kills,
            "restarts": sum(each.restarts for each in this.processes),
            "seconds": round(time.monotonic() - began),
        }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="by default a temporary one")
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = chosen.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        found = run(
            folder, questions=chosen.questions, seed=chosen.seed,
            say=lambda words: sys.stderr.write(f"{words}\n"),
        )  # fmt: skip
    sys.stdout.write(f"{json.dumps(found)}\n")
    return int(any(found[name] for name in ("lost", "double", "wrong")))


if __name__ == "__main__":
    sys.exit(main())
