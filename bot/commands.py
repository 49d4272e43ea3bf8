"""Hear slash commands: `/reindex` for admins, `/teller` for everyone; `/crawl` has a module of its own."""

import hashlib
import logging
from typing import Any

from slack_bolt import Ack, BoltContext

from bot.desk import NO_ANSWER, Desk
from bot.membership import require_admin
from bot.reading import type_of
from knowledge.errors import TransientError, UserError
from workers.request import Kind

HELP = (
    "*Teller answers from the bank's documents, with proof.*\n"
    "• Ask me in a direct message, or mention me in a channel; in a thread I have joined, just go on.\n"
    "• Drop a PDF into a channel or here; I read it and answer questions in that thread.\n"
    "• I show only what everyone who can read my reply may see.\n"
    "`/docs` lists what I have read for this channel. `/teller status` says how busy I am.\n"
    "Admins: `/reindex` rebuilds the index (`/reindex plan` says first what that takes), `/crawl https://…` reads a "
    "site, once or every so often: `/crawl list`."
)
NOT_NOTED = ":warning: My notebook (the state database) cannot be reached, so nothing was done. Please try again soon."
STARTED = "Rebuilding the index. Questions are answered from the old one until the new one is complete."
PLAN = ("plan", "dry run", "dry-run", "--dry-run")
REHEARSING = "Working out what a rebuild would come to. Nothing is changed."
REINDEX_USAGE = (
    "`/reindex` rebuilds the index; `/reindex plan` says first what that would come to, and changes nothing."
)

log = logging.getLogger(__name__)


def on_reindex(desk: Desk, ack: Ack, command: dict[str, Any], context: BoltContext) -> None:
    """Record an admin's wish for a fresh index; Slack does not repeat a command, so a failure is told at once."""
    wanted = (command.get("text") or "").strip().lower()
    if wanted not in {"", *PLAN}:
        ack(REINDEX_USAGE)
        return
    detail = {"rehearsal": True} if wanted else None
    try:
        require_admin(desk, command["user_id"])
        take_command(desk, "reindex", command, team=context.team_id or "", detail=detail)
    except UserError as error:
        ack(f":warning: {error}")
    except TransientError as error:
        log.warning("A command could not be noted: %s", error)
        ack(NOT_NOTED)
    else:
        ack(REHEARSING if wanted else STARTED)


def on_teller(desk: Desk, ack: Ack, command: dict[str, Any]) -> None:
    """Say what Teller can do, or how busy it is."""
    if (command.get("text") or "").strip().lower() != "status":
        ack(HELP)
        return
    try:
        ack(_status(desk))
    except TransientError as error:
        log.warning("The status could not be read: %s", error)
        ack(NOT_NOTED)


def take_command(
    desk: Desk, kind: Kind, command: dict[str, Any], *, team: str, detail: dict[str, Any] | None = None
) -> None:
    """Record and queue what a command asks for."""
    user = command["user_id"]
    place = place_of_reply(desk, command["channel_id"], user)
    desk.take(
        kind,
        team=team,
        channel=place,
        channel_type=type_of(place),
        # No message stands for a command; the trigger is its own even if Slack sends it twice.
        message_ts=hashlib.sha256(command["trigger_id"].encode()).hexdigest()[:32],
        user=user,
        text=command.get("text") or "",
        detail=detail,
    )


def _status(desk: Desk) -> str:
    counts = desk.ledger.counts()
    waiting = sum(counts.get(state, 0) for state in ("received", "queued"))
    words = f"{waiting} waiting, {counts.get('running', 0)} being worked on, {counts.get('answered', 0)} answered"
    return f"I am here: {words}, {counts.get('failed', 0)} failed."


def place_of_reply(desk: Desk, channel: str, user: str) -> str:
    """Return the channel of a command, or the user when Teller cannot write there."""
    try:
        found = desk.slack.conversations_info(channel=channel)["channel"]
    except NO_ANSWER:
        return user
    return channel if found.get("is_member") or found.get("is_im") else user
