"""How the local workspace says no, in Slack's own words."""

from typing import Any


class ApiError(Exception):
    """A call is refused; `code` is the `error` that Slack would answer with."""

    def __init__(self, code: str, **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.extra = extra


def invalid_arguments(*messages: str) -> ApiError:
    """Return the refusal of a call whose arguments are missing or malformed."""
    return ApiError("invalid_arguments", response_metadata={"messages": [f"[ERROR] {each}" for each in messages]})
