"""Take files in, show them in channels, and delete them."""

import mimetypes
import re
import secrets
import time
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from bot.workspace import messages
from bot.workspace.config import BOT_USER, TEAM, TEAM_DOMAIN
from bot.workspace.errors import ApiError
from bot.workspace.pictures import pictures_in
from bot.workspace.state import new_id
from bot.workspace.workspace import Workspace

Json = dict[str, Any]
MOST_BYTES = 1_000_000_000
UPLOAD_SECONDS = 3_600
_KEPT = ("shares", "channels", "groups", "ims", "pictured")  # Told by `files.info`, not beside a message.
_PRETTY = {"pdf": "PDF", "txt": "Plain Text", "csv": "CSV", "png": "PNG", "jpg": "JPEG", "docx": "Word Document"}


def reserve(workspace: Workspace, user: str, name: str) -> tuple[str, Json]:
    """Return a ticket to upload the bytes of a file called `name`, and the file as it will be known."""
    file, ticket = new_id("F"), secrets.token_urlsafe(18)
    name = re.sub(r"[\x00-\x1f\x7f/\\]", "_", name).strip()[:255] or "file"
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    address = f"{workspace.url}/files-pri/{TEAM}-{file}"
    link = f"{workspace.url}/files/{user}/{file}/{quote(name)}"
    now = int(time.time())
    for stale in [each for each, held in workspace.pending_files.items() if held["created"] < now - UPLOAD_SECONDS]:
        del workspace.pending_files[stale]
    workspace.pending_files[ticket] = {
        "id": file,
        "created": now,
        "timestamp": now,
        "name": name,
        "title": name,
        "mimetype": mimetypes.guess_type(name)[0] or "application/octet-stream",
        "filetype": extension or "binary",
        "pretty_type": _PRETTY.get(extension, extension.upper() or "Binary"),
        "user": user,
        "user_team": TEAM,
        "editable": False,
        "size": 0,
        "mode": "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": False,
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "url_private": f"{address}/{quote(name)}",
        "url_private_download": f"{address}/download/{quote(name)}",
        "media_display_type": "unknown",
        "permalink": link,
        "permalink_public": f"https://{TEAM_DOMAIN}.invalid/{TEAM}-{file}",
        "is_starred": False,
        "has_rich_preview": False,
        "file_access": "visible",
        "comments_count": 0,
        "shares": {},
        "channels": [],
        "groups": [],
        "ims": [],
    }
    return ticket, workspace.pending_files[ticket]


def received(workspace: Workspace, ticket: str, size: int) -> None:
    """Note that the bytes of an upload are on disk."""
    file = workspace.pending_files.pop(ticket)
    workspace.state.keep_file(file | {"size": size})


def share(
    workspace: Workspace,
    files: Sequence[str],
    channel: Json,
    user: str,
    text: str,
    *,
    thread_ts: str = "",
    blocks: list[Json] | None = None,
) -> Json:
    """Post uploaded files as one message and push the events that Slack would.

    Raises:
        ApiError: a file was not uploaded, or the thread does not exist.
    """
    found = [file_of(workspace, each) for each in files]
    if any(each["user"] != user for each in found):
        raise ApiError("file_not_found")
    attached = [{name: value for name, value in each.items() if name not in _KEPT} for each in found]
    message = messages.post(workspace, channel, user, text, thread_ts=thread_ts, blocks=blocks, files=attached)
    for each in found:
        _note_share(workspace, each, channel, message)
        event = {
            "type": "file_shared",
            "file_id": each["id"],
            "user_id": user,
            "file": {"id": each["id"]},
            "channel_id": channel["id"],
            "event_ts": workspace.state.next_ts(),
        }
        workspace.emit(channel, event)
    return message


def _note_share(workspace: Workspace, file: Json, channel: Json, message: Json) -> None:
    entry: Json = {
        "reply_users": [],
        "reply_users_count": 0,
        "reply_count": 0,
        "ts": message["ts"],
        "channel_name": channel["name"],
        "team_id": TEAM,
        "share_user_id": message["user"],
        "source": "UNKNOWN",
        "is_silent_share": False,
    }
    if "thread_ts" in message:
        entry["thread_ts"] = message["thread_ts"]
    kind = "public" if channel["kind"] == "channel" else "private"
    shares = {each: dict(places) for each, places in file["shares"].items()}
    places = shares.setdefault(kind, {})
    places[channel["id"]] = [*places.get(channel["id"], []), entry]
    listed = {"channel": "channels", "group": "groups", "im": "ims"}[channel["kind"]]
    changes = {"shares": shares, listed: sorted({*file[listed], channel["id"]})}
    workspace.state.keep_file(file | changes | {"is_public": bool(shares.get("public"))})


def file_of(workspace: Workspace, file: str) -> Json:
    """Return what is known about an uploaded file.

    Raises:
        ApiError: there is none.
    """
    if file not in workspace.state.files:
        raise ApiError("file_not_found")
    return workspace.state.files[file]


def check_pictures(workspace: Workspace, blocks: Iterable[Json]) -> None:
    """Refuse blocks with a picture that Slack does not have, or not yet.

    Raises:
        ApiError: there is one.
    """
    for name in pictures_in(blocks):
        file = workspace.state.files.get(name)
        if not file or name in workspace.unshared or not may_see(workspace, file, BOT_USER):
            raise ApiError("invalid_blocks", response_metadata={"messages": ["[ERROR] invalid slack file"]})


def channels_of(file: Json) -> list[str]:
    """Return the ids of the channels that a file was shared in."""
    return [*file["channels"], *file["groups"], *file["ims"]]


def may_see(workspace: Workspace, file: Json, user: str) -> bool:
    """Return whether `user` uploaded the file or is in a channel that it was shared in."""
    places: Iterable[Json] = (
        workspace.state.channels[each] for each in (*channels_of(file), *file.get("pictured", ()))
    )
    return file["user"] == user or any(user in each["members"] for each in places)


def remove(workspace: Workspace, file_id: str, user: str) -> None:
    """Delete a file everywhere; a message that was nothing but files goes with it.

    Raises:
        ApiError: there is no such file for `user`, or it belongs to somebody else.
    """
    file = file_of(workspace, file_id)
    if not may_see(workspace, file, user):
        raise ApiError("file_not_found")
    if file["user"] != user and not workspace.state.person(user).is_admin:
        raise ApiError("cant_delete_file")
    workspace.state.drop_file(file_id)
    members: set[str] = set()
    for place in channels_of(file):
        channel = workspace.state.channels[place]
        members |= set(channel["members"])
        for message in [each for each in workspace.state.messages(place) if _holds(each, file_id)]:
            _strike(workspace, channel, message, file_id)
    event = {
        "type": "file_deleted",
        "file_id": file_id,
        "channel_ids": channels_of(file),
        "event_ts": workspace.state.next_ts(),
    }
    workspace.emit({"members": members}, event)


def _holds(message: Json, file_id: str) -> bool:
    return any(each["id"] == file_id for each in message.get("files", ()))


def _strike(workspace: Workspace, channel: Json, message: Json, file_id: str) -> None:
    left = [{"id": file_id, "mode": "tombstone"} if each["id"] == file_id else each for each in message["files"]]
    if message["text"] or any(each["mode"] != "tombstone" for each in left):
        messages.update(workspace, channel, message["ts"], {"files": left})
    else:
        messages.delete(workspace, channel, message["ts"])
