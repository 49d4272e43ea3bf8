"""Do what a press or a form asks for, and say in its thread what came of it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from workers.answer import deliver_soon
from workers.attempt import Attempt
from workers.request import Request

if TYPE_CHECKING:
    from workers.wiring import Services


def notice(id: str, services: "Services", done: "Callable[[Request, Services], str]") -> None:  # noqa: A002
    """Claim a request, do it, and save the words of `done` as its reply, unless somebody else does."""
    claim = services.ledger.claim(id)
    if claim is None:
        return
    with Attempt(services.ledger, claim):
        services.ledger.ready(claim, {"type": "notice", "text": done(claim.request, services)})
    deliver_soon(id, services)
