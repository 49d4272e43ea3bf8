"""Carry commands, button presses and modals to the bot, and its answers back."""

import asyncio
import secrets
import time
from collections.abc import Callable
from typing import Any

from bot.workspace import messages
from bot.workspace.config import APP, BOT, BOT_USER, TEAM
from bot.workspace.envelopes import channel_label, interaction, slash_command
from bot.workspace.errors import ApiError
from bot.workspace.limits import check_blocks, check_text
from bot.workspace.outbox import NotDeliveredError
from bot.workspace.state import new_id
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


def respond(workspace: Workspace, key: str, answer: Json) -> None:
    """Do what the bot posted to a response address.

    Raises:
        ApiError: the address is unknown, used up or too old, or the answer is malformed.
    """
    place = workspace.response_urls.get(key)
    if not place or place["until"] < time.monotonic():
        raise ApiError("expired_url")
    if place["left"] <= 0:
        raise ApiError("used_url")
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


async def command(workspace: Workspace, channel: Json, user: str, name: str, text: str) -> None:
    """Run a slash command and show what the bot answers at once."""
    payload = slash_command(
        workspace.config,
        channel=channel,
        user=user,
        command=name,
        text=text,
        response_url=new_response_url(workspace, channel, user),
        trigger=new_trigger(workspace, user),
    )

    def show(answer: Json) -> None:
        if answer.get("text") or answer.get("blocks"):
            show_answer(workspace, channel, user, answer)

    await _ask(workspace, "slash_commands", payload, user=user, what=name, show=show, channel=channel)


async def press(workspace: Workspace, channel: Json, user: str, message: Json, action: Json) -> None:
    """Press a button, or choose in a menu, of a message."""
    thread = {"thread_ts": message["thread_ts"]} if "thread_ts" in message else {}
    ephemeral = bool(message.get("is_ephemeral"))
    payload = interaction(workspace.config, "block_actions", user=user, trigger=new_trigger(workspace, user)) | {
        "container": {
            "type": "message",
            "message_ts": message["ts"],
            "channel_id": channel["id"],
            "is_ephemeral": ephemeral,
            **thread,
        },
        "channel": {"id": channel["id"], "name": channel_label(channel)},
        "message": message,
        "state": {"values": {}},
        "response_url": new_response_url(workspace, channel, user, message),
        "actions": [action | {"action_ts": workspace.state.next_ts()}],
    }
    await _ask(workspace, "interactive", payload, user=user, what="That button", channel=channel)


async def press_in_view(workspace: Workspace, user: str, view: Json, action: Json) -> None:
    """Press a button of a modal or of the bot's home."""
    payload = interaction(workspace.config, "block_actions", user=user, trigger=new_trigger(workspace, user)) | {
        "container": {"type": "view", "view_id": view["id"]},
        "view": view,
        "state": view["state"],
        "actions": [action | {"action_ts": workspace.state.next_ts()}],
    }
    await _ask(workspace, "interactive", payload, user=user, what="That button")


async def submit(workspace: Workspace, user: str, view: Json, values: Json) -> None:
    """Submit a modal and do what the bot answers: close, update, push, or show errors."""
    view = view | {"state": {"values": values}}
    payload = interaction(workspace.config, "view_submission", user=user, trigger=new_trigger(workspace, user))

    def act(answer: Json) -> None:
        match answer.get("response_action"):
            case "errors":
                workspace.feed.publish("view_errors", to=[user], view=view["id"], errors=answer.get("errors") or {})
            case "update" | "push" as action:
                opened = open_view(workspace, user, answer.get("view"), replaces=view if action == "update" else None)
                workspace.feed.publish("view", to=[user], view=opened)
            case _:
                workspace.state.drop_view(view["id"])
                workspace.feed.publish("view_closed", to=[user], view=view["id"])

    payload |= {"view": view, "response_urls": []}
    await _ask(workspace, "interactive", payload, user=user, what="That form", show=act)


def closed(workspace: Workspace, user: str, view: Json) -> None:
    """Close a modal; tell the bot when it wanted to know."""
    workspace.state.drop_view(view["id"])
    workspace.feed.publish("view_closed", to=[user], view=view["id"])
    if view.get("notify_on_close") and workspace.outbox.connected:
        payload = interaction(workspace.config, "view_closed", user=user, trigger="") | {"view": view}
        workspace.outbox.ask("interactive", payload | {"is_cleared": False}).add_done_callback(_settle)


def open_view(workspace: Workspace, user: str, view: Any, *, replaces: Json | None = None) -> Json:
    """Keep a view that the bot opened for `user` and return it as Slack describes it.

    Raises:
        ApiError: it is malformed.
    """
    if not isinstance(view, dict) or view.get("type") not in ("modal", "home"):
        raise ApiError("invalid_arguments", response_metadata={"messages": ["[ERROR] missing or malformed view"]})
    check_blocks(view.get("blocks"), most=100)
    if view["type"] == "modal" and not (view.get("title") or {}).get("text"):
        raise ApiError("invalid_arguments", response_metadata={"messages": ["[ERROR] missing required field: title"]})
    known = replaces["id"] if replaces else new_id("V")
    opened: Json = {
        "title": None,
        "submit": None,
        "close": None,
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "clear_on_close": False,
        "notify_on_close": False,
        **view,
        "id": known,
        "team_id": TEAM,
        "state": {"values": {}},
        "hash": f"{int(time.time())}.{secrets.token_hex(4)}",
        "root_view_id": known,
        "previous_view_id": None,
        "app_id": APP,
        "app_installed_team_id": TEAM,
        "bot_id": BOT,
        "user": user,
    }
    workspace.state.keep_view(opened)
    return opened


async def _ask(
    workspace: Workspace,
    kind: str,
    payload: Json,
    *,
    user: str,
    what: str,
    show: Callable[[Json], None] | None = None,
    channel: Json | None = None,
) -> None:
    """Send, and wait as long as Slack would; an answer that comes later is shown all the same."""

    def done(future: asyncio.Future[Json]) -> None:
        answer = _settle(future)
        if answer is not None and show is not None:
            try:
                show(answer)
            except ApiError as error:
                _say(workspace, channel, user, f"{what}: the app's answer was refused ({error.code}).")

    try:
        future = workspace.outbox.ask(kind, payload)
    except NotDeliveredError:
        _say(workspace, channel, user, f"{what} failed: Teller is not connected. Try again in a moment.")
        return
    future.add_done_callback(done)
    try:
        await asyncio.wait_for(asyncio.shield(future), workspace.config.ack_seconds)
    except TimeoutError:
        _say(workspace, channel, user, f"{what} failed: the app did not respond in time (operation_timeout).")
    except NotDeliveredError as error:
        _say(workspace, channel, user, f"{what} failed: {error} (dispatch_failed).")


def _settle(future: asyncio.Future[Json]) -> Json | None:
    if future.cancelled() or future.exception() is not None:
        return None
    return future.result()


def _say(workspace: Workspace, channel: Json | None, user: str, text: str) -> None:
    workspace.feed.publish("notice", to=[user], channel=channel["id"] if channel else "", text=text)
