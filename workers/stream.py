"""Show an answer while it is written: as a stream where Slack has them, else by changing a message."""

import logging

from knowledge.errors import TransientError
from workers.blocks import actions
from workers.ledger import Ledger
from workers.posting import Poster, address
from workers.render import render_partial, stop_button, stream_text
from workers.request import Claim
from workers.slack import RateLimitedError, Slack, SlackRefusedError

log = logging.getLogger(__name__)


class Stream:
    """The growing answer of one claimed request.

    A stream is opened when there is text, since Slack ends it after a few minutes. It only grows: text that changed
    further up is shown when the answer is complete.
    """

    def __init__(self, slack: Slack, ledger: Ledger, claim: Claim) -> None:
        self.slack = slack
        self.ledger = ledger
        self.claim = claim
        self.poster = Poster(slack, ledger, claim)
        self._channel = self._ts = self._shown = ""
        self._wanted = bool(claim.request.reply_thread)

    @property
    def native(self) -> bool:
        """Return whether text goes into a stream of Slack's, which takes more calls than changes of a message."""
        return bool(self._ts)

    def show(self, text: str) -> None:
        """Show the checked beginning of the answer.

        Raises:
            SlackRefusedError: Slack will not show it.
            TransientError: it may later.
        """
        if self._ts and self._append(stream_text(text)):
            return
        if self._wanted and self._open(stream_text(text)):
            return
        self.poster.put(render_partial(text, self.claim.id))

    def _open(self, text: str) -> bool:
        """Begin a stream; False when the answer must be shown by changing a message."""
        self._wanted = False
        request = self.ledger.get(self.claim.id)
        if request is None or request.reply_ts or request.post_tried or not self.slack.offers("streams"):
            if request is not None and request.reply_ts:  # Left growing by an attempt that died.
                self.slack.stop_stream(request.reply_channel, request.reply_ts)
            return False
        if not self.ledger.deliveries.tried(self.claim):
            return True  # The claim is lost: there is nothing to show any more.
        channel = address(request, self.slack)
        user = "" if request.channel_type == "im" else request.user
        buttons = [actions(stop_button(request.id))]
        try:
            ts = self.slack.start_stream(channel, request.reply_thread, text, user=user, blocks=buttons)
        except (SlackRefusedError, RateLimitedError) as error:
            log.info("The answer to %s is not streamed: %s", request.reference, error)
            self.ledger.deliveries.untried(self.claim)
            return False
        except TransientError:
            self.ledger.deliveries.contested(request.id)
            raise
        if not self.ledger.deliveries.posted(request.id, channel, ts):
            self.ledger.deliveries.contested(request.id)
            self.slack.delete(channel, ts)
            return True
        self._channel, self._ts, self._shown = channel, ts, text
        return True

    def _append(self, text: str) -> bool:
        """Add to the stream; False when it can grow no more."""
        if not text.startswith(self._shown):
            return True
        more = text[len(self._shown) :]
        if not more:
            return True
        try:
            self.slack.append_stream(self._channel, self._ts, more)
        except RateLimitedError:
            raise  # Nothing was added.
        except (SlackRefusedError, TransientError) as error:
            log.info("The stream of %s grows no more: %s", self.claim.request.reference, error)
            self.slack.stop_stream(self._channel, self._ts)
            self._ts = ""
            return False
        self._shown = text
        return True
