"""Read Slack's events into what a person said."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workers.request import ChannelType

HEARD_SUBTYPES = (None, "file_share")
SLACKBOT = "USLACKBOT"
_LINK = re.compile(r"<(?:https?://|mailto:)[^|>]*\|([^>]*)>|<((?:https?://|mailto:)[^|>]*)>")
_CHANNEL = re.compile(r"<#[A-Z0-9]+\|([^>]+)>")


@dataclass(frozen=True, slots=True)
class File:
    """A file as Slack announces it; a stub from another workspace has an id and a mode only."""

    id: str
    name: str = ""
    size: int = 0
    mimetype: str = ""
    mode: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a person; `text` is as the person reads it, without the mention of Teller."""

    team: str
    channel: str
    channel_type: ChannelType
    ts: str
    thread_ts: str
    user: str
    text: str
    mentioned: bool
    files: tuple[File, ...] = ()


def read_message(event: Mapping[str, Any], *, team: str, bot: str, channel: str = "") -> Message | None:
    """Return what a person said, or None for bots, Slack itself and notices such as joins."""
    user = event.get("user") or ""
    if event.get("subtype") not in HEARD_SUBTYPES or event.get("bot_id") or user in {"", bot, SLACKBOT}:
        return None
    channel = channel or event["channel"]
    text = event.get("text") or ""
    mention = re.compile(rf"\s*<@{re.escape(bot)}(?:\|[^>]*)?>[,:]?\s*")
    return Message(
        team=team,
        channel=channel,
        channel_type=event.get("channel_type") or type_of(channel),
        ts=event["ts"],
        thread_ts=event.get("thread_ts") or "",
        user=user,
        text=plain(mention.sub(" ", text)),
        mentioned=mention.search(text) is not None,
        files=read_files(event),
    )


def read_files(event: Mapping[str, Any]) -> tuple[File, ...]:
    """Return the files of a message, less those that were deleted since."""
    return tuple(
        File(
            id=each["id"],
            name=each.get("name") or "",
            size=each.get("size") or 0,
            mimetype=each.get("mimetype") or "",
            mode=each.get("mode") or "",
        )
        for each in event.get("files") or ()
        if each.get("mode") != "tombstone"
    )


def type_of(channel: str) -> ChannelType:
    """Return the type of a channel by its id, for events that do not tell; a person's id stands for their messages."""
    types: dict[str, ChannelType] = {"D": "im", "U": "im", "W": "im", "G": "group"}
    return types.get(channel[:1], "channel")


def plain(text: str) -> str:
    """Return Slack's markup as the person typed it: links by their label, entities as characters."""
    text = _LINK.sub(lambda match: match[1] or match[2], text)
    return html.unescape(_CHANNEL.sub(r"#\1", text)).strip()
