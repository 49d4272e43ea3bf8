"""Hear buttons under answers and forms about them."""

import logging
from typing import Any

from slack_bolt import Ack

from bot.desk import NO_ANSWER, Desk
from bot.forms import MOST, REASONS, feedback_form, read_form
from bot.membership import is_admin

THANKS = {"up": "Thank you, noted.", "down": "Thank you, noted. If you tell me here what is wrong, I will look again."}
NOT_YOURS = "Only the one who asked can do that. Ask me yourself, and the buttons are yours."

log = logging.getLogger(__name__)


def on_feedback(desk: Desk, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
    """Keep a thumb, whose value is `<request id>:up` or `:down`; one that points down is asked why."""
    request_id, _, value = action["value"].rpartition(":")
    if value in THANKS and desk.ledger.get(request_id):
        desk.ledger.feedback(request_id, body["user"]["id"], value)
        if value == "up" or not open_form(desk, body, feedback_form({"request": request_id, **place_of(body)})):
            whisper(desk, THANKS[value], user=body["user"]["id"], **place_of(body))
    ack()


def on_reason(desk: Desk, ack: Ack, view: dict[str, Any], body: dict[str, Any]) -> None:
    """Keep why an answer was bad."""
    about, filled = read_form(view)
    user = body["user"]["id"]
    reason = filled.get("reason", "")
    if reason in REASONS and desk.ledger.get(about["request"]):
        desk.ledger.feedback(about["request"], user, "down", reason=reason, comment=filled.get("comment", "")[:MOST])
        whisper(desk, THANKS["up"], user=user, channel=about["channel"], thread_ts=about["thread_ts"])
    ack()


def on_stop(desk: Desk, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
    """Stop an answer when its asker, or an admin, wants it stopped; what was said stays."""
    request = desk.ledger.get(action["value"])
    user = body["user"]["id"]
    if request is not None and (user == request.user or is_admin(desk, user)):
        desk.ledger.stop(request.id)
    elif request is not None:
        whisper(desk, NOT_YOURS, user=user, **place_of(body))
    ack()


def place_of(body: dict[str, Any]) -> dict[str, str]:
    """Return where a button was pressed."""
    message = body.get("message") or {}
    return {"channel": body["channel"]["id"], "thread_ts": message.get("thread_ts") or message.get("ts") or ""}


def open_form(desk: Desk, body: dict[str, Any], view: dict[str, Any]) -> bool:
    """Open a form for who pressed a button; False when Slack does not take it any more."""
    try:
        desk.slack.views_open(trigger_id=body["trigger_id"], view=view)
    except NO_ANSWER as error:
        log.info("A form was not opened: %s", error)
        return False
    return True


def whisper(desk: Desk, words: str, *, user: str, channel: str, thread_ts: str) -> None:
    """Say something to one person only; nothing depends on it being seen."""
    try:
        desk.slack.chat_postEphemeral(channel=channel, user=user, thread_ts=thread_ts or None, text=words)
    except NO_ANSWER as error:
        log.info("Nobody was told: %s", error)
