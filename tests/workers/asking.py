"""Put requests into a ledger, with all that a test does not care about filled in."""

from typing import Any

from workers.ledger import Ledger
from workers.request import Request

TEAM, CHANNEL, BEN = "T0TELLER01", "C0LEGAL001", "U0BEN00001"


def receive(ledger: Ledger, message_ts: str = "1800000000.000100", **values: Any) -> str:
    """Return the id of a request that was just heard."""
    given = {"kind": "question", "team": TEAM, "channel": CHANNEL, "channel_type": "channel", "user": BEN}
    received = ledger.receive(**{**given, "message_ts": message_ts, "text": "What is the notice period?", **values})
    assert received.id
    return received.id


def request(**values: Any) -> Request:
    """Return a request that is in no ledger."""
    given: dict[str, Any] = {
        "id": "0123456789abcdef", "kind": "question", "team": TEAM, "channel": CHANNEL, "channel_type": "channel",
        "message_ts": "1800000000.000100", "item": "", "thread_ts": "", "user": BEN, "text": "?", "detail": {},
        "state": "running", "attempts": 1, "stage": "", "partial": "", "reply": None, "reply_ts": "", "error": "",
        "created_at": 1_800_000_000.0, "done_at": 0.0,
    }  # fmt: skip
    return Request(**{**given, **values})
