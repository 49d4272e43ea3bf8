"""Hold what every listener works with, and the one door into the ledger."""

from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from workers.ledger import Ledger
from workers.request import ChannelType, Kind

NO_ANSWER = (SlackClientError, HTTPException, OSError)  # How a call to Slack fails.


@dataclass(frozen=True, slots=True)
class Desk:
    """The ledger, the way to the workers, and a Slack client that gives up before Slack gives up on us.

    `enqueue` sends an id to the workers and says whether it got there; `admins` are named in the settings.
    """

    ledger: Ledger
    enqueue: Callable[[str, Kind], bool]
    slack: WebClient
    admins: frozenset[str] = field(default=frozenset())

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
        if refusal and self._refuse(received.id, refusal):
            return received.id
        # The row is what counts: one that does not reach the broker now is queued again by the janitor.
        if self.enqueue(received.id, kind):
            self.ledger.enqueued(received.id)
        return received.id

    def _refuse(self, id: str, words: str) -> bool:  # noqa: A002 - what the ledger calls it
        claim = self.ledger.claim(id)
        return claim is not None and self.ledger.fail(claim, words, error="refused when it was heard")
