"""Who and where: `api.test`, `auth.test`, `apps.*`, `team.*`, `bots.*`, `users.*`."""

from typing import Any

from bot.workspace.api.call import Call, method
from bot.workspace.api.paging import page
from bot.workspace.config import APP, BOT, BOT_NAME, BOT_USER, TEAM, TEAM_DOMAIN, TEAM_NAME
from bot.workspace.errors import ApiError
from bot.workspace.messages import BOT_PROFILE
from bot.workspace.seed import BEGAN, Person, user_object

Json = dict[str, Any]


@method("api.test")
def api_test(call: Call) -> Json:
    """Answer with the arguments; needs no token."""
    if error := call.text("error"):
        raise ApiError(error, args=_without_token(call.arguments))
    return {"args": _without_token(call.arguments)}


def _without_token(arguments: Json) -> Json:
    return {name: value for name, value in arguments.items() if name != "token"}


@method("auth.test")
def auth_test(call: Call) -> Json:
    """Say whose token it is."""
    return {
        "url": f"{call.workspace.url}/",
        "team": TEAM_NAME,
        "user": call.workspace.state.people[BOT_USER].handle,
        "team_id": TEAM,
        "user_id": BOT_USER,
        "bot_id": BOT,
        "app_id": APP,
        "app_name": BOT_NAME,
        "is_enterprise_install": False,
    }


@method("apps.connections.open")
def open_connection(call: Call) -> Json:
    """Give out an address for Socket Mode; the only method that takes the app token."""
    if call.workspace.webhook:
        raise ApiError("socket_mode_disabled")
    address = call.workspace.url.replace("http://", "ws://", 1)
    return {"url": f"{address}/link/?ticket={call.workspace.sockets.ticket()}&app_id={APP}"}


@method("team.info")
def team_info(call: Call) -> Json:
    """Describe the workspace."""
    return {
        "team": {
            "id": TEAM,
            "name": TEAM_NAME,
            "domain": TEAM_DOMAIN,
            "email_domain": "fjordbank.example",
            "icon": {"image_default": True},
            "url": f"{call.workspace.url}/",
            "is_verified": False,
            "discoverable": "",
            "locale": "en-GB",
        }
    }


@method("bots.info")
def bots_info(call: Call) -> Json:
    """Describe the bot."""
    if call.text("bot", BOT) != BOT:
        raise ApiError("bot_not_found")
    profile = {name: value for name, value in BOT_PROFILE.items() if name != "team_id"}
    return {"bot": profile | {"user_id": BOT_USER}}


@method("users.info")
def users_info(call: Call) -> Json:
    """Describe one user."""
    return {"user": _described(call, call.workspace.state.person(call.required("user")))}


@method("users.lookupByEmail")
def users_lookup(call: Call) -> Json:
    """Find a user by e-mail address."""
    email = call.required("email")
    for person in call.workspace.state.people.values():
        user = user_object(person)
        if user["profile"].get("email") == email:
            return {"user": user}
    raise ApiError("users_not_found")


@method("users.list")
def users_list(call: Call) -> Json:
    """List everyone."""
    users = [_described(call, person) for person in call.workspace.state.people.values()]
    shown, following = page(users, cursor=call.text("cursor"), limit=call.number("limit", 1000, most=1000))
    return {"members": shown, "cache_ts": BEGAN, "response_metadata": {"next_cursor": following}}


def _described(call: Call, person: Person) -> Json:
    user = user_object(person)
    if "users:read.email" not in call.workspace.scopes:
        user["profile"].pop("email", None)
    return user
