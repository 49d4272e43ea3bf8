"""`teller verified`: the queries that people have corrected, and what is decided about them."""

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from bot.cli_people import is_admin, user_id
from bot.membership import ADMINS_ONLY
from knowledge.database.review import REJECTED, RETIRED, VERIFIED, WAITING, Pair, Review, day
from knowledge.errors import NotAllowedError
from knowledge.tables import connect
from workers.runtime import join_running
from workers.settings import Settings
from workers.state import upgrade

STATES = (WAITING, VERIFIED, REJECTED, RETIRED)
VERBS = {
    "approve": "let a waiting query count as verified",
    "reject": "put a waiting query aside",
    "retire": "let a verified query count no more",
}


def show(options: argparse.Namespace, settings: Settings) -> int:
    """Print the queries, those that wait first."""
    with _review(join_running(settings)[0]) as review:
        states = [options.state] if options.state else [WAITING, VERIFIED]
        pairs = [pair for state in states for pair in review.newest(state)]
    if options.json:
        print(json.dumps({"queries": [_as_json(each) for each in pairs]}, ensure_ascii=False))
        return 0
    print("\n".join(map(_as_text, pairs)) or "None.")
    return 0


def decide(options: argparse.Namespace, settings: Settings) -> int:
    """Decide about one query in the name of an admin."""
    settings, _ = join_running(settings)
    reviewer = user_id(settings, options.person)
    if not is_admin(settings, reviewer):
        raise NotAllowedError(ADMINS_ONLY)
    with _review(settings) as review:
        done = {"approve": review.approve, "reject": review.reject, "retire": review.retire}[options.decision]
        pair = done(options.number, reviewer=reviewer)
    print(json.dumps(_as_json(pair), ensure_ascii=False) if options.json else _as_text(pair))
    return 0


@contextmanager
def _review(settings: Settings) -> Iterator[Review]:
    upgrade(settings.state)
    engine = connect(settings.state)
    try:
        yield Review(engine)
    finally:
        engine.dispose()


def _as_json(pair: Pair) -> dict[str, Any]:
    return {name: value for name, value in asdict(pair).items() if name != "fingerprint"} | {"stale": pair.stale}


def _as_text(pair: Pair) -> str:
    stale = ", stale: its tables or their definitions have changed since" if pair.stale else ""
    decided = f", {pair.state} by {pair.reviewer} on {pair.reviewed_on}" if pair.reviewer else f", {pair.state}"
    said = f"{pair.number}. {pair.question}\n   corrected by {pair.author} on {day(pair.proposed_at)}{decided}{stale}"
    return f"{said}\n   {' '.join(pair.sql.split())}"
