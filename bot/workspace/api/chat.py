"""The bot's messages: `chat.*`."""

from typing import Any

from bot.workspace import messages
from bot.workspace.api.call import Call, method
from bot.workspace.config import BOT_USER
from bot.workspace.errors import ApiError
from bot.workspace.limits import MARKDOWN_CHARACTERS, UPDATE_CHARACTERS, check_text

Json = dict[str, Any]


def _content(call: Call) -> tuple[str, list[Json] | None]:
    """Return the text and blocks of a call.

    Raises:
        ApiError: there is nothing to say, or too much.
    """
    text, markdown, blocks = call.text("text"), call.text("markdown_text"), call.blocks()
    if markdown and (text or blocks):
        raise ApiError("markdown_text_conflict")
    if markdown:
        check_text(markdown, most=MARKDOWN_CHARACTERS)
        return markdown, [{"type": "markdown", "text": markdown}]
    if not text.strip() and not blocks and not call.parsed("attachments"):
        raise ApiError("no_text")
    check_text(text)
    return text, blocks


@method("chat.postMessage")
def post_message(call: Call) -> Json:
    """Post a message as the bot."""
    channel = call.channel()
    text, blocks = _content(call)
    extra = call.metadata()
    if attachments := call.parsed("attachments"):
        extra["attachments"] = attachments
    thread_ts = call.text("thread_ts")
    broadcast = "thread_broadcast" if thread_ts and call.flag("reply_broadcast") else ""
    message = messages.post(
        call.workspace, channel, BOT_USER, text, blocks=blocks, thread_ts=thread_ts, subtype=broadcast, **extra
    )
    return {"channel": channel["id"], "ts": message["ts"], "message": message}


@method("chat.update")
def update(call: Call) -> Json:
    """Change one of the bot's messages; blocks that are not given again go, as in Slack."""
    channel = call.channel()
    message = _own(call, channel, "cant_update_message")
    text, blocks = _content(call)
    if not call.text("markdown_text"):
        check_text(text, most=UPDATE_CHARACTERS)
    changes: Json = {"text": text or message["text"], "blocks": blocks or []} | call.metadata()
    attachments = call.parsed("attachments")
    if attachments is not None:
        changes["attachments"] = attachments
    message = messages.update(call.workspace, channel, message["ts"], changes, editor=BOT_USER)
    return {"channel": channel["id"], "ts": message["ts"], "text": message["text"], "message": message}


@method("chat.delete")
def delete(call: Call) -> Json:
    """Delete one of the bot's messages."""
    channel = call.channel()
    ts = _own(call, channel, "cant_delete_message")["ts"]
    messages.delete(call.workspace, channel, ts)
    return {"channel": channel["id"], "ts": ts}


def _own(call: Call, channel: Json, refusal: str) -> Json:
    message = call.workspace.state.message(channel["id"], call.required("ts"))
    if message["user"] != BOT_USER or message.get("subtype") == "tombstone":
        raise ApiError(refusal)
    return message


@method("chat.postEphemeral")
def post_ephemeral(call: Call) -> Json:
    """Show a message to one user only."""
    channel = call.channel()
    user = call.required("user")
    text, blocks = _content(call)
    if user not in channel["members"]:
        raise ApiError("user_not_in_channel")
    whispered = messages.whisper(call.workspace, channel, user, text, blocks=blocks, thread_ts=call.text("thread_ts"))
    return {"message_ts": whispered["ts"]}


@method("chat.getPermalink")
def permalink(call: Call) -> Json:
    """Return a link to a message."""
    channel = call.channel()
    message = call.workspace.state.message(channel["id"], call.required("message_ts"))
    link = f"{call.workspace.url}/archives/{channel['id']}/p{message['ts'].replace('.', '')}"
    root = message.get("thread_ts", message["ts"])
    if root != message["ts"]:
        link += f"?thread_ts={root}&cid={channel['id']}"
    return {"channel": channel["id"], "permalink": link}
