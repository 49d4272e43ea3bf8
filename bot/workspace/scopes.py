"""Which scope a method or an event needs, as Slack documents it."""

from collections.abc import Collection, Mapping
from typing import Any

from bot.workspace.errors import ApiError

Json = dict[str, Any]

EVERY_SCOPE = (
    "app_mentions:read", "assistant:write", "channels:history", "channels:join", "channels:manage", "channels:read",
    "chat:write", "commands", "files:read", "files:write", "groups:history", "groups:read", "groups:write",
    "im:history", "im:read", "im:write", "reactions:read", "reactions:write", "team:read", "users:read",
    "users:read.email",
)  # fmt: skip
# A method either needs one scope, or one for each kind of channel that it is about.
_HISTORY = {"channel": "channels:history", "group": "groups:history", "im": "im:history"}
_READ = {"channel": "channels:read", "group": "groups:read", "im": "im:read"}
_WRITE = {"channel": "channels:manage", "group": "groups:write", "im": "im:write"}
METHODS: Mapping[str, str | Mapping[str, str]] = {
    "chat.postMessage": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.update": "chat:write",
    "chat.delete": "chat:write",
    "chat.scheduleMessage": "chat:write",
    "chat.deleteScheduledMessage": "chat:write",
    "chat.scheduledMessages.list": "chat:write",
    "chat.startStream": "chat:write",
    "chat.appendStream": "chat:write",
    "chat.stopStream": "chat:write",
    "assistant.threads.setStatus": "assistant:write",
    "assistant.threads.setTitle": "assistant:write",
    "assistant.threads.setSuggestedPrompts": "assistant:write",
    "agents.sessions.setStatus": "chat:write",
    "agents.sessions.rename": "chat:write",
    "conversations.history": _HISTORY,
    "conversations.replies": _HISTORY,
    "conversations.list": _READ,
    "conversations.info": _READ,
    "conversations.members": _READ,
    "users.conversations": _READ,
    "conversations.open": "im:write",
    "conversations.join": "channels:join",
    "conversations.leave": _WRITE,
    "files.info": "files:read",
    "files.list": "files:read",
    "files.delete": "files:write",
    "files.getUploadURLExternal": "files:write",
    "files.completeUploadExternal": "files:write",
    "reactions.add": "reactions:write",
    "reactions.remove": "reactions:write",
    "reactions.get": "reactions:read",
    "users.info": "users:read",
    "users.list": "users:read",
    "users.lookupByEmail": "users:read.email",
    "bots.info": "users:read",
    "team.info": "team:read",
}
EVENTS: Mapping[str, Collection[str]] = {
    "app_mention": ("app_mentions:read",),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "file_shared": ("files:read",),
    "file_deleted": ("files:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "channel_created": ("channels:read",),
    "reaction_added": ("reactions:read",),
    "reaction_removed": ("reactions:read",),
    "team_join": ("users:read",),
    "user_change": ("users:read",),
    "agent_session_stopped": ("chat:write",),
    "app_home_opened": (),
    "app_context_changed": ("assistant:write",),
}
_KINDS = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "im"}


def check_scope(method: str, kinds: Collection[str], *, granted: Collection[str]) -> None:
    """Return when an app with the scopes `granted` may call `method` about channels of these kinds.

    Raises:
        ApiError: it lacks one.
    """
    needs = METHODS.get(method)
    needed = {needs} if isinstance(needs, str) else {needs[kind] for kind in kinds if needs and kind in needs}
    if missing := sorted(needed - {None} - set(granted)):
        raise ApiError("missing_scope", needed=",".join(missing), provided=",".join(sorted(granted)))


def kinds_asked(types: str) -> set[str]:
    """Return the kinds of channel that an argument `types` names."""
    return {_KINDS[each.strip()] for each in (types or "public_channel").split(",") if each.strip() in _KINDS}


def subscription_of(event: Json) -> str:
    """Return the name under which an app subscribes to `event`."""
    if event["type"] != "message":
        return str(event["type"])
    return {"im": "message.im", "group": "message.groups"}.get(event.get("channel_type", ""), "message.channels")
