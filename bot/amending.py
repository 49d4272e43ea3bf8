"""Hear corrections of what was read out of documents: a form for one field of one document."""

from typing import Any

from slack_bolt import Ack

from bot.actions import open_form
from bot.answers import answered, carried, filled_in, take_press
from bot.desk import Desk
from bot.forms import menu, modal, words
from knowledge.documents.fields import FIELDS, read_value
from knowledge.errors import UserError
from knowledge.types import Answer

FORM = "field"
LONGEST = 500
LINK = "changes"  # What is put right where an answer without rows, or a receipt, says how documents hang together.
HINT = (
    "Leave it empty to go back to what the document says; of a document that changes no other, write “nothing”. "
    "Everyone who sees the value sees whose it is."
)


def on_amend(desk: Desk, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
    """Ask which field of which listed document is wrong, and what is right."""
    found = answered(desk, action["value"], body)
    if found and found[1].listed:
        request, answer = found
        shown = _first_shown(answer)
        blocks = [
            menu("document", "Document", dict(answer.listed), initial=answer.listed[0][0]),
            menu("field", "Field", {name: called.capitalize() for name, called in FIELDS.items()}, initial=shown),
            words("value", "What is right?", optional=True, hint=HINT),
        ]
        open_form(desk, body, modal(FORM, "Correct a field", "Correct", blocks, carried(request, body)))
    ack()


def on_amendment(desk: Desk, ack: Ack, view: dict[str, Any], body: dict[str, Any]) -> None:
    """Record a correction; a form that Slack sends twice counts once, and who may make it is for the worker to find."""
    filled, press, found = filled_in(desk, view, body)
    document, name, written = (filled.get(each, "") for each in ("document", "field", "value"))
    if not found or document not in dict(found[1].listed) or name not in FIELDS:
        ack()
        return
    try:
        value = read_value(name, written[:LONGEST]) if written else ""
    except UserError as error:
        ack(response_action="errors", errors={"value": str(error)})
        return
    detail = {"of": found[0].id, "document": document, "field": name, "value": value}
    take_press(desk, "field", found[0], press, user=body["user"]["id"], item=f"field:{view['id']}"[:64], detail=detail)
    ack()


def _first_shown(answer: Answer) -> str:
    columns = answer.table.columns if answer.table else ()
    return next(
        (name for name, called in FIELDS.items() if called.capitalize() in columns), "expiry" if columns else LINK
    )
