"""Write the index: read dropped files, rebuild, remove; in short steps, by one process.

Each step claims the request, does a little, saves how far it came and gives the request back, so that a worker
that dies loses one step and a long file never keeps others waiting.
"""

import logging
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knowledge.documents.places import Places
from knowledge.errors import UnavailableError, UnreadableFileError
from knowledge.types import Receipt
from workers.answer import deliver_soon
from workers.attempt import Attempt
from workers.audience import audience_of, audience_words, places_of_upload
from workers.celery import app, send
from workers.crawl import crawl
from workers.download import download
from workers.posting import MISSING
from workers.progress import Progress, tell
from workers.removal import hide
from workers.request import Claim, Request
from workers.slack import SlackRefusedError
from workers.steps import Steps

if TYPE_CHECKING:
    from knowledge.documents.library import Library
    from knowledge.documents.stock import Rehearsal
    from workers.wiring import Services

log = logging.getLogger(__name__)

BATCH = 200  # Chunks embedded in one step: about four seconds on two cores.
STEP_SECONDS = 15.0
LONG, TOLD = 30, 10  # Pages of a file whose reading is told as it goes, and after how many each time.
NOW = 0.0
WHILE_READ = 10.0  # Seconds until a document that is being read for another file is looked at again.
GONE = ("file_not_found", "file_deleted")


@app.task  # type: ignore[untyped-decorator, unused-ignore]
def index(*, v: int, id: str) -> None:  # noqa: A002 - the payload's version and the request
    """Do the next step of a request; running twice does it once."""
    if v == 1:
        index_step(id, app.services)


def index_step(id: str, services: "Services") -> None:  # noqa: A002
    """Do the next step of a file, a removal or a reindexing that is due, unless somebody else does.

    The work returns the seconds until its next step, or None when there is none.
    """
    ledger = services.ledger
    claim = ledger.claim(id)
    if claim is None:
        return
    work = {"file": _file, "removal": _removal, "reindex": _reindex, "crawl": crawl}[claim.request.kind]
    pause: float | None = None
    with Attempt(ledger, claim), Progress(services.slack, ledger, claim) as progress:
        pause = work(claim, services, progress.stage)
    if pause is None:
        deliver_soon(id, services)
    elif ledger.release(claim, after=pause) and not pause and send("workers.index.index", id):
        ledger.enqueued(id)


def _file(claim: Claim, services: "Services", say: Callable[[str], None]) -> float | None:
    request, library = claim.request, services.library
    try:
        if "document" not in request.detail:
            return _take_in(claim, services, say)
    except UnreadableFileError as error:
        reply = {"type": "unreadable", "reason": error.reason, "text": str(error), "name": _name(request)}
        services.ledger.ready(claim, reply)
        return None
    receipt = Receipt.from_json(request.detail["receipt"])
    left = library.embed(receipt.document_id, limit=BATCH)
    say(f"Reading {receipt.name}, embedding {_percent(receipt.chunks - left, receipt.chunks)} %")
    if left:
        return NOW
    library.publish()
    places = places_of_upload(request)
    file_id = "" if request.channel_type == "cli" else request.item
    for place in places:
        library.place(receipt.document_id, place, file_id=file_id, user=request.user, name=receipt.name)
    if receipt.document_id not in Places(services.engine).placed():
        library.purge(receipt.document_id)  # The file was deleted in the meantime.
        services.ledger.abandon(claim)
        return None
    words = {"places": list(places), "audience_words": audience_words(request), "standing": _standing(claim, services)}
    services.ledger.ready(claim, {"type": "receipt", **receipt.to_json(), **words})
    return None


def _standing(claim: Claim, services: "Services") -> list[str]:
    """Say of what a new document is a newer version or an amendment, as far as all who read the receipt may see it."""
    from knowledge.standing import of_receipt  # noqa: PLC0415 - brings what reads documents

    document = str(claim.request.detail["document"])
    return list(of_receipt(document, services.library.lineage(audience_of(claim.request, services.slack))))


def _take_in(claim: Claim, services: "Services", say: Callable[[str], None]) -> float | None:
    """Fetch a file and read it, not yet searchable."""
    request, library = claim.request, services.library
    say(f"Fetching {_name(request)}")
    with tempfile.TemporaryDirectory(prefix="teller-") as folder:
        fetched = _fetch(request, services, Path(folder))
        if fetched is None:
            services.ledger.abandon(claim)
            return None
        path, name = fetched
        say(f"Reading {name}")
        document = library.keep(path)
    try:
        receipt = library.read(document, name=name, on_page=lambda at, of: _tell_pages(say, name, at, of))
    except UnreadableFileError:
        if document not in Places(services.engine).placed():
            library.purge(document)
        raise
    services.ledger.note(claim, document=document, receipt=receipt.to_json())
    return NOW


