"""Decide by rule what a message wants, without asking the model."""

from dataclasses import dataclass

from knowledge.phrasing import GREETING, HELP, THANKS

WHAT_I_DO = (
    "I answer questions about contracts and other documents, and show the words on the page that prove each answer.\n"
    "• Drop a PDF into a channel or send it to me directly, then ask in its thread.\n"
    "• Or name the document: “Which law governs the Hydron sponsorship agreement?”\n"
    "• Short questions will do: “term?”, “gov law”, “liability cap?”. If I do not find it, I say so."
)


@dataclass(frozen=True, slots=True)
class Route:
    """Where a message goes; `reply` is all there is to say when no source is needed."""

    name: str
    reply: str = ""


def route(text: str) -> Route:
    """Return the route of a message: `documents`, or `chat` with its reply."""
    if not text.strip() or HELP.match(text):
        return Route("chat", WHAT_I_DO)
    if GREETING.match(text):
        return Route("chat", f"Hello! {WHAT_I_DO}")
    if THANKS.match(text):
        return Route("chat", "You are welcome. Ask on whenever you like.")
    return Route("documents")
