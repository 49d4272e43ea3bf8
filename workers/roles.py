"""Decide which roles a person has before the bank's data; whoever is unknown has none."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import yaml

from knowledge.errors import UserError
from knowledge.types import Asker

ADMIN, STAFF, GUEST = "admin", "banker", "guest"


@dataclass(frozen=True)
class Entry:
    """What the settings say of one person."""

    roles: frozenset[str]
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Roles:
    """Who has which roles: what the settings say, else one role for all who work here."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    admins: frozenset[str] = frozenset()

    @classmethod
    def read(cls, text: str, admins: frozenset[str] = frozenset()) -> Self:
        """Read YAML, or the file of it that `text` names: `{U0LENA0001: lawyer, U0BEN00001: {roles: [banker]}}`.

        Raises:
            UserError: it is not of that form.
        """
        source = text
        if text.endswith((".yaml", ".yml")):
            try:
                source = Path(text).expanduser().read_text(encoding="utf-8")
            except OSError as error:
                raise UserError(f"ROLES names {text}, which cannot be read: {error.strerror}.") from error
        try:
            found = yaml.safe_load(source or "{}")
        except yaml.YAMLError as error:
            raise UserError(f"ROLES is not YAML: {error}") from error
        if not isinstance(found, dict):
            raise UserError("ROLES must map user ids to roles, as in {U0LENA0001: lawyer}.")
        return cls({str(user): _entry(str(user), said) for user, said in found.items()}, admins)

    def asker(self, user: str, *, guest: bool, admin: bool, overheard: bool = False) -> Asker:
        """Return who asks; a guest, or whoever guests hear, has that role only, whatever the settings say."""
        if guest or overheard:
            return Asker(user, frozenset({GUEST}), overheard=not guest)
        entry = self.entries.get(user) or Entry(frozenset({STAFF}))
        extra = {ADMIN} if admin or user in self.admins else set()
        return Asker(user, entry.roles | extra, dict(entry.attributes))


def _entry(user: str, said: Any) -> Entry:
    attributes: dict[str, Any] = {}
    if isinstance(said, dict):
        attributes = {str(name): value for name, value in said.items() if name != "roles"}
        said = said.get("roles", STAFF)
    roles = [said] if isinstance(said, str) else said
    plain = isinstance(roles, list) and roles and all(isinstance(each, str) and each for each in roles)
    if not plain or not all(isinstance(each, str | int) for each in attributes.values()):
        raise UserError(f"ROLES: {user} needs a role, a list of roles, or {{roles: …, branch: …}}.")
    return Entry(frozenset(roles), {name: str(value) for name, value in attributes.items()})
