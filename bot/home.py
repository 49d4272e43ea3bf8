"""Greet who opens Teller's direct messages with questions to start from."""

import logging
from typing import Any

from bot.desk import NO_ANSWER, Desk
from bot.membership import is_admin

TITLE = "Ask me about the bank's documents"
ADMIN_TITLE = f"{TITLE}; as an admin you can also run /reindex"
PROMPTS = (
    {"title": "What can you do?", "message": "What can you do?"},
    {"title": "Governing law", "message": "Which law governs the agreement?"},
    {"title": "Notice period", "message": "What is the notice period for termination?"},
)

log = logging.getLogger(__name__)


def on_home_opened(desk: Desk, event: dict[str, Any]) -> None:
    """Suggest questions in the messages tab; without them Teller works all the same."""
    if event.get("tab") != "messages":
        return
    title = ADMIN_TITLE if is_admin(desk, event["user"]) else TITLE
    try:
        desk.slack.assistant_threads_setSuggestedPrompts(
            channel_id=event["channel"], title=title, prompts=list(PROMPTS)
        )
    except NO_ANSWER as error:
        log.info("No prompts were suggested: %s", error)
