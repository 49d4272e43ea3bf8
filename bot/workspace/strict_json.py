"""Read JSON that can be written again: no NaN, no infinity."""

import json
import math
from typing import Any


def read(text: str | bytes) -> Any:
    """Return the value of `text`.

    Raises:
        ValueError: it is no JSON.
    """
    return json.loads(text, parse_constant=_refuse, parse_float=_finite)


def _refuse(word: str) -> float:
    raise ValueError(f"{word} is no JSON")


def _finite(digits: str) -> float:
    value = float(digits)
    return value if math.isfinite(value) else _refuse(digits)
