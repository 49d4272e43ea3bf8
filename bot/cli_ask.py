"""`teller ask`, `ingest` and `reindex`: through running workers when there are any, else in this process."""

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot import cli_models
from bot.cli_people import channel_id, user_id
from knowledge.errors import TransientError, UnavailableError, UnreadableFileError, UserError
from knowledge.tables import connect
from knowledge.types import PUBLIC, Answer, Citation, Receipt
from workers.celery import configure, enqueue, workers_listen
from workers.ledger import Ledger
from workers.request import Kind, Request
from workers.runtime import join_running
from workers.settings import Settings
from workers.state import upgrade

if TYPE_CHECKING:
    from workers.wiring import Services

SAMPLES = Path(__file__).resolve().parent.parent / "knowledge" / "samples"
SAMPLE_CHANNEL = "legal"
PATIENCE = 15 * 60.0


@dataclass(frozen=True)
class Asker:
    """Who asks from the command line, and where: ids, empty when not given."""

    user: str
    channel: str


def ask(options: argparse.Namespace, settings: Settings) -> int:
    """Ask one question and print the answer."""
    settings, running = _join(settings, in_process=options.in_process)
    asker = Asker(user_id(settings, options.person), channel_id(settings, options.channel))
    say = _stage_line(quiet=options.json)
    if running:
        request = _await(settings, _record(settings, "question", asker, text=options.question), say)
        reply = request.reply or {}
        if request.state != "answered" or reply.get("type") != "answer":
            raise UserError(f"{reply.get('text') or request.error or request.state} (reference {request.reference})")
        answer = Answer.from_json({name: value for name, value in reply.items() if name != "type"})
    else:
        answer = _answer_here(settings, asker, options.question, say)
    say("")
    print(json.dumps(answer.to_json(), ensure_ascii=False) if options.json else as_text(answer))
    return 0


def ingest(options: argparse.Namespace, settings: Settings) -> int:
    """Read files into the library and print their receipts; the status is 1 when one could not be read."""
    settings, running = _join(settings, in_process=options.in_process)
    asker = Asker("", channel_id(settings, options.channel))
    say = _stage_line(quiet=options.json)
    results = []
    with _Reader(settings, asker, say, running=running) as read:
        for path in [Path(name).expanduser().resolve() for name in options.paths]:
            try:
                results.append(read(path).to_json())
            except UserError as error:
                reason = getattr(error, "reason", "failed")
                results.append({"name": path.name, "error": str(error), "reason": reason})
            say("")
            if not options.json:
                print(_receipt_line(results[-1]))
    if options.json:
        print(json.dumps({"receipts": results}, ensure_ascii=False))
    return int(any("error" in each for each in results))


def ingest_samples(settings: Settings) -> None:
    """Queue the sample documents, once: contracts for #legal, product sheets for everybody."""
    mark = settings.data / "samples-queued"
    if mark.exists():
        return
    legal = Asker("", channel_id(settings, SAMPLE_CHANNEL))
    for path in sorted(SAMPLES.glob("*.pdf")):
        asker = Asker("", "") if path.name.startswith("Fjordbank") else legal
        _record(settings, "file", asker, detail={"path": str(path), "name": path.name})
    mark.touch()


def reindex(options: argparse.Namespace, settings: Settings) -> int:
    """Read every document again and switch to the new index when all is done."""
    settings, running = _join(settings, in_process=options.in_process)
    say = _stage_line(quiet=options.json)
    if running:
        request = _await(settings, _record(settings, "reindex", Asker("", "")), say, patience=24 * 3600.0)
        if request.state != "answered":
            raise UserError((request.reply or {}).get("text") or request.error or request.state)
        report = request.reply or {}
    else:
        from workers.index import reindex_here  # Loads the index and the embedder.

        with _services(settings) as services:
            report = reindex_here(services, say)
    say("")
    print(json.dumps(report, ensure_ascii=False) if options.json else report.get("text", "Done."))
    return 0


def as_text(answer: Answer) -> str:
    """Return the answer as a terminal shows it."""
    lines = [answer.text]
    shown = answer.citations or answer.nearest
    if shown:
        lines += ["", "Sources" if answer.citations else "Nearest passages"]
        lines += [f"[{number}] {_source(each)}" for number, each in enumerate(shown, start=1)]
    if answer.hidden_sources:
        lines += ["", f"{answer.hidden_sources} source(s) hidden here."]
    return "\n".join(lines)


def _source(citation: Citation) -> str:
    quote = " ".join(citation.quote.split())
    return f"{citation.document}, page {citation.page}: “{quote}”"


