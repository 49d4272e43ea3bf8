"""Find people and channels by the names that a command line gives."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from knowledge.errors import UnavailableError, UserError
from workers.settings import Settings


def user_id(settings: Settings, name: str) -> str:
    """Return the id of a person named by id, handle, e-mail or real name; empty for an empty name.

    Raises:
        UserError: nobody, or more than one person, is called so.
    """
    if not name or re.fullmatch(r"[UW][A-Z0-9]{6,}", name):
        return name
    wanted = name.removeprefix("@").lower()
    people = _pages(settings, lambda client, cursor: client.users_list(cursor=cursor, limit=200), "members")

    def names(person: dict[str, Any]) -> set[str]:
        profile = person.get("profile", {})
        real = str(profile.get("real_name") or person.get("real_name") or "")
        known = (
            person.get("name"),
            profile.get("display_name"),
            profile.get("email"),
            real,
            real.split(" ", maxsplit=1)[0],
        )
        return {str(each).lower() for each in known if each}

    return _only(name, [person["id"] for person in people if wanted in names(person)], "person")


def channel_id(settings: Settings, name: str) -> str:
    """Return the id of a channel named by id or name; empty for an empty name.

    Raises:
        UserError: no channel that the bot can see is called so.
    """
    if not name or re.fullmatch(r"[CDG][A-Z0-9]{6,}", name):
        return name
    wanted = name.removeprefix("#").lower()
    kinds = "public_channel,private_channel"
    channels = _pages(
        settings, lambda client, cursor: client.conversations_list(cursor=cursor, limit=200, types=kinds), "channels"
    )
    return _only(name, [each["id"] for each in channels if each.get("name", "").lower() == wanted], "channel")


def _only(name: str, found: list[str], what: str) -> str:
    if len(found) != 1:
        raise UserError(f"{'No' if not found else 'More than one'} {what} is called {name!r}; an id works too.")
    return found[0]


def _pages(settings: Settings, call: Callable[[WebClient, str], Any], key: str) -> Iterator[dict[str, Any]]:
    if not settings.slack_bot_token:
        raise UnavailableError("Names are looked up in Slack, which is not set up and not running: give an id.")
    client = WebClient(settings.slack_bot_token, base_url=settings.slack_api_url, timeout=10)
    cursor = ""
    while True:
        try:
            page = call(client, cursor)
        except (SlackClientError, OSError) as error:
            raise UnavailableError(f"Slack did not answer, so names cannot be looked up: {error}") from error
        yield from page[key]
        cursor = page.get("response_metadata", {}).get("next_cursor", "")
        if not cursor:
            return
