"""Modals, which lie one upon another, and the bot's home."""

import secrets
import time
from typing import Any

from bot.workspace.config import APP, BOT, TEAM
from bot.workspace.errors import ApiError, invalid_arguments
from bot.workspace.limits import VIEW_BLOCKS, check_blocks
from bot.workspace.state import new_id
from bot.workspace.workspace import Workspace

Json = dict[str, Any]
MOST_MODALS = 3
_TITLE_CHARACTERS = 24
_TITLES = ("title", "submit", "close")
_LENGTHS = {"callback_id": 255, "external_id": 255, "private_metadata": 3000}


def open_modal(workspace: Workspace, user: str, view: Any) -> Json:
    """Open a modal in front of `user`, in place of any that was open.

    Raises:
        ApiError: it is malformed.
    """
    checked = _checked(workspace, view, "modal")
    clear(workspace, user)
    return _shown(workspace, user, checked)


def push_modal(workspace: Workspace, user: str, view: Any) -> Json:
    """Lay a modal upon the one that is open.

    Raises:
        ApiError: it is malformed, nothing is open, or too many are.
    """
    open_now = modals(workspace, user)
    if not open_now:
        raise ApiError("not_found")
    if len(open_now) >= MOST_MODALS:
        raise ApiError("push_limit_reached")
    return _shown(workspace, user, _checked(workspace, view, "modal"), below=open_now[-1])


def update_modal(workspace: Workspace, before: Json, view: Any, *, known_hash: str = "") -> Json:
    """Show something else in a modal that is open.

    Raises:
        ApiError: it is malformed, or has changed since `known_hash`.
    """
    if known_hash and known_hash != before["hash"]:
        raise ApiError("hash_conflict")
    return _shown(workspace, before["user"], _checked(workspace, view, "modal", known=before["id"]), replaces=before)


def publish_home(workspace: Workspace, user: str, view: Any, *, known_hash: str = "") -> Json:
    """Set what `user` sees on the bot's home.

    Raises:
        ApiError: it is malformed, or has changed since `known_hash`.
    """
    before = home_of(workspace, user)
    if known_hash and before and known_hash != before["hash"]:
        raise ApiError("hash_conflict")
    return _shown(workspace, user, _checked(workspace, view, "home"), replaces=before)


def home_of(workspace: Workspace, user: str) -> Json | None:
    """Return the home view of `user`, if one was published."""
    return next(iter(_of(workspace, user, "home")), None)


def modals(workspace: Workspace, user: str) -> list[Json]:
    """Return the open modals of `user`, the one in front last."""
    found = _of(workspace, user, "modal")
    ordered: list[Json] = []
    while after := [each for each in found if each["previous_view_id"] == (ordered[-1]["id"] if ordered else None)]:
        ordered.append(after[0])
    return ordered


def _of(workspace: Workspace, user: str, kind: str) -> list[Json]:
    return [each for each in workspace.state.views.values() if each["user"] == user and each["type"] == kind]


def known(workspace: Workspace, *, view: str = "", external: str = "") -> Json:
    """Return an open view by its own or the bot's id.

    Raises:
        ApiError: there is none.
    """
    for each in workspace.state.views.values():
        if (view and each["id"] == view) or (external and each["external_id"] == external):
            return each
    raise ApiError("not_found")


def told(view: Json) -> Json:
    """Return a view as Slack tells of it: whose it is stands elsewhere."""
    return {name: value for name, value in view.items() if name != "user"}


def close(workspace: Workspace, view: Json) -> None:
    """Close a modal and what lies upon it; the one below shows again."""
    ordered = modals(workspace, view["user"])
    ids = [each["id"] for each in ordered]
    at = ids.index(view["id"]) if view["id"] in ids else len(ids)
    for each in ordered[at:]:
        workspace.state.drop_view(each["id"])
    below = ordered[at - 1] if at else None
    workspace.feed.publish("view_closed", to=[view["user"]], view=view["id"], below=below)


def clear(workspace: Workspace, user: str) -> None:
    """Close every modal of `user`."""
    for each in modals(workspace, user)[:1]:
        close(workspace, each)


def _checked(workspace: Workspace, view: Any, kind: str, *, known: str = "") -> Json:
    if not isinstance(view, dict) or view.get("type") not in ("modal", "home"):
        raise invalid_arguments("missing or malformed view")
    if view["type"] != kind:
        raise invalid_arguments(f"must be of type {kind} [json-pointer:/view/type]")
    blocks = check_blocks(view.get("blocks"), most=VIEW_BLOCKS)
    faults = [f"must be less than {most + 1} characters [json-pointer:/view/{name}]"
              for name, most in _LENGTHS.items() if len(str(view.get(name) or "")) > most]  # fmt: skip
    if kind == "modal":
        faults += _title_faults(view)
        if any(each["type"] == "input" for each in blocks) and not view.get("submit"):
            faults.append("missing required field: submit [json-pointer:/view]")
    if faults:
        raise invalid_arguments(*faults)
    external = view.get("external_id")
    if external and any(
        each["external_id"] == external and each["id"] != known for each in workspace.state.views.values()
    ):
        raise ApiError("duplicate_external_id")
    return view


def _title_faults(view: Json) -> list[str]:
    faults = []
    for name in _TITLES:
        title = view.get(name)
        if title is None and name != "title":
            continue
        plain = isinstance(title, dict) and title.get("type") == "plain_text"
        words = title.get("text") if isinstance(title, dict) else None
        if not plain or not isinstance(words, str) or not words:
            faults.append(f"missing required field: {name} [json-pointer:/view]")
        elif len(words) > _TITLE_CHARACTERS:
            faults.append(f"must be less than {_TITLE_CHARACTERS + 1} characters [json-pointer:/view/{name}/text]")
    return faults


def _shown(
    workspace: Workspace, user: str, view: Json, *, replaces: Json | None = None, below: Json | None = None
) -> Json:
    known = replaces["id"] if replaces else new_id("V")
    if replaces:
        place = {name: replaces[name] for name in ("root_view_id", "previous_view_id")}
    else:
        place = {"root_view_id": below["root_view_id"] if below else known}
        place["previous_view_id"] = below["id"] if below else None
    opened: Json = {
        "title": None,
        "submit": None,
        "close": None,
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "clear_on_close": False,
        "notify_on_close": False,
        **view,
        "blocks": [_named(each, index) for index, each in enumerate(view["blocks"])],
        "id": known,
        "team_id": TEAM,
        "state": {"values": {}},
        "hash": f"{int(time.time())}.{secrets.token_hex(4)}",
        **place,
        "app_id": APP,
        "app_installed_team_id": TEAM,
        "bot_id": BOT,
        "user": user,
    }
    workspace.state.keep_view(opened)
    workspace.feed.publish("home" if view["type"] == "home" else "view", to=[user], view=opened)
    return opened


def _named(block: Json, index: int) -> Json:
    # Errors and values are told by block id, so a field needs one.
    return block if block.get("block_id") or block["type"] != "input" else block | {"block_id": f"block-{index}"}
