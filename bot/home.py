"""Greet who opens Teller's direct messages with questions to start from."""

import logging
from typing import Any

from bot.desk import NO_ANSWER, Desk
from bot.membership import is_admin

TITLE = "Ask me about the bank's contracts"
PROMPTS = (
    {"title": "What can you do?", "message": "What can you do?"},
    {"title": "What have you read?", "message": "Which documents can you see?"},
    {"title": "Notice periods", "message": "What is the notice period for termination?"},
)
ADMIN_PROMPT = {"title": "Refresh the index", "message": "How do I rebuild the index?"}

log = logging.getLogger(__name__)


def on_home_opened(desk: Desk, event: dict[str, Any]) -> None:
    """Suggest questions in the messages tab; without them Teller works all the same."""
    if event.get("tab") != "messages":
        return
    prompts = [*PROMPTS, *([ADMIN_PROMPT] if is_admin(desk, event["user"]) else [])]
    try:
        desk.slack.assistant_threads_setSuggestedPrompts(channel_id=event["channel"], title=TITLE, prompts=prompts)
    except NO_ANSWER as error:
        log.info("No prompts were suggested: %s", error)
