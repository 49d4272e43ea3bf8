"""Join and leave channels."""

from typing import Any

from bot.workspace import messages
from bot.workspace.config import BOT_USER, TEAM
from bot.workspace.workspace import Workspace

Json = dict[str, Any]


def join(workspace: Workspace, channel: Json, user: str, *, inviter: str = "") -> Json:
    """Make `user` a member, say so in the channel, and tell the bot."""
    if user in channel["members"]:
        return channel
    channel = channel | {"members": [*channel["members"], user]}
    workspace.state.keep_channel(channel)
    workspace.feed.publish("channels", to=channel["members"])
    invited: Json = {"inviter": inviter} if inviter else {}
    workspace.emit(channel, _event(workspace, "member_joined_channel", channel, user) | invited)
    messages.post(workspace, channel, user, f"<@{user}> has joined the channel", subtype="channel_join", **invited)
    return channel


def leave(workspace: Workspace, channel: Json, user: str) -> Json:
    """End the membership of `user` and tell the bot, also when it is the bot who leaves."""
    if user not in channel["members"]:
        return channel
    before = channel
    channel = channel | {"members": [each for each in channel["members"] if each != user]}
    workspace.state.keep_channel(channel)
    workspace.feed.publish("channels", to=before["members"])
    told = before if user == BOT_USER else channel
    workspace.emit(told, _event(workspace, "member_left_channel", channel, user))
    return channel


def _event(workspace: Workspace, kind: str, channel: Json, user: str) -> Json:
    return {
        "type": kind,
        "user": user,
        "channel": channel["id"],
        "channel_type": "C" if channel["kind"] == "channel" else "G",
        "team": TEAM,
        "event_ts": workspace.state.next_ts(),
    }
