"""What a person does in the workspace, each as one action that the page or a test asks for."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from bot.workspace import interaction, membership, messages, sessions, sharing
from bot.workspace.config import BOT_USER
from bot.workspace.errors import ApiError, invalid_arguments
from bot.workspace.limits import check_text
from bot.workspace.scene import channel_of, person_of
from bot.workspace.seed import PEOPLE
from bot.workspace.wording import from_typed, rich_text
from bot.workspace.workspace import Workspace

Json = dict[str, Any]
Action = Callable[[Workspace, Json], Awaitable[Json]]
ACTIONS: dict[str, Action] = {}


def _action(function: Action) -> Action:
    ACTIONS[function.__name__] = function
    return function


def _word(sent: Json, name: str, *, needed: bool = True) -> str:
    value = sent.get(name)
    if needed and (not isinstance(value, str) or not value):
        raise invalid_arguments(f"missing required field: {name}")
    return str(value or "")


def _place(workspace: Workspace, sent: Json) -> tuple[str, Json]:
    user = person_of(workspace, _word(sent, "person")).id
    return user, channel_of(workspace, _word(sent, "channel"), user)


@_action
async def post(workspace: Workspace, sent: Json) -> Json:
    """Say something, with files if any, in a channel or thread."""
    user, channel = _place(workspace, sent)
    text = from_typed(_word(sent, "text", needed=False), workspace.state.channels_of(user))
    check_text(text)
    files, thread_ts = sent.get("files") or [], _word(sent, "thread_ts", needed=False)
    if not isinstance(files, list) or not all(isinstance(each, str) for each in files):
        raise invalid_arguments("files must be a list of ids")
    if files:
        message = sharing.share(workspace, files, channel, user, text, thread_ts=thread_ts)
    elif text:
        message = messages.post(workspace, channel, user, text, thread_ts=thread_ts)
    else:
        raise ApiError("no_text")
    return {"channel": channel["id"], "ts": message["ts"], "message": message}


@_action
async def edit(workspace: Workspace, sent: Json) -> Json:
    """Change one's own message."""
    user, channel = _place(workspace, sent)
    message = workspace.state.message(channel["id"], _word(sent, "ts"))
    if message["user"] != user:
        raise ApiError("cant_update_message")
    text = from_typed(_word(sent, "text"), workspace.state.channels_of(user))
    check_text(text)
    changes = {"text": text, "blocks": rich_text(text, "edit")}
    return {"message": messages.update(workspace, channel, message["ts"], changes, editor=user)}


@_action
async def delete(workspace: Workspace, sent: Json) -> Json:
    """Delete one's own message, and unless `keep_files` the files posted with it; an admin any message."""
    user, channel = _place(workspace, sent)
    ts = _word(sent, "ts")
    for each in [each for each in workspace.ephemerals if each["ts"] == ts and each["to"] == user]:
        workspace.ephemerals.remove(each)
        workspace.feed.publish("removed", to=[user], channel=channel["id"], ts=ts)
        return {}
    message = workspace.state.message(channel["id"], ts)
    if message.get("subtype") == "tombstone" or (message["user"] != user and not PEOPLE[user].is_admin):
        raise ApiError("cant_delete_message")
    files = [each["id"] for each in message.get("files", ()) if each["mode"] != "tombstone"]
    messages.delete(workspace, channel, ts)
    for file in [] if sent.get("keep_files") else files:
        sharing.remove(workspace, file, user)
    return {}


@_action
async def delete_file(workspace: Workspace, sent: Json) -> Json:
    """Delete a file everywhere."""
    sharing.remove(workspace, _word(sent, "file"), person_of(workspace, _word(sent, "person")).id)
    return {}


@_action
async def react(workspace: Workspace, sent: Json) -> Json:
    """Add a reaction, or take it back when it is there."""
    user, channel = _place(workspace, sent)
    ts, name = _word(sent, "ts"), _word(sent, "name").strip(":")
    reactions = workspace.state.message(channel["id"], ts).get("reactions", ())
    there = any(each["name"] == name and user in each["users"] for each in reactions)
    messages.react(workspace, channel, ts, user, name, add=not there)
    return {}


@_action
async def stop(workspace: Workspace, sent: Json) -> Json:
    """Press Stop in a thread where the bot is at work."""
    user, channel = _place(workspace, sent)
    sessions.stop(workspace, channel, _word(sent, "thread_ts"), user)
    return {}


@_action
async def command(workspace: Workspace, sent: Json) -> Json:
    """Run a slash command."""
    user, channel = _place(workspace, sent)
    name, _, rest = _word(sent, "command").strip().partition(" ")
    if not name.startswith("/") or len(name) < 2:
        raise invalid_arguments("a command begins with /")
    words = from_typed(_word(sent, "text", needed=False) or rest, workspace.state.channels_of(user))
    await interaction.command(workspace, channel, user, name, words)
    return {}


