"""Show what the bot answers to a command or click, at once or at its response address."""

from typing import Any

from bot.workspace import messages
from bot.workspace.config import BOT_USER
from bot.workspace.errors import ApiError
from bot.workspace.limits import check_blocks, check_text
from bot.workspace.triggers import use_response_url
from bot.workspace.workspace import Workspace

Json = dict[str, Any]


def respond(workspace: Workspace, key: str, answer: Json) -> None:
    """Do what the bot posted to a response address.

    Raises:
        ApiError: the address is unknown, used up or too old, or the answer is malformed.
    """
    place = use_response_url(workspace, key)
    channel = workspace.state.channels[place["channel"]]
    show_answer(workspace, channel, place["user"], answer, message=place["message"])
    place["left"] -= 1


def show_answer(workspace: Workspace, channel: Json, user: str, answer: Json, *, message: Json | None = None) -> None:
    """Show an answer to a command or click: to everyone when it says so, else to `user` only.

    Raises:
        ApiError: the answer is malformed.
    """
    if message and answer.get("delete_original"):
        _replace(workspace, channel, message, None)
        return
    text, blocks = str(answer.get("text") or ""), answer.get("blocks") or None
    check_text(text)
    if blocks is not None:
        check_blocks(blocks)
    if not text and not blocks:
        raise ApiError("no_text")
    if message and answer.get("replace_original"):
        _replace(workspace, channel, message, {"text": text, "blocks": blocks or []})
        return
    thread_ts = str(answer.get("thread_ts") or "")
    if answer.get("response_type") == "in_channel":
        messages.post(workspace, channel, BOT_USER, text, blocks=blocks, thread_ts=thread_ts)
    else:
        # A note about a button in a thread belongs beside that button.
        thread_ts = thread_ts or (message or {}).get("thread_ts", "")
        messages.whisper(workspace, channel, user, text, blocks=blocks, thread_ts=thread_ts)


def _replace(workspace: Workspace, channel: Json, message: Json, changes: Json | None) -> None:
    if not message.get("is_ephemeral"):
        if changes is None:
            messages.delete(workspace, channel, message["ts"])
        else:
            messages.update(workspace, channel, message["ts"], changes)
        return
    kept = [each for each in workspace.ephemerals if each["ts"] == message["ts"]]
    for each in kept:
        if changes is None:
            workspace.ephemerals.remove(each)
            workspace.feed.publish("removed", to=[each["to"]], channel=channel["id"], ts=each["ts"])
        else:
            each.update(changes)
            workspace.feed.publish("message", to=[each["to"]], channel=channel["id"], message=each)
