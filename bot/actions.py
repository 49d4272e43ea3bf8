"""Hear buttons: what people think of an answer."""

import logging
from typing import Any

from slack_bolt import Ack

from bot.desk import NO_ANSWER, Desk

THANKS = {"up": "Thank you, noted.", "down": "Thank you, noted. If you tell me here what is wrong, I will look again."}

log = logging.getLogger(__name__)


def on_feedback(desk: Desk, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
    """Keep a thumb, whose value is `<request id>:up` or `:down`, and thank whoever gave it."""
    request_id, _, value = action["value"].rpartition(":")
    if value in THANKS and desk.ledger.get(request_id):
        desk.ledger.feedback(request_id, body["user"]["id"], value)
        _thank(desk, body, THANKS[value])
    ack()


def _thank(desk: Desk, body: dict[str, Any], words: str) -> None:
    message = body.get("message") or {}
    thread = message.get("thread_ts") or message.get("ts")
    try:
        desk.slack.chat_postEphemeral(
            channel=body["channel"]["id"], user=body["user"]["id"], thread_ts=thread, text=words
        )
    except NO_ANSWER as error:
        log.info("Nobody was thanked: %s", error)