@_action
async def press(workspace: Workspace, sent: Json) -> Json:
    """Press a button of a message, modal or home; `value` picks among several with one action id."""
    if sent.get("view"):
        user = person_of(workspace, _word(sent, "person")).id
        view = _view(workspace, user, sent)
        await interaction.press_in_view(workspace, user, view, _pressed(view["blocks"], sent))
        return {}
    user, channel = _place(workspace, sent)
    ts = _word(sent, "ts")
    whispered = [each for each in workspace.ephemerals if each["ts"] == ts and each["to"] == user]
    message = whispered[0] if whispered else workspace.state.message(channel["id"], ts)
    await interaction.press(workspace, channel, user, message, _pressed(message.get("blocks") or [], sent))
    return {}


def _pressed(blocks: list[Json], sent: Json) -> Json:
    wanted, value = _word(sent, "action_id"), sent.get("value")
    for block, element in _elements(blocks):
        if element.get("action_id") != wanted or sent.get("block_id", block) != block:
            continue
        if element["type"] == "feedback_buttons":
            for name in ("positive_button", "negative_button"):
                button = element[name]
                if value in (button["value"], name.removesuffix("_button")):
                    said = {"value": button["value"], "text": button["text"]}
                    return {"type": "feedback_buttons", "action_id": wanted, "block_id": block, **said}
        elif value is None or element.get("value", "") == value or "options" in element:
            return _action_of(element, block, value)
    raise ApiError("action_not_found")


def _action_of(element: Json, block: str, value: Any) -> Json:
    action = {"type": element["type"], "action_id": element["action_id"], "block_id": block}
    if "options" in element:
        chosen = [each for each in element["options"] if each["value"] == value]
        if not chosen:
            raise ApiError("option_not_found")
        return action | {"selected_option": chosen[0]}
    return action | {name: element[name] for name in ("value", "text", "style", "url") if name in element}


def _elements(blocks: list[Json]) -> Iterator[tuple[str, Json]]:
    for index, block in enumerate(blocks):
        name = str(block.get("block_id") or f"block-{index}")
        for element in [*(block.get("elements") or ()), block.get("accessory"), block.get("element")]:
            if isinstance(element, dict):
                yield name, element


@_action
async def submit(workspace: Workspace, sent: Json) -> Json:
    """Submit a modal with what was filled in."""
    user = person_of(workspace, _word(sent, "person")).id
    values = sent.get("values") or {}
    await interaction.submit(workspace, user, _view(workspace, user, sent), values)
    return {}


@_action
async def close_view(workspace: Workspace, sent: Json) -> Json:
    """Close a modal."""
    user = person_of(workspace, _word(sent, "person")).id
    interaction.closed(workspace, user, _view(workspace, user, sent))
    return {}


def _view(workspace: Workspace, user: str, sent: Json) -> Json:
    view = workspace.state.views.get(_word(sent, "view"))
    if not view or view["user"] != user:
        raise ApiError("view_not_found")
    return view


@_action
async def open_home(workspace: Workspace, sent: Json) -> Json:
    """Open the direct messages with the bot (`tab` messages) or its home (`tab` home)."""
    user = person_of(workspace, _word(sent, "person")).id
    tab = _word(sent, "tab")
    if tab not in ("messages", "home"):
        raise invalid_arguments("tab is messages or home")
    channel = workspace.state.direct(user)
    event: Json = {
        "type": "app_home_opened",
        "user": user,
        "channel": channel["id"],
        "tab": tab,
        "event_ts": workspace.state.next_ts(),
    }
    views = [each for each in workspace.state.views.values() if each["type"] == "home" and each["user"] == user]
    if tab == "home" and views:
        event["view"] = views[-1]
    workspace.emit(channel, event)
    return {"channel": channel["id"]}


@_action
async def join(workspace: Workspace, sent: Json) -> Json:
    """Join a channel; a member may bring somebody else, `who`, the bot too."""
    user = person_of(workspace, _word(sent, "person")).id
    channel = workspace.state.channel(_word(sent, "channel"), seen_by=user)
    who = _word(sent, "who", needed=False) or user
    who = BOT_USER if who.lower() in (BOT_USER.lower(), PEOPLE[BOT_USER].handle) else person_of(workspace, who).id
    if user not in channel["members"] and (who != user or PEOPLE[user].is_guest):
        raise ApiError("not_in_channel")
    membership.join(workspace, channel, who, inviter="" if who == user else user)
    return {}


@_action
async def leave(workspace: Workspace, sent: Json) -> Json:
    """Leave a channel; a member may remove the bot with `who`."""
    user, channel = _place(workspace, sent)
    if channel["kind"] == "im":
        raise ApiError("method_not_supported_for_channel_type")
    who = _word(sent, "who", needed=False).lower()
    membership.leave(workspace, channel, BOT_USER if who in (BOT_USER.lower(), PEOPLE[BOT_USER].handle) else user)
    return {}


@_action
async def disconnect(workspace: Workspace, sent: Json) -> Json:
    """Ask the connected bots to connect anew."""
    workspace.sockets.disconnect(_word(sent, "reason", needed=False) or "refresh_requested")
    return {}
