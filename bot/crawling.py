"""Hear `/crawl`: read a site now and every so often, list what is read, stop, forget its pages, take it up again."""

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from slack_bolt import Ack, BoltContext

from bot.commands import NOT_NOTED, place_of_reply, take_command
from bot.desk import Desk
from bot.membership import require_admin
from bot.reading import plain, type_of
from knowledge.errors import TransientError, UserError
from knowledge.web.page import canonical
from workers.schedule import DAY, HOUR, WEEK, Crawl, Schedule, id_of, reads

log = logging.getLogger(__name__)

USAGE = (
    "Say `/crawl https://www.example.com/ 2 every week`: the address, how many links deep (0 to 6, else 2), and, if I "
    "am to come back, how often (`every day`, `every 12 hours`). `/crawl list` shows what I read for this channel; "
    "`/crawl stop`, `/crawl resume` and `/crawl forget` with an address end it, take it up again, and remove its pages."
)
SHOWN = 30  # Crawls in a list.
UNITS = {"hour": HOUR, "day": DAY, "week": WEEK}
MOST_OFTEN, LEAST_OFTEN = HOUR, 52 * WEEK
_ORDER = re.compile(
    r"(?i)(?:(?P<verb>stop|resume|forget)\s+)?(?P<url>https?://\S+)(?:\s+(?P<depth>\d))?"
    r"(?:\s+every(?:\s+(?P<count>\d{1,4}))?\s+(?P<unit>hour|day|week)s?)?"
)


@dataclass(frozen=True, slots=True)
class _Order:
    """What an admin wants, of which site, and from where."""

    desk: Desk
    command: dict[str, Any]
    team: str
    channel: str
    url: str = ""
    depth: int | None = None
    period: float | None = None

    @property
    def schedule(self) -> Schedule:
        return Schedule(self.desk.ledger)

    @property
    def id(self) -> str:
        return id_of(self.team, self.channel, self.url)

    def known(self, crawl: Crawl | None) -> Crawl:
        """Return a crawl that is there.

        Raises:
            UserError: it is not.
        """
        if crawl is None:
            raise UserError(f"I do not read {self.url} for this channel. `/crawl list` shows what I read.")
        return crawl


def on_crawl(desk: Desk, ack: Ack, command: dict[str, Any], context: BoltContext) -> None:
    """Do what an admin says about sites; Slack does not repeat a command, so a failure is told at once."""
    try:
        require_admin(desk, command["user_id"])
        ack(_done(desk, command, context.team_id or ""))
    except UserError as error:
        ack(f":warning: {error}")
    except TransientError as error:
        log.warning("A command could not be noted: %s", error)
        ack(NOT_NOTED)


def _done(desk: Desk, command: dict[str, Any], team: str) -> str:
    text = plain(command.get("text") or "")
    channel = place_of_reply(desk, command["channel_id"], command["user_id"])
    if text.lower() == "list":
        return _list(_Order(desk, command, team, channel))
    match = _ORDER.fullmatch(text)
    url = canonical(match["url"]) if match else ""
    if match is None or not url:
        raise UserError(USAGE)
    verb = (match["verb"] or "read").lower()
    if verb != "read" and (match["depth"] or match["unit"]):
        raise UserError(USAGE)
    depth = int(match["depth"]) if match["depth"] else None
    if depth is not None and depth > 6:
        raise UserError("The depth is a number from 0, this page only, to 6.")
    period = _period(match["count"], match["unit"].lower()) if match["unit"] else None
    return VERBS[verb](_Order(desk, command, team, channel, url, depth, period))


def _period(count: str | None, unit: str) -> float:
    period = int(count or 1) * UNITS[unit]
    if not MOST_OFTEN <= period <= LEAST_OFTEN:
        raise UserError("I come back every hour at most, and every 52 weeks at least.")
    return period


def _read(order: _Order) -> str:
    crawl = order.schedule.put(
        order.url,
        team=order.team,
        channel=order.channel,
        channel_type=type_of(order.channel),
        user=order.command["user_id"],
        depth=order.depth,
        period=order.period,
    )
    return _begun(order, crawl)


def _begun(order: _Order, crawl: Crawl) -> str:
    id_ = order.schedule.begin(crawl)
    again = f" Then I read it {_often(crawl)}; `/crawl stop {crawl.url}` ends that." if crawl.period else ""
    site = crawl.url.partition("://")[2]
    if id_ is None:
        return f"I am reading {site} already.{again}"
    order.desk.queue(id_, "crawl")
    return f"Reading {site} and what it leads to on that site. I will tell you what I found.{again}"


def _stop(order: _Order) -> str:
    order.known(order.schedule.stop(order.id))
    return (
        f"I read {order.url} no more. What I have read of it stays: `/crawl forget {order.url}` removes it, "
        f"`/crawl resume {order.url}` takes it up again."
    )


def _resume(order: _Order) -> str:
    return _begun(order, order.known(order.schedule.resume(order.id)))


def _forget(order: _Order) -> str:
    crawl = order.known(order.schedule.stop(order.id))
    detail = {"forget": crawl.url, "crawl": crawl.id}
    take_command(order.desk, "crawl", order.command, team=order.team, detail=detail)
    return (
        f"I read {crawl.url} no more and remove what I have read of it. `/crawl resume {crawl.url}` reads it all again."
    )


VERBS: Mapping[str, Callable[[_Order], str]] = {"read": _read, "stop": _stop, "resume": _resume, "forget": _forget}


def _list(order: _Order) -> str:
    found = order.schedule.of_channel(order.team, order.channel)
    if not found:
        return f"I read no site for this channel. {USAGE}"
    lines = [_line(order, each) for each in found[:SHOWN]]
    more = f"\n… and {len(found) - SHOWN} more." if len(found) > SHOWN else ""
    return "*Sites that I read for this channel*\n" + "\n".join(lines) + more


def _line(order: _Order, crawl: Crawl) -> str:
    last = order.schedule.last(crawl)
    parts = [f"{crawl.depth} {'link' if crawl.depth == 1 else 'links'} deep", _often(crawl)]
    if last is None:
        parts.append("not read yet")
    elif reads(last):
        parts.append(f"being read since {_at(last.created_at)}")
    else:
        reply = last.reply or {}
        said = reply.get("words") or reply.get("text") or "it was stopped"
        parts.append(f"read {_at(last.created_at)}: {said}")
    if crawl.stopped_at:
        parts.append("stopped")
    elif crawl.next_at:
        parts.append(f"next {_at(crawl.next_at)}")
    return f"• {crawl.url}: {'; '.join(parts)}"


def _often(crawl: Crawl) -> str:
    if not crawl.period:
        return "once"
    unit = next(each for each in ("week", "day", "hour") if not crawl.period % UNITS[each])
    count = round(crawl.period / UNITS[unit])
    return f"every {unit}" if count == 1 else f"every {count} {unit}s"


def _at(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"
