"""Read what an action of a person needs: who, where, and the words."""

from typing import Any

from bot.workspace.errors import invalid_arguments
from bot.workspace.scene import channel_of, person_of
from bot.workspace.workspace import Workspace

Json = dict[str, Any]


def word(sent: Json, name: str, *, needed: bool = True) -> str:
    """Return one text of what was sent.

    Raises:
        ApiError: it is needed and missing.
    """
    value = sent.get(name)
    if needed and (not isinstance(value, str) or not value):
        raise invalid_arguments(f"missing required field: {name}")
    return str(value or "")


def user_of(workspace: Workspace, sent: Json) -> str:
    """Return the id of who acts.

    Raises:
        ApiError: there is nobody of that name.
    """
    return person_of(workspace, word(sent, "person")).id


def place_of(workspace: Workspace, sent: Json) -> tuple[str, Json]:
    """Return who acts, and in which channel.

    Raises:
        ApiError: there is nobody of that name, or no such channel for them.
    """
    user = user_of(workspace, sent)
    return user, channel_of(workspace, word(sent, "channel"), user)
