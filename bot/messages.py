"""Hear messages: questions, follow-ups in threads, edits and deletions."""

import logging
from typing import Any

from slack_bolt import BoltContext

from bot.desk import NO_ANSWER, Desk
from bot.reading import Message, read_message
from bot.uploads import take_files
from workers.hearing import edit

MAX_CHARACTERS = 4000
TOO_LONG = (
    f"That is more than {MAX_CHARACTERS:,} characters, too long for a question. "
    "Please put the text into a file, drop the file here, and ask in a sentence or two."
)

log = logging.getLogger(__name__)


def on_message(desk: Desk, event: dict[str, Any], body: dict[str, Any], context: BoltContext) -> None:
    """Hear a direct message or a message in a channel."""
    message = read_message(event, team=context.team_id or "", bot=context.bot_user_id or "")
    if message:
        take_message(desk, message, event_id=body.get("event_id", ""))


def on_mention(desk: Desk, event: dict[str, Any], body: dict[str, Any], context: BoltContext) -> None:
    """Hear a mention, unless the message event about it came first."""
    if not desk.ledger.find(context.team_id or "", event["channel"], event["ts"]):
        files = event.get("files") or _files_of(desk, event)
        on_message(desk, {**event, "files": files}, body, context)


def on_changed(desk: Desk, event: dict[str, Any], context: BoltContext) -> None:
    """Have an edited question answered afresh, in place; a link that unfolds changes nothing."""
    now, before = event["message"], event.get("previous_message") or {}
    if now.get("subtype") == "tombstone":  # A deleted message that others had replied to.
        desk.ledger.cancel(context.team_id or "", event["channel"], now["ts"])
    elif now.get("text") != before.get("text"):
        message = read_message(now, team=context.team_id or "", bot=context.bot_user_id or "", channel=event["channel"])
        if not message or not message.text or len(message.text) > MAX_CHARACTERS:
            return
        for id_ in edit(desk.ledger, message.team, message.channel, message.ts, text=message.text):
            desk.queue(id_, "question")
        if message.mentioned:
            take_message(desk, message)  # The mention may have come with the edit; if not, its row stands.


def on_deleted(desk: Desk, event: dict[str, Any], context: BoltContext) -> None:
    """Take back a question whose message was deleted."""
    desk.ledger.cancel(context.team_id or "", event["channel"], event["deleted_ts"])


def on_stopped(desk: Desk, event: dict[str, Any], context: BoltContext) -> None:
    """Stop answering in a thread whose Stop button was pressed."""
    desk.ledger.stop_thread(context.team_id or "", event["channel"], event.get("thread_ts") or "")


def take_message(desk: Desk, message: Message, *, event_id: str = "") -> str | None:
    """Record the files of a message, then its question if it asks one; return the question's id when it is new."""
    take_files(desk, message)
    if not _asks(desk, message):
        return None
    too_long = len(message.text) > MAX_CHARACTERS
    return desk.take(
        "question",
        team=message.team,
        channel=message.channel,
        channel_type=message.channel_type,
        message_ts=message.ts,
        user=message.user,
        text=message.text[:MAX_CHARACTERS],
        thread_ts=message.thread_ts,
        detail={"cut_from": len(message.text)} if too_long else None,
        event_id=event_id,
        refusal=TOO_LONG if too_long else "",
    )


def _asks(desk: Desk, message: Message) -> bool:
    if message.files and not message.text:
        return False  # The receipt of the file is the answer.
    if message.channel_type == "im" or message.mentioned:
        return True
    if not message.thread_ts or message.text.startswith("<@"):
        return False  # Nobody spoke to Teller here, or this is for somebody else.
    return desk.ledger.in_thread(message.team, message.channel, message.thread_ts)


def _files_of(desk: Desk, event: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the files of a mention, which its event leaves out and a question about them must wait for."""
    place = {"channel": event["channel"], "oldest": event["ts"], "latest": event["ts"], "inclusive": True, "limit": 5}
    try:
        if event.get("thread_ts"):
            found = desk.slack.conversations_replies(ts=event["thread_ts"], **place)
        else:
            found = desk.slack.conversations_history(**place)
    except NO_ANSWER as error:
        log.info("The files of message %s are left to its other event: %s", event["ts"], type(error).__name__)
        return []
    files = (each.get("files") for each in found["messages"] if each["ts"] == event["ts"])
    return next(files, None) or []
