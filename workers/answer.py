"""Answer questions: claim, ask the assistant, save the answer, have it delivered."""

import logging
import threading
from typing import TYPE_CHECKING, Any

from celery.signals import worker_ready

from knowledge.errors import TransientError, UserError
from knowledge.people.memory import conversation
from knowledge.types import Answer, Asker, Question, Turn
from workers.attempt import Attempt
from workers.audience import audience_of
from workers.celery import DELIVER, app, beat_path, beating, send
from workers.correct import corrected, correction_of, keep_for_review
from workers.posting import repair
from workers.progress import Progress, clear_status
from workers.report import attach_report
from workers.request import Request
from workers.roles import Roles
from workers.slack import Slack, SlackRefusedError

if TYPE_CHECKING:
    from workers.wiring import Services

log = logging.getLogger(__name__)


@app.task  # type: ignore[untyped-decorator, unused-ignore]
def answer(*, v: int, id: str) -> None:  # noqa: A002 - the payload's version and the request
    """Answer a request; running twice answers it once."""
    if v == 1:
        answer_request(id, app.services)


@worker_ready.connect  # type: ignore[untyped-decorator, unused-ignore]
def warm_up(sender: Any, **_: Any) -> None:
    """Load the models as soon as a worker that needs them is up, so that the first question does not wait for them."""
    queues = sender.app.amqp.queues.consume_from
    if "answer" in queues:
        threading.Thread(target=load, args=(app.services,), name="warm-up", daemon=True).start()


def load(services: "Services") -> None:
    """Load what answers questions; what is missing is said in the log now and to the asker later."""
    try:
        log.info("Ready to answer with %s", type(services.assistant).__name__)
        services.router.warm_up()
        beating(beat_path(services.settings.data, "model"))()
    except (UserError, TransientError) as error:
        log.warning("Questions cannot be answered yet: %s", error)


def answer_request(id: str, services: "Services") -> None:  # noqa: A002
    """Answer a question that is due, unless somebody else does."""
    ledger = services.ledger
    claim = ledger.claim(id)
    if claim is None:
        return
    request = claim.request
    key = conversation(request.team, request.channel, request.thread_ts or request.message_ts)
    with Attempt(ledger, claim) as attempt:
        with Progress(services.slack, ledger, claim) as progress:
            progress.stage("Looking into it")
            question = question_of(request, services, key)
            if correction_of(claim).get("sql"):
                found = corrected(claim, question, services)
            else:
                found = services.assistant.answer(
                    question, on_stage=progress.stage, on_text=progress.text, stopped=attempt.stopped
                )
        if attempt.stopped():
            log.info("Nobody waits for %s any more", request.reference)
        else:
            keep_for_review(claim, found, services)
            if ledger.ready(claim, {"type": "answer", **found.to_json()}):
                remember(request, found, services, key)
                attach_report(request, found, services)
    if attempt.stopped():
        withdraw(id, services)
    deliver_soon(id, services)


def withdraw(id: str, services: "Services") -> None:  # noqa: A002
    """Take back what was shown of an answer whose question was deleted meanwhile."""
    request = services.ledger.get(id)
    if request is None or request.state != "cancelled" or request.reply is not None:
        return
    try:
        repair(request, services.ledger, services.slack)
        clear_status(services.slack, request)
    except (SlackRefusedError, TransientError) as error:
        log.info("What was shown of %s is taken back later: %s", request.reference, error)


def question_of(request: Request, services: "Services", key: str) -> Question:
    """Return the question with what was said before, and which documents its thread is about."""
    return Question(
        text=request.text,
        audience=audience_of(request, services.slack),
        thread=services.memory.recent(key),
        focus=focus_of(request, services),
        asker=asker_of(request, services.slack, services.roles),
    )


def asker_of(request: Request, slack: Slack, roles: Roles) -> Asker:
    """Return who asks, as far as the bank's data is concerned; who is not known has no role."""
    if not request.user:
        return roles.asker("", guest=False, admin=False) if request.channel_type == "cli" else Asker()
    try:
        return roles.asker(
            request.user,
            guest=slack.is_guest(request.user),
            admin=slack.is_admin(request.user),
            overheard=_strangers_read_along(request, slack),
        )
    except (SlackRefusedError, TransientError) as error:
        log.warning("Request %s is answered without the bank's data: %s", request.reference, error)
        return Asker(request.user)


def _strangers_read_along(request: Request, slack: Slack) -> bool:
    if request.channel_type in ("im", "cli"):
        return False
    return slack.is_shared(request.channel) or slack.has_guests(request.channel)


def focus_of(request: Request, services: "Services") -> tuple[str, ...]:
    """Return the documents that were dropped in the question's thread."""
    thread = services.ledger.thread(request.team, request.channel, request.thread_ts or request.message_ts)
    files = [each.item for each in thread if each.kind == "file" and each.item]
    found = [services.library.document_of_file(file) for file in files]
    return tuple(dict.fromkeys(document for document in found if document))


def remember(request: Request, found: Answer, services: "Services", key: str) -> None:
    """Remember the exchange under its own conversation only, so that no other place hears of it."""
    documents = tuple(dict.fromkeys(citation.document_id for citation in found.citations))
    services.memory.remember(key, Turn(request.text, found.text, documents, found.sql or ""))


def deliver_soon(id: str, services: "Services") -> None:  # noqa: A002
    """Have a saved reply delivered; when the broker is down the janitor sees to it."""
    request = services.ledger.get(id)
    if request is not None and request.state == "ready" and send(DELIVER, id):
        services.ledger.enqueued(id)
