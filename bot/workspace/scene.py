"""What one person sees: their channels, a timeline, a thread."""

from typing import Any

from bot.workspace import views
from bot.workspace.config import BOT_NAME, BOT_USER, TEAM, TEAM_NAME
from bot.workspace.errors import ApiError
from bot.workspace.seed import Person
from bot.workspace.workspace import Workspace

Json = dict[str, Any]


def person_of(workspace: Workspace, name: str) -> Person:
    """Return the person with that id or name, never the bot.

    Raises:
        ApiError: there is none.
    """
    for person in workspace.state.people.values():
        if not person.is_bot and not person.deleted and name.lower() in (person.id.lower(), person.handle):
            return person
    raise ApiError("user_not_found")


def channel_of(workspace: Workspace, name: str, user: str) -> Json:
    """Return a channel that `user` is a member of, by id or name; `teller` names the direct messages with the bot.

    Raises:
        ApiError: there is none.
    """
    if name.lower().removeprefix("@") in (workspace.state.people[BOT_USER].handle, BOT_USER.lower()):
        return workspace.state.direct(user)
    channel = workspace.state.channel(name, seen_by=user)
    if user not in channel["members"]:
        raise ApiError("not_in_channel")
    return channel


def overview(workspace: Workspace, name: str) -> Json:
    """Return everything around the conversation that `name` sees."""
    person = person_of(workspace, name)
    state = workspace.state
    mine = state.channels_of(person.id)
    ids = {each["id"] for each in mine}
    public = [each for each in state.channels.values() if each["kind"] == "channel" and each["id"] not in ids]
    return {
        "version": workspace.feed.version,
        "team": TEAM_NAME,
        "team_id": TEAM,
        "person": person.id,
        "bot": {"id": BOT_USER, "name": BOT_NAME, "connected": workspace.outbox.connected},
        "people": [_introduced(each) for each in state.people.values()],
        "channels": [each | {"latest": _latest(workspace, each["id"])} for each in mine],
        # A guest joins nothing: guests are invited.
        "joinable": [] if person.is_guest else public,
        "statuses": [each for each in workspace.statuses.values() if each["channel"] in ids],
        "threads": [each for each in state.threads.values() if each["channel"] in ids],
        "home": views.home_of(workspace, person.id),
        "modals": views.modals(workspace, person.id)[-1:],
        "commands": [{"name": command, "help": text} for command, text in workspace.commands],
        "shortcuts": [
            {"kind": kind, "callback_id": callback, "name": name} for kind, callback, name in workspace.shortcuts
        ],
    }


def _introduced(person: Person) -> Json:
    return {
        "id": person.id,
        "handle": person.handle,
        "name": person.name,
        "title": person.title,
        "color": person.color,
        "is_bot": person.is_bot,
        "is_admin": person.is_admin,
        "is_guest": person.is_guest,
        "deleted": person.deleted,
    }


def _latest(workspace: Workspace, channel: str) -> str:
    return max((each["ts"] for each in workspace.state.messages(channel)), default="")


def timeline(
    workspace: Workspace, name: str, channel_name: str, *, thread_ts: str = "", before: str = "", limit: int = 100
) -> Json:
    """Return the messages of a channel or thread, oldest first, as one person, or with no name the bot, sees them."""
    user = person_of(workspace, name).id if name else BOT_USER
    channel = channel_of(workspace, channel_name, user)
    state, place = workspace.state, channel["id"]
    said = [
        *state.messages(place),
        *(each for each in workspace.ephemerals if each["channel"] == place and each["to"] == user),
    ]
    if thread_ts:
        found = [each for each in said if each["ts"] == thread_ts or each.get("thread_ts") == thread_ts]
        if not found:
            raise ApiError("thread_not_found")
    else:
        found = [each for each in said if _at_top(each)]
    found.sort(key=lambda each: str(each["ts"]))
    earlier = [each for each in found if not before or each["ts"] < before]
    shown = earlier[-limit:]
    return {
        "version": workspace.feed.version,
        "channel": channel,
        "messages": [each if each.get("is_ephemeral") else state.shown(place, each) for each in shown],
        "has_more": len(earlier) > len(shown),
    }


def _at_top(message: Json) -> bool:
    return message.get("thread_ts", message["ts"]) == message["ts"] or message.get("subtype") == "thread_broadcast"
