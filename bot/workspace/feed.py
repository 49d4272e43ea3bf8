"""Tell open pages and waiting tests what has changed, and remember what went over the wire."""

import asyncio
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

Json = dict[str, Any]
TRAFFIC_KEPT = 500
BACKLOG = 1_000


class Feed:
    """A running number of changes, with those who listen."""

    def __init__(self) -> None:
        self.version = 0
        self.traffic: deque[Json] = deque(maxlen=TRAFFIC_KEPT)
        self._listeners: set[asyncio.Queue[Json]] = set()
        self._changed = asyncio.Event()

    def publish(self, change: str, *, to: Iterable[str] | None = None, **facts: Any) -> None:
        """Tell every listener; `to` names the people who may see it, everyone when None."""
        self.version += 1
        told = {"change": change, "version": self.version, "to": None if to is None else list(to), **facts}
        for queue in list(self._listeners):
            if queue.qsize() < BACKLOG:
                queue.put_nowait(told)
        self._changed.set()
        self._changed = asyncio.Event()

    def log(self, direction: str, kind: str, **facts: Any) -> None:
        """Note one call or delivery for the traffic log; never a token."""
        self.traffic.append({"time": time.time(), "direction": direction, "kind": kind, **facts})

    @contextmanager
    def listening(self) -> Iterator[asyncio.Queue[Json]]:
        """Offer a queue of the changes from now on; `seen_by` says which a person may have."""
        queue: asyncio.Queue[Json] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)

    async def changed(self, since: int, *, seconds: float) -> int:
        """Return the number of changes once it is past `since`, or after `seconds`."""
        deadline = time.monotonic() + seconds
        while self.version <= since and (left := deadline - time.monotonic()) > 0:
            waiting = self._changed
            try:
                await asyncio.wait_for(waiting.wait(), left)
            except TimeoutError:
                break
        return self.version


def seen_by(person: str, told: Json) -> Json | None:
    """Return a change without its readers, or None when `person` is not one of them."""
    if told["to"] is not None and person not in told["to"]:
        return None
    return {name: value for name, value in told.items() if name != "to"}