def _receipt_line(result: dict[str, Any]) -> str:
    if "error" in result:
        return f"{result['name']}: {result['error']}"
    without = f", {len(result['empty_pages'])} without text" if result["empty_pages"] else ""
    return f"{result['name']}: {result['pages']} pages{without}, {result['chunks']} passages"


def _join(settings: Settings, *, in_process: bool) -> tuple[Settings, bool]:
    """Return the settings to work with and whether workers run that will do it."""
    settings, runtime = join_running(settings)
    upgrade(settings.state)
    if in_process or not (runtime or settings.redis_url):
        return settings, False
    configure(settings)
    return settings, runtime is not None or workers_listen()


def _record(
    settings: Settings, kind: Kind, asker: Asker, *, text: str = "", detail: dict[str, Any] | None = None
) -> str:
    engine = connect(settings.state)
    try:
        received = Ledger(engine).receive(
            kind=kind,
            team="cli",
            channel=asker.channel,
            channel_type="cli",
            message_ts=f"{time.time():.6f}",
            item=str((detail or {}).get("path", ""))[-64:],
            user=asker.user,
            text=text,
            detail=detail,
        )
    finally:
        engine.dispose()
    if received.id is None:
        raise TransientError("The ledger did not take the request.")
    configure(settings)
    enqueue(received.id, kind)
    return received.id


def _await(settings: Settings, id_: str, say: Callable[[str], None], *, patience: float = PATIENCE) -> Request:
    engine = connect(settings.state)
    ledger = Ledger(engine)
    deadline = time.monotonic() + patience
    try:
        while time.monotonic() < deadline:
            request = ledger.get(id_)
            if request is None or request.state in ("answered", "failed", "cancelled"):
                break
            ahead = ledger.ahead(id_) if request.state in ("received", "queued") else 0
            say(request.stage or (f"{ahead} ahead" if ahead else "waiting for a worker"))
            time.sleep(0.2)
    finally:
        engine.dispose()
    if request is None or request.state not in ("answered", "failed", "cancelled"):
        raise UnavailableError("No worker finished this in time: see `teller status`.")
    return request


class _services:  # noqa: N801 - reads as a verb after `with`
    """The parts of this process, closed at the end."""

    def __init__(self, settings: Settings) -> None:
        cli_models.require(settings)
        self.settings = settings

    def __enter__(self) -> "Services":
        from workers.wiring import build  # Brings the index and the models.

        self.services = build(self.settings)
        return self.services

    def __exit__(self, *_: object) -> None:
        self.services.close()


def _answer_here(settings: Settings, asker: Asker, text: str, say: Callable[[str], None]) -> Answer:
    from knowledge.types import Question
    from workers.audience import audience_from_shell

    with _services(settings) as services:
        audience = audience_from_shell(services.slack, user=asker.user, channel=asker.channel)
        return services.assistant.answer(Question(text, audience), on_stage=say)


class _Reader:
    """Read one file after the other, by the workers or here."""

    def __init__(self, settings: Settings, asker: Asker, say: Callable[[str], None], *, running: bool) -> None:
        self.settings = settings
        self.asker = asker
        self.say = say
        self.here = None if running else _services(settings)

    def __enter__(self) -> Callable[[Path], Receipt]:
        if self.here is None:
            return self._by_workers
        self.services = self.here.__enter__()
        return self._in_process

    def __exit__(self, *error: object) -> None:
        if self.here is not None:
            self.here.__exit__(*error)

    def _by_workers(self, path: Path) -> Receipt:
        _readable(path)
        detail = {"path": str(path), "name": path.name}
        request = _await(self.settings, _record(self.settings, "file", self.asker, detail=detail), self.say)
        reply = request.reply or {}
        if reply.get("type") != "receipt":
            raise UnreadableFileError(reply.get("text") or request.error, reason=reply.get("reason", "failed"))
        return Receipt.from_json({name: reply[name] for name in Receipt.__dataclass_fields__})

    def _in_process(self, path: Path) -> Receipt:
        _readable(path)
        library = self.services.library
        self.say(f"reading {path.name}")
        document = library.keep(path)
        receipt = library.read(document, name=path.name)
        while left := library.embed(document):
            self.say(f"{path.name}: {left} passages to go")
        library.publish()
        library.place(document, self.asker.channel or PUBLIC, name=path.name)
        return receipt


def _readable(path: Path) -> None:
    if not path.is_file():
        raise UserError(f"There is no file {path}.")


def _stage_line(*, quiet: bool) -> Callable[[str], None]:
    """Return what shows one line of progress on a terminal and nothing elsewhere."""
    if quiet or not sys.stderr.isatty():
        return lambda _words: None
    return lambda words: print(f"\r\033[K{words}", end="", file=sys.stderr, flush=True)
