"""Have a request from the command line carried out: by running workers when there are any, else in this process."""

import sys
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from bot import cli_models
from knowledge.errors import TransientError, UnavailableError
from knowledge.tables import connect
from workers.celery import configure, enqueue, workers_listen
from workers.ledger import Ledger
from workers.request import Kind, Request
from workers.runtime import join_running
from workers.settings import Settings
from workers.state import upgrade

if TYPE_CHECKING:
    from workers.wiring import Services

TEAM = "cli"
FINISHED = ("answered", "failed", "cancelled")
PATIENCE = {"question": 15 * 60.0, "file": 3600.0, "reindex": 24 * 3600.0, "crawl": 24 * 3600.0}


@dataclass(frozen=True)
class Asker:
    """Who asks from the command line, and where: ids, empty when not given."""

    user: str = ""
    channel: str = ""


class Desk:
    """Where the command line hands in its requests and waits for them."""

    def __init__(self, settings: Settings, *, in_process: bool = False, say: Callable[[str], None]) -> None:
        self.settings, runtime = join_running(settings)
        upgrade(self.settings.state)
        configure(self.settings)
        self.say = say
        self.engine = connect(self.settings.state)
        self.ledger = Ledger(self.engine)
        reachable = bool(runtime or self.settings.redis_url) and not in_process
        self.workers = reachable and (runtime is not None or workers_listen())
        self._services: Services | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._services is not None:
            self._services.close()
        self.engine.dispose()

    def record(self, kind: Kind, asker: Asker, *, text: str = "", detail: dict[str, Any] | None = None) -> str:
        """Write a request into the ledger, tell the workers, and return its id."""
        received = self.ledger.receive(
            kind=kind,
            team=TEAM,
            channel=asker.channel,
            channel_type="cli",
            message_ts=f"{time.time():.6f}",
            user=asker.user,
            text=text,
            detail=detail,
        )
        if received.id is None:
            raise TransientError("The ledger did not take the request.")
        if self.workers:
            enqueue(received.id, kind)
        return received.id

    def carry_out(
        self, kind: Kind, asker: Asker, *, text: str = "", detail: dict[str, Any] | None = None
    ) -> tuple[Request, dict[str, Any]]:
        """Return the finished request and its reply.

        Raises:
            UnavailableError: nobody finished it in time.
        """
        id_ = self.record(kind, asker, text=text, detail=detail)
        if self.workers:
            request = self._await(id_, PATIENCE[kind])
        else:
            services = self._parts()
            with ThreadPoolExecutor(1) as one:
                work = one.submit(_work, id_, services)
                request = self._await(id_, PATIENCE[kind], work)
        self.say("")
        return request, request.reply or {}

    def _parts(self) -> "Services":
        if self._services is None:
            from workers.wiring import build  # Brings the index and the models.

            cli_models.require(self.settings)
            self._services = build(self.settings)
        return self._services

    def _await(self, id_: str, patience: float, work: "Future[None] | None" = None) -> Request:
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            request = self.ledger.get(id_)
            if request is not None and request.state in FINISHED:
                return request
            if work is not None and work.done():
                work.result()
            if request is not None:
                self.say(request.stage or self._place(request))
            time.sleep(0.2)
        raise UnavailableError("Nobody finished this in time: see `teller status`.")

    def _place(self, request: Request) -> str:
        ahead = self.ledger.ahead(request.id) if request.state in ("received", "queued") else 0
        return f"{ahead} ahead" if ahead else "waiting"


def _work(id_: str, services: "Services") -> None:
    """Do what the workers would, until the request is finished."""
    from workers.answer import answer_request
    from workers.deliver import deliver_reply
    from workers.index import index_step

    ledger = services.ledger
    while (request := ledger.get(id_)) is not None and request.state not in FINISHED:
        if request.state == "ready":
            deliver_reply(id_, ledger, services.slack)
        elif request.kind == "question":
            answer_request(id_, services)
        else:
            index_step(id_, services)
        ledger.backlog.fail_hopeless()
        time.sleep(0.05)


def stage_line(*, quiet: bool) -> Callable[[str], None]:
    """Return what shows one line of progress on a terminal and nothing elsewhere."""
    if quiet or not sys.stderr.isatty():
        return lambda _words: None
    return lambda words: print(f"\r\033[K{words}", end="", file=sys.stderr, flush=True)
