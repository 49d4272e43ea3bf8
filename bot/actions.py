"""Hear buttons: what people think of an answer."""

import logging
from typing import Any

from slack_bolt import Ack

from bot.desk import NO_ANSWER, Desk
from bot.membership import is_admin

THANKS = {"up": "Thank you, noted.", "down": "Thank you, noted. If you tell me here what is wrong, I will look again."}
NOT_YOURS = "Only the one who asked can do that. Ask me yourself, and the buttons are yours."

log = logging.getLogger(__name__)


def on_feedback(desk: Desk, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
    """Keep a thumb, whose value is `<request id>:up` or `:down`, and thank whoever gave it."""
    request_id, _, value = action["value"].rpartition(":")
    if value in THANKS and desk.ledger.get(request_id):
        desk.ledger.feedback(request_id, body["user"]["id"], value)
        whisper(desk, body, THANKS[value])
    ack()


def on_stop(desk: Desk, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
    """Stop an answer when its asker, or an admin, wants it stopped; what was said stays."""
    request = desk.ledger.get(action["value"])
    user = body["user"]["id"]
    if request is not None and (user == request.user or is_admin(desk, user)):
        desk.ledger.stop(request.id)
    elif request is not None:
        whisper(desk, body, NOT_YOURS)
    ack()


def whisper(desk: Desk, body: dict[str, Any], words: str) -> None:
    """Say something to who pressed a button, beside it; nothing depends on it being seen."""
    message = body.get("message") or {}
    thread = message.get("thread_ts") or message.get("ts")
    try:
        desk.slack.chat_postEphemeral(
            channel=body["channel"]["id"], user=body["user"]["id"], thread_ts=thread, text=words
        )
    except NO_ANSWER as error:
        log.info("Nobody was told: %s", error)
