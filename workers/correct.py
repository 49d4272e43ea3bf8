"""Run the query that an admin has corrected, and keep what answers a correction for its reviewer."""

from typing import TYPE_CHECKING, Any

from knowledge.errors import NotAllowedError
from knowledge.types import Answer, Question
from workers.request import Claim
from workers.roles import ADMIN

if TYPE_CHECKING:
    from workers.wiring import Services

ADMINS_ONLY = "Only an admin may change a query, and only another one approve it."


def correction_of(claim: Claim) -> dict[str, Any]:
    """Return what was said to be wrong, where a question corrects an answer."""
    return claim.request.detail.get("correction") or {}


def corrected(claim: Claim, question: Question, services: "Services") -> Answer:
    """Run the query that a correction carries, guarded as any.

    Raises:
        NotAllowedError: who corrected it is no admin.
        UserError: the query may not be run, or the database does not understand it.
        TransientError: the database is down.
    """
    if ADMIN not in question.asker.roles:
        raise NotAllowedError(ADMINS_ONLY)
    return services.analyst.run(question, str(correction_of(claim)["sql"]))


def keep_for_review(claim: Claim, found: Answer, services: "Services") -> None:
    """Have the query that answered a correction wait for its reviewer, and note its number; it waits once.

    What was refused is not kept, nor what generated code found, nor what is verified already.
    """
    correction = correction_of(claim)
    if not correction or found.refused or not found.sql or found.code or found.verified:
        return
    request = claim.request
    number = services.analyst.keep(
        correction.get("question") or request.text,
        found,
        author=request.user,
        reason=": ".join(filter(None, (correction.get("what"), correction.get("words")))),
        request=request.id,
    )
    if number:
        services.ledger.note(claim, pair=number)
