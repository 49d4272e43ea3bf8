"""Hold what every listener works with, and the one door into the ledger."""

import time
from collections.abc import Callable
from http.client import HTTPException
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from workers.ledger import Ledger
from workers.request import ChannelType, Kind
from workers.roles import Roles

NO_ANSWER = (SlackClientError, HTTPException, OSError)  # How a call to Slack fails.
NO_ROLES = Roles()
REST = 5.0  # Seconds; a queue that is down costs seconds to find out, and Slack waits three.


class Desk:
    """The ledger, the way to the workers, and a client for Slack.

    `enqueue` sends an id to the workers and says whether it got there; `admins` are named in the settings.
    """

    def __init__(
        self,
        ledger: Ledger,
        enqueue: Callable[[str, Kind], bool],
        slack: WebClient,
        *,
        admins: frozenset[str] = frozenset(),
        roles: Roles = NO_ROLES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.ledger = ledger
        self.enqueue = enqueue
        self.slack = slack
        self.admins = admins
        self.roles = roles
        self.clock = clock
        self._resting_until = 0.0

    def take(
        self,
        kind: Kind,
        *,
        team: str,
        channel: str,
        channel_type: ChannelType,
        message_ts: str,
        user: str,
        text: str = "",
        thread_ts: str = "",
        item: str = "",
        detail: dict[str, Any] | None = None,
        event_id: str = "",
        refusal: str = "",
    ) -> str | None:
        """Commit a request, then queue it; return its id when it is new.

        One with a `refusal` is not worked on: the refusal is its reply.

        Raises:
            TransientError: the state database refused; whoever sent this must send it again.
        """
        received = self.ledger.receive(
            kind=kind,
            team=team,
            channel=channel,
            channel_type=channel_type,
            message_ts=message_ts,
            user=user,
            text=text,
            thread_ts=thread_ts,
            item=item,
            detail=detail,
            event_id=event_id,
        )
        if not received.new or received.id is None:
            return None
        if not (refusal and self._refuse(received.id, refusal)):
            self.queue(received.id, kind)
        return received.id

    def queue(self, id: str, kind: Kind) -> None:  # noqa: A002 - what the ledger calls it
        """Tell the workers of a row; the row is what counts, and the janitor queues one that they do not hear of."""
        if self.clock() < self._resting_until:
            return
        if self.enqueue(id, kind):
            self.ledger.enqueued(id)
        else:
            self._resting_until = self.clock() + REST

    def _refuse(self, id: str, words: str) -> bool:  # noqa: A002
        claim = self.ledger.claim(id)
        return claim is not None and self.ledger.fail(claim, words, error="refused when it was heard")
