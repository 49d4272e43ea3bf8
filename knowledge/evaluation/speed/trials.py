"""Time contenders in turn, so that whatever else the machine does hits all of them alike."""

import statistics
import time
from collections.abc import Callable, Mapping

Trial = Callable[[], object]


def medians(contenders: Mapping[str, Trial], *, rounds: int, warm: int = 1) -> dict[str, float]:
    """Return the median seconds of each contender over `rounds`, after `warm` rounds that do not count.

    Who comes first changes from round to round.
    """
    names = list(contenders)
    took: dict[str, list[float]] = {name: [] for name in names}
    for at in range(warm + rounds):
        for name in names[at % len(names) :] + names[: at % len(names)]:
            began = time.perf_counter()
            contenders[name]()
            if at >= warm:
                took[name].append(time.perf_counter() - began)
    return {name: statistics.median(each) for name, each in took.items()}


def times_faster(ours: float, theirs: float) -> float:
    """Return how many times as fast as another we are: over 1, we are faster."""
    return round(theirs / ours, 3)
