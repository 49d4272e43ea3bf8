"""Build the forms that Slack shows over the conversation, and read what was filled in."""

import json
from collections.abc import Mapping
from typing import Any

View = dict[str, Any]

FEEDBACK = "feedback_reason"
REASONS = {
    "wrong": "It is wrong",
    "source": "The source does not say that",
    "missing": "Something is missing",
    "unclear": "It is hard to understand",
    "not_found": "It should have found the answer",
    "other": "Something else",
}
MOST = 2000


def feedback_form(about: Mapping[str, str]) -> View:
    """Return the form that asks why an answer was bad; `about` comes back with it."""
    return modal(
        FEEDBACK,
        "What is wrong?",
        "Send",
        [
            choice("reason", "What is wrong with this answer?", REASONS),
            words("comment", "What would be right?", optional=True),
        ],
        about,
    )


def modal(callback: str, title: str, submit: str, blocks: list[View], about: Mapping[str, str]) -> View:
    """Return a form; `about` comes back with what was filled in. Without a word for `submit` it only shows."""
    end = {"submit": _plain(submit)} if submit else {}
    return {
        "type": "modal",
        "callback_id": callback,
        "title": _plain(title[:24]),
        "close": _plain("Cancel" if submit else "Close"),
        "private_metadata": json.dumps(dict(about)),
        "blocks": blocks,
        **end,
    }


def choice(name: str, label: str, options: Mapping[str, str]) -> View:
    """Return a choice of one among several."""
    buttons = [{"text": _plain(text), "value": value} for value, text in options.items()]
    return _input(name, label, {"type": "radio_buttons", "action_id": name, "options": buttons})


def menu(name: str, label: str, options: Mapping[str, str], *, initial: str = "") -> View:
    """Return a choice of one among many, at most a hundred."""
    lines = {value: {"text": _plain(text[:75] or "?"), "value": value} for value, text in options.items()}
    first = {"initial_option": lines[initial]} if initial in lines else {}
    return _input(
        name, label, {"type": "static_select", "action_id": name, "options": [*lines.values()][:100], **first}
    )


def words(name: str, label: str, *, initial: str = "", optional: bool = False, hint: str = "") -> View:
    """Return a field for words of one's own."""
    field = {"type": "plain_text_input", "action_id": name, "multiline": True, "max_length": 3000}
    given = {"initial_value": initial} if initial else {}
    return _input(name, label, {**field, **given}, optional=optional, hint=hint)


def read_form(view: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """Return what a submitted form is about, and what was filled in."""
    filled: dict[str, str] = {}
    for fields in view["state"]["values"].values():
        for name, field in fields.items():
            chosen = field.get("selected_option") or {}
            filled[name] = str(chosen.get("value") or field.get("value") or "").strip()
    return json.loads(view.get("private_metadata") or "{}"), filled


def _input(name: str, label: str, element: View, *, optional: bool = False, hint: str = "") -> View:
    told = {"hint": _plain(hint)} if hint else {}
    return {
        "type": "input", "block_id": name, "label": _plain(label), "element": element, "optional": optional, **told,
    }  # fmt: skip


def _plain(text: str) -> View:
    return {"type": "plain_text", "text": text}
