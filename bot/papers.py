"""Hear `/docs`: list what the library holds for a channel, and take a document out of it."""

import hashlib
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from slack_bolt import Ack, BoltContext

from bot.commands import NOT_NOTED
from bot.desk import NO_ANSWER, Desk
from bot.membership import ADMINS_ONLY, is_admin
from bot.reading import plain, type_of
from knowledge.documents.places import Placed, Places
from knowledge.errors import NotAllowedError, TransientError, UnavailableError, UserError
from workers.blocks import inline
from workers.slack_values import is_guest

log = logging.getLogger(__name__)

SHOWN = 30  # Documents in a list.
USAGE = (
    "`/docs` lists what I have read for this channel, `/docs lease` what has “lease” in its name; "
    "`/docs delete lease.pdf` takes a document out of it: whoever shared it may, and admins."
)


def on_docs(desk: Desk, ack: Ack, command: dict[str, Any], context: BoltContext) -> None:
    """List or take out documents; Slack does not repeat a command, so a failure is told at once."""
    words = plain(command.get("text") or "")
    verb, _, rest = words.partition(" ")
    try:
        if verb.lower() == "help":
            ack(USAGE)
        elif verb.lower() in {"delete", "remove"}:
            ack(_delete(desk, command, rest.strip(' “”"'), team=context.team_id or ""))
        else:
            ack(_list(desk, command, rest if verb.lower() == "list" else words))
    except UserError as error:
        ack(f":warning: {error}")
    except TransientError as error:
        log.warning("A command could not be noted: %s", error)
        ack(NOT_NOTED)


def _list(desk: Desk, command: dict[str, Any], words: str) -> str:
    found = _named(_placed(desk, command), words.strip())
    if not found:
        about = f" with “{inline(words, 80)}” in its name" if words.strip() else ""
        return f"I have read no document for this channel{about}. {USAGE}"
    lines = [_line(each) for each in found[:SHOWN]]
    more = [f"… and {len(found) - SHOWN} more: `/docs` with a part of the name finds them."] if found[SHOWN:] else []
    return "\n".join(["*Documents that I have read for this channel*", *lines, *more])


def _delete(desk: Desk, command: dict[str, Any], words: str, *, team: str) -> str:
    """Have a document taken out of a channel.

    Raises:
        UserError: it is not clear which.
        NotAllowedError: who wants it neither shared it nor is an admin.
    """
    user = command["user_id"]
    if not words:
        raise UserError(USAGE)
    found = _named(_placed(desk, command), words)
    exact = [each for each in found if each.name.casefold() == words.casefold()]
    documents = {each.document_id: each for each in exact or found}
    if not documents:
        raise UserError(f"I have read no document for this channel with “{inline(words, 80)}” in its name.")
    if len(documents) > 1:
        lines = "\n".join(_line(each) for each in list(documents.values())[:SHOWN])
        raise UserError(f"Several documents are called like that; please say the whole name of one.\n{lines}")
    one = next(iter(documents.values()))
    if not all(each.user == user for each in found if each.document_id == one.document_id) and not is_admin(desk, user):
        raise NotAllowedError(f"Whoever shared a document may take it out. {ADMINS_ONLY}")
    desk.take(
        "removal",
        team=team,
        channel=command["channel_id"],
        channel_type=type_of(command["channel_id"]),
        # No message stands for a command; the trigger is its own even if Slack sends it twice.
        message_ts=hashlib.sha256(command["trigger_id"].encode()).hexdigest()[:32],
        user=user,
        text=f"/docs delete {one.name}",
        detail={"of": one.document_id, "place": _place(command)},
    )
    return (
        f"“{inline(one.name, 150)}” is taken out: no answer here rests on it any more, and where it is in no other "
        "channel all that I kept of it goes. Share the file again to have it back."
    )


def _placed(desk: Desk, command: dict[str, Any]) -> list[Placed]:
    """Return the documents of the channel that a command was typed in, or of the person in a direct message.

    Raises:
        NotAllowedError: a guest asks.
    """
    try:
        person: dict[str, Any] = desk.slack.users_info(user=command["user_id"])["user"]
    except NO_ANSWER as error:
        raise UnavailableError("Slack did not tell me who you are. Please try again.") from error
    if is_guest(person, person.get("team_id") or ""):
        raise NotAllowedError("Guests may ask about public documents only.")
    return Places(desk.ledger.engine).listed(_place(command))


def _place(command: dict[str, Any]) -> str:
    channel: str = command["channel_id"]
    return str(command["user_id"]) if type_of(channel) == "im" else channel


def _named(placed: Sequence[Placed], words: str) -> list[Placed]:
    parts = words.casefold().split()
    return [each for each in placed if all(part in each.name.casefold() for part in parts)]


def _line(placed: Placed) -> str:
    day = datetime.fromtimestamp(placed.placed_at, UTC).date().isoformat()
    by = f" by <@{placed.user}>" if placed.user else ""
    return f"• {inline(placed.name, 150)} (since {day}{by})"
