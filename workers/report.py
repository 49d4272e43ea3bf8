"""Put the whole of a comparison beside its answer: one page of HTML, in the same thread."""

import logging
from typing import TYPE_CHECKING

from knowledge.errors import TransientError
from knowledge.types import Answer
from workers.audience import audience_of
from workers.posting import address
from workers.request import Request
from workers.slack import SlackRefusedError

if TYPE_CHECKING:
    from workers.wiring import Services

log = logging.getLogger(__name__)


def attach_report(request: Request, found: Answer, services: "Services") -> None:
    """Upload the report of a comparison for those who may see both documents; the answer stands without it."""
    if found.route != "compare" or request.channel_type == "cli":
        return
    page = services.comparer.html(found, audience_of(request, services.slack))
    if page is None:
        return
    name = f"comparison-{request.reference}.html"
    try:
        services.slack.upload(
            address(request, services.slack),
            name,
            page.encode(),
            thread_ts=request.reply_thread,
            title=" beside ".join(found.searched),
        )
    except (SlackRefusedError, TransientError) as error:
        log.warning("The report of %s is not in its thread: %s", request.reference, error)
