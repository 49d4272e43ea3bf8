"""Modals and the bot's home: `views.*`."""

from typing import Any

from bot.workspace import interaction
from bot.workspace.api.call import Call, method
from bot.workspace.errors import ApiError

Json = dict[str, Any]


@method("views.open")
def open_modal(call: Call) -> Json:
    """Open a modal for the person who has just pressed or typed something."""
    return _opened(call)


@method("views.push")
def push_modal(call: Call) -> Json:
    """Open a modal over another."""
    return _opened(call)


def _opened(call: Call) -> Json:
    user = interaction.use_trigger(call.workspace, call.required("trigger_id"))
    view = interaction.open_view(call.workspace, user, call.parsed("view"))
    call.workspace.feed.publish("view", to=[user], view=view)
    return {"view": view}


@method("views.update")
def update_modal(call: Call) -> Json:
    """Change a modal that is open."""
    before = call.workspace.state.views.get(call.required("view_id"))
    if before is None:
        raise ApiError("not_found")
    if call.text("hash") and call.text("hash") != before["hash"]:
        raise ApiError("hash_conflict")
    view = interaction.open_view(call.workspace, before["user"], call.parsed("view"), replaces=before)
    call.workspace.feed.publish("view", to=[before["user"]], view=view)
    return {"view": view}


@method("views.publish")
def publish_home(call: Call) -> Json:
    """Set what a person sees on the bot's home."""
    user = call.workspace.state.person(call.required("user_id")).id
    before = home_of(call, user)
    view = interaction.open_view(call.workspace, user, call.parsed("view"), replaces=before)
    call.workspace.feed.publish("home", to=[user], view=view)
    return {"view": view}


def home_of(call: Call, user: str) -> Json | None:
    """Return the home view of `user`, if one was published."""
    views = call.workspace.state.views.values()
    return next((each for each in views if each["type"] == "home" and each["user"] == user), None)
