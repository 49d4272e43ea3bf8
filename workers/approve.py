"""Let an admin decide about a query that somebody has corrected."""

from typing import TYPE_CHECKING

from knowledge.database.review import REJECTED, VERIFIED, Review
from knowledge.errors import NotAllowedError
from workers.celery import app
from workers.correct import ADMINS_ONLY
from workers.notice import notice
from workers.request import Request
from workers.slack import SlackRefusedError

if TYPE_CHECKING:
    from workers.wiring import Services

SAID = {
    VERIFIED: "Verified by {name}. The next who asks this gets the same query, with a badge that says who approved it "
    "and when.",
    REJECTED: "{name} has looked at this correction and put it aside: its query does not count as verified.",
}


@app.task(name="workers.deliver.approve")  # type: ignore[untyped-decorator, unused-ignore]
def approve(*, v: int, id: str) -> None:  # noqa: A002 - the payload's version and the request
    """Decide about a corrected query and say so in its thread; running twice decides once."""
    if v == 1:
        decide(id, app.services)


def decide(id: str, services: "Services") -> None:  # noqa: A002
    """Approve or reject the query that a press names, when the one who pressed is an admin and not its author."""
    notice(id, services, _decided)


def _decided(request: Request, services: "Services") -> str:
    require_admin(request.user, services)
    number, state = int(request.detail["pair"]), str(request.detail.get("state", VERIFIED))
    review = Review(services.engine)
    known = review.get(number)
    again = known is not None and known.state == state and known.reviewer == request.user
    if not again:  # The page where it was pressed, or an attempt that died, may have done it.
        (review.approve if state == VERIFIED else review.reject)(number, reviewer=request.user)
    return SAID[state].format(name=services.slack.name_of(request.user))


def require_admin(user: str, services: "Services") -> None:
    """Return when `user` is an admin, whoever else reads along where they pressed.

    Raises:
        NotAllowedError: they are not, or Slack does not know them.
    """
    try:
        if user and (user in services.roles.admins or services.slack.is_admin(user)):
            return
    except SlackRefusedError as error:
        raise NotAllowedError(ADMINS_ONLY) from error
    raise NotAllowedError(ADMINS_ONLY)
