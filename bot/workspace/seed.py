"""The people and channels that every new local workspace begins with."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.workspace.config import APP, BOT, BOT_NAME, BOT_USER, TEAM

BEGAN = 1_735_689_600
Json = dict[str, Any]


@dataclass(frozen=True)
class Person:
    """Someone in the workspace."""

    id: str
    handle: str
    name: str
    title: str
    color: str
    is_admin: bool = False
    is_guest: bool = False
    is_bot: bool = False
    deleted: bool = False


PEOPLE = {
    each.id: each
    for each in (
        Person("U0BEN00001", "ben", "Ben", "Banker", "2f6f9f"),
        Person("U0LENA0001", "lena", "Lena", "Lawyer", "8a4fa3"),
        Person("U0ADA00001", "ada", "Ada", "Admin", "b4552d", is_admin=True),
        Person("U0GUS00001", "gus", "Gus", "Guest", "5b6b2f", is_guest=True),
        Person(BOT_USER, "teller", BOT_NAME, "App", "0b6e63", is_bot=True),
    )
}
BEN, LENA, ADA, GUS = (person for person in PEOPLE if person != BOT_USER)

_CHANNELS = (
    ("C0GENERAL1", "general", False, "Everyone at the bank", (BEN, LENA, ADA)),
    ("C0LEGAL001", "legal", True, "Contracts and counsel", (LENA, ADA)),
    ("C0RETAIL01", "retail", False, "Retail banking, with our partner", (BEN, ADA, GUS)),
)
_DIRECT = {"D0BEN00001": BEN, "D0LENA0001": LENA, "D0ADA00001": ADA, "D0GUS00001": GUS}


def channels() -> Iterator[Json]:
    """Yield each channel as it is kept: id, name, kind, purpose and members."""
    for channel, name, private, purpose, members in _CHANNELS:
        yield {
            "id": channel,
            "name": name,
            "kind": "group" if private else "channel",
            "purpose": purpose,
            "creator": ADA,
            "created": BEGAN,
            "members": [*members, BOT_USER],
        }
    for channel, person in _DIRECT.items():
        yield direct(channel, person, created=BEGAN)


def direct(channel: str, person: str, *, created: int) -> Json:
    """Return the direct-message channel between `person` and the bot."""
    return {
        "id": channel,
        "name": "",
        "kind": "im",
        "purpose": "",
        "creator": person,
        "created": created,
        "members": [person, BOT_USER],
    }


def user_object(person: Person) -> Json:
    """Return `person` as `users.info` answers."""
    profile = {
        "title": person.title,
        "phone": "",
        "skype": "",
        "real_name": person.name,
        "real_name_normalized": person.name,
        "display_name": person.name,
        "display_name_normalized": person.name,
        "first_name": person.name,
        "last_name": "",
        "status_text": "",
        "status_emoji": "",
        "status_expiration": 0,
        "status_text_canonical": "",
        "avatar_hash": "",
        "team": TEAM,
    }
    profile |= {"bot_id": BOT, "api_app_id": APP} if person.is_bot else {"email": f"{person.handle}@fjordbank.example"}
    return {
        "id": person.id,
        "team_id": TEAM,
        "name": person.handle,
        "deleted": person.deleted,
        "color": person.color,
        "real_name": person.name,
        "tz": "Europe/Oslo",
        "tz_label": "Central European Time",
        "tz_offset": 3600,
        "profile": profile,
        "is_admin": person.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": person.is_guest,
        "is_ultra_restricted": False,
        "is_bot": person.is_bot,
        "is_app_user": False,
        "updated": BEGAN,
        "is_email_confirmed": not person.is_bot,
        "who_can_share_contact_card": "EVERYONE",
    }
