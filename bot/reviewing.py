"""Hear what admins press on their home page about corrected queries: approve, reject, retire, approve again, show."""

import hashlib
import logging
from typing import Any

from slack_bolt import Ack, BoltContext

from bot.actions import open_form
from bot.corrections import decided, take_decision
from bot.desk import NO_ANSWER, Desk
from bot.forms import modal
from bot.home import publish
from bot.membership import ADMINS_ONLY, is_admin
from bot.review_page import whole
from knowledge.database.review import NOT_ONE_S_OWN, REJECTED, VERIFIED, WAITING, Pair, Review
from knowledge.errors import UserError
from workers.blocks import section

GONE = "That query is not there any more."
RUNNING = "I run it on the data as it is now, and tell you in a direct message whether it counts again."
NOT_STALE = "Nothing has changed under that query: it counts."
FROM = {"approve": WAITING, "reject": WAITING, "retire": VERIFIED, "renew": VERIFIED}

log = logging.getLogger(__name__)


def on_review(desk: Desk, ack: Ack, action: dict[str, Any], body: dict[str, Any], context: BoltContext) -> None:
    """Do what an admin pressed, show the page anew, and say why where it cannot be done."""
    user, verb = body["user"]["id"], action["action_id"].removeprefix("review_")
    value = str(action.get("value") or "")
    pair = Review(desk.ledger.engine).get(int(value)) if value.isdecimal() else None
    if not is_admin(desk, user):
        _say(desk, body, ADMINS_ONLY)
    elif pair is None:
        _say(desk, body, GONE)
    elif verb == "show":
        open_form(desk, body, modal("query", "The query", "", whole(pair), {}))
    elif verb in FROM:
        _decide(desk, body, pair, verb, team=context.team_id or "")
    ack()


def _decide(desk: Desk, body: dict[str, Any], pair: Pair, verb: str, *, team: str) -> None:
    user, review = body["user"]["id"], Review(desk.ledger.engine)
    try:
        if pair.state != FROM[verb]:
            _say(desk, body, decided(pair))
        elif verb == "renew":
            _renew(desk, body, pair, team=team)
        elif verb == "retire":
            review.retire(pair.number, reviewer=user)
        else:
            _tell_author(desk, (review.approve if verb == "approve" else review.reject)(pair.number, reviewer=user))
    except UserError as error:
        _say(desk, body, str(error))
    try:
        publish(desk, user, team=team)
    except NO_ANSWER as error:
        log.info("The page is not shown anew: %s", error)


def _renew(desk: Desk, body: dict[str, Any], pair: Pair, *, team: str) -> None:
    """Have a stale query run and approved by who pressed.

    Raises:
        UserError: it is not stale, or theirs.
    """
    user = body["user"]["id"]
    if not pair.stale:
        raise UserError(NOT_STALE)
    if user == pair.author:
        raise UserError(NOT_ONE_S_OWN)
    desk.take(
        "renewal",
        team=team,
        channel=user,
        channel_type="im",
        # No message stands for the press; its trigger is its own even if Slack sends it twice.
        message_ts=hashlib.sha256(body["trigger_id"].encode()).hexdigest()[:32],
        user=user,
        detail={"pair": pair.number},
    )
    _say(desk, body, RUNNING)


def _tell_author(desk: Desk, pair: Pair) -> None:
    """Have what was decided said in the thread of the question that proposed the query."""
    request = desk.ledger.get(pair.request) if pair.request else None
    if request is not None and pair.state in (VERIFIED, REJECTED):
        press = {"message": {"ts": request.reply_ts or request.message_ts}}
        take_decision(desk, request, pair, press, user=pair.reviewer, state=pair.state)


def _say(desk: Desk, body: dict[str, Any], words: str) -> None:
    """Say something to who pressed; a page has no place for it, so it comes as a window of its own."""
    open_form(desk, body, modal("said", "Teller", "", [section(words)], {}))
