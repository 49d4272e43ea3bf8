"""Know who somebody is, at the moment it matters: nothing about people or channels is stored here."""

import logging
from typing import Any

from bot.desk import NO_ANSWER, Desk
from knowledge.errors import NotAllowedError, UnavailableError, UserError
from workers.slack_values import is_guest

log = logging.getLogger(__name__)

ADMINS_ONLY = "Only workspace admins may do that. Please ask one of them."


def require_admin(desk: Desk, user: str) -> None:
    """Return when `user` may run admin commands.

    Raises:
        NotAllowedError: they may not.
        UnavailableError: Slack does not say.
    """
    if user in desk.admins:
        return
    try:
        person: dict[str, Any] = desk.slack.users_info(user=user)["user"]
    except NO_ANSWER as error:
        raise UnavailableError("Slack did not tell me whether you are an admin. Please try again.") from error
    if person.get("deleted") or not (person.get("is_admin") or person.get("is_owner")):
        raise NotAllowedError(ADMINS_ONLY)


def is_admin(desk: Desk, user: str) -> bool:
    """Return whether `user` is known to be an admin; False when Slack does not say."""
    try:
        require_admin(desk, user)
    except UserError:
        return False
    return True


def role_of(desk: Desk, user: str) -> str:
    """Return the role by which `user` is greeted; it allows nothing.

    Raises:
        SlackClientError: Slack does not say.
    """
    person: dict[str, Any] = desk.slack.users_info(user=user)["user"]
    admin = bool(person.get("is_admin") or person.get("is_owner"))
    roles = desk.roles.asker(user, guest=is_guest(person, person.get("team_id") or ""), admin=admin).roles
    return next(each for each in ("admin", "guest", "lawyer", *sorted(roles)) if each in roles)


def on_change(event: dict[str, Any]) -> None:
    """Note that people or channels changed; who may see what is looked up again for each question."""
    log.info("Heard %s in %s", event["type"], event.get("channel", ""))
