"""Modals and the bot's home: `views.*`."""

from typing import Any

from bot.workspace import views
from bot.workspace.api.call import Call, method
from bot.workspace.errors import ApiError
from bot.workspace.triggers import use_trigger

Json = dict[str, Any]


@method("views.open")
def open_modal(call: Call) -> Json:
    """Open a modal for the person who has just pressed or typed something."""
    user = use_trigger(call.workspace, call.required("trigger_id"))
    return {"view": views.told(views.open_modal(call.workspace, user, call.parsed("view")))}


@method("views.push")
def push_modal(call: Call) -> Json:
    """Open a modal over another."""
    user = use_trigger(call.workspace, call.required("trigger_id"))
    return {"view": views.told(views.push_modal(call.workspace, user, call.parsed("view")))}


@method("views.update")
def update_modal(call: Call) -> Json:
    """Change a modal that is open."""
    found = views.known(call.workspace, view=call.text("view_id"), external=call.text("external_id"))
    if found["type"] != "modal":
        raise ApiError("not_found")
    view = views.update_modal(call.workspace, found, call.parsed("view"), known_hash=call.text("hash"))
    return {"view": views.told(view)}


@method("views.publish")
def publish_home(call: Call) -> Json:
    """Set what a person sees on the bot's home."""
    user = call.workspace.state.person(call.required("user_id")).id
    view = views.publish_home(call.workspace, user, call.parsed("view"), known_hash=call.text("hash"))
    return {"view": views.told(view)}
