"""Channels and what was said in them: `conversations.*`."""

from typing import Any

from bot.workspace import membership
from bot.workspace.api.call import Call, method
from bot.workspace.api.paging import page, page_after, page_before
from bot.workspace.config import BOT_USER, TEAM
from bot.workspace.errors import ApiError
from bot.workspace.messages import thread_root

Json = dict[str, Any]
_NAMES = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}


def kinds_of(types: str) -> set[str]:
    """Return the kinds of channel that Slack's `types` argument asks for.

    Raises:
        ApiError: it names one that there is not.
    """
    asked = [each.strip() for each in types.split(",") if each.strip()]
    if any(each not in _NAMES for each in asked):
        raise ApiError("invalid_types")
    return {_NAMES[each] for each in asked}


def described(channel: Json) -> Json:
    """Return a channel as Slack describes it to the bot."""
    shared: Json = {
        "id": channel["id"],
        "created": channel["created"],
        "is_archived": False,
        "is_im": channel["kind"] == "im",
        "is_org_shared": False,
        "context_team_id": TEAM,
        "updated": channel["created"] * 1000,
    }
    if channel["kind"] == "im":
        user = next(each for each in channel["members"] if each != BOT_USER)
        return shared | {"user": user, "is_user_deleted": False, "priority": 0, "is_open": True}
    private, shared_out = channel["kind"] == "group", bool(channel.get("shared"))
    stated = {"creator": channel["creator"], "last_set": channel["created"]}
    return shared | {
        "name": channel["name"],
        "name_normalized": channel["name"],
        "is_channel": not private,
        "is_group": private,
        "is_mpim": False,
        "is_private": private,
        "is_general": channel["name"] == "general",
        "unlinked": 0,
        "is_shared": shared_out,
        "is_ext_shared": shared_out,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "pending_connected_team_ids": [],
        "shared_team_ids": [TEAM],
        "previous_names": [],
        "creator": channel["creator"],
        "is_member": BOT_USER in channel["members"],
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": channel["purpose"], **stated},
    }


def _listed(channel: Json, *without: str) -> Json:
    return {name: value for name, value in described(channel).items() if name not in without}


@method("conversations.list")
def conversations_list(call: Call) -> Json:
    """List the channels that the bot may know of."""
    kinds = kinds_of(call.text("types", "public_channel"))
    known = [
        _listed(each, "is_open") | ({} if each["kind"] == "im" else {"num_members": len(each["members"])})
        for each in call.workspace.state.channels.values()
        if each["kind"] in kinds and (each["kind"] == "channel" or BOT_USER in each["members"])
    ]
    shown, following = page(known, cursor=call.text("cursor"), limit=call.number("limit", 100, most=999))
    return {"channels": shown, "response_metadata": {"next_cursor": following}}


@method("users.conversations")
def users_conversations(call: Call) -> Json:
    """List the channels of a user: public ones, and those that the bot is in too."""
    user = call.workspace.state.person(call.text("user") or BOT_USER).id
    kinds = kinds_of(call.text("types", "public_channel"))
    theirs = [
        _listed(each, "is_open", "is_member")
        for each in call.workspace.state.channels_of(user)
        if each["kind"] in kinds and (each["kind"] == "channel" or BOT_USER in each["members"])
    ]
    shown, following = page(theirs, cursor=call.text("cursor"), limit=call.number("limit", 100, most=999))
    return {"channels": shown, "response_metadata": {"next_cursor": following}}


@method("conversations.info")
def conversations_info(call: Call) -> Json:
    """Describe one channel."""
    channel = call.channel(member=False)
    counted = {"num_members": len(channel["members"])} if call.flag("include_num_members") else {}
    return {"channel": described(channel) | counted}


@method("conversations.members")
def conversations_members(call: Call) -> Json:
    """List who is in a channel."""
    members = call.channel(member=False)["members"]
    shown, following = page(members, cursor=call.text("cursor"), limit=call.number("limit", 100, most=999))
    return {"members": shown, "response_metadata": {"next_cursor": following}}


@method("conversations.open")
def conversations_open(call: Call) -> Json:
    """Open the direct messages with one user."""
    if call.text("channel"):
        channel = call.channel()
    else:
        users = call.required("users").split(",")
        if len(users) != 1:
            raise ApiError("not_enough_users" if not users else "method_not_supported_for_channel_type")
        channel = call.workspace.state.direct(users[0])
    full = call.flag("return_im")
    opened = {"already_open": True, "no_op": True}
    return {"channel": described(channel) if full else {"id": channel["id"]}, **opened}


@method("conversations.join")
def conversations_join(call: Call) -> Json:
    """Join a public channel."""
    channel = call.channel(member=False)
    if channel["kind"] != "channel":
        raise ApiError("method_not_supported_for_channel_type")
    if BOT_USER in channel["members"]:
        return {
            "channel": described(channel),
            "warning": "already_in_channel",
            "response_metadata": {"warnings": ["already_in_channel"]},
        }
    membership.join(call.workspace, channel, BOT_USER)
    return {"channel": described(channel)}


@method("conversations.leave")
def conversations_leave(call: Call) -> Json:
    """Leave a channel."""
    channel = call.channel(member=False)
    if BOT_USER not in channel["members"]:
        return {"not_in_channel": True}
    membership.leave(call.workspace, channel, BOT_USER)
    return {}


@method("conversations.history")
def conversations_history(call: Call) -> Json:
    """Return what was said in a channel, newest first, without the replies in threads."""
    channel = call.channel()
    state = call.workspace.state
    said = [
        each
        for each in state.messages(channel["id"])
        if each.get("thread_ts", each["ts"]) == each["ts"] or each.get("subtype") == "thread_broadcast"
    ]
    found = _between(call, said)[::-1]
    shown, following = page_before(found, cursor=call.text("cursor"), limit=call.number("limit", 100, most=999))
    return _messages(call, channel, shown, following) | {"pin_count": 0}


@method("conversations.replies")
def conversations_replies(call: Call) -> Json:
    """Return a message and its thread, oldest first."""
    channel = call.channel()
    ts = call.required("ts")
    root = thread_root(call.workspace, channel["id"], ts)
    state = call.workspace.state
    said = [root, *state.replies(channel["id"], ts)] if root["ts"] == ts else [state.message(channel["id"], ts)]
    found = _between(call, said)
    shown, following = page_after(found, cursor=call.text("cursor"), limit=call.number("limit", 1000, most=1000))
    return _messages(call, channel, shown, following)


def _between(call: Call, messages: list[Json]) -> list[Json]:
    oldest, latest = _stamp(call, "oldest"), _stamp(call, "latest")
    inclusive = call.flag("inclusive")
    found = []
    for each in messages:
        ts = float(each["ts"])
        after = oldest is None or ts > oldest or (inclusive and ts == oldest)
        before = latest is None or ts < latest or (inclusive and ts == latest)
        if after and before:
            found.append(each)
    return found


def _stamp(call: Call, name: str) -> float | None:
    value = call.text(name)
    if not value or value == "now":
        return None
    try:
        return float(value)
    except ValueError:
        raise ApiError(f"invalid_ts_{name}") from None


def _messages(call: Call, channel: Json, shown: list[Json], following: str) -> Json:
    messages = [call.workspace.state.shown(channel["id"], each) for each in shown]
    if not call.flag("include_all_metadata"):
        for each in messages:
            each.pop("metadata", None)
    answer: Json = {"messages": messages, "has_more": bool(following)}
    return answer | ({"response_metadata": {"next_cursor": following}} if following else {})
