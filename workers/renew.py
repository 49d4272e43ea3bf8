"""Let a verified query that has gone stale count again, once it has run on the data as it is now."""

from typing import TYPE_CHECKING

from knowledge.database.review import VERIFIED, Review
from knowledge.types import Question
from workers.answer import asker_of
from workers.approve import require_admin
from workers.celery import app
from workers.notice import notice
from workers.request import Request

if TYPE_CHECKING:
    from workers.wiring import Services

AGAIN = "“{question}” counts as verified again: its query ran on the data as it is now."


@app.task(name="workers.answer.renew")  # type: ignore[untyped-decorator, unused-ignore]
def renew(*, v: int, id: str) -> None:  # noqa: A002 - the payload's version and the request
    """Approve a stale query again; running twice approves it once."""
    if v == 1:
        renew_pair(id, app.services)


def renew_pair(id: str, services: "Services") -> None:  # noqa: A002
    """Run the query that a press names in the name of who pressed; what does not run stays stale."""
    notice(id, services, _renewed)


def _renewed(request: Request, services: "Services") -> str:
    """Approve the query again and return what to say.

    Raises:
        UserError: who pressed may not, it counts no more, or it does not run any more.
        TransientError: a database is down.
    """
    require_admin(request.user, services)
    number, analyst = int(request.detail["pair"]), services.analyst
    pair = Review(services.engine).get(number)
    counts = pair is not None and pair.state == VERIFIED and not pair.stale
    if pair is None or not counts:  # Else an attempt that died, or another admin, has done it.
        pair = analyst.renew(number, Question("", asker=asker_of(request, services.slack, services.roles)))
    return AGAIN.format(question=pair.question)
