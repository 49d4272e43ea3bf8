"""What the bot says about its work: `assistant.threads.*`, `agents.sessions.*`."""

from typing import Any

from bot.workspace import messages
from bot.workspace.api.call import Call, method
from bot.workspace.errors import ApiError, invalid_arguments
from bot.workspace.sessions import STATES, session_of, set_session

Json = dict[str, Any]
TITLE_CHARACTERS = 200


def _thread(call: Call) -> tuple[Json, str]:
    place = call.channel("channel_id")
    return place, str(messages.thread_root(call.workspace, place["id"], call.required("thread_ts"))["ts"])


@method("assistant.threads.setStatus")
def set_status(call: Call) -> Json:
    """Show "Teller is …" under a thread; an empty status clears it."""
    channel, thread_ts = _thread(call)
    status = call.text("status")
    loading = call.parsed("loading_messages") or []
    if not isinstance(loading, list) or len(loading) > 10:
        raise invalid_arguments("loading_messages must be a list of up to 10")
    shown = {"status": status, "loading_messages": [str(each) for each in loading]} if status else None
    messages.set_status(call.workspace, channel, thread_ts, shown)
    return {}


@method("assistant.threads.setTitle")
def set_title(call: Call) -> Json:
    """Give a thread a title."""
    channel, thread_ts = _thread(call)
    thread = call.workspace.state.keep_thread(channel["id"], thread_ts, title=call.required("title"))
    call.workspace.tell(channel, "thread", thread=thread)
    return {}


@method("assistant.threads.setSuggestedPrompts")
def set_prompts(call: Call) -> Json:
    """Offer up to four questions to ask; without a thread they stand in the direct messages as a whole."""
    channel = call.channel("channel_id")
    thread_ts = call.text("thread_ts")
    prompts = call.parsed("prompts")
    if not isinstance(prompts, list) or not 0 < len(prompts) <= 4:
        raise invalid_arguments("prompts must be a list of 1 to 4")
    if not all(isinstance(each, dict) and each.get("title") and each.get("message") for each in prompts):
        raise invalid_arguments("a prompt has a title and a message")
    thread = call.workspace.state.keep_thread(
        channel["id"], thread_ts, prompts=prompts, prompts_title=call.text("title")
    )
    call.workspace.tell(channel, "thread", thread=thread)
    return {}


@method("agents.sessions.setStatus")
def set_session_status(call: Call) -> Json:
    """Note whether the bot is at work in a thread."""
    channel, thread_ts = _thread(call)
    status, title = call.required("status"), call.text("title")
    if status not in STATES:
        raise invalid_arguments(f"status must be one of: {', '.join(STATES)}")
    if len(title) > TITLE_CHARACTERS:
        raise invalid_arguments(f"title must be at most {TITLE_CHARACTERS} characters")
    thread = set_session(call.workspace, channel, thread_ts, status, title=title)
    answer: Json = {"status": status, "title": thread.get("title", "")}
    manifest = call.workspace.manifest
    if status == "processing" and manifest and "agent_session_stopped" not in manifest.events:
        answer["warning"] = "missing_agent_session_stopped_event_subscription"
    return answer


@method("agents.sessions.rename")
def rename_session(call: Call) -> Json:
    """Give a session another title."""
    channel, thread_ts = _thread(call)
    title = call.required("title")
    if len(title) > TITLE_CHARACTERS:
        raise invalid_arguments(f"title must be at most {TITLE_CHARACTERS} characters")
    if not session_of(call.workspace, channel, thread_ts):
        raise ApiError("session_not_found")
    thread = call.workspace.state.keep_thread(channel["id"], thread_ts, title=title)
    call.workspace.tell(channel, "thread", thread=thread)
    return {"title": title}
