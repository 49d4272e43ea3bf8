"""Set up Celery: three queues, ids as the only payload, and nothing that is lost with the broker.

The ledger is the record of what is to be done; the broker only says that there is something to do.
"""

import ssl
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import redis
from celery import Celery, bootsteps
from kombu.connection import Connection
from kombu.entity import Queue
from kombu.exceptions import KombuError
from kombu.pools import producers

from workers.request import Kind
from workers.settings import Settings, read_settings

if TYPE_CHECKING:
    from workers.wiring import Services

QUEUES = ("answer", "index", "deliver")
TASKS: Mapping[Kind, str] = {
    "question": "workers.answer.answer",
    "file": "workers.index.index",
    "reindex": "workers.index.index",
    "removal": "workers.deliver.withdraw",  # It must not wait behind a long file.
    "page": "workers.deliver.show",
    "crawl": "workers.index.index",
    "chart": "workers.deliver.redraw",
    "approval": "workers.deliver.approve",
    "renewal": "workers.answer.renew",  # It takes what answers from the data.
    "field": "workers.deliver.amend",
}
DELIVER = "workers.deliver.deliver"
HEARTBEAT = 5.0

# The bot answers Slack within three seconds, so whoever sends gives up before that.
HASTE = {"socket_connect_timeout": 1, "socket_timeout": 1, "max_retries": 1, "interval_start": 0, "interval_max": 0.1}

FIXED = {
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    "broker_channel_error_retry": True,
    "task_serializer": "json",
    "accept_content": ["json"],
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "task_acks_on_failure_or_timeout": True,  # Trying again is the ledger's business.
    "task_ignore_result": True,
    "task_create_missing_queues": False,
    "task_queues": [Queue(name) for name in QUEUES],  # type: ignore[no-untyped-call]
    "task_routes": {f"workers.{name}.*": {"queue": name} for name in QUEUES},
    "task_default_queue": "deliver",
    "worker_prefetch_multiplier": 1,
    "worker_send_task_events": False,
    "worker_cancel_long_running_tasks_on_connection_loss": False,  # A thread cannot be killed; its claim lapses.
    "enable_utc": True,
    "imports": (
        *(f"workers.{name}" for name in QUEUES),
        "workers.show",
        "workers.redraw",
        "workers.approve",
        "workers.renew",
        "workers.amend",
    ),
}


class Teller(Celery):  # type: ignore[misc] # Celery ships no types.
    """The app; `services` are this process's parts, built from the settings when a task first needs them."""

    @cached_property
    def services(self) -> "Services":
        """Return the parts; a test puts its own here before the worker starts."""
        from workers.wiring import services  # noqa: PLC0415 - brings what a mere sender does not need

        return services()


def broker_url(url: str) -> str:
    """Return the URL of a Redis server as Celery spells it."""
    if not url.startswith("unix:"):
        return url or "redis://127.0.0.1:6379/0"
    parts = urlsplit(url)
    database = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.path}?{urlencode({'virtual_host': database})}"


def redis_client_url(url: str) -> str:
    """Return the URL of a Redis server as redis-py spells it."""
    if not url.startswith("redis+socket:"):
        return url or "redis://127.0.0.1:6379/0"
    parts = urlsplit(url)
    database = parse_qs(parts.query).get("virtual_host", ["0"])[0]
    return f"unix://{parts.path}?{urlencode({'db': database})}"


def options(settings: Settings) -> dict[str, Any]:
    """Return the part of the configuration that the settings decide."""
    url = broker_url(settings.redis_url)
    return {
        "broker_url": url,
        "broker_use_ssl": {"ssl_cert_reqs": ssl.CERT_REQUIRED} if url.startswith("rediss:") else None,
        "broker_transport_options": {
            "visibility_timeout": 900,  # The same for every worker: each restores everybody's messages by its own.
            "unacked_restore_interval": 5,
            "unacked_restore_throttle": 1,
            "socket_timeout": 30,
            "socket_connect_timeout": 5,
            "socket_keepalive": not url.startswith("redis+socket:"),
            "health_check_interval": 10,
            "retry_on_timeout": True,
            "global_keyprefix": "teller:",
        },
    }


app = Teller("teller")
app.conf.update(FIXED)
app.add_defaults(lambda: options(read_settings()))


def configure(settings: Settings) -> None:
    """Use these settings rather than the environment's; before anything is sent."""
    app.conf.update(options(settings))


def enqueue(id: str, kind: Kind) -> bool:  # noqa: A002 - the name that the table and Slack's payloads use
    """Tell the workers of a request; False when the broker could not be told, and the janitor will."""
    return send(TASKS[kind], id)


def send(task: str, id: str) -> bool:  # noqa: A002
    """Send a request's id to a task within about two seconds; False when that fails."""
    try:
        with producers[_hasty()].acquire(block=True, timeout=2) as producer:
            app.send_task(task, kwargs={"v": 1, "id": id}, producer=producer, retry=False)
    except (KombuError, redis.RedisError, OSError):
        return False
    return True


def _hasty() -> Connection:
    patient = app.conf.broker_transport_options
    return Connection(  # type: ignore[no-untyped-call]
        app.conf.broker_write_url, ssl=app.conf.broker_use_ssl, transport_options={**patient, **HASTE}
    )


def workers_listen() -> bool:
    """Return whether any worker answers within a second."""
    try:
        with _hasty() as connection:
            return bool(app.control.ping(timeout=1.0, connection=connection))
    except (KombuError, redis.RedisError, OSError):
        return False


def beat_path(data: Path, name: str) -> Path:
    """Return the file that the process `name` touches for as long as it makes progress."""
    return data / "run" / f"{name}.alive"


def beating(path: Path) -> Callable[[], None]:
    """Return what touches the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.touch


def silent_for(path: Path) -> float | None:
    """Return for how many seconds a process has been silent; None when it was never heard."""
    return max(0.0, time.time() - path.stat().st_mtime) if path.exists() else None


class Beat(bootsteps.StartStopStep):  # type: ignore[misc] # As above.
    """Touch a file from the loop that consumes messages: a process that stalls there falls silent."""

    requires = ("celery.worker.components:Timer",)

    def start(self, worker: Any) -> None:
        """Begin to beat."""
        self.beat = beating(beat_path(read_settings().data, worker.hostname.partition("@")[0]))
        self.beat()
        self.entry = worker.timer.call_repeatedly(HEARTBEAT, self.beat, priority=10)

    def stop(self, worker: Any) -> None:
        """Stop beating."""
        self.entry.cancel()


app.steps["worker"].add(Beat)
