"""Make a reply stand in Slack exactly once, whoever dies or sleeps in between.

What is about to be posted is noted first. Whoever finds the note but not the result looks before posting again;
the first to save where the reply stands wins; a loser deletes its own; what was contested is looked at again later.
"""

import logging
from collections.abc import Sequence

from knowledge.errors import TransientError
from workers.ledger import Ledger
from workers.render import Rendered
from workers.request import Claim, Request
from workers.slack import Message, RateLimitedError, Slack, SlackRefusedError

log = logging.getLogger(__name__)

MISSING = ("message_not_found", "thread_not_found")
TOO_RICH = ("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "invalid_attachments")


class Poster:
    """Put the reply of one claimed request into Slack."""

    def __init__(self, slack: Slack, ledger: Ledger, claim: Claim) -> None:
        self.slack = slack
        self.ledger = ledger
        self.claim = claim

    def put(self, rendered: Rendered) -> bool:
        """Post the reply's first message, or change it when it stands already; False when the claim is lost.

        Raises:
            SlackRefusedError: Slack will never take it.
            TransientError: try again later.
        """
        request = self.ledger.get(self.claim.id)
        if request is None or not self.ledger.deliveries.tried(self.claim):
            return False
        if request.reply_ts:
            if self._change(request.reply_channel, request.reply_ts, rendered):
                return True
            self.ledger.deliveries.lost(request.id, request.reply_ts)
        elif request.post_tried and self._adopt(request, rendered):
            return True
        channel = address(request, self.slack)
        ts = self._post(request, channel, rendered, part=0)
        if not self.ledger.deliveries.posted(request.id, channel, ts):
            log.warning("Request %s was answered twice; the later answer is taken back", request.reference)
            self.ledger.deliveries.contested(request.id)
            self.slack.delete(channel, ts)
        return True

    def put_rest(self, rest: Sequence[Rendered]) -> None:
        """Post the messages that follow the first, those that do not stand yet."""
        if not rest:
            return
        request = self.claim.request
        channel = address(request, self.slack)
        standing = {message.part for message in own_messages(request, channel, self.slack)}
        for part, rendered in enumerate(rest, start=1):
            if part not in standing:
                self._post(request, channel, rendered, part=part)

    def _change(self, channel: str, ts: str, rendered: Rendered) -> bool:
        try:
            self.slack.update(channel, ts, rendered.text, rendered.blocks)
        except SlackRefusedError as error:
            if error.code in MISSING:
                return False
            if error.code not in TOO_RICH:
                raise
            log.exception("Slack refused the blocks of %s", self.claim.request.reference)
            self.slack.update(channel, ts, rendered.text)
        return True

    def _adopt(self, request: Request, rendered: Rendered) -> bool:
        channel = address(request, self.slack)
        found = [each for each in own_messages(request, channel, self.slack) if each.part == 0]
        self.ledger.deliveries.contested(request.id)
        if not found:
            return False
        self.ledger.deliveries.posted(request.id, channel, found[0].ts)
        return self._change(channel, found[0].ts, rendered)

    def _post(self, request: Request, channel: str, rendered: Rendered, *, part: int) -> str:
        thread = request.reply_thread
        try:
            return self.slack.post(
                channel, rendered.text, rendered.blocks, thread_ts=thread, request_id=request.id, part=part
            )
        except SlackRefusedError as error:
            if error.code not in TOO_RICH:
                raise
            log.exception("Slack refused the blocks of %s", request.reference)
            return self.slack.post(channel, rendered.text, thread_ts=thread, request_id=request.id, part=part)
        except RateLimitedError:
            raise  # Nothing was posted.
        except TransientError:
            self.ledger.deliveries.contested(request.id)
            raise


def address(request: Request, slack: Slack) -> str:
    """Return the channel to reply in: a request that names a person is answered in their direct messages."""
    return slack.direct(request.channel) if request.channel.startswith(("U", "W")) else request.channel


def own_messages(request: Request, channel: str, slack: Slack) -> tuple[Message, ...]:
    """Return Teller's messages that answer the request, oldest first."""
    oldest = f"{request.created_at - 60:.6f}"
    try:
        found = slack.replies(channel, request.reply_thread, oldest=oldest)
    except SlackRefusedError as error:
        if error.code not in MISSING:
            raise
        return ()
    return tuple(each for each in found if each.request_id == request.id and each.user == slack.user)
