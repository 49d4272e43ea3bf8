"""Find people and channels by the names that a command line gives."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from knowledge.errors import UnavailableError, UserError
from workers.settings import Settings
from workers.slack_values import called

NO_ANSWER = "Slack did not answer, so names cannot be looked up: {error}"


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


def is_admin(settings: Settings, user: str) -> bool:
    """Return whether a person administers the workspace, by the settings or by Slack."""
    found = user not in settings.admin_ids and _person(settings, user)
    return user in settings.admin_ids or bool(found and (found.get("is_admin") or found.get("is_owner")))


def name_of(settings: Settings, user: str) -> str:
    """Return what people call somebody, or their id where Slack cannot say."""
    try:
        found = _person(settings, user)
    except UserError:
        return user
    return called(found) if found else user


def _person(settings: Settings, user: str) -> dict[str, Any] | None:
    """Return the person of an id, None when there is none.

    Raises:
        UnavailableError: Slack does not say.
    """
    try:
        answer = _client(settings).users_info(user=user)
    except SlackApiError:
        return None
    except (SlackClientError, OSError) as error:
        raise UnavailableError(NO_ANSWER.format(error=error)) from error
    found: dict[str, Any] = answer["user"]
    return None if found.get("deleted") else found


def _client(settings: Settings) -> WebClient:
    if not settings.slack_bot_token:
        raise UnavailableError("Names are looked up in Slack, which is not set up and not running: give an id.")
    return WebClient(settings.slack_bot_token, base_url=settings.slack_api_url, timeout=10)


def _only(name: str, found: list[str], what: str) -> str:
    if len(found) != 1:
        raise UserError(f"{'No' if not found else 'More than one'} {what} is called {name!r}; an id works too.")
    return found[0]


def _pages(settings: Settings, call: Callable[[WebClient, str], Any], key: str) -> Iterator[dict[str, Any]]:
    client = _client(settings)
    cursor = ""
    while True:
        try:
            page = call(client, cursor)
        except (SlackClientError, OSError) as error:
            raise UnavailableError(NO_ANSWER.format(error=error)) from error
        yield from page[key]
        cursor = page.get("response_metadata", {}).get("next_cursor", "")
        if not cursor:
            return
