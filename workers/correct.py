"""Run the query that an admin has corrected."""

from typing import TYPE_CHECKING, Any

from knowledge.errors import NotAllowedError
from knowledge.types import Answer, Question
from workers.request import Claim
from workers.roles import ADMIN

if TYPE_CHECKING:
    from workers.wiring import Services

ADMINS_ONLY = "Only an admin may change a query, and only another one approve it."


def correction_of(claim: Claim) -> dict[str, Any] | None:
    """Return the corrected query that a question carries, if any."""
    correction = claim.request.detail.get("correction") or {}
    return correction if correction.get("sql") else None


def corrected(claim: Claim, question: Question, services: "Services") -> Answer:
    """Run a corrected query, guarded as any, and note the number under which it waits for its reviewer.

    Raises:
        NotAllowedError: who corrected it is no admin.
        UserError: the query may not be run, or the database does not understand it.
        TransientError: the database is down.
    """
    if ADMIN not in question.asker.roles:
        raise NotAllowedError(ADMINS_ONLY)
    correction = correction_of(claim) or {}
    reason = ": ".join(filter(None, (correction.get("what"), correction.get("words"))))
    answer, number = services.analyst.correct(
        question, str(correction["sql"]), author=claim.request.user, reason=reason
    )
    services.ledger.note(claim, pair=number)
    return answer
