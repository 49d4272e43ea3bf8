"""Count the calls of each method as Slack does, and say when the next one may come."""

import math
import time
from collections.abc import Callable, Mapping

TIERS = {1: 1, 2: 20, 3: 50, 4: 100}  # Calls a minute.
_TIER_OF: Mapping[str, int] = {
    "apps.connections.open": 1,
    "bots.info": 3,
    "chat.appendStream": 4,
    "chat.delete": 3,
    "chat.postEphemeral": 4,
    "chat.scheduleMessage": 3,
    "chat.startStream": 2,
    "chat.stopStream": 2,
    "chat.update": 3,
    "conversations.history": 3,
    "conversations.info": 3,
    "conversations.join": 3,
    "conversations.leave": 3,
    "conversations.list": 2,
    "conversations.members": 4,
    "conversations.open": 3,
    "conversations.replies": 3,
    "files.completeUploadExternal": 4,
    "files.delete": 3,
    "files.getUploadURLExternal": 4,
    "files.info": 4,
    "files.list": 3,
    "agents.sessions.rename": 3,
    "agents.sessions.setStatus": 3,
    "reactions.add": 3,
    "reactions.get": 3,
    "reactions.remove": 2,
    "team.info": 3,
    "users.conversations": 3,
    "users.info": 4,
    "users.list": 2,
    "users.lookupByEmail": 3,
    "views.open": 4,
    "views.publish": 4,
    "views.push": 4,
    "views.update": 4,
}
_OTHERS = 600  # Methods that Slack bounds only loosely, such as a thread's status.
_POSTS = (5.0, 1.0)  # A short burst, then a message a second in each channel.


class Rates:
    """A bucket for each method, for posts for each channel; and who came back too early."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}
        self._closed: dict[str, float] = {}
        self.early = 0

    def take(self, method: str, channel: str) -> float:
        """Count one call and return 0, or the seconds to wait when there were too many."""
        key = _key(method, channel)
        size, refill = _bucket(method)
        now = self._clock()
        left, seen = self._buckets.get(key, (size, now))
        left = min(size, left + (now - seen) * refill)
        if left >= 1:
            self._buckets[key] = (left - 1, now)
            return 0.0
        self._buckets[key] = (left, now)
        return math.ceil((1 - left) / refill)

    def close(self, method: str, channel: str, seconds: float) -> None:
        """Take no call for so long."""
        self._closed[_key(method, channel)] = self._clock() + seconds

    def still_closed(self, method: str, channel: str) -> float:
        """Return the seconds for which no call is taken; one that comes all the same is counted as early."""
        left = self._closed.get(_key(method, channel), 0.0) - self._clock()
        if left <= 0:
            return 0.0
        self.early += 1
        return math.ceil(left)


def _key(method: str, channel: str) -> str:
    return f"{method} {channel}" if method == "chat.postMessage" else method


def _bucket(method: str) -> tuple[float, float]:
    if method == "chat.postMessage":
        return _POSTS
    calls = TIERS[_TIER_OF[method]] if method in _TIER_OF else _OTHERS
    return float(calls), calls / 60
