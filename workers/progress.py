"""Show in Slack what is being done, from a thread of its own, so that the work never waits for Slack."""

import logging
import threading
import time
from collections.abc import Callable

from knowledge.errors import TransientError
from workers.ledger import Ledger
from workers.posting import Poster, address
from workers.render import render_partial
from workers.request import Claim
from workers.slack import Slack, SlackRefusedError

log = logging.getLogger(__name__)

PAUSE = 3.0  # Slack takes about fifty edits a minute, from all answers together.


class Progress:
    """The status line and the growing answer of one claimed request; the newest words win, older ones are skipped."""

    def __init__(self, slack: Slack, ledger: Ledger, claim: Claim, *, pause: float = PAUSE) -> None:
        self.slack = slack
        self.ledger = ledger
        self.claim = claim
        self.pause = pause
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
            self._done.wait(max(0.0, self.pause - (time.monotonic() - began)))

    def _attempt(self, show: Callable[[str], None], words: str) -> None:
        try:
            show(words)
        except (SlackRefusedError, TransientError) as error:
            log.info("Progress of %s is not shown: %s", self.claim.request.reference, error)
            if isinstance(error, TransientError):
                self._done.wait(error.after)

    def _show_words(self, words: str) -> None:
        if self.ledger.stage(self.claim, words):
            show_status(self.slack, self.claim, words)

    def _show_text(self, text: str) -> None:
        if self.ledger.partial(self.claim, text) and self.claim.request.channel_type != "cli":
            Poster(self.slack, self.ledger, self.claim).put(render_partial(text))


def show_status(slack: Slack, claim: Claim, words: str) -> None:
    """Show, or with no words clear, the status line in the thread of a request."""
    request = claim.request
    if request.channel_type != "cli" and request.reply_thread:
        slack.status(address(request, slack), request.reply_thread, words)
