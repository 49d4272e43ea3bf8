"""Build the Slack app: which listener hears what, and what is acknowledged when.

Every listener runs before its event is acknowledged, so that an event is acknowledged only once its row stands:
no row, no acknowledgement, and Slack sends it again.
"""

import logging
import re
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from slack_bolt import App, BoltResponse
from slack_bolt.error import BoltError
from slack_sdk import WebClient

from bot import (
    actions,
    amending,
    answers,
    commands,
    corrections,
    crawling,
    forms,
    home,
    membership,
    messages,
    papers,
    reviewing,
    showing,
    uploads,
)
from bot.desk import Desk
from knowledge.errors import TransientError, UnavailableError, UserError
from workers.gate import Gate, GatedClient
from workers.ledger import Ledger
from workers.request import Kind
from workers.roles import Roles
from workers.settings import Settings

Listener = Callable[..., None]
Event = str | dict[str, Sequence[str | re.Pattern[str] | None] | str | None]

EVENTS: tuple[tuple[Event, Listener], ...] = (
    ("app_mention", messages.on_mention),
    ({"type": "message", "subtype": [None, "file_share"]}, messages.on_message),
    ({"type": "message", "subtype": "message_changed"}, messages.on_changed),
    ({"type": "message", "subtype": "message_deleted"}, messages.on_deleted),
    ("agent_session_stopped", messages.on_stopped),
    ("file_deleted", uploads.on_file_deleted),
    ("app_home_opened", home.on_home_opened),
    ("assistant_thread_started", home.on_thread_started),
)
PASSING_EVENTS = (  # Heard so that Slack need not repeat them; nothing follows from them.
    "message", "app_context_changed", "agent_session_title_changed", "file_shared", "file_change", "file_created",
    "member_joined_channel", "member_left_channel", "channel_left", "channel_deleted", "channel_archive",
    "channel_unarchive", "channel_rename", "channel_shared", "channel_unshared", "group_left", "group_deleted",
    "group_archive", "group_unarchive", "group_rename", "app_uninstalled", "tokens_revoked",
)  # fmt: skip
COMMANDS: dict[str, Listener] = {
    "/reindex": commands.on_reindex,
    "/crawl": crawling.on_crawl,
    "/docs": papers.on_docs,
    "/teller": commands.on_teller,
}
ACTIONS: dict[str, Listener] = {
    "^feedback": actions.on_feedback,
    "^stop$": actions.on_stop,
    "^show_": showing.on_show,
    "^sql$": answers.on_sql,
    "^chart_": answers.on_chart,
    "^choose_": answers.on_choice,
    "^correct$": corrections.on_correct,
    "^approve$": corrections.on_approve,
    "^review_": reviewing.on_review,
    "^amend$": amending.on_amend,
}
VIEWS: dict[str, Listener] = {
    forms.FEEDBACK: actions.on_reason,
    corrections.FORM: corrections.on_correction,
    amending.FORM: amending.on_amendment,
}

PATIENCE = 60.0  # Seconds for which catching up may wait in all.
QUICK = 2  # Seconds that a call may take inside a listener; Slack waits three for the acknowledgement.

log = logging.getLogger(__name__)


def build_app(
    settings: Settings,
    ledger: Ledger,
    enqueue: Callable[[str, Kind], bool],
    *,
    client: WebClient | None = None,
    on_refused: Callable[[float], object] = lambda _since: None,
) -> App:
    """Return the app; `on_refused` is told when an event was not recorded and so not acknowledged.

    Raises:
        UserError: Slack does not accept the token, or cannot be reached.
    """
    client = client or slack_client(settings)
    roles = Roles.read(settings.roles, settings.admin_ids)
    desk = Desk(ledger, enqueue, _quick(client, settings), admins=settings.admin_ids, roles=roles)
    app = _connect(client, settings)
    for event, listener in EVENTS:
        app.event(event)(partial(listener, desk))
    for name in PASSING_EVENTS:
        app.event(name)(membership.on_change)
    for name, listener in COMMANDS.items():
        app.command(name)(partial(listener, desk))
    for pattern, listener in ACTIONS.items():
        app.action(re.compile(pattern))(partial(listener, desk))
    for name, listener in VIEWS.items():
        app.view(name)(partial(listener, desk))
    app.error(partial(_refuse, on_refused))
    return app


def slack_client(settings: Settings) -> WebClient:
    """Return a client that waits when Slack asks it to; it never repeats a call whose fate is unknown."""
    gate = Gate(settings.pauses)
    return GatedClient(
        token=settings.slack_bot_token, base_url=settings.slack_api_url, timeout=30, gate=gate, patience=PATIENCE
    )


def _quick(client: WebClient, settings: Settings) -> WebClient:
    return GatedClient(
        token=client.token or "", base_url=client.base_url, timeout=QUICK, gate=Gate(settings.pauses, turn=0.5)
    )


def _connect(client: WebClient, settings: Settings) -> App:
    try:
        return App(
            client=client,
            signing_secret=settings.slack_signing_secret,
            process_before_response=True,
            # Asked once, here: if Bolt asked when the first event came and Slack refused, that event would be
            # acknowledged and lost.
            token_verification_enabled=True,
        )
    except BoltError as error:
        raise UserError(f"Slack does not accept SLACK_BOT_TOKEN: {error}") from error
    except OSError as error:
        raise UnavailableError(f"Slack cannot be reached at {client.base_url}: {error}") from error


def _refuse(on_refused: Callable[[float], object], error: Exception, body: dict[str, Any]) -> BoltResponse:
    """Answer with an error, so that Slack sends the event again."""
    on_refused(time.time())
    event = body.get("event_id") or body.get("type") or body.get("command")
    if isinstance(error, TransientError):
        log.warning("Could not record %s, Slack will send it again: %s", event, error)
        return BoltResponse(status=503)
    log.error("A listener failed on %s", event, exc_info=error)
    return BoltResponse(status=500)
