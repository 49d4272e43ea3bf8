"""Show in Slack what is being done, from a thread of its own, so that the work never waits for Slack."""

import logging
import threading
import time
from collections.abc import Callable

from knowledge.errors import TransientError
from workers.ledger import Ledger
from workers.posting import Poster, address
from workers.render import render, render_stage
from workers.request import Claim, Request
from workers.slack import Slack, SlackRefusedError
from workers.stream import Stream

log = logging.getLogger(__name__)

PAUSE = 3.0  # Slack takes about fifty edits a minute, from all answers together.
STREAM_PAUSE = 1.0  # It takes twice as many additions to streams.


class Progress:
    """The status line and the growing answer of one claimed request; the newest words win, older ones are skipped."""

    def __init__(self, slack: Slack, ledger: Ledger, claim: Claim, *, pause: float = PAUSE) -> None:
        self.slack = slack
        self.ledger = ledger
        self.claim = claim
        self.pause = pause
        self._stream = Stream(slack, ledger, claim)
        self._words = ""
        self._text = ""
        self._news = threading.Event()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="progress", daemon=True)

    def __enter__(self) -> "Progress":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # Nothing may be shown after this: the reply itself comes next.
        self._done.set()
        self._news.set()
        self._thread.join()

    def stage(self, words: str) -> None:
        """Show what is being done now."""
        self._words = words
        self._news.set()

    def text(self, text: str) -> None:
        """Show the part of the answer that is already checked."""
        self._text = text
        self._news.set()

    def _run(self) -> None:
        words = text = ""
        while True:
            self._news.wait()
            self._news.clear()
            if self._done.is_set():
                return
            began = time.monotonic()
            if self._words != words:
                words = self._words
                self._attempt(self._show_words, words)
            if self._text != text:
                text = self._text
                self._attempt(self._show_text, text)
            pause = min(self.pause, STREAM_PAUSE) if self._stream.native else self.pause
            self._done.wait(max(0.0, pause - (time.monotonic() - began)))

    def _attempt(self, show: Callable[[str], None], words: str) -> None:
        try:
            show(words)
        except (SlackRefusedError, TransientError) as error:
            log.info("Progress of %s is not shown: %s", self.claim.request.reference, error)
            if isinstance(error, TransientError):
                self._done.wait(error.after)

    def _show_words(self, words: str) -> None:
        request = self.claim.request
        if not self.ledger.stage(self.claim, words) or request.channel_type == "cli":
            return
        show_status(self.slack, request, words)
        if not self.slack.offers("status") and not self._text and request.reply_thread:
            Poster(self.slack, self.ledger, self.claim).put(render_stage(words, request.id))

    def _show_text(self, text: str) -> None:
        if self.ledger.partial(self.claim, text) and self.claim.request.channel_type != "cli":
            self._stream.show(text)


def show_status(slack: Slack, request: Request, words: str, *, session: str = "processing") -> None:
    """Show, or with no words clear, the status line in the thread of a request, and whether Teller is at work there."""
    if request.channel_type == "cli" or not request.reply_thread:
        return
    channel = address(request, slack)
    slack.status(channel, request.reply_thread, words)
    if request.kind == "question":
        slack.session(channel, request.reply_thread, session)


def clear_status(slack: Slack, request: Request) -> None:
    """Take the status line away; a question that was asked back leaves the session waiting for the asker."""
    asked_back = bool((request.reply or {}).get("choices"))
    show_status(slack, request, "", session="suspended" if asked_back else "active")


def tell(claim: Claim, slack: Slack, ledger: Ledger, words: str) -> None:
    """Show progress in the message that will be the reply, for a request that has no thread with a status line."""
    if claim.request.reply_thread or claim.request.channel_type == "cli":
        return
    try:
        Poster(slack, ledger, claim).put(render({"type": "notice", "text": words})[0])
    except (SlackRefusedError, TransientError) as error:
        log.info("Progress of %s is not shown: %s", claim.request.reference, error)
