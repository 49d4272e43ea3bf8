"""Carry commands, button presses, shortcuts and forms to the bot, and its answers back."""

import asyncio
from collections.abc import Callable
from typing import Any

from bot.workspace import views
from bot.workspace.envelopes import channel_label, interaction, slash_command
from bot.workspace.errors import ApiError
from bot.workspace.outbox import NotDeliveredError
from bot.workspace.responses import show_answer
from bot.workspace.triggers import new_response_url, new_trigger
from bot.workspace.workspace import Workspace

Json = dict[str, Any]


async def command(workspace: Workspace, channel: Json, user: str, name: str, text: str) -> None:
    """Run a slash command and show what the bot answers at once."""
    payload = slash_command(
        workspace.config,
        channel=channel,
        user=workspace.state.person(user),
        command=name,
        text=text,
        response_url=new_response_url(workspace, channel, user),
        trigger=new_trigger(workspace, user),
    )

    def show(answer: Json) -> None:
        if answer.get("text") or answer.get("blocks"):
            show_answer(workspace, channel, user, answer)

    await _ask(workspace, "slash_commands", payload, user=user, what=name, show=show, channel=channel)


async def press(workspace: Workspace, channel: Json, user: str, message: Json, *, action: Json, values: Json) -> None:
    """Press a button, or choose in a menu, of a message; `values` is what its other fields hold."""
    thread = {"thread_ts": message["thread_ts"]} if "thread_ts" in message else {}
    ephemeral = bool(message.get("is_ephemeral"))
    payload = _begun(workspace, "block_actions", user) | {
        "container": {
            "type": "message",
            "message_ts": message["ts"],
            "channel_id": channel["id"],
            "is_ephemeral": ephemeral,
            **thread,
        },
        "channel": {"id": channel["id"], "name": channel_label(channel)},
        "message": message,
        "state": {"values": values},
        "response_url": new_response_url(workspace, channel, user, message),
        "actions": [action | {"action_ts": workspace.state.next_ts()}],
    }
    await _ask(workspace, "interactive", payload, user=user, what="That button", channel=channel)


async def press_in_view(workspace: Workspace, user: str, view: Json, *, action: Json, values: Json) -> None:
    """Press a button of a modal or of the bot's home."""
    view = views.told(view) | {"state": {"values": values}}
    payload = _begun(workspace, "block_actions", user) | {
        "container": {"type": "view", "view_id": view["id"]},
        "view": view,
        "state": view["state"],
        "actions": [action | {"action_ts": workspace.state.next_ts()}],
    }
    await _ask(workspace, "interactive", payload, user=user, what="That button")


async def shortcut(workspace: Workspace, user: str, callback_id: str) -> None:
    """Run a shortcut that is about nothing in particular."""
    payload = _begun(workspace, "shortcut", user)
    payload |= {"callback_id": callback_id, "action_ts": workspace.state.next_ts()}
    await _ask(workspace, "interactive", payload, user=user, what="That shortcut")


async def message_shortcut(workspace: Workspace, channel: Json, user: str, message: Json, callback_id: str) -> None:
    """Run a shortcut on a message."""
    begun = _begun(workspace, "message_action", user)
    del begun["api_app_id"], begun["user"]["username"]
    payload = begun | {
        "callback_id": callback_id,
        "action_ts": workspace.state.next_ts(),
        "message_ts": message["ts"],
        "channel": {"id": channel["id"], "name": channel_label(channel)},
        "message": message,
        "response_url": new_response_url(workspace, channel, user),
    }
    await _ask(workspace, "interactive", payload, user=user, what="That shortcut", channel=channel)


async def submit(workspace: Workspace, user: str, view: Json, values: Json) -> None:
    """Submit a modal and do what the bot answers: close, clear, update, push, or show errors."""
    view = view | {"state": {"values": values}}

    def act(answer: Json) -> None:
        match answer.get("response_action"):
            case None:
                views.close(workspace, view)
            case "clear":
                views.clear(workspace, user)
            case "errors":
                errors = _checked_errors(view, answer.get("errors"))
                workspace.feed.publish("view_errors", to=[user], view=view["id"], errors=errors)
            case "update":
                views.update_modal(workspace, view, answer.get("view"))
            case "push":
                views.push_modal(workspace, user, answer.get("view"))
            case _:
                raise ApiError("invalid_response_action")

    payload = _begun(workspace, "view_submission", user) | {"view": views.told(view), "response_urls": []}
    await _ask(workspace, "interactive", payload, user=user, what="That form", show=act)


def _checked_errors(view: Json, errors: Any) -> Json:
    inputs = {each["block_id"] for each in view["blocks"] if each["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
        raise ApiError("invalid_errors_object")
    return errors


def closed(workspace: Workspace, user: str, view: Json, *, all_of_them: bool = False) -> None:
    """Close a modal, or all that are open; tell the bot when it wanted to know."""
    stack = views.modals(workspace, user)
    going = stack if all_of_them or view["clear_on_close"] else [view]
    views.close(workspace, going[0] if going else view)
    for each in reversed(going):
        if each.get("notify_on_close") and workspace.outbox.connected:
            payload = _begun(workspace, "view_closed", user) | {"view": views.told(each), "is_cleared": len(going) > 1}
            del payload["trigger_id"]
            workspace.outbox.ask("interactive", payload).add_done_callback(_settle)


def _begun(workspace: Workspace, kind: str, user: str) -> Json:
    return interaction(workspace.config, kind, user=workspace.state.person(user), trigger=new_trigger(workspace, user))


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
