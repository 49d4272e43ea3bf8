"""Crawl a site into the library, a few pages a step."""

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from knowledge.web.crawl import Walk
from knowledge.web.tally import Tally
from workers.audience import audience_words, places_of_upload
from workers.progress import tell
from workers.request import Claim
from workers.schedule import Schedule

if TYPE_CHECKING:
    from workers.wiring import Services

PAGES = 5  # Visited in one step: about ten seconds.
TOLD = 5  # Reasons for which pages were left out that are told.


def crawl(claim: Claim, services: "Services", say: Callable[[str], None]) -> float | None:
    """Visit the next pages of a site; return the seconds until the next step, None when there are no more."""
    detail = claim.request.detail
    if "forget" in detail:
        _forget(claim, services)
        return None
    if "walk" in detail:
        walk, tally = Walk.from_json(detail["walk"]), Tally.from_json(detail["tally"])
    else:
        walk, tally = Walk.begin(str(detail["url"]), depth=int(detail.get("depth", 0))), Tally()
    stopped = _stopped(claim, services)
    if walk.done or stopped:
        services.ledger.ready(claim, _receipt(claim, walk, tally, stopped=stopped))
        return None
    words = f"Reading {urlsplit(walk.start).hostname}: {len(walk.seen) - len(walk.waiting)} of {len(walk.seen)} pages"
    say(words)
    if not _by_schedule(claim):
        tell(claim, services.slack, services.ledger, words)
    place = places_of_upload(claim.request)[0]
    tally = services.keeper.step(walk, tally, place, user=claim.request.user, pages=PAGES)
    services.ledger.note(claim, walk=walk.to_json(), tally=tally.to_json())
    return services.keeper.wait(walk)


def _receipt(claim: Claim, walk: Walk, tally: Tally, *, stopped: bool) -> dict[str, object]:
    """Return what came of a crawl; one that nobody asked for just now is told of when there is news only."""
    left_out = "".join(f"\n• {each}" for each in tally.why(TOLD))
    who = audience_words(claim.request).capitalize()
    full = f" I read no more than {len(walk.seen)} pages of a site, so there is more." if walk.full else ""
    text = f"I have read {walk.start}: {tally.words}. {who} can ask about it.{full}{left_out}"
    if stopped:
        text = f"I stopped reading {walk.start}: {tally.words}.{left_out}"
    elif not tally.read:
        text = f"I could not read {walk.start}: {tally.words}.{left_out}"
    failed_anew = not (tally.read or stopped or claim.request.detail.get("failed_before"))
    told = tally.news or failed_anew or not _by_schedule(claim)
    kind = "crawled" if told else "silence"
    return {
        "type": kind, "url": walk.start, "text": text, "words": tally.words, "failed": not tally.read, **tally.to_json()
    }  # fmt: skip


def _forget(claim: Claim, services: "Services") -> None:
    """Remove the pages that a crawl brought, unless it was taken up again in the meantime."""
    if not _stopped(claim, services):
        services.ledger.abandon(claim)
        return
    url = str(claim.request.detail["forget"])
    count = services.keeper.forget(url, places_of_upload(claim.request)[0])
    pages = "1 page" if count == 1 else f"{count} pages"
    services.ledger.ready(claim, {"type": "notice", "text": f"I have removed {pages} of {url} from the library."})


def _stopped(claim: Claim, services: "Services") -> bool:
    planned = claim.request.detail.get("crawl")
    found = Schedule(services.ledger).get(planned) if planned else None
    return bool(found and found.stopped_at)


def _by_schedule(claim: Claim) -> bool:
    return bool(claim.request.detail.get("by_schedule"))
