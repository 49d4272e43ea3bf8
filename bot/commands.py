"""Hear slash commands: `/reindex` and `/crawl` for admins, `/teller` for everyone."""

import hashlib
import logging
from typing import Any

from slack_bolt import Ack, BoltContext

from bot.desk import NO_ANSWER, Desk
from bot.membership import require_admin
from bot.reading import plain, type_of
from knowledge.errors import TransientError, UserError
from workers.request import Kind

HELP = (
    "*Teller answers from the bank's documents, with proof.*\n"
    "• Ask me in a direct message, or mention me in a channel; in a thread I have joined, just go on.\n"
    "• Drop a PDF into a channel or here; I read it and answer questions in that thread.\n"
    "• I show only what everyone who can read my reply may see.\n"
    "`/teller status` says how busy I am. `/reindex` rebuilds the index, `/crawl https://…` reads a site (admins)."
)
NOT_NOTED = ":warning: My notebook (the state database) cannot be reached, so nothing was done. Please try again soon."
STARTED = "Rebuilding the index. Questions are answered from the old one until the new one is complete."

log = logging.getLogger(__name__)


def on_reindex(desk: Desk, ack: Ack, command: dict[str, Any], context: BoltContext) -> None:
    """Record an admin's wish for a fresh index; Slack does not repeat a command, so a failure is told at once."""
    try:
        require_admin(desk, command["user_id"])
        _take_command(desk, "reindex", command, team=context.team_id or "")
    except UserError as error:
        ack(f":warning: {error}")
    except TransientError as error:
        log.warning("A command could not be noted: %s", error)
        ack(NOT_NOTED)
    else:
        ack(STARTED)


def on_crawl(desk: Desk, ack: Ack, command: dict[str, Any], context: BoltContext) -> None:
    """Record an admin's wish to have a site read: `/crawl https://… [depth]`."""
    try:
        require_admin(desk, command["user_id"])
        url, depth = _site(command.get("text") or "")
        _take_command(desk, "crawl", command, team=context.team_id or "", detail={"url": url, "depth": depth})
    except UserError as error:
        ack(f":warning: {error}")
    except TransientError as error:
        log.warning("A command could not be noted: %s", error)
        ack(NOT_NOTED)
    else:
        ack(f"Reading {url.partition('://')[2]} and what it leads to on that site. I will tell you what I found.")


def _site(text: str) -> tuple[str, int]:
    """Return the address and the depth that a command names; Slack wraps an address in angle brackets."""
    words = plain(text).split()
    if not 0 < len(words) <= 2 or not words[0].startswith(("http://", "https://")):
        raise UserError("Say `/crawl https://www.example.com/ 2`: the address, and how many links deep (2).")
    if len(words) == 2 and not (words[1].isdecimal() and len(words[1]) == 1):
        raise UserError("The depth is a number from 0, this page only, to 6.")
    return words[0], int(words[1]) if len(words) == 2 else 2


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


def _take_command(
    desk: Desk, kind: Kind, command: dict[str, Any], *, team: str, detail: dict[str, Any] | None = None
) -> None:
    user = command["user_id"]
    place = _place_of_reply(desk, command["channel_id"], user)
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


def _place_of_reply(desk: Desk, channel: str, user: str) -> str:
    """Return the channel of a command, or the user when Teller cannot write there."""
    try:
        found = desk.slack.conversations_info(channel=channel)["channel"]
    except NO_ANSWER:
        return user
    return channel if found.get("is_member") or found.get("is_im") else user
