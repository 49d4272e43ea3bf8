"""Post, change, delete and react to messages, as people and the bot do."""

import time
import uuid
from collections.abc import Iterable
from typing import Any

from bot.workspace.config import APP, BOT, BOT_NAME, BOT_USER, TEAM
from bot.workspace.errors import ApiError
from bot.workspace.pictures import note_pictures
from bot.workspace.seed import BEGAN
from bot.workspace.state import new_id
from bot.workspace.wording import rich_text
from bot.workspace.workspace import Workspace

Json = dict[str, Any]
EPHEMERALS_KEPT = 1_000
BOT_PROFILE: Json = {
    "id": BOT,
    "deleted": False,
    "name": BOT_NAME,
    "updated": BEGAN,
    "app_id": APP,
    "icons": {"image_36": "", "image_48": "", "image_72": ""},
    "team_id": TEAM,
}


def compose(user: str, text: str, *, ts: str, blocks: list[Json] | None = None, notice: bool = False) -> Json:
    """Return the message that `user` writes, or a notice about them, not yet posted."""
    message: Json = {"type": "message", "user": user, "text": text, "ts": ts, "team": TEAM}
    if notice:
        return message
    if user == BOT_USER:
        message |= {"bot_id": BOT, "app_id": APP, "bot_profile": BOT_PROFILE}
    else:
        message["client_msg_id"] = str(uuid.uuid4())
        message["blocks"] = rich_text(text, new_id("b", 4)) if text else []
    if blocks:
        message["blocks"] = blocks
    return message


def post(
    workspace: Workspace,
    channel: Json,
    user: str,
    text: str,
    *,
    thread_ts: str = "",
    blocks: list[Json] | None = None,
    files: Iterable[Json] = (),
    subtype: str = "",
    **extra: Any,
) -> Json:
    """Post a message, tell the pages, and push the events that Slack would.

    Raises:
        ApiError: the thread does not exist.
    """
    root = thread_root(workspace, channel["id"], thread_ts) if thread_ts else None
    notice = subtype == "channel_join"
    message = compose(user, text, ts=workspace.state.next_ts(), blocks=blocks, notice=notice) | extra
    if root:
        message |= {"thread_ts": root["ts"], "parent_user_id": root["user"]}
    if shared := list(files):
        message |= {"files": shared, "upload": False, "display_as_bot": False}
    if subtype or shared:
        message["subtype"] = subtype or "file_share"
    workspace.state.keep_message(channel["id"], message)
    note_pictures(workspace, channel, message.get("blocks") or ())
    clear_status(workspace, channel, message)
    workspace.show(channel, message)
    workspace.emit(channel, message_event(channel, message))
    if f"<@{BOT_USER}>" in text and user != BOT_USER and channel["kind"] != "im":
        workspace.emit(channel, mention_event(channel, message))
    return message


def thread_root(workspace: Workspace, channel: str, thread_ts: str) -> Json:
    """Return the message that begins the thread which `thread_ts` belongs to.

    Raises:
        ApiError: there is none.
    """
    try:
        message = workspace.state.message(channel, thread_ts)
        return workspace.state.message(channel, message.get("thread_ts", thread_ts))
    except ApiError:
        raise ApiError("thread_not_found") from None


def message_event(channel: Json, message: Json) -> Json:
    """Return the event about a new message."""
    place = {"channel": channel["id"], "channel_type": channel["kind"], "event_ts": message["ts"]}
    return _told(message) | place


def _told(message: Json) -> Json:
    """Return a message as events hold it: history says a little more."""
    return {name: value for name, value in message.items() if name not in ("app_id", "streaming_state")}


def mention_event(channel: Json, message: Json) -> Json:
    """Return the second event that a mention of the bot causes; unlike the first it carries no files."""
    names = ("user", "text", "ts", "client_msg_id", "team", "blocks", "thread_ts", "parent_user_id", "edited")
    kept = {name: message[name] for name in names if name in message}
    return {"type": "app_mention", **kept, "channel": channel["id"], "event_ts": message["ts"]}


def update(
    workspace: Workspace, channel: Json, ts: str, changes: Json, *, editor: str = "", heard: bool = True
) -> Json:
    """Change a message; `editor` marks it as edited by that user, and the bot is told unless not `heard`."""
    before = workspace.state.message(channel["id"], ts)
    after = before | changes
    if editor:
        after["edited"] = {"user": editor, "ts": f"{int(time.time())}.000000"}
    workspace.state.keep_message(channel["id"], after)
    note_pictures(workspace, channel, after.get("blocks") or ())
    workspace.show(channel, after)
    if heard:
        _emit_hidden(workspace, channel, "message_changed", message=_told(after), previous_message=_told(before))
    return after


