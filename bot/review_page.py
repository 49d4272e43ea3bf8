"""Show admins which corrected queries wait for them, and which count as verified: a part of their home page."""

from bot.corrections import WRONG
from knowledge.database.review import VERIFIED, WAITING, Pair, Review, day
from workers.blocks import Block, actions, ago, button, context, cut, inline, person, section

MOST = {WAITING: 8, VERIFIED: 8}  # Slack shows a hundred blocks, and each takes up to five.
SHORT = 300  # Characters of a query; the whole is behind a button.
LONGEST = 11_000
OWN = "You corrected this yourself: another admin decides."
MOVED = "Its tables or their definitions have changed since it was proposed."
STALE = (
    ":warning: Not used: its tables or their definitions have changed since it was approved (noticed on {day}). "
    "Check it and approve it again."
)


def review_blocks(review: Review, reader: str, *, now: float) -> list[Block]:
    """Return what waits for a review and what has passed one, newest first, with the buttons for `reader`."""
    waiting, verified = (review.newest(state, limit=MOST[state]) for state in (WAITING, VERIFIED))
    blocks: list[Block] = [{"type": "divider"}, section("*Waiting for review*" + ("" if waiting else "\n_nothing_"))]
    for pair in waiting:
        blocks += _waiting(pair, reader, now)
    blocks += _more(review, WAITING, len(waiting))
    blocks += [{"type": "divider"}, section("*Verified*" + ("" if verified else "\n_none yet_"))]
    for pair in verified:
        blocks += _verified(pair, reader)
    return blocks + _more(review, VERIFIED, len(verified))


def whole(pair: Pair) -> list[Block]:
    """Return all that is known of a query, with the whole of its SQL."""
    said = f"Corrected by {person(pair.author)} on {day(pair.proposed_at)}{_reason(pair)}"
    decided = f"{pair.state.capitalize()} by {person(pair.reviewer)} on {pair.reviewed_on}" if pair.reviewer else ""
    head = [section(f"*{inline(pair.question, 2000)}*"), context(said), *([context(decided)] if decided else [])]
    return [*head, _sql(pair, LONGEST)]


def _waiting(pair: Pair, reader: str, now: float) -> list[Block]:
    said = f"Corrected by {person(pair.author)}, {ago(now - pair.proposed_at)}{_reason(pair)}"
    own = [context(OWN)] if pair.author == reader else []
    moved = [context(MOVED)] if pair.stale else []
    buttons = [_button(pair, "Approve", "approve", "primary"), _button(pair, "Reject", "reject")] if not own else []
    return [*_head(pair, said), *moved, *own, actions(*buttons, _button(pair, "Show", "show"))]


def _verified(pair: Pair, reader: str) -> list[Block]:
    said = f"Approved by {person(pair.reviewer)} on {pair.reviewed_on}, corrected by {person(pair.author)}"
    stale = [context(STALE.format(day=day(pair.stale_at)))] if pair.stale else []
    again = [_button(pair, "Approve again", "renew", "primary")] if stale and pair.author != reader else []
    buttons = [*again, _button(pair, "Retire", "retire"), _button(pair, "Show", "show")]
    return [*_head(pair, said), *stale, actions(*buttons)]


def _head(pair: Pair, said: str) -> list[Block]:
    return [section(f"*{inline(pair.question, 200)}*"), context(said), _sql(pair, SHORT)]


def _reason(pair: Pair) -> str:
    what, _, said = pair.reason.partition(": ")
    told = f"{WRONG.get(what, what)}{': ' * bool(said)}{said}"
    return f"  ·  {inline(told, 300)}" if told else ""


def _sql(pair: Pair, most: int) -> Block:
    text = {"type": "text", "text": cut(pair.sql, most)}
    return {"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": [text]}]}


def _button(pair: Pair, label: str, verb: str, style: str = "") -> Block:
    return button(label, f"review_{verb}", str(pair.number), style=style)


def _more(review: Review, state: str, shown: int) -> list[Block]:
    more = review.count(state) - shown if shown == MOST[state] else 0
    return [context(f"and {more} more: `teller verified list` names them all")] if more > 0 else []
