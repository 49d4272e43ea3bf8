"""Make a reply stand in Slack exactly once, whoever dies or sleeps in between.

What is about to be posted is noted first. Whoever finds the note but not the result looks before posting again;
the first to save where the reply stands wins; a loser deletes its own; what was contested is looked at again later.
"""

import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

from knowledge.errors import TransientError
from workers.blocks import Block
from workers.ledger import Ledger
from workers.render import Rendered, render_request
from workers.render_data import simpler
from workers.request import Claim, Request
from workers.slack import Message, RateLimitedError, Slack, SlackRefusedError

log = logging.getLogger(__name__)

Value = TypeVar("Value")

MISSING = ("message_not_found", "thread_not_found")
TOO_RICH = ("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "invalid_attachments")


class Poster:
    """Put the reply of one claimed request into Slack; `simplified` says that it did not take all blocks."""

    def __init__(self, slack: Slack, ledger: Ledger, claim: Claim) -> None:
        self.slack = slack
        self.ledger = ledger
        self.claim = claim
        self.simplified = False

    def put(self, rendered: Rendered, *, final: bool = False) -> bool:
        """Post the reply's first message, or change it when it stands already; False when the claim is lost.

        The `final` one ends the stream that the message may have been until then.

        Raises:
            SlackRefusedError: Slack will never take it.
            TransientError: try again later.
        """
        request = self.ledger.get(self.claim.id)
        if request is None or not self.ledger.deliveries.tried(self.claim):
            return False
        if request.reply_ts:
            if final and (request.partial or request.detail.get("edits")):
                self.slack.stop_stream(request.reply_channel, request.reply_ts)
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
        """Post the messages that follow the first, those that do not stand yet; those of an older answer go."""
        request = self.claim.request
        edited = bool(request.detail.get("edits"))
        if not rest and not edited:
            return
        channel = address(request, self.slack)
        standing = {message.part: message.ts for message in own_messages(request, channel, self.slack, self.ledger)}
        for part, rendered in enumerate(rest, start=1):
            if part not in standing:
                self._post(request, channel, rendered, part=part)
            elif edited:
                self._change(channel, standing[part], rendered)
        for part in standing.keys() - set(range(len(rest) + 1)):
            self.slack.delete(channel, standing[part])

    def _change(self, channel: str, ts: str, rendered: Rendered) -> bool:
        try:
            self._richest(
                rendered,
                lambda text, blocks: self.slack.update(channel, ts, text, blocks, request_id=self.claim.id),
            )
        except SlackRefusedError as error:
            if error.code in MISSING:
                return False
            raise
        return True

    def _richest(self, rendered: Rendered, send: Callable[[str, list[Block]], Value]) -> Value:
        """Send a message with its blocks, else with those that every Slack takes, else with its words alone."""
        plain = simpler(rendered.blocks)
        for blocks in (rendered.blocks, plain) if plain != rendered.blocks else (plain,):
            try:
                return send(rendered.text, blocks)
            except SlackRefusedError as error:
                if error.code not in TOO_RICH:
                    raise
                log.exception("Slack refused the blocks of %s", self.claim.request.reference)
                self.simplified = True
        return send(rendered.text, [])

    def _adopt(self, request: Request, rendered: Rendered) -> bool:
        channel = address(request, self.slack)
        found = [each for each in own_messages(request, channel, self.slack, self.ledger) if each.part == 0]
        self.ledger.deliveries.contested(request.id)
        if not found:
            return False
        self.ledger.deliveries.posted(request.id, channel, found[0].ts)
        if not found[0].request_id:
            self.slack.stop_stream(channel, found[0].ts)
        return self._change(channel, found[0].ts, rendered)

    def _post(self, request: Request, channel: str, rendered: Rendered, *, part: int) -> str:
        thread = request.reply_thread
        try:
            return self._richest(
                rendered,
                lambda text, blocks: self.slack.post(
                    channel, text, blocks or None, thread_ts=thread, request_id=request.id, part=part
                ),
            )
        except RateLimitedError:
            if not request.post_tried:  # Nothing was posted, now or before.
                self.ledger.deliveries.untried(self.claim)
            raise
        except TransientError:
            self.ledger.deliveries.contested(request.id)
            raise


def address(request: Request, slack: Slack) -> str:
    """Return the channel to reply in: a request that names a person is answered in their direct messages."""
    return slack.direct(request.channel) if request.channel.startswith(("U", "W")) else request.channel


def own_messages(request: Request, channel: str, slack: Slack, ledger: Ledger) -> tuple[Message, ...]:
    """Return Teller's messages that answer the request, oldest first.

    A stream carries no mark until it ends. One that no request of its thread knows was begun by a worker that died
    before it could save where: the thread's questions are answered one by one, so it is this request's.
    """
    oldest = f"{request.created_at - 60:.6f}"
    try:
        found = slack.replies(channel, request.reply_thread, oldest=oldest)
    except SlackRefusedError as error:
        if error.code not in MISSING:
            raise
        return ()
    mine = [each for each in found if each.user == slack.user and not each.files]
    if request.reply_thread and not all(each.request_id for each in mine):
        thread = ledger.thread(request.team, request.channel, request.thread_ts or request.message_ts)
        others = {each.reply_ts for each in thread if each.id != request.id}
        unmarked = [each.ts for each in mine if not each.request_id and float(each.ts) >= float(oldest)]
        lost = set(unmarked) - others
    else:
        lost = set()
    return tuple(each for each in mine if each.request_id == request.id or each.ts in lost)


def repair(request: Request, ledger: Ledger, slack: Slack) -> None:
    """Leave of the replies that stand in Slack one of each part, saying what the ledger says; none when cancelled."""
    if request.channel_type == "cli":
        return
    channel = request.reply_channel or address(request, slack)
    withdrawn = request.state == "cancelled" and request.reply is None
    kept: dict[int, str] = {}
    for message in own_messages(request, channel, slack, ledger):
        wanted = message.part not in kept and not withdrawn
        if message.part == 0 and request.reply_ts:
            wanted = wanted and message.ts == request.reply_ts
        if wanted:
            kept[message.part] = message.ts
        else:
            log.warning("A surplus reply to %s is deleted", request.reference)
            slack.delete(channel, message.ts)
    if 0 in kept and request.reply is not None:
        first, *_ = render_request(request)
        ledger.deliveries.posted(request.id, channel, kept[0])
        slack.update(channel, kept[0], first.text, first.blocks, request_id=request.id)