def delete(workspace: Workspace, channel: Json, ts: str) -> None:
    """Delete a message; one that has replies leaves a tombstone, as in Slack."""
    state, channel_id = workspace.state, channel["id"]
    before = state.message(channel_id, ts)
    if state.replies(channel_id, ts):
        tombstone = {
            "type": "message",
            "subtype": "tombstone",
            "text": "This message was deleted.",
            "user": "USLACKBOT",
            "hidden": True,
            "ts": ts,
            "thread_ts": ts,
            "parent_user_id": "USLACKBOT",
        }
        state.keep_message(channel_id, tombstone)
        workspace.show(channel, tombstone)
        shown = state.shown(channel_id, tombstone)
        _emit_hidden(workspace, channel, "message_changed", message=shown, previous_message=_told(before))
        return
    state.drop_message(channel_id, ts)
    workspace.tell(channel, "removed", ts=ts)
    _emit_hidden(workspace, channel, "message_deleted", deleted_ts=ts, previous_message=_told(before))
    root = before.get("thread_ts", ts)
    if root != ts:
        parent = state.message(channel_id, root)
        if parent.get("subtype") == "tombstone" and not state.replies(channel_id, root):
            delete(workspace, channel, root)
        else:
            workspace.show(channel, parent)


def _emit_hidden(workspace: Workspace, channel: Json, subtype: str, **facts: Any) -> None:
    stamp = workspace.state.next_ts()
    event = {"type": "message", "subtype": subtype, "channel": channel["id"], "hidden": True, **facts}
    workspace.emit(channel, event | {"event_ts": stamp, "ts": stamp, "channel_type": channel["kind"]})


def react(workspace: Workspace, channel: Json, ts: str, user: str, name: str, *, add: bool) -> None:
    """Add or take away one reaction.

    Raises:
        ApiError: it is there already, or was not.
    """
    message = workspace.state.message(channel["id"], ts)
    reactions = {each["name"]: list(each["users"]) for each in message.get("reactions", [])}
    users = reactions.setdefault(name, [])
    if (user in users) is add:
        raise ApiError("already_reacted" if add else "no_reaction")
    if add:
        users.append(user)
    else:
        users.remove(user)
    kept = [{"name": each, "users": who, "count": len(who)} for each, who in reactions.items() if who]
    message = message | {"reactions": kept}
    if not kept:
        del message["reactions"]
    workspace.state.keep_message(channel["id"], message)
    workspace.show(channel, message)
    event = {
        "type": "reaction_added" if add else "reaction_removed",
        "user": user,
        "reaction": name,
        "item": {"type": "message", "channel": channel["id"], "ts": ts},
        "item_user": message["user"],
        "event_ts": workspace.state.next_ts(),
    }
    workspace.emit(channel, event)


def whisper(
    workspace: Workspace, channel: Json, user: str, text: str, *, blocks: list[Json] | None = None, thread_ts: str = ""
) -> Json:
    """Show a message to one person only; it is in no history and gone after a restart."""
    message = compose(BOT_USER, text, ts=workspace.state.next_ts(), blocks=blocks)
    message |= {"is_ephemeral": True, "channel": channel["id"], "to": user}
    if thread_ts:
        message["thread_ts"] = thread_ts
    workspace.ephemerals.append(message)
    del workspace.ephemerals[:-EPHEMERALS_KEPT]
    workspace.feed.publish("message", to=[user], channel=channel["id"], message=message)
    return message


def set_status(workspace: Workspace, channel: Json, thread_ts: str, status: Json | None) -> None:
    """Show, or with None clear, the line that says what the bot is doing in a thread."""
    key = (channel["id"], thread_ts)
    if status is None:
        if workspace.statuses.pop(key, None) is None:
            return
    else:
        workspace.statuses[key] = status | {"channel": channel["id"], "thread_ts": thread_ts}
    workspace.tell(channel, "status", thread_ts=thread_ts, status=status)


def clear_status(workspace: Workspace, channel: Json, message: Json) -> None:
    """Clear the status line of the thread that the bot has just answered in."""
    if message["user"] == BOT_USER:
        set_status(workspace, channel, str(message.get("thread_ts") or message["ts"]), None)
