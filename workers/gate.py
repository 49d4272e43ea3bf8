"""Keep the pauses that Slack asks for, in all processes of a machine: one file for each method tells until when.

Calls of one method follow each other, so that no other one is on its way while Slack asks for a pause.
"""

import fcntl
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

TURN = 12.0  # Seconds to wait for one's turn: longer than any call takes.
LOOK = 0.01


class QuietError(SlackClientError):
    """Slack asked for a pause that is not over; nothing was sent."""

    def __init__(self, after: float) -> None:
        super().__init__(f"Slack asked to wait {after:.1f} s more")
        self.after = after


class Gate:
    """The pauses, kept as files in `folder`."""

    def __init__(self, folder: Path, *, turn: float = TURN, clock: Callable[[], float] = time.time) -> None:
        """Keep the pauses in `folder`; who waited `turn` seconds for another's call to end goes ahead without."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.patience = turn
        self.clock = clock

    @contextmanager
    def turn(self, key: str) -> Iterator[Callable[[float], None]]:
        """Wait for one's turn to call; yields what notes that Slack asks for a pause of so many seconds.

        Raises:
            QuietError: a pause is not over.
        """
        with (self.folder / re.sub(r"[^\w.-]", "_", key)).open("a+", encoding="ascii") as file:
            self._lock(file)
            file.seek(0)
            left = float(file.read() or 0.0) - self.clock()
            if left > 0:
                raise QuietError(left)

            def close(seconds: float) -> None:
                file.seek(0)
                file.truncate()
                file.write(f"{self.clock() + seconds:.3f}")
                file.flush()

            yield close

    def _lock(self, file: IO[str]) -> None:
        deadline = time.monotonic() + self.patience
        while time.monotonic() < deadline:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(LOOK)
            else:
                return


class GatedClient(WebClient):
    """Slack's own client, which keeps the pauses; it waits for those that end within `patience` seconds."""

    def __init__(self, *, token: str, base_url: str, timeout: int, gate: Gate | None, patience: float = 0.0) -> None:
        # No retries inside the client: it would sleep through a claim, and post twice after a lost connection.
        super().__init__(token=token, base_url=base_url, timeout=timeout, retry_handlers=[])
        self.gate = gate
        self.patience = patience

    def api_call(self, api_method: str, **arguments: Any) -> SlackResponse:
        """Call a method when Slack lets it be called."""
        give_up = time.monotonic() + self.patience
        while True:
            try:
                return self._gated(api_method, arguments)
            except QuietError as error:
                if time.monotonic() + error.after > give_up:
                    raise
                time.sleep(error.after)

    def _gated(self, method: str, arguments: dict[str, Any]) -> SlackResponse:
        if self.gate is None:
            return super().api_call(method, **arguments)
        with self.gate.turn(_key(method, arguments)) as close:
            try:
                return super().api_call(method, **arguments)
            except SlackApiError as error:
                if (after := pause_of(error)) is None:
                    raise
                close(after)
                if self.patience:
                    raise QuietError(after) from error
                raise


def pause_of(error: SlackApiError) -> float | None:
    """Return for how many seconds Slack asks to wait; None when it does not."""
    response = error.response
    status = response.status_code if isinstance(response, SlackResponse) else 200
    if status != 429 and response.get("error") not in ("ratelimited", "rate_limited"):
        return None
    wait = {name.lower(): value for name, value in response.headers.items()}.get("retry-after", "1")
    return float(wait[0] if isinstance(wait, list) else wait)


def _key(method: str, arguments: dict[str, Any]) -> str:
    """Return what Slack counts: the calls of a method, and messages for each channel."""
    if method != "chat.postMessage":
        return method
    sent: dict[str, Any] = next((arguments[name] for name in ("json", "params", "data") if arguments.get(name)), {})
    return f"{method}.{sent.get('channel', '')}"
