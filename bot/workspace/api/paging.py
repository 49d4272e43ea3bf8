"""Cut lists into pages with a cursor."""

import base64
import binascii
from typing import Any

from bot.workspace.errors import ApiError

Json = dict[str, Any]


def page(items: list[Any], *, cursor: str, limit: int) -> tuple[list[Any], str]:
    """Return one page of `items` and the cursor of the next, empty at the end.

    Raises:
        ApiError: the cursor is none that was given out.
    """
    start = _offset(cursor) if cursor else 0
    end = start + limit
    following = base64.b64encode(f"offset:{end}".encode()).decode() if end < len(items) else ""
    return items[start:end], following


def _offset(cursor: str) -> int:
    try:
        name, _, number = base64.b64decode(cursor, validate=True).decode().partition(":")
        if name != "offset":
            raise ApiError("invalid_cursor")
        return int(number)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise ApiError("invalid_cursor") from None


def page_before(messages: list[Json], *, cursor: str, limit: int) -> tuple[list[Json], str]:
    """Return a page of `messages`, newest first; the cursor is a time, so new messages move nothing.

    Raises:
        ApiError: the cursor is none that was given out.
    """
    if cursor:
        before = _stamp(cursor)
        messages = [each for each in messages if each["ts"] < before]
    shown = messages[:limit]
    more = len(messages) > limit
    return shown, base64.b64encode(f"next_ts:{shown[-1]['ts']}".encode()).decode() if more else ""


def page_after(messages: list[Json], *, cursor: str, limit: int) -> tuple[list[Json], str]:
    """Return a page of `messages`, oldest first.

    Raises:
        ApiError: the cursor is none that was given out.
    """
    if cursor:
        after = _stamp(cursor)
        messages = [each for each in messages if each["ts"] > after]
    shown = messages[:limit]
    more = len(messages) > limit
    return shown, base64.b64encode(f"next_ts:{shown[-1]['ts']}".encode()).decode() if more else ""


def _stamp(cursor: str) -> str:
    try:
        name, _, stamp = base64.b64decode(cursor, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise ApiError("invalid_cursor") from None
    if name != "next_ts":
        raise ApiError("invalid_cursor")
    return stamp
