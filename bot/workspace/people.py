"""What a person says and where a person goes: post, edit, delete, react, join, leave."""

from typing import Any

from bot.workspace import membership, messages, sharing, views
from bot.workspace.action import place_of, user_of, word
from bot.workspace.config import BOT_USER
from bot.workspace.errors import ApiError, invalid_arguments
from bot.workspace.limits import check_text
from bot.workspace.scene import person_of
from bot.workspace.wording import from_typed, rich_text
from bot.workspace.workspace import Workspace

Json = dict[str, Any]


def _typed(workspace: Workspace, user: str, text: str) -> str:
    return from_typed(text, workspace.state.people.values(), workspace.state.channels_of(user))


async def post(workspace: Workspace, sent: Json) -> Json:
    """Say something, with files if any, in a channel or thread."""
    user, channel = place_of(workspace, sent)
    text = _typed(workspace, user, word(sent, "text", needed=False))
    check_text(text)
    files, thread_ts = sent.get("files") or [], word(sent, "thread_ts", needed=False)
    if not isinstance(files, list) or not all(isinstance(each, str) for each in files):
        raise invalid_arguments("files must be a list of ids")
    if files:
        message = sharing.share(workspace, files, channel, user, text, thread_ts=thread_ts)
    elif text:
        message = messages.post(workspace, channel, user, text, thread_ts=thread_ts)
    else:
        raise ApiError("no_text")
    return {"channel": channel["id"], "ts": message["ts"], "message": message}


async def edit(workspace: Workspace, sent: Json) -> Json:
    """Change one's own message."""
    user, channel = place_of(workspace, sent)
    message = workspace.state.message(channel["id"], word(sent, "ts"))
    if message["user"] != user:
        raise ApiError("cant_update_message")
    text = _typed(workspace, user, word(sent, "text"))
    check_text(text)
    changes = {"text": text, "blocks": rich_text(text, "edit")}
    return {"message": messages.update(workspace, channel, message["ts"], changes, editor=user)}


async def delete(workspace: Workspace, sent: Json) -> Json:
    """Delete one's own message, and unless `keep_files` the files posted with it; an admin any message."""
    user, channel = place_of(workspace, sent)
    ts = word(sent, "ts")
    for each in [each for each in workspace.ephemerals if each["ts"] == ts and each["to"] == user]:
        workspace.ephemerals.remove(each)
        workspace.feed.publish("removed", to=[user], channel=channel["id"], ts=ts)
        return {}
    message = workspace.state.message(channel["id"], ts)
    if message.get("subtype") == "tombstone" or (message["user"] != user and not workspace.state.person(user).is_admin):
        raise ApiError("cant_delete_message")
    files = [each["id"] for each in message.get("files", ()) if each["mode"] != "tombstone"]
    messages.delete(workspace, channel, ts)
    for file in [] if sent.get("keep_files") else files:
        sharing.remove(workspace, file, user)
    return {}


async def delete_file(workspace: Workspace, sent: Json) -> Json:
    """Delete a file everywhere."""
    sharing.remove(workspace, word(sent, "file"), user_of(workspace, sent))
    return {}


async def react(workspace: Workspace, sent: Json) -> Json:
    """Add a reaction, or take it back when it is there."""
    user, channel = place_of(workspace, sent)
    ts, name = word(sent, "ts"), word(sent, "name").strip(":")
    reactions = workspace.state.message(channel["id"], ts).get("reactions", ())
    there = any(each["name"] == name and user in each["users"] for each in reactions)
    messages.react(workspace, channel, ts, user, name, add=not there)
    return {}


async def open_home(workspace: Workspace, sent: Json) -> Json:
    """Open the direct messages with the bot (`tab` messages) or its home (`tab` home)."""
    user = user_of(workspace, sent)
    tab = word(sent, "tab")
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
    if tab == "home" and (view := views.home_of(workspace, user)):
        event["view"] = views.told(view)
    workspace.emit(channel, event)
    return {"channel": channel["id"]}


async def join(workspace: Workspace, sent: Json) -> Json:
    """Join a channel; a member may bring somebody else, `who`, the bot too."""
    user = user_of(workspace, sent)
    channel = workspace.state.channel(word(sent, "channel"), seen_by=user)
    who = _meant(workspace, sent, user)
    if user not in channel["members"] and (who != user or workspace.state.person(user).is_guest):
        raise ApiError("not_in_channel")
    if who != user and workspace.state.person(user).is_guest:
        raise ApiError("user_is_restricted")
    membership.join(workspace, channel, who, inviter="" if who == user else user)
    return {}


async def leave(workspace: Workspace, sent: Json) -> Json:
    """Leave a channel; a member may take the bot out with `who`, an admin anyone."""
    user, channel = place_of(workspace, sent)
    if channel["kind"] == "im":
        raise ApiError("method_not_supported_for_channel_type")
    who = _meant(workspace, sent, user)
    if who not in (user, BOT_USER) and not workspace.state.person(user).is_admin:
        raise ApiError("restricted_action")
    membership.leave(workspace, channel, who)
    return {}


def _meant(workspace: Workspace, sent: Json, user: str) -> str:
    who = word(sent, "who", needed=False).lower()
    if who in (BOT_USER.lower(), workspace.state.people[BOT_USER].handle):
        return BOT_USER
    return person_of(workspace, who).id if who else user


async def disconnect(workspace: Workspace, sent: Json) -> Json:
    """Ask the connected bots to connect anew."""
    workspace.sockets.disconnect(word(sent, "reason", needed=False) or "refresh_requested")
    return {}
