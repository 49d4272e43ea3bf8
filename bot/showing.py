"""Hear the buttons that show a source on its page."""

from typing import Any

from slack_bolt import Ack, BoltContext

from bot.desk import Desk
from bot.reading import type_of


def on_show(desk: Desk, ack: Ack, action: dict[str, Any], body: dict[str, Any], context: BoltContext) -> None:
    """Record the wish to see a source, whose button's value is `<request id>:<source>`, on its page.

    Whether the one who pressed may see it is found out by the worker, when it is drawn.
    """
    request_id, _, which = action["value"].rpartition(":")
    request = desk.ledger.get(request_id)
    if request is not None:
        message, channel = body.get("message") or {}, body["channel"]["id"]
        desk.take(
            "page",
            team=context.team_id or request.team,
            channel=channel,
            channel_type=request.channel_type if channel == request.channel else type_of(channel),
            message_ts=action["action_ts"],
            thread_ts=message.get("thread_ts") or message.get("ts") or "",
            user=body["user"]["id"],
            item=which,
            detail={"of": request_id, "whole": action["action_id"].startswith("show_whole")},
        )
    ack()
