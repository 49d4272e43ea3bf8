"""Let a share of the calls go wrong, the way a busy Slack lets them go wrong."""

import random
from typing import Literal

from bot.workspace.config import Config

Fault = Literal["", "429", "500", "applied"]
_SPARED = ("apps.connections.open", "auth.test", "api.test")  # Without these no bot starts at all.


class Faults:
    """Draws, from a seed, what becomes of each call and how often each event comes."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._random = random.Random(config.seed)  # noqa: S311 - Chance, no secret.

    def draw(self, method: str) -> Fault:
        """Return what goes wrong with one call: nothing, refused, failed, or done without an answer."""
        if method in _SPARED:
            return ""
        drawn = self._random.random()
        shares: tuple[tuple[Fault, float], ...] = (
            ("429", self._config.fault_429),
            ("500", self._config.fault_500),
            ("applied", self._config.fault_applied),
        )
        for fault, share in shares:
            if drawn < share:
                return fault
            drawn -= share
        return ""

    def copies(self) -> list[float]:
        """Return after how many seconds one event comes again, for each time that it does."""
        if self._config.deliveries > 1:
            times = self._random.randrange(self._config.deliveries)
        else:
            times = int(self._config.strict and self._random.random() < 0.05)
        return [self._random.uniform(0.0, 1.0) for _ in range(times)]
