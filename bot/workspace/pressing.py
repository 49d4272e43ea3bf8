"""What people press: buttons, menus, shortcuts, forms, commands, Stop."""

from collections.abc import Iterator
from typing import Any

from bot.workspace import interaction, sessions, views
from bot.workspace.action import place_of, user_of, word
from bot.workspace.errors import ApiError, invalid_arguments
from bot.workspace.wording import from_typed
from bot.workspace.workspace import Workspace

Json = dict[str, Any]


async def stop(workspace: Workspace, sent: Json) -> Json:
    """Press Stop in a thread where the bot is at work."""
    user, channel = place_of(workspace, sent)
    sessions.stop(workspace, channel, word(sent, "thread_ts"), user)
    return {}


async def command(workspace: Workspace, sent: Json) -> Json:
    """Run a slash command."""
    user, channel = place_of(workspace, sent)
    name, _, rest = word(sent, "command").strip().partition(" ")
    if not name.startswith("/") or len(name) < 2:
        raise invalid_arguments("a command begins with /")
    typed = word(sent, "text", needed=False) or rest
    words = from_typed(typed, workspace.state.people.values(), workspace.state.channels_of(user))
    await interaction.command(workspace, channel, user, name, words)
    return {}


async def shortcut(workspace: Workspace, sent: Json) -> Json:
    """Run a shortcut, on the message `ts` when there is one."""
    callback_id = word(sent, "callback_id")
    wanted = "message" if sent.get("ts") else "global"
    if not any(each[:2] == (wanted, callback_id) for each in workspace.shortcuts):
        raise ApiError("shortcut_not_found")
    if wanted == "global":
        await interaction.shortcut(workspace, user_of(workspace, sent), callback_id)
        return {}
    user, channel = place_of(workspace, sent)
    message = workspace.state.message(channel["id"], word(sent, "ts"))
    await interaction.message_shortcut(workspace, channel, user, message, callback_id)
    return {}


async def press(workspace: Workspace, sent: Json) -> Json:
    """Press a button of a message, modal or home; `value` picks among several with one action id."""
    values = sent.get("values") or {}
    if sent.get("view"):
        user = user_of(workspace, sent)
        view = _view(workspace, user, sent)
        await interaction.press_in_view(workspace, user, view, action=_pressed(view["blocks"], sent), values=values)
        return {}
    user, channel = place_of(workspace, sent)
    ts = word(sent, "ts")
    whispered = [each for each in workspace.ephemerals if each["ts"] == ts and each["to"] == user]
    message = whispered[0] if whispered else workspace.state.message(channel["id"], ts)
    done = _pressed(message.get("blocks") or [], sent)
    await interaction.press(workspace, channel, user, message, action=done, values=values)
    return {}


def _pressed(blocks: list[Json], sent: Json) -> Json:
    wanted, value = word(sent, "action_id"), sent.get("value")
    for block, element in _elements(blocks):
        if element.get("action_id") != wanted or sent.get("block_id", block) != block:
            continue
        if element["type"] == "feedback_buttons":
            for name in ("positive_button", "negative_button"):
                button = element[name]
                if value in (button["value"], name.removesuffix("_button")):
                    said = {"value": button["value"], "text": button["text"]}
                    return {"type": "feedback_buttons", "action_id": wanted, "block_id": block, **said}
        elif _fits(element, value):
            return _action_of(element, block, value)
    raise ApiError("action_not_found")


def _fits(element: Json, value: Any) -> bool:
    chosen = "options" in element or "option_groups" in element or element["type"].endswith(("select", "picker"))
    return value is None or chosen or bool(element.get("value", "") == value)


def _action_of(element: Json, block: str, value: Any) -> Json:
    said = {"type": element["type"], "action_id": element["action_id"], "block_id": block}
    groups = [element, *element.get("option_groups", ())]
    options = [option for group in groups for option in group.get("options", ())]
    if options:
        many = isinstance(value, list)
        chosen = [each for each in options if each["value"] in (value if many else [value])]
        if not chosen and not many:
            raise ApiError("option_not_found")
        return said | ({"selected_options": chosen} if many else {"selected_option": chosen[0]})
    name = {
        "datepicker": "selected_date",
        "timepicker": "selected_time",
        "users_select": "selected_user",
        "channels_select": "selected_channel",
        "conversations_select": "selected_conversation",
    }.get(element["type"])
    if name:
        return said | {name: value}
    return said | {each: element[each] for each in ("value", "text", "style", "url") if each in element}


def _elements(blocks: list[Json]) -> Iterator[tuple[str, Json]]:
    for index, block in enumerate(blocks):
        name = str(block.get("block_id") or f"block-{index}")
        for element in [*(block.get("elements") or ()), block.get("accessory"), block.get("element")]:
            if isinstance(element, dict):
                yield name, element
        for inner in ("child_blocks", "actions"):
            yield from _elements([each for each in block.get(inner) or () if isinstance(each, dict)])


async def submit(workspace: Workspace, sent: Json) -> Json:
    """Submit a modal with what was filled in."""
    user = user_of(workspace, sent)
    await interaction.submit(workspace, user, _view(workspace, user, sent), sent.get("values") or {})
    return {}


async def close_view(workspace: Workspace, sent: Json) -> Json:
    """Close a modal, or with `all` every one that is open."""
    user = user_of(workspace, sent)
    interaction.closed(workspace, user, _view(workspace, user, sent), all_of_them=bool(sent.get("all")))
    return {}


def _view(workspace: Workspace, user: str, sent: Json) -> Json:
    try:
        view = views.known(workspace, view=word(sent, "view"))
    except ApiError:
        raise ApiError("view_not_found") from None
    if view["user"] != user:
        raise ApiError("view_not_found")
    return view
