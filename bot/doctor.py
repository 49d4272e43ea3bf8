"""Look at every part of Teller, and say how to mend what is wrong."""

import hashlib
import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import redis
import yaml
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from sqlalchemy import inspect
from sqlalchemy.exc import SQLAlchemyError

from bot.cli_models import needed
from knowledge.errors import TellerError
from knowledge.models.weights import path_of
from knowledge.tables import connect
from workers.celery import beat_path, redis_client_url, silent_for
from workers.ledger import Ledger
from workers.runtime import Runtime, is_alive, read_processes
from workers.settings import Settings
from workers.state import revisions

MANIFEST = Path(__file__).parent / "manifest.yaml"
STALLED = 60.0  # Seconds without a sign of progress.
WAITED = 300.0
CLOCK = 60.0  # Slack takes signed requests that are at most five minutes old.
GIB = 2**30
DISK, MEMORY = 2 * GIB, 2 * GIB
RUNS = ("bot", "answer", "index", "deliver", "janitor")


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look found; `mend` is what to do when it is not `ok`."""

    part: str
    ok: bool
    words: str
    mend: str = ""


@dataclass(frozen=True)
class Doctor:
    """The checks of one installation; `settings` are those that the running processes share."""

    settings: Settings
    runtime: Runtime | None
    clock: Callable[[], float] = time.time
    disk: int = DISK
    memory: int = MEMORY

    def look(self) -> Iterator[Finding]:
        """Yield what every check finds, most basic first."""
        for check in (
            self.machine, self.secrets, self.weights, self.state, self.bank, self.queue, self.processes, self.progress,
            self.index, self.slack,
        ):  # fmt: skip
            yield from check()

    def machine(self) -> Iterator[Finding]:
        """Look at cores, memory and disk."""
        cores = os.cpu_count() or 1
        yield Finding("cores", cores >= 2, f"{cores}", "Two cores are the least: or set MODEL_URL to a model server.")
        free = _available_memory()
        small = "Close other programs, or set MODEL_NAME=smollm2-135m, or MODEL_URL to a model server."
        if self.runtime is None:  # Once it runs, what it has taken counts no more as free.
            yield Finding("memory", free >= self.memory, f"{free / GIB:.1f} GiB available", small)
        place = next(each for each in (self.settings.data, *self.settings.data.parents) if each.exists())
        room = shutil.disk_usage(place).free
        full = f"Free some space at {place}, or move DATA_DIR to a larger disk."
        yield Finding("disk", room >= self.disk, f"{room / GIB:.1f} GiB free at {place}", full)

    def secrets(self) -> Iterator[Finding]:
        """Look at who may read the file with the tokens."""
        path = Path(".env").resolve()
        if path.is_file():
            mode = stat.S_IMODE(path.stat().st_mode)
            yield Finding("secrets", not mode & 0o077, f"{path} is {mode:o}", f"chmod 600 {path}")

    def weights(self) -> Iterator[Finding]:
        """Look for the weights that the settings name."""
        for name in needed(self.settings):
            here = path_of(name, self.settings.cache)
            words = "here" if here else f"missing or changed in {self.settings.cache}"
            yield Finding(f"weights {name}", here is not None, words, f"teller models pull {name}")

    def state(self) -> Iterator[Finding]:
        """Look at Teller's own database and its tables."""
        engine = connect(self.settings.state)
        try:
            there, wanted = revisions(engine)
        except TellerError as error:
            mend = "Start the database that STATE_URL names, and check its user and password."
            yield Finding("state", False, str(error), mend)
        else:
            mend = "teller migrate" if there != "unknown" else "Install the Teller that wrote this database."
            yield Finding("state", there == wanted, f"tables at {there or 'nothing'}, this Teller's {wanted}", mend)
        finally:
            engine.dispose()

    def bank(self) -> Iterator[Finding]:
        """Look at the bank's data."""
        seed = "teller bank seed" if not self.settings.bank_url else "Check BANK_URL, and that its database runs."
        place = self.settings.bank.partition("///")[2]
        if self.settings.bank.startswith("sqlite") and not Path(place).is_file():
            yield Finding("bank", False, f"there is no {place}", seed)
            return
        engine = connect(self.settings.bank)
        try:
            tables = inspect(engine).get_table_names()
            yield Finding("bank", bool(tables), f"{len(tables)} tables", seed)
        except SQLAlchemyError as error:
            yield Finding("bank", False, f"cannot be read ({type(error).__name__})", seed)
        finally:
            engine.dispose()

    def queue(self) -> Iterator[Finding]:
        """Look at the queue: that it answers, keeps what it is told, and throws nothing away."""
        if not self.settings.redis_url:
            yield Finding("queue", False, "not running", "teller up")
            return
        start = "teller up" if self.runtime else "Start the server that REDIS_URL names."
        client = redis.Redis.from_url(
            redis_client_url(self.settings.redis_url), socket_timeout=3, socket_connect_timeout=3
        )
        try:
            policy = str(_config(client, "maxmemory-policy"))
            keeps = str(_config(client, "appendonly")) == "yes"
        except redis.RedisError as error:
            yield Finding("queue", False, f"does not answer ({type(error).__name__})", start)
            return
        finally:
            client.close()
        evicts = "redis-cli config set maxmemory-policy noeviction"
        yield Finding("queue", policy == "noeviction", f"answers; when full: {policy}", evicts)
        yield Finding("queue file", keeps, "append-only" if keeps else "keeps nothing over a restart",
                      "redis-cli config set appendonly yes")  # fmt: skip

    def processes(self) -> Iterator[Finding]:
        """Look whether each process lives and makes progress."""
        if self.runtime is None:
            beats = {name: silent_for(beat_path(self.settings.data, name)) for name in RUNS}
            if not any(silent is not None and silent < STALLED for silent in beats.values()):
                yield Finding("processes", False, "Teller does not run here", "teller up")
            return
        for each in read_processes(self.settings.data):
            silent = silent_for(beat_path(self.settings.data, each.name)) or 0.0
            if not is_alive(each.pid):
                yield Finding(f"process {each.name}", False, "has died", f"The reason is at the end of {each.log}")
            elif silent > STALLED:
                yield Finding(f"process {each.name}", False, f"silent for {silent:.0f} s", f"kill -9 {each.pid}")
            else:
                yield Finding(f"process {each.name}", True, f"runs, {each.restarts} restarts")

    def progress(self) -> Iterator[Finding]:
        """Look how long the oldest question has waited."""
        engine = connect(self.settings.state)
        try:
            waited = Ledger(engine, clock=self.clock).oldest_waiting()
        except TellerError:
            return  # Said above, where the database is looked at.
        finally:
            engine.dispose()
        words = f"the oldest question has waited {waited:.0f} s" if waited else "no question waits"
        yield Finding(
            "progress", waited < WAITED, words, "teller status shows which process stands still, and its log."
        )

    def index(self) -> Iterator[Finding]:
        """Look whether the index is what its manifest says, and made by the embedder in use."""
        folder = self.settings.data / "library" / "index"
        pointer = folder / "current"
        if not pointer.is_file():
            yield Finding("index", True, "none yet: no document was read")
            return
        from knowledge.documents.snapshot import Manifest  # noqa: PLC0415 - brings the index

        held = folder / pointer.read_text(encoding="utf-8").strip()
        try:
            manifest = Manifest.read(held / "manifest.json")
        except (TellerError, OSError) as error:
            yield Finding("index", False, f"no manifest ({error})", "teller reindex")
            return
        bad = [name for name, (size, digest) in manifest.files.items() if not _is(held / name, size, digest)]
        words = f"{', '.join(bad)} changed or missing" if bad else f"{len(manifest.documents)} documents, as published"
        yield Finding("index", not bad, words, "teller reindex")
        made = manifest.embedder.rpartition("/")[2]
        same = Path(self.settings.embedder).name in made or made in self.settings.embedder
        yield Finding("embedder", same, f"index by {made}, in use {self.settings.embedder}", "teller reindex")

    def slack(self) -> Iterator[Finding]:
        """Look whether Slack takes the tokens, with the scopes of the manifest, and whether the clocks agree."""
        if not self.settings.slack_bot_token:
            yield Finding("slack", True, "the local workspace, once `teller up` has started it")
            return
        client = WebClient(self.settings.slack_bot_token, base_url=self.settings.slack_api_url, timeout=10)
        try:
            known = client.auth_test()
        except SlackApiError as error:
            mend = "Copy the bot token of the app (OAuth & Permissions) into SLACK_BOT_TOKEN."
            yield Finding("slack token", False, f"Slack says {error.response.get('error')}", mend)
            return
        except (SlackClientError, OSError) as error:
            mend = "Check the network, a proxy, and SLACK_API_URL; without Slack tokens: teller up"
            yield Finding("slack", False, f"cannot be reached ({error})", mend)
            return
        headers = {name.lower(): value for name, value in known.headers.items()}
        yield Finding("slack token", True, f"{known.get('user')} in {known.get('team')}")
        yield from self._scopes(str(headers.get("x-oauth-scopes") or ""))
        yield from self._clocks(str(headers.get("date") or ""))
        yield from self._app_token()

    def _scopes(self, granted: str) -> Iterator[Finding]:
        wanted = set(yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))["oauth_config"]["scopes"]["bot"])
        missing = sorted(wanted - {each.strip() for each in granted.split(",")})
        mend = f"Paste {MANIFEST} at api.slack.com/apps (App Manifest) and reinstall the app."
        yield Finding("slack scopes", not missing, f"missing: {', '.join(missing)}" if missing else "all granted", mend)

    def _clocks(self, date: str) -> Iterator[Finding]:
        if date:
            off = abs(self.clock() - parsedate_to_datetime(date).timestamp())
            yield Finding("clock", off < CLOCK, f"{off:.0f} s from Slack's", "sudo timedatectl set-ntp true")

    def _app_token(self) -> Iterator[Finding]:
        token = self.settings.slack_app_token
        if not token:
            ok = bool(self.settings.slack_signing_secret)
            mend = "Set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP."
            yield Finding("slack events", ok, "over HTTP" if ok else "no way to hear them", mend)
            return
        try:
            WebClient(base_url=self.settings.slack_api_url, timeout=10).apps_connections_open(app_token=token)
        except (SlackClientError, OSError) as error:
            mend = "Make an app-level token with connections:write (Basic Information) for SLACK_APP_TOKEN."
            yield Finding("slack events", False, f"no Socket Mode ({_code(error)})", mend)
        else:
            yield Finding("slack events", True, "over Socket Mode")


def _available_memory() -> int:
    path = Path("/proc/meminfo")
    if path.is_file():
        for line in path.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable"):
                return int(line.split()[1]) * 1024
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _config(client: "redis.Redis", name: str) -> Any:
    found: Any = client.config_get(name)
    return found.get(name)


def _code(error: Exception) -> str:
    return str(error.response.get("error")) if isinstance(error, SlackApiError) else type(error).__name__


def _is(path: Path, size: int, digest: str) -> bool:
    if not path.is_file() or path.stat().st_size != size:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == digest
