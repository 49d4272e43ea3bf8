"""Hear corrections of answers from the bank's data: a form, what was filled in, and an admin's approval."""

from typing import Any

from slack_bolt import Ack

from bot.actions import open_form, place_of, whisper
from bot.answers import answered, carried, filled_in, take_press
from bot.desk import Desk
from bot.forms import choice, modal, words
from bot.membership import ADMINS_ONLY, is_admin
from knowledge.database.review import VERIFIED, WAITING, Pair, Review
from knowledge.types import Answer
from workers.blocks import person
from workers.request import Request

FORM = "correction"
WRONG = {
    "metric": "It counts the wrong thing",
    "filter": "It counts too much or too little",
    "join": "It puts the wrong tables together",
    "other": "Something else",
}
LONGEST_SQL = 3000  # What a field of a form holds.
HINT = (
    "In your own words: only open accounts, in euro … An admin sees the question, these words and the new query, and "
    "may approve it for all who ask the same."
)
SQL_HINT = "It is checked and run as any query; another admin approves it before it counts as verified."
SAY_WHAT = "Say what would be right."


def on_correct(desk: Desk, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
    """Ask what is wrong with an answer; admins may change its query too."""
    found = answered(desk, action["value"], body)
    if found:
        request, answer = found
        blocks = [
            choice("what", "What is wrong?", WRONG),
            words("words", "What would be right?", optional=True, hint=HINT),
        ]
        if answer.sql and len(answer.sql) <= LONGEST_SQL and is_admin(desk, body["user"]["id"]):
            blocks.append(words("sql", "The query", initial=answer.sql, optional=True, hint=SQL_HINT))
        open_form(desk, body, modal(FORM, "Correct this", "Ask again", blocks, carried(request, body)))
    ack()


def on_correction(desk: Desk, ack: Ack, view: dict[str, Any], body: dict[str, Any]) -> None:
    """Record a correction as a question in the answer's thread; a form that Slack sends twice counts once."""
    filled, press, found = filled_in(desk, view, body)
    if not found:
        ack()
        return
    request, answer = found
    sql, said, user = filled.get("sql", ""), filled.get("words", ""), body["user"]["id"]
    changed = sql if sql and " ".join(sql.split()) != " ".join((answer.sql or "").split()) else ""
    if not changed and not said:
        ack(response_action="errors", errors={"words": SAY_WHAT})
        return
    if changed and not is_admin(desk, user):
        ack(response_action="errors", errors={"words": ADMINS_ONLY})
        return
    what = filled.get("what", "")
    before = request.detail.get("correction")
    asked = request.text if before else _asked(request, answer)
    correction = {
        "what": what if what in WRONG else "other",
        "words": said,
        "sql": changed,
        "question": (before or {}).get("question") or answer.understood or request.text,
    }
    ended = asked if asked.endswith((".", "?", "!", ")")) else f"{asked}."
    # The words of the form's choices are in no data, so that asked with them a question would be doubted.
    text = asked if changed else f"{ended}\n(Correction: {said})"
    detail = {"of": request.id, "correction": correction, "chosen": f"Corrected: {said or WRONG.get(what, '')}"}
    take_press(desk, "question", request, press, user=user, item=f"fix:{view['id']}"[:64], detail=detail, text=text)
    ack()


def on_approve(desk: Desk, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
    """Record an admin's approval of a corrected query."""
    request_id, _, number = action["value"].partition(":")
    found = answered(desk, request_id, body)
    user = body["user"]["id"]
    if found and number.isdecimal():
        pair = Review(desk.ledger.engine).get(int(number))
        if pair is None or user == pair.author or not is_admin(desk, user):
            whisper(desk, "Another admin than its author approves a correction.", user=user, **place_of(body))
        elif pair.state != WAITING:
            whisper(desk, decided(pair), user=user, **place_of(body))
        else:
            take_decision(desk, found[0], pair, body, user=user, state=VERIFIED)
    ack()


def take_decision(desk: Desk, request: Request, pair: Pair, body: dict[str, Any], *, user: str, state: str) -> None:
    """Record what an admin decides about a query; it is said in the thread of the question that proposed it."""
    detail = {"of": request.id, "pair": pair.number, "state": state}
    take_press(desk, "approval", request, body, user=user, item=f"{state}:{user}"[:64], detail=detail)


def decided(pair: Pair) -> str:
    """Return what became of a query that waits for nobody any more."""
    return f"That is decided already: {pair.state} by {person(pair.reviewer)} on {pair.reviewed_on}."


def _asked(request: Request, answer: Answer) -> str:
    """Return the words in which a question is asked again: whole, where it leaned on the one before it."""
    whole = answer.understood
    return whole if whole and whole.casefold() not in " ".join(request.text.split()).casefold() else request.text
