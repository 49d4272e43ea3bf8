"""Messages that grow: what was streamed so far, and until when Slack takes more."""

import asyncio
from typing import Any

from bot.workspace import messages
from bot.workspace.errors import ApiError, invalid_arguments
from bot.workspace.limits import MARKDOWN_CHARACTERS, MESSAGE_BLOCKS, check_blocks, check_text
from bot.workspace.workspace import Workspace

Json = dict[str, Any]
IN_PROGRESS = "in_progress"
COMPLETED = "completed"
CHUNK_CHARACTERS = 256
PLAN_TASKS = 50
_STATUSES = ("pending", "in_progress", "complete", "error")


def empty(mode: str) -> Json:
    """Return a stream in which nothing was said."""
    return {"text": "", "tasks": {}, "plan": "", "blocks": [], "mode": mode}


def grown(before: Json, chunks: list[Json]) -> Json:
    """Return what was streamed so far and `chunks`.

    Raises:
        ApiError: a chunk is malformed, or it is too much.
    """
    content = before | {"tasks": dict(before["tasks"]), "blocks": list(before["blocks"])}
    for chunk in chunks:
        match chunk.get("type"):
            case "markdown_text":
                content["text"] += str(chunk.get("text", ""))
            case "task_update":
                _update_task(content["tasks"], chunk)
            case "plan_update":
                content["plan"] = _short(chunk, "title")
            case "blocks":
                content["blocks"] += check_blocks(chunk.get("blocks"))
            case _:
                raise invalid_arguments("unsupported chunk type")
    check_text(content["text"], most=MARKDOWN_CHARACTERS)
    if len(content["tasks"]) > PLAN_TASKS or len(content["blocks"]) > MESSAGE_BLOCKS:
        raise ApiError("invalid_blocks")
    return content


def _update_task(tasks: Json, chunk: Json) -> None:
    key = str(chunk.get("id") or "")
    if not key or chunk.get("status", "pending") not in _STATUSES:
        raise invalid_arguments("a task has an id and a known status")
    for name in ("title", "details", "output"):
        _short(chunk, name)
    before = tasks.get(key, {})
    # Slack adds to the details and replaces everything else.
    details = str(before.get("details", "")) + str(chunk.get("details") or "")
    given = {name: value for name, value in chunk.items() if value is not None}
    tasks[key] = before | given | ({"details": details} if details else {})


def _short(chunk: Json, name: str) -> str:
    value = chunk.get(name)
    if value is not None and (not isinstance(value, str) or len(value) > CHUNK_CHARACTERS):
        raise invalid_arguments(f"{name} must be text of at most {CHUNK_CHARACTERS} characters")
    return value or ""


def blocks_of(content: Json) -> list[Json]:
    """Return the blocks that show a stream: tasks, then text, then blocks."""
    cards = [
        {"type": "task_card", "task_id": key, "title": task.get("title", ""), "status": task.get("status", "pending")}
        | {name: task[name] for name in ("details", "output", "sources") if task.get(name)}
        for key, task in content["tasks"].items()
    ]
    if content["plan"] or (content["mode"] == "plan" and cards):
        cards = [{"type": "plan", "title": content["plan"], "tasks": cards}]
    text = [{"type": "markdown", "text": content["text"]}] if content["text"] else []
    return [*cards, *text, *content["blocks"]]


def begin(workspace: Workspace, channel: Json, ts: str, content: Json) -> None:
    """Let the message `ts` grow from now on, for as long as Slack would."""
    workspace.streams[channel["id"], ts] = content
    asyncio.get_running_loop().call_later(workspace.config.stream_seconds, _expire, workspace, channel, ts)


def _expire(workspace: Workspace, channel: Json, ts: str) -> None:
    if content := workspace.streams.get((channel["id"], ts)):
        finish(workspace, channel, ts, content)


def content_of(workspace: Workspace, channel: Json, ts: str) -> Json:
    """Return what was streamed so far.

    Raises:
        ApiError: the message does not grow, or no longer.
    """
    content = workspace.streams.get((channel["id"], ts))
    if content is None:
        raise ApiError("message_not_in_streaming_state")
    return content


def grow(workspace: Workspace, channel: Json, ts: str, content: Json) -> None:
    """Show more of a message; the bot hears of it only when it is finished."""
    workspace.streams[channel["id"], ts] = content
    changes = {"text": content["text"], "blocks": blocks_of(content)}
    messages.update(workspace, channel, ts, changes, heard=False)


def finish(workspace: Workspace, channel: Json, ts: str, content: Json, **extra: Any) -> Json:
    """End a stream and return its message."""
    workspace.streams.pop((channel["id"], ts), None)
    changes = {"text": content["text"], "blocks": blocks_of(content), "streaming_state": COMPLETED}
    return messages.update(workspace, channel, ts, changes | extra)


def running(workspace: Workspace, channel: Json, thread_ts: str) -> list[str]:
    """Return the messages of a thread that still grow."""
    found = [ts for place, ts in workspace.streams if place == channel["id"]]
    state = workspace.state
    return sorted(ts for ts in found if thread_ts in (ts, state.message(channel["id"], ts).get("thread_ts")))


def settle(workspace: Workspace) -> None:
    """End what grew when the workspace was last stopped."""
    state = workspace.state
    for channel in state.channels.values():
        for message in [each for each in state.messages(channel["id"]) if each.get("streaming_state") == IN_PROGRESS]:
            state.keep_message(channel["id"], message | {"streaming_state": COMPLETED})
