"""Hear again what was said while nobody listened: after a start, a lost connection, or a refused event.

Everything goes the way of live events, whose key in the ledger makes hearing a message twice harmless.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.desk import NO_ANSWER, Desk
from bot.messages import take_message
from bot.reading import Message, read_message
from knowledge.errors import TransientError
from workers.hearing import latest_threads
from workers.request import ChannelType

MARGIN = 10 * 60.0  # Events overtake each other, and Slack repeats them for six minutes.
LONGEST = 24 * 3600.0
PAGES = 10  # Of each conversation; with PAGE messages on each.
PAGE = 200
THREADS = 50
LASTING = {
    "not_in_channel",
    "channel_not_found",
    "missing_scope",
    "thread_not_found",
    "method_not_supported_for_channel_type",
}

log = logging.getLogger(__name__)


class Gaps:
    """Remember since when something may have been missed."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self._since: float | None = None
        self._lock = threading.Lock()

    def note(self, since: float | None = None) -> None:
        """Note that messages since then, by default now, may have been missed."""
        since = self.clock() if since is None else since
        with self._lock:
            self._since = since if self._since is None else min(self._since, since)

    def take(self) -> float | None:
        """Return the earliest time noted, and forget it."""
        with self._lock:
            since, self._since = self._since, None
            return since


class CatchUp:
    """Read the conversations that Teller is part of, and record what is not in the ledger."""

    def __init__(self, desk: Desk, gaps: Gaps) -> None:
        self.desk = desk
        self.gaps = gaps

    def keep_up(self, stopped: threading.Event, *, soon: float = 1.0, later: float = 15.0) -> None:
        """Close each gap soon after it was noted; one that cannot be closed yet is tried again later."""
        pause = soon
        while not stopped.wait(pause):
            since, pause = self.gaps.take(), soon
            if since is None:
                continue
            try:
                self.run(since)
            except (TransientError, *NO_ANSWER) as error:
                log.warning("Cannot catch up yet: %s", error)
                self.gaps.note(since)
                pause = later

    def run(self, since: float) -> int:
        """Record what was said from a little before `since`; return how many messages were heard again."""
        oldest = max(since - MARGIN, self.gaps.clock() - LONGEST)
        me = self.desk.slack.auth_test()
        team, bot = str(me["team_id"]), str(me["user_id"])
        known = latest_threads(self.desk.ledger, team, limit=THREADS)
        messages: dict[tuple[str, str], Message] = {}
        for channel, channel_type in self._conversations():
            threads = [thread for place, thread in known if place == channel and float(thread) < oldest]
            for event in self._events(channel, oldest, threads):
                message = read_message({"channel_type": channel_type, **event}, team=team, bot=bot, channel=channel)
                if message:
                    messages[channel, message.ts] = message
        for message in sorted(messages.values(), key=lambda each: float(each.ts)):
            take_message(self.desk, message)
        log.info("Caught up on %s messages of the last %.0f minutes", len(messages), (self.gaps.clock() - oldest) / 60)
        return len(messages)

    def _conversations(self) -> Iterator[tuple[str, ChannelType]]:
        types = "public_channel,private_channel,im"
        for page in self._pages("users.conversations", "channels", types=types, exclude_archived=True):
            for each in page:
                yield each["id"], "im" if each.get("is_im") else "group" if each.get("is_private") else "channel"

    def _events(self, channel: str, oldest: float, threads: list[str]) -> Iterator[dict[str, Any]]:
        """Yield the messages of a channel since `oldest`, those in threads too, older `threads` included."""
        since = {"channel": channel, "oldest": f"{oldest:.6f}"}
        for page in self._pages("conversations.history", "messages", **since):
            yield from page
            threads += [each["ts"] for each in page if each.get("reply_count")]
        for thread in threads:
            for page in self._pages("conversations.replies", "messages", ts=thread, **since):
                yield from (each for each in page if float(each["ts"]) >= oldest)

    def _pages(self, method: str, name: str, **values: Any) -> Iterator[list[dict[str, Any]]]:
        for _ in range(PAGES):
            try:
                answer = self.desk.slack.api_call(method, params={**values, "limit": PAGE})
            except SlackApiError as error:
                if error.response["error"] not in LASTING:
                    raise
                log.info("Not caught up with %s: %s", values.get("channel", method), error.response["error"])
                return
            yield answer[name]
            values["cursor"] = (answer.get("response_metadata") or {}).get("next_cursor")
            if not values["cursor"]:
                return
        log.warning("Only the first %s messages of %s were looked at", PAGES * PAGE, values.get("channel", method))
