"""Reactions: `reactions.*`."""

import re
from typing import Any

from bot.workspace import messages
from bot.workspace.api.call import Call, method
from bot.workspace.config import BOT_USER
from bot.workspace.errors import ApiError

Json = dict[str, Any]


@method("reactions.add")
def add(call: Call) -> Json:
    """React to a message as the bot."""
    messages.react(call.workspace, call.channel(), call.required("timestamp"), BOT_USER, _name(call), add=True)
    return {}


@method("reactions.remove")
def remove(call: Call) -> Json:
    """Take the bot's reaction back."""
    messages.react(call.workspace, call.channel(), call.required("timestamp"), BOT_USER, _name(call), add=False)
    return {}


@method("reactions.get")
def get(call: Call) -> Json:
    """Return a message with its reactions."""
    channel = call.channel()
    message = call.workspace.state.message(channel["id"], call.required("timestamp"))
    return {"type": "message", "channel": channel["id"], "message": message}


def _name(call: Call) -> str:
    name = call.required("name").strip(":")
    if not re.fullmatch(r"[a-z0-9_+'-]{1,100}(::skin-tone-[2-6])?", name):
        raise ApiError("invalid_name")
    return name
