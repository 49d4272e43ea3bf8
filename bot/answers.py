"""Hear the buttons under an answer from the bank's data: look closer, draw it in another way, choose what was meant."""

from typing import Any

from slack_bolt import Ack

from bot.actions import NOT_YOURS, open_form, place_of, whisper
from bot.desk import Desk
from bot.forms import modal, read_form
from knowledge.types import Answer
from workers.render_data import WISHES
from workers.request import Kind, Request

NOT_ANY_MORE = "That answer is not there any more: its question was changed or deleted."


def on_sql(desk: Desk, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
    """Show the query that an answer rests on, and the code that worked it out of that query's rows."""
    found = answered(desk, action["value"], body)
    if found and found[1].sql:
        shown = [found[1].sql[: 11_000 - len(found[1].code)], *([found[1].code] if found[1].code else [])]
        texts = [{"type": "rich_text_preformatted", "elements": [{"type": "text", "text": each}]} for each in shown]
        title = "SQL and code" if found[1].code else "SQL"
        open_form(desk, body, modal("sql", title, "", [{"type": "rich_text", "elements": texts}], {}))
    ack()


def on_chart(desk: Desk, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
    """Have the rows of an answer drawn in another way; each way once below each message."""
    request_id, _, wish = action["value"].partition(":")
    found = answered(desk, request_id, body)
    if found and wish in WISHES:
        take_press(desk, "chart", found[0], body, user=body["user"]["id"], item=wish, detail={"of": request_id})
    ack()


def on_choice(desk: Desk, ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
    """Ask what the asker chose, in their name; a choice is made once."""
    request_id, _, number = action["value"].partition(":")
    found = answered(desk, request_id, body)
    if found and number.isdecimal() and int(number) < len(found[1].choices):
        request, chosen = found[0], found[1].choices[int(number)]
        if body["user"]["id"] == request.user:
            detail = {"chosen": chosen.label, "of": request_id}
            take_press(
                desk, "question", request, body, user=request.user, item="choice", detail=detail, text=chosen.question
            )
        else:
            whisper(desk, NOT_YOURS, user=body["user"]["id"], **place_of(body))
    ack()


def answered(desk: Desk, request_id: str, body: dict[str, Any]) -> tuple[Request, Answer] | None:
    """Return the request of a button and its answer, if it was given where the button was pressed."""
    request = desk.ledger.get(request_id)
    reply = request.reply if request else None
    if request and reply and reply.get("type") == "receipt":
        reply = {"type": "answer", **_of_receipt(reply).to_json()}
    if request is None or reply is None or reply.get("type") != "answer":
        whisper(desk, NOT_ANY_MORE, user=body["user"]["id"], **place_of(body))
        return None
    if body["channel"]["id"] not in {request.channel, request.reply_channel}:
        return None
    return request, Answer.from_json({name: value for name, value in reply.items() if name != "type"})


def _of_receipt(reply: dict[str, Any]) -> Answer:
    """Return a receipt as an answer that lists its document, whose fields can be put right."""
    return Answer("", listed=((str(reply["document_id"]), str(reply["name"])),))


def take_press(
    desk: Desk,
    kind: Kind,
    request: Request,
    body: dict[str, Any],
    *,
    user: str,
    item: str,
    detail: dict[str, Any],
    text: str = "",
) -> None:
    """Record a press; the message it is on and the answer's edition tell it from others, so that it counts once."""
    edition = f":{edits}" if (edits := request.detail.get("edits")) else ""
    desk.take(
        kind,
        team=request.team,
        channel=request.channel,
        channel_type=request.channel_type,
        message_ts=body["message"]["ts"],
        thread_ts=request.thread_ts or request.message_ts,
        user=user,
        text=text,
        item=f"{item}{edition}",
        detail=detail,
    )


def carried(request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """Return what a form about an answer carries along, for `filled_in` to find the answer again."""
    return {"request": request.id, "message_ts": body["message"]["ts"], **place_of(body)}


def filled_in(
    desk: Desk, view: dict[str, Any], body: dict[str, Any]
) -> tuple[dict[str, str], dict[str, Any], tuple[Request, Answer] | None]:
    """Return what a form holds, the press under the answer that it is about, and that answer if it still stands."""
    about, filled = read_form(view)
    press = {"user": body["user"], "channel": {"id": about["channel"]}, "message": {"ts": about["message_ts"]}}
    return filled, press, answered(desk, about["request"], press)
