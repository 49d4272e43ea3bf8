"""Crawl a site into the library, a few pages a step."""

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from knowledge.web.crawl import Walk
from knowledge.web.keep import Tally
from workers.audience import audience_words, places_of_upload
from workers.request import Claim

if TYPE_CHECKING:
    from workers.wiring import Services

PAGES = 5  # Visited in one step: about fifteen seconds.
NOW = 0.0
TOLD = 5  # Addresses that were left out and are told of, with why.


def crawl(claim: Claim, services: "Services", say: Callable[[str], None]) -> float | None:
    """Visit the next pages of a site; return None when there are no more."""
    detail = claim.request.detail
    if "walk" in detail:
        walk, tally = Walk.from_json(detail["walk"]), Tally.from_json(detail["tally"])
    else:
        walk, tally = Walk.begin(str(detail["url"]), depth=int(detail.get("depth", 0))), Tally()
    place = places_of_upload(claim.request)[0]
    say(f"Reading {urlsplit(walk.start).hostname}: {len(walk.seen) - len(walk.waiting)} of {len(walk.seen)} pages")
    if walk.waiting:
        tally = services.keeper.step(walk, tally, place, user=claim.request.user, pages=PAGES)
        services.ledger.note(claim, walk=walk.to_json(), tally=tally.to_json())
        return NOW
    if walk.depth:
        tally = services.keeper.sweep(walk, tally, place)
    left_out = "".join(f"\n• {each}" for each in tally.skipped[:TOLD])
    who = audience_words(claim.request).capitalize()
    text = f"I have read {walk.start}: {tally.words}. {who} can ask about it.{left_out}"
    services.ledger.ready(claim, {"type": "crawled", "url": walk.start, "text": text, **tally.to_json()})
    return None
