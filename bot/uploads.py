"""Hear files: each one dropped becomes a request, and so does its deletion."""

from dataclasses import asdict
from typing import Any

from slack_bolt import BoltContext

from bot.desk import Desk
from bot.reading import Message, type_of


def take_files(desk: Desk, message: Message) -> None:
    """Record the files of a message; what can be read, and who may see it, is found out by the workers."""
    for file in message.files:
        desk.take(
            "file",
            team=message.team,
            channel=message.channel,
            channel_type=message.channel_type,
            message_ts=message.ts,
            thread_ts=message.thread_ts,
            user=message.user,
            item=file.id,
            detail=asdict(file),
        )


def on_file_deleted(desk: Desk, event: dict[str, Any], body: dict[str, Any], context: BoltContext) -> None:
    """Have a deleted file forgotten; Slack names the file only, so the event's time stands for a message."""
    channel = next(iter(event.get("channel_ids") or ()), "")
    desk.take(
        "removal",
        team=context.team_id or "",
        channel=channel,
        channel_type=type_of(channel),
        message_ts=event["event_ts"],
        user=event.get("user_id") or event.get("user") or "",
        item=event["file_id"],
        event_id=body.get("event_id", ""),
    )
