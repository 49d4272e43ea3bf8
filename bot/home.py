"""Greet who opens Teller: questions to start from, and a page of what they asked and dropped."""

import logging
from typing import Any

from slack_bolt import BoltContext

from bot.desk import NO_ANSWER, Desk
from bot.membership import role_of
from bot.review_page import review_blocks
from knowledge.database.review import Review
from knowledge.errors import TransientError
from workers.blocks import Block, ago, context, inline, section
from workers.hearing import latest_of
from workers.request import Request

TITLE = "Ask me about the bank's documents and data"
ADMIN_TITLE = f"{TITLE}; as an admin you can also run /reindex"
HELP = {"title": "What can you do?", "message": "What can you do?"}
PROMPTS = {
    "banker": (
        HELP,
        {"title": "Deposits by branch", "message": "Total deposits by branch this quarter, as a chart"},
        {"title": "Top customers", "message": "Who are the ten customers with the largest deposits?"},
        {"title": "Notice period", "message": "What is the notice period for termination?"},
    ),
    "lawyer": (
        HELP,
        {"title": "Governing law", "message": "Which law governs the agreement?"},
        {"title": "Notice period", "message": "What is the notice period for termination?"},
        {"title": "Liability", "message": "Is liability limited, and to how much?"},
    ),
    "guest": (HELP, {"title": "Fees", "message": "What does the everyday account cost?"}),
}
RECENT = 5
STATES = {
    "received": "waiting", "queued": "waiting", "running": "being worked on", "ready": "about to be answered",
    "answered": "answered", "failed": "could not be answered",
}  # fmt: skip

log = logging.getLogger(__name__)


def on_home_opened(desk: Desk, event: dict[str, Any], context: BoltContext) -> None:
    """Suggest questions in the messages tab, show the page in the home tab; without them Teller works all the same."""
    try:
        if event.get("tab") == "messages":
            suggest(desk, event["user"], event["channel"])
        elif event.get("tab") == "home":
            publish(desk, event["user"], team=context.team_id or "")
    except NO_ANSWER as error:
        log.info("Nobody was greeted: %s", error)
    except TransientError as error:
        log.warning("No page is shown: %s", error)


def on_thread_started(desk: Desk, event: dict[str, Any]) -> None:
    """Suggest questions in a new conversation of Slack's older assistant view."""
    thread = event["assistant_thread"]
    try:
        suggest(desk, thread["user_id"], thread["channel_id"], thread_ts=thread["thread_ts"])
    except NO_ANSWER as error:
        log.info("No prompts were suggested: %s", error)


def suggest(desk: Desk, user: str, channel: str, *, thread_ts: str = "") -> None:
    """Offer questions that fit the person's role."""
    role = role_of(desk, user)
    title = ADMIN_TITLE if role == "admin" else TITLE
    prompts = list(PROMPTS.get(role, PROMPTS["banker"]))
    place = {"channel_id": channel, **({"thread_ts": thread_ts} if thread_ts else {})}
    desk.slack.assistant_threads_setSuggestedPrompts(**place, title=title, prompts=prompts)


def publish(desk: Desk, user: str, *, team: str) -> None:
    """Put the page of `user` into their home tab.

    Raises:
        SlackClientError, TransientError: Slack, or the state database, refused.
    """
    view = {"type": "home", "blocks": home_page(desk, user, team=team)}
    desk.slack.views_publish(user_id=user, view=view)


def home_page(desk: Desk, user: str, *, team: str) -> list[Block]:
    """Return what `user` asked and dropped lately, what can be asked, and to admins what waits for their review."""
    questions = latest_of(desk.ledger, team, user, kind="question", limit=RECENT)
    files = latest_of(desk.ledger, team, user, kind="file", limit=RECENT)
    role = role_of(desk, user)
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "Teller"}},
        section(f"{TITLE}. Write to me under *Messages*, or mention me in a channel."),
        *(review_blocks(Review(desk.ledger.engine), user, now=desk.ledger.clock()) if role == "admin" else []),
        *_list("Your latest questions", [_line(each, desk.ledger.clock()) for each in questions]),
        *_list("Documents that you dropped", [_file_line(each, desk.ledger.clock()) for each in files]),
        *_list("For example", [inline(each["message"], 150) for each in PROMPTS.get(role, PROMPTS["banker"])]),
    ]
    if role == "admin":
        counts = desk.ledger.counts()
        waiting, running = counts.get("received", 0) + counts.get("queued", 0), counts.get("running", 0)
        blocks.append(context(f"{waiting} waiting, {running} being worked on · `/reindex` rebuilds the index"))
    return blocks


def _list(title: str, lines: list[str]) -> list[Block]:
    return [{"type": "divider"}, section(f"*{title}*\n" + ("\n".join(f"• {line}" for line in lines) or "_none yet_"))]


def _line(request: Request, now: float) -> str:
    return f"{inline(request.text, 150) or '(no words)'} _{STATES[request.state]}, {ago(now - request.created_at)}_"


def _file_line(request: Request, now: float) -> str:
    name = str(request.detail.get("name") or request.item)
    pages = (request.reply or {}).get("pages")
    read = f"{pages} pages" if pages else "not read" if request.state == "failed" else STATES[request.state]
    return f"{inline(name, 120)} _{read}, {ago(now - request.created_at)}_"
