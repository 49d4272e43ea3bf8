"""Start everything on one computer and keep it running."""

import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import FrameType
from urllib.error import URLError
from urllib.request import urlopen

from bot import redis_server
from bot.supervise import Child, read_procfile, stop_all
from knowledge.errors import UnavailableError, UserError
from workers.celery import beat_path, silent_for
from workers.runtime import Process, Runtime, path_of, read_runtime, write_processes, write_runtime
from workers.settings import Settings, environment_of
from workers.state import upgrade

PROCFILE = Path(__file__).resolve().parent.parent / "Procfile"
MANIFEST = Path(__file__).resolve().parent / "manifest.yaml"
LOCAL_PORT = 8200
SAMPLE_ROLES = "{U0LENA0001: lawyer}"  # Of the people in the local workspace; all others are what Slack says.


class House:
    """All processes of a laptop: queue, local workspace, bot, workers, janitor."""

    def __init__(
        self,
        settings: Settings,
        *,
        port: int = LOCAL_PORT,
        began: float | None = None,
        say: Callable[[str], None] = print,
    ) -> None:
        self.settings = settings
        self.began = time.time() if began is None else began
        self.port = port
        self.say = say
        self.children: list[Child] = []
        self.page = ""
        self._errands: list[Child] = []
        self._stopping = False
        self._ready: dict[str, float] = {}
        self._page_seconds: float | None = None
        self._runtime: Runtime | None = None

    def start(self) -> None:
        """Start every process, the page first.

        Raises:
            UserError: something needed is missing, or it runs already.
        """
        running = read_runtime(self.settings.data)
        if running:
            raise UserError(f"Teller already runs here (process {running.supervisor}, {running.page or 'real Slack'}).")
        self.settings.data.mkdir(parents=True, exist_ok=True)
        if not self.settings.slack_bot_token:
            self._start_workspace()
        if not self.settings.redis_url:
            self._start_redis()
        upgrade(self.settings.state)
        self._runtime = Runtime(
            supervisor=os.getpid(),
            started_at=self.began,
            redis_url=self.settings.redis_url,
            slack_api_url=self.settings.slack_api_url,
            slack_bot_token=self.settings.slack_bot_token,
            slack_app_token=self.settings.slack_app_token,
            slack_signing_secret=self.settings.slack_signing_secret,
            page=self.page,
            logs=str(self.settings.data / "logs"),
            page_seconds=self._page_seconds,
        )
        write_runtime(self.settings.data, self._runtime)
        for name, command in read_procfile(PROCFILE).items():
            self._spawn(name, command)
        self._note_processes()

    def errand(self, name: str, command: list[str]) -> None:
        """Run a command once, in the background of everything else; its log is named like a process's."""
        self._errands.append(self._child(name, ["nice", "-n", "15", *command]))

    def watch(self) -> None:
        """Revive what dies until a signal asks to stop."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        while not self._stopping:
            for child in self.children:
                if child.revive():
                    self.say(f"{child.name} had stopped and was started again; see {child.log}")
                    self._note_processes()
            if self._note_ready():
                self._note_processes()
            self._note_model()
            time.sleep(0.3)

    def close(self) -> None:
        """Stop every process and forget that they ran."""
        redis = [child for child in self.children if child.name == "redis"]
        stop_all([child for child in self._errands if child.alive])
        stop_all([child for child in self.children if child.name != "redis"])
        stop_all(redis)  # Last, so that workers can still hand their tasks back.
        path_of(self.settings.data).unlink(missing_ok=True)

    def _note_ready(self) -> bool:
        """Note who has begun to show progress; False when nobody else has."""
        fresh = False
        for child in self.children:
            if child.name in self._ready:
                continue
            silent, age = silent_for(beat_path(self.settings.data, child.name)), time.monotonic() - child.started_at
            if silent is not None and silent < age:
                self._ready[child.name] = round(age - silent, 1)
                fresh = True
        return fresh

    def _note_model(self) -> None:
        """Note once when the model could answer; a worker that is started again later changes nothing of it."""
        path = beat_path(self.settings.data, "model")
        if self._runtime is None or self._runtime.model_seconds is not None or not path.exists():
            return
        seconds = path.stat().st_mtime - self.began
        if seconds >= 0:  # An older one is of the start before.
            self._runtime = replace(self._runtime, model_seconds=round(seconds, 1))
            write_runtime(self.settings.data, self._runtime)

    def _note_processes(self) -> None:
        write_processes(
            self.settings.data,
            [
                Process(
                    each.name,
                    each.process.pid if each.process else 0,
                    each.restarts,
                    str(each.log),
                    self._ready.get(each.name),
                )
                for each in self.children
            ],
        )

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _spawn(self, name: str, command: list[str]) -> Child:
        child = self._child(name, command)
        self.children.append(child)
        return child

    def _child(self, name: str, command: list[str]) -> Child:
        log = self.settings.data / "logs" / f"{name}.log"
        command = [sys.executable if word == "python" else word for word in command]
        child = Child(name, command, environment_of(self.settings), log)
        child.start()
        return child

    def _start_redis(self) -> None:
        redis_server.stop_leftover(self.settings.data)
        command, url = redis_server.command(self.settings.data)
        child = self._spawn("redis", command)
        path = redis_server.socket_folder(self.settings.data) / "redis.sock"
        self._wait(child, lambda: redis_server.answers(path), "the queue")
        self.settings = replace(self.settings, redis_url=url)

    def _start_workspace(self) -> None:
        folder = self.settings.data / "workspace"
        if _taken(self.port):
            raise UserError(f"Port {self.port} is taken: `teller up --port N` takes another.")
        page = f"http://127.0.0.1:{self.port}/"
        command = ["python", "-m", "bot.workspace", "--port", str(self.port), "--folder", str(folder)]
        command += ["--manifest", str(MANIFEST)]  # The bot is granted and told here what Slack would grant and tell.
        child = self._spawn("workspace", command)
        self._wait(child, lambda: _responds(page), "the local workspace")
        self._page_seconds = round(time.time() - self.began, 1)
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self.settings = replace(
            self.settings,
            slack_api_url=f"{page}api/",
            slack_bot_token=config["bot_token"],
            slack_app_token=config["app_token"],
            slack_signing_secret=config["signing_secret"],
            roles=self.settings.roles or SAMPLE_ROLES,
        )
        self.page = page

    def _wait(self, child: Child, ready: Callable[[], bool], what: str, *, seconds: float = 60.0) -> None:
        began = time.monotonic()
        deadline, told = began + seconds, False
        while not ready():
            if not told and time.monotonic() - began > 1.0:
                self.say(f"Waiting for {what} …")
                told = True
            if not child.alive or time.monotonic() > deadline:
                raise UnavailableError(f"Cannot start {what}: the reason is at the end of {child.log}")
            time.sleep(0.05)
        self._ready[child.name] = round(time.monotonic() - child.started_at, 1)


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _responds(url: str) -> bool:
    try:
        with urlopen(url, timeout=2) as answer:  # noqa: S310 - an address on this machine
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False
