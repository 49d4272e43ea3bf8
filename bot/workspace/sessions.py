"""The session of an agent in a thread: at work or not, its title, and the Stop button."""

from typing import Any

from bot.workspace import messages, streaming
from bot.workspace.errors import ApiError
from bot.workspace.workspace import Workspace

Json = dict[str, Any]
STATES = ("processing", "active", "suspended", "closed")


def set_session(workspace: Workspace, channel: Json, thread_ts: str, status: str, *, title: str = "") -> Json:
    """Note what the session of a thread does, beginning it when there is none; a title counts only then."""
    known = session_of(workspace, channel, thread_ts)
    facts: Json = {"session": status} | ({"title": title} if title and not known else {})
    thread = workspace.state.keep_thread(channel["id"], thread_ts, **facts)
    workspace.tell(channel, "thread", thread=thread)
    return thread


def session_of(workspace: Workspace, channel: Json, thread_ts: str) -> str:
    """Return the state of a thread's session, empty when it has none."""
    return str(workspace.state.threads.get(f"{channel['id']} {thread_ts}", {}).get("session", ""))


def stop(workspace: Workspace, channel: Json, thread_ts: str, user: str) -> None:
    """Press Stop: what grows ends where it is, and the bot hears of it; the session's state is the bot's to change.

    Raises:
        ApiError: nothing is being done in that thread.
    """
    root = str(messages.thread_root(workspace, channel["id"], thread_ts)["ts"])
    growing = streaming.running(workspace, channel, root)
    at_work = session_of(workspace, channel, root) == "processing" or (channel["id"], root) in workspace.statuses
    if not growing and not at_work:
        raise ApiError("nothing_to_stop")
    for ts in growing:
        streaming.finish(workspace, channel, ts, workspace.streams[channel["id"], ts])
    event = {
        "type": "agent_session_stopped",
        "channel": channel["id"],
        "thread_ts": root,
        "user": user,
        "streaming_message_ts": growing,
        "event_ts": workspace.state.next_ts(),
    }
    workspace.emit(channel, event)
