"""Text that grows while it is written: `chat.startStream`, `appendStream`, `stopStream`."""

from typing import Any

from bot.workspace import messages
from bot.workspace.api.call import Call, method
from bot.workspace.config import BOT_USER
from bot.workspace.errors import ApiError, invalid_arguments
from bot.workspace.limits import MARKDOWN_CHARACTERS, check_text

Json = dict[str, Any]
_STREAMING = "in_progress"


@method("chat.startStream")
def start(call: Call) -> Json:
    """Begin a message that will grow; outside direct messages it says for whom."""
    channel = call.channel()
    thread_ts = call.required("thread_ts")
    if channel["kind"] != "im":
        for name in ("recipient_team_id", "recipient_user_id"):
            if not call.text(name):
                raise ApiError(f"missing_{name}")
    mode = call.text("task_display_mode")
    content = _grown(call, {"text": "", "tasks": {}, "plan": "", "blocks": [], "mode": mode})
    message = messages.post(
        call.workspace,
        channel,
        BOT_USER,
        content["text"],
        thread_ts=thread_ts,
        blocks=_blocks(content, mode),
        streaming_state=_STREAMING,
    )
    call.workspace.streams[channel["id"], message["ts"]] = content
    return {"channel": channel["id"], "ts": message["ts"]}


@method("chat.appendStream")
def append(call: Call) -> Json:
    """Add to a message that is still growing."""
    channel, message, before = _streaming(call)
    content = _grown(call, before)
    call.workspace.streams[channel["id"], message["ts"]] = content
    messages.update(call.workspace, channel, message["ts"], _changes(content))
    return {"channel": channel["id"], "ts": message["ts"]}


@method("chat.stopStream")
def stop(call: Call) -> Json:
    """Finish a message; `blocks` stand below what was streamed."""
    channel, message, before = _streaming(call)
    content = _grown(call, before)
    changes = _changes(content) | {"streaming_state": "completed"} | call.metadata()
    changes["blocks"] = [*changes["blocks"], *(call.blocks() or [])]
    del call.workspace.streams[channel["id"], message["ts"]]
    message = messages.update(call.workspace, channel, message["ts"], changes)
    return {"channel": channel["id"], "ts": message["ts"], "message": message}


def _streaming(call: Call) -> tuple[Json, Json, Json]:
    channel = call.channel()
    message = call.workspace.state.message(channel["id"], call.required("ts"))
    if message["user"] != BOT_USER:
        raise ApiError("message_not_owned_by_app")
    stream = call.workspace.streams.get((channel["id"], message["ts"]))
    if stream is None:
        raise ApiError("message_not_in_streaming_state")
    return channel, message, stream


def _grown(call: Call, before: Json) -> Json:
    """Return what was streamed so far and the chunks of this call."""
    content = before | {"tasks": dict(before["tasks"]), "blocks": list(before["blocks"])}
    content["text"] += call.text("markdown_text")
    for chunk in call.parsed("chunks") or []:
        match chunk.get("type") if isinstance(chunk, dict) else None:
            case "markdown_text":
                content["text"] += str(chunk.get("text", ""))
            case "task_update":
                task = dict(content["tasks"].get(str(chunk.get("id")), {}))
                details = str(task.get("details", "")) + str(chunk.get("details") or "")
                content["tasks"][str(chunk.get("id"))] = task | chunk | {"details": details}
            case "plan_update":
                content["plan"] = str(chunk.get("title", ""))
            case "blocks":
                content["blocks"] += list(chunk.get("blocks") or [])
            case _:
                raise invalid_arguments("unsupported chunk type")
    check_text(content["text"], most=MARKDOWN_CHARACTERS)
    return content


def _changes(content: Json) -> Json:
    return {"text": content["text"], "blocks": _blocks(content, content["mode"])}


def _blocks(content: Json, mode: str) -> list[Json]:
    cards = [
        {"type": "task_card", "task_id": key, "title": task.get("title", ""), "status": task.get("status", "pending")}
        | {name: task[name] for name in ("details", "output", "sources") if task.get(name)}
        for key, task in content["tasks"].items()
    ]
    if content["plan"] or (mode == "plan" and cards):
        cards = [{"type": "plan", "title": content["plan"], "tasks": cards}]
    text = [{"type": "markdown", "text": content["text"]}] if content["text"] else []
    return [*cards, *text, *content["blocks"]]
