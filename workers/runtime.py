"""Tell every command where the running processes are: one private file that `teller up` writes."""

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from workers.settings import Settings


@dataclass(frozen=True)
class Runtime:
    """What `teller up` started and the settings that its processes share; seconds are counted from `started_at`."""

    supervisor: int
    started_at: float
    redis_url: str
    slack_api_url: str
    slack_bot_token: str
    slack_app_token: str
    slack_signing_secret: str
    page: str
    logs: str
    page_seconds: float | None = None
    model_seconds: float | None = None


@dataclass(frozen=True)
class Process:
    """One supervised process; `restarts` counts since `teller up`, `ready_seconds` is how long it took to work."""

    name: str
    pid: int
    restarts: int
    log: str
    ready_seconds: float | None = None


def path_of(data: Path) -> Path:
    """Return where the file is for a data folder."""
    return data / "run" / "runtime.json"


def write_runtime(data: Path, runtime: Runtime) -> None:
    """Write the file, readable by its owner only, in one step."""
    path = path_of(data)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(asdict(runtime)), encoding="utf-8")
    draft.replace(path)


def write_processes(data: Path, processes: list[Process]) -> None:
    """Write down the supervised processes."""
    draft = path_of(data).with_name("processes.new")
    draft.write_text(json.dumps([asdict(each) for each in processes]), encoding="utf-8")
    draft.replace(draft.with_suffix(".json"))


def read_processes(data: Path) -> list[Process]:
    """Return the processes that the running supervisor keeps; none when it is gone."""
    path = path_of(data).with_name("processes.json")
    if read_runtime(data) is None or not path.is_file():
        return []
    return [Process(**each) for each in json.loads(path.read_text(encoding="utf-8"))]


def read_runtime(data: Path) -> Runtime | None:
    """Return what runs on this data folder, or None when its supervisor is gone."""
    try:
        runtime = Runtime(**json.loads(path_of(data).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None
    return runtime if is_alive(runtime.supervisor) else None


def is_alive(pid: int) -> bool:
    """Say whether a process exists and is no zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    stat = Path(f"/proc/{pid}/stat")
    return not (
        stat.exists() and stat.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[0] == "Z"
    )


def join_running(settings: Settings) -> tuple[Settings, Runtime | None]:
    """Return the settings that the running processes use, and what runs; unchanged when nothing does."""
    runtime = read_runtime(settings.data)
    if runtime is None:
        return settings, None
    shared = ("redis_url", "slack_api_url", "slack_bot_token", "slack_app_token", "slack_signing_secret")
    return replace(settings, **{name: getattr(runtime, name) for name in shared}), runtime
