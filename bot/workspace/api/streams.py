"""Text that grows while it is written: `chat.startStream`, `appendStream`, `stopStream`."""

from typing import Any

from bot.workspace import streaming
from bot.workspace.api.call import Call, method
from bot.workspace.config import BOT_USER, TEAM
from bot.workspace.errors import ApiError, invalid_arguments
from bot.workspace.messages import post, thread_root
from bot.workspace.sessions import STATES, set_session

Json = dict[str, Any]
_MODES = ("", "timeline", "plan")


@method("chat.startStream")
def start(call: Call) -> Json:
    """Begin a message that will grow; outside direct messages it says for whom."""
    channel = call.channel()
    direct = channel["kind"] == "im"
    thread_ts = call.required("thread_ts") if direct else call.text("thread_ts")
    if not direct:
        _check_recipient(call, channel)
    if call.text("task_display_mode") not in _MODES:
        raise invalid_arguments("task_display_mode is timeline or plan")
    root = str(thread_root(call.workspace, channel["id"], thread_ts)["ts"]) if thread_ts else ""
    content = streaming.grown(streaming.empty(call.text("task_display_mode")), _chunks(call))
    message = post(
        call.workspace,
        channel,
        BOT_USER,
        content["text"],
        thread_ts=root,
        blocks=streaming.blocks_of(content),
        streaming_state=streaming.IN_PROGRESS,
    )
    streaming.begin(call.workspace, channel, message["ts"], content)
    return {"channel": channel["id"], "ts": message["ts"]}


def _check_recipient(call: Call, channel: Json) -> None:
    for name in ("recipient_team_id", "recipient_user_id"):
        if not call.text(name):
            raise ApiError(f"missing_{name}")
    if call.text("recipient_team_id") != TEAM:
        raise ApiError("team_not_found")
    user = call.workspace.state.person(call.text("recipient_user_id")).id
    if user not in channel["members"]:
        raise ApiError("user_not_in_channel")


@method("chat.appendStream")
def append(call: Call) -> Json:
    """Add to a message that is still growing."""
    channel, message, before = _streaming(call)
    chunks = _chunks(call)
    if not chunks:
        raise ApiError("no_text")
    streaming.grow(call.workspace, channel, message["ts"], streaming.grown(before, chunks))
    return {"channel": channel["id"], "ts": message["ts"]}


@method("chat.stopStream")
def stop(call: Call) -> Json:
    """Finish a message; `blocks` stand below what was streamed."""
    channel, message, before = _streaming(call)
    status = call.text("session_status")
    if status and status not in STATES:
        raise invalid_arguments("session_status must be one of the states of a session")
    content = streaming.grown(before, _chunks(call))
    extra = call.metadata() | {"blocks": [*streaming.blocks_of(content), *(call.blocks() or [])]}
    message = streaming.finish(call.workspace, channel, message["ts"], content, **extra)
    if status:
        set_session(call.workspace, channel, str(message.get("thread_ts") or message["ts"]), status)
    return {"channel": channel["id"], "ts": message["ts"], "message": message}


def _streaming(call: Call) -> tuple[Json, Json, Json]:
    channel = call.channel()
    message = call.workspace.state.message(channel["id"], call.required("ts"))
    if message["user"] != BOT_USER:
        raise ApiError("message_not_owned_by_app")
    return channel, message, streaming.content_of(call.workspace, channel, message["ts"])


def _chunks(call: Call) -> list[Json]:
    """Return the chunks of a call; `markdown_text` is one more."""
    sent = call.parsed("chunks") or []
    if not isinstance(sent, list) or not all(isinstance(each, dict) for each in sent):
        raise invalid_arguments("chunks must be a list of objects")
    text = call.text("markdown_text")
    return [*([{"type": "markdown_text", "text": text}] if text else []), *sent]
