"""Change who is in the workspace and which channels there are."""

import dataclasses
import re
import time
from typing import Any

from bot.workspace import membership
from bot.workspace.action import user_of, word
from bot.workspace.config import BOT_USER
from bot.workspace.errors import ApiError, invalid_arguments
from bot.workspace.scene import person_of
from bot.workspace.seed import Person, direct, user_object
from bot.workspace.state import new_id
from bot.workspace.workspace import Workspace

Json = dict[str, Any]
EVERYONE: Json = {"members": [BOT_USER]}  # Events about the workspace itself come wherever the bot is.
_COLORS = ("2f6f9f", "8a4fa3", "b4552d", "5b6b2f", "a23b5c", "3c6e4f", "4c5a9e", "7a5c1e")
_ROLES = ("member", "admin", "guest")


async def add_person(workspace: Workspace, sent: Json) -> Json:
    """Bring somebody new into the workspace: `name`, `title`, `role` (member, admin or guest)."""
    _must_be_admin(workspace, sent)
    name, role = word(sent, "name").strip(), word(sent, "role", needed=False) or "member"
    handle = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    if not handle or len(name) > 80 or role not in _ROLES:
        raise invalid_arguments("a name of up to 80 characters, and a role: member, admin or guest")
    state = workspace.state
    if any(handle == each.handle or name.lower() == each.name.lower() for each in state.people.values()):
        raise ApiError("name_taken")
    person = Person(
        id=new_id("U"),
        handle=handle,
        name=name,
        title=word(sent, "title", needed=False)[:80],
        color=_COLORS[len(state.people) % len(_COLORS)],
        is_admin=role == "admin",
        is_guest=role == "guest",
    )
    state.keep_person(person)
    state.keep_channel(direct(new_id("D"), person.id, created=int(time.time())))
    workspace.feed.publish("channels")
    workspace.emit(EVERYONE, {"type": "team_join", "user": user_object(person), **_when(workspace)})
    if (general := state.channels.get("C0GENERAL1")) and not person.is_guest:
        membership.join(workspace, general, person.id)
    return {"user": person.id}


async def change_person(workspace: Workspace, sent: Json) -> Json:
    """Give somebody, `who`, another `role` or `title`, or with `deleted` take them out or back in."""
    _must_be_admin(workspace, sent)
    before = _found(workspace, word(sent, "who"))
    role = word(sent, "role", needed=False)
    if role and role not in _ROLES:
        raise invalid_arguments("role is member, admin or guest")
    if before.id == user_of(workspace, sent) and (role not in ("", "admin") or sent.get("deleted")):
        raise ApiError("restricted_action")
    after = before
    if role:
        after = dataclasses.replace(after, is_admin=role == "admin", is_guest=role == "guest")
    if title := word(sent, "title", needed=False)[:80]:
        after = dataclasses.replace(after, title=title)
    if isinstance(sent.get("deleted"), bool):
        after = dataclasses.replace(after, deleted=sent["deleted"])
    workspace.state.keep_person(after)
    workspace.feed.publish("channels")
    now = int(time.time())
    event = {"type": "user_change", "user": user_object(after), "cache_ts": now, **_when(workspace)}
    workspace.emit(EVERYONE, event)
    return {}


def _found(workspace: Workspace, name: str) -> Person:
    for person in workspace.state.people.values():
        if not person.is_bot and name.lower() in (person.id.lower(), person.handle):
            return person
    raise ApiError("user_not_found")


async def add_channel(workspace: Workspace, sent: Json) -> Json:
    """Open a channel: `name`, `purpose`, `private`, `shared` (with another organisation)."""
    user = user_of(workspace, sent)
    if workspace.state.person(user).is_guest:
        raise ApiError("user_is_restricted")
    name = word(sent, "name").strip().lstrip("#")
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,79}", name):
        raise ApiError("invalid_name_specials")
    if any(each["name"] == name for each in workspace.state.channels.values()):
        raise ApiError("name_taken")
    now = int(time.time())
    private = bool(sent.get("private"))
    channel = {
        "id": new_id("C"),
        "name": name,
        "kind": "group" if private else "channel",
        "purpose": word(sent, "purpose", needed=False)[:250],
        "creator": user,
        "created": now,
        "members": [user],
        "shared": bool(sent.get("shared")),
    }
    workspace.state.keep_channel(channel)
    workspace.feed.publish("channels", to=None if not private else [user])
    if not private:
        told = {"id": channel["id"], "is_channel": True, "name": name, "name_normalized": name, "created": now}
        told |= {"creator": user, "is_shared": channel["shared"], "is_org_shared": False, "context_team_id": ""}
        workspace.emit(EVERYONE, {"type": "channel_created", "channel": told, **_when(workspace)})
    return {"channel": channel["id"]}


def _when(workspace: Workspace) -> Json:
    return {"event_ts": workspace.state.next_ts()}


def _must_be_admin(workspace: Workspace, sent: Json) -> None:
    if not person_of(workspace, word(sent, "person")).is_admin:
        raise ApiError("not_an_admin")
