"""Tell open pages and waiting tests what has changed, and remember what went over the wire."""

import asyncio
import json
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

Json = dict[str, Any]
TRAFFIC_KEPT = 500
BACKLOG = 1_000
NOTED_CHARACTERS = 6_000


class Feed:
    """A running number of changes, with those who listen."""

    def __init__(self) -> None:
        self.version = 0
        self.traffic: deque[Json] = deque(maxlen=TRAFFIC_KEPT)
        self._logged = 0
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

    def log(self, direction: str, kind: str, *, sent: Json | None = None, **facts: Any) -> Json:
        """Note one call or delivery for the traffic log, never a token; return the note, for what is known later."""
        self._logged += 1
        note = {"number": self._logged, "time": time.time(), "direction": direction, "kind": kind, **facts}
        if sent is not None:
            note["sent"] = shortened(sent)
        self.traffic.append(note)
        return note

    def note_answer(self, note: Json, answer: Json | None) -> None:
        """Add to a note how long it took, and what came back."""
        note["milliseconds"] = round((time.time() - note["time"]) * 1000, 1)
        if answer is not None:
            note["answered"] = shortened(answer)

    def overview(self) -> list[Json]:
        """Return the notes without what was sent and answered, which may be long."""
        return [{name: each[name] for name in each if name not in ("sent", "answered")} for each in self.traffic]

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


def shortened(value: Json) -> str:
    """Return what was sent as text to look at, cut, and without its token."""
    shown = {name: "…" if name == "token" else each for name, each in value.items()}
    text = json.dumps(shown, ensure_ascii=False, indent=1)
    return text if len(text) <= NOTED_CHARACTERS else text[:NOTED_CHARACTERS] + "…"