def _tell_pages(say: Callable[[str], None], name: str, read: int, of: int) -> None:
    if of >= LONG and read % TOLD == 0:
        say(f"Reading {name}, page {read} of {of}")


def _fetch(request: Request, services: "Services", folder: Path) -> tuple[Path, str] | None:
    if request.channel_type == "cli":  # Only the shell of this machine may name a path on it.
        path = Path(request.detail["path"])
        if not path.is_file():
            raise UnreadableFileError(f"There is no file {path} any more.", reason="empty")
        return path, _name(request)
    try:
        file = services.slack.file(request.item)
    except SlackRefusedError as error:
        if error.code not in GONE:
            raise UnavailableError(f"Slack did not let me see this file ({error.code}).") from error
        if not _message_stands(request, services):
            return None
        raise UnreadableFileError("This file was deleted before I could read it.", reason="empty") from error
    return download(services.slack, file, folder, limit=services.settings.max_file_bytes), file.name


def _message_stands(request: Request, services: "Services") -> bool:
    try:
        thread = services.slack.replies(request.channel, request.reply_thread)
    except SlackRefusedError as error:
        if error.code in MISSING:
            return False
        raise UnavailableError(f"Slack did not let me see this thread ({error.code}).") from error
    return any(message.ts == request.message_ts for message in thread)


def _removal(claim: Claim, services: "Services", _say: Callable[[str], None]) -> float | None:
    orphans = hide(claim.request, Places(services.engine))
    if {request.detail.get("document") for request in services.ledger.in_work("file")} & set(orphans):
        return WHILE_READ
    for document in orphans:
        services.library.purge(document)
    if orphans:
        services.library.publish()
    services.ledger.ready(claim, {"type": "silence"})
    return None


def _reindex(claim: Claim, services: "Services", say: Callable[[str], None]) -> float | None:
    request, library, steps = claim.request, services.library, Steps(services.engine)
    if request.detail.get("rehearsal"):
        say("Working out what a rebuild would come to")
        services.ledger.ready(claim, _outlook(library.rehearse()))
        return None
    if "generation" not in request.detail:
        services.ledger.note(claim, generation=library.next_generation())
        steps.plan(request.id, library.rebuild_plan())
        return NOW
    generation, began = int(request.detail["generation"]), time.monotonic()
    done, every = steps.count(request.id)
    words = f"Rebuilding the index: {done} of {every} documents"
    say(words)
    tell(claim, services.slack, services.ledger, words)
    while time.monotonic() - began < STEP_SECONDS:
        document = steps.next(request.id)
        if document is None:
            library.publish(generation=generation)
            notes = steps.notes(request.id)
            services.ledger.ready(claim, _report(every, notes, seconds=time.time() - request.created_at))
            return None
        note = _reread(library, document, generation)
        if note or not library.embed(document, limit=BATCH):
            steps.done(request.id, document, note)
    return NOW


def _reread(library: "Library", document: str, generation: int) -> str:
    """Read a kept document again; return why it could not be, or nothing."""
    try:
        library.read(document, name="", generation=generation)
    except UnreadableFileError as error:
        return str(error)
    return ""


def _outlook(found: "Rehearsal") -> dict[str, Any]:
    """Say what a rebuild would come to."""
    changed = f", from {found.before} to {found.embedder}" if found.before != found.embedder else ""
    embedding = (
        f"{found.waiting:,} of {found.chunks:,} passages would be embedded anew{changed}, in about "
        f"{max(1, round(found.seconds / 60))} min on this machine"
        if found.waiting
        else f"None of the {found.chunks:,} passages would have to be embedded anew"
    )
    text = (
        f"A rebuild would read {found.documents:,} documents ({found.pages:,} pages) again. {embedding}; passages "
        f"whose words have changed come on top. Vectors would take {found.bytes / 1e6:,.1f} MB. Nothing was changed; "
        "questions are answered from the old index until a new one is whole."
    )
    return {"type": "reindexed", "rehearsal": True, **asdict(found), "text": text}


def _report(documents: int, notes: tuple[str, ...], *, seconds: float) -> dict[str, Any]:
    read = documents - len(notes)
    text = f"The index is rebuilt: {read} {'document' if read == 1 else 'documents'} in {seconds:.0f} seconds."
    if notes:
        text += f" {len(notes)} could not be read again and keep their old text: {' '.join(notes[:5])}"
    return {"type": "reindexed", "documents": read, "failed": list(notes), "seconds": round(seconds, 1), "text": text}


def _name(request: Request) -> str:
    return str(request.detail.get("name") or "the file")


def _percent(done: int, every: int) -> int:
    return 100 * done // every if every else 100
