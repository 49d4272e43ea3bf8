"""Short-lived keys: one opens a modal, another is an address where the bot may answer."""

import secrets
import time
from typing import Any

from bot.workspace.config import TEAM
from bot.workspace.errors import ApiError
from bot.workspace.workspace import Workspace

Json = dict[str, Any]
TRIGGER_SECONDS = 3.0
RESPONSE_SECONDS = 1_800.0
RESPONSE_USES = 5


def new_trigger(workspace: Workspace, user: str) -> str:
    """Return a key that lets the bot open one modal for `user`, soon."""
    now = time.monotonic()
    for stale in [key for key, each in workspace.triggers.items() if each["until"] < now - 60]:
        del workspace.triggers[stale]
    trigger = f"{int(time.time() * 1000)}.{secrets.token_hex(8)}"
    workspace.triggers[trigger] = {"user": user, "until": now + TRIGGER_SECONDS, "used": False}
    return trigger


def use_trigger(workspace: Workspace, trigger: str) -> str:
    """Return the user that a trigger was made for, once.

    Raises:
        ApiError: it is unknown, used or too old.
    """
    found = workspace.triggers.get(trigger)
    if not found:
        raise ApiError("invalid_trigger_id")
    if found["used"]:
        raise ApiError("exchanged_trigger_id")
    if found["until"] < time.monotonic():
        raise ApiError("expired_trigger_id")
    found["used"] = True
    return str(found["user"])


def new_response_url(workspace: Workspace, channel: Json, user: str, message: Json | None = None) -> str:
    """Return an address where the bot may answer `user` for half an hour."""
    for stale in [each for each, place in workspace.response_urls.items() if place["until"] < time.monotonic()]:
        del workspace.response_urls[stale]
    key = secrets.token_urlsafe(24)
    workspace.response_urls[key] = {
        "channel": channel["id"],
        "user": user,
        "message": message,
        "until": time.monotonic() + RESPONSE_SECONDS,
        "left": RESPONSE_USES,
    }
    return f"{workspace.url}/response/{TEAM}/{key}"


def use_response_url(workspace: Workspace, key: str) -> Json:
    """Return what an address was given out for; what was done there is counted by the caller.

    Raises:
        ApiError: the address is unknown, used up or too old.
    """
    place = workspace.response_urls.get(key)
    if not place or place["until"] < time.monotonic():
        raise ApiError("expired_url")
    if place["left"] <= 0:
        raise ApiError("used_url")
    return place
