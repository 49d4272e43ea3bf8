"""Files: `files.*`, with the upload in three steps."""

import asyncio
from typing import Any

from bot.workspace import sharing
from bot.workspace.api.call import Call, method
from bot.workspace.config import BOT_USER
from bot.workspace.errors import ApiError, invalid_arguments
from bot.workspace.messages import thread_root

Json = dict[str, Any]


@method("files.getUploadURLExternal")
def upload_url(call: Call) -> Json:
    """Say where to send the bytes."""
    name, length = call.required("filename"), call.number("length", 0, most=sharing.MOST_BYTES + 1)
    if length > sharing.MOST_BYTES:
        raise ApiError("file_upload_size_restricted")
    ticket, file = sharing.reserve(call.workspace, BOT_USER, name)
    return {"upload_url": f"{call.workspace.url}/upload/v1/{ticket}", "file_id": file["id"]}


@method("files.completeUploadExternal")
def complete_upload(call: Call) -> Json:
    """Share what was uploaded in a channel or thread, or keep it to the bot."""
    wanted = call.parsed("files")
    if (
        not isinstance(wanted, list)
        or not wanted
        or not all(isinstance(each, dict) and each.get("id") for each in wanted)
    ):
        raise invalid_arguments("missing required field: files")
    state = call.workspace.state
    places = [each for each in (call.text("channel_id"), *call.text("channels").split(",")) if each]
    channels = [Call(call.workspace, {"channel": each}).channel() for each in places]
    thread_ts = call.text("thread_ts")
    if thread_ts:
        for channel in channels:
            thread_root(call.workspace, channel["id"], thread_ts)
    for each in wanted:
        file = sharing.file_of(call.workspace, each["id"])
        if file["user"] != BOT_USER:
            raise ApiError("file_not_found")
        state.keep_file(file | {"title": str(each.get("title") or file["title"])})
    files = [each["id"] for each in wanted]
    told = {"files": [state.files[each] for each in files]}
    comment, blocks = call.text("initial_comment"), call.blocks()

    def share() -> None:
        for channel in channels:
            sharing.share(call.workspace, files, channel, BOT_USER, comment, thread_ts=thread_ts, blocks=blocks)
        call.workspace.unshared.difference_update(files)

    if delay := call.workspace.config.share_delay:
        # Slack answers first; the files have no shares until the message stands.
        call.workspace.unshared.update(files)
        asyncio.get_running_loop().call_later(delay, share)
        return told
    share()
    return {"files": [state.files[each] for each in files]}


@method("files.info")
def files_info(call: Call) -> Json:
    """Describe one file."""
    file = _visible(call)
    return {"file": file, "comments": [], "response_metadata": {"next_cursor": ""}}


@method("files.list")
def files_list(call: Call) -> Json:
    """List the files that the bot can see, newest first."""
    channel, user, types = call.text("channel"), call.text("user"), call.text("types", "all").split(",")
    found = [
        each
        for each in sorted(call.workspace.state.files.values(), key=lambda file: -file["created"])
        if sharing.may_see(call.workspace, each, BOT_USER)
        and (not channel or channel in sharing.channels_of(each))
        and (not user or each["user"] == user)
        and ("all" in types or _family(each) in types)
    ]
    count, page = call.number("count", 100, most=1000), call.number("page", 1, most=1_000_000)
    paging = {"count": count, "total": len(found), "page": page, "pages": -(-len(found) // count)}
    return {"files": found[(page - 1) * count : page * count], "paging": paging}


def _family(file: Json) -> str:
    if file["filetype"] == "pdf":
        return "pdfs"
    return "images" if file["mimetype"].startswith("image/") else "other"


@method("files.delete")
def files_delete(call: Call) -> Json:
    """Delete one of the bot's files."""
    sharing.remove(call.workspace, call.required("file"), BOT_USER)
    return {}


def _visible(call: Call) -> Json:
    file = sharing.file_of(call.workspace, call.required("file"))
    if not sharing.may_see(call.workspace, file, BOT_USER):
        raise ApiError("file_not_found")
    return file
