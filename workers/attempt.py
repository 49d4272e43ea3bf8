"""Hold a claim while work is done, and see to it that each attempt ends in one of three ways."""

import logging
import threading
import time
from collections.abc import Callable
from types import TracebackType

from knowledge.errors import TellerError, TransientError, UserError
from workers.backlog import QUESTION_DEADLINE
from workers.ledger import Ledger
from workers.request import Claim

log = logging.getLogger(__name__)

LOOK = 0.5  # Seconds between two looks at whether the claim still stands.
APOLOGY = "Something went wrong on my side. The error has been noted; please quote the reference if you report it."


class Heartbeat:
    """Call `beat` every `seconds` from a thread of its own until it returns False, which `lost` then shows."""

    def __init__(self, beat: Callable[[], bool], *, seconds: float) -> None:
        self._beat = beat
        self._seconds = seconds
        self._done = threading.Event()
        self._lost = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def __enter__(self) -> "Heartbeat":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    @property
    def lost(self) -> bool:
        """Return whether the claim was lost."""
        return self._lost.is_set()

    def _run(self) -> None:
        while not self._done.wait(self._seconds):
            try:
                if not self._beat():
                    self._lost.set()
                    return
            except TransientError as error:
                log.warning("A heartbeat failed: %s", error)


class Attempt:
    """One attempt at a claimed request.

    A `UserError` ends it with its words, a `TransientError` gives the request back for later, and anything else
    is a bug: logged, answered with one apology, raised. A worker that is told to stop just lets its claim lapse.
    """

    def __init__(self, ledger: Ledger, claim: Claim) -> None:
        self.ledger = ledger
        self.claim = claim
        self._deadline = time.monotonic() + QUESTION_DEADLINE
        self._looked = time.monotonic()
        self._gone = False
        self._heartbeat = Heartbeat(lambda: ledger.heartbeat(claim), seconds=ledger.lease_seconds / 3)

    def __enter__(self) -> "Attempt":
        self._heartbeat.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self._heartbeat.__exit__()
        request = self.claim.request
        self._looked = float("-inf")
        if isinstance(error, TellerError) and self.stopped():
            log.info("Request %s was stopped: nobody waits for it any more", request.reference)
            return True
        if isinstance(error, UserError):
            log.info("Request %s cannot be done: %s", request.reference, error)
            self.ledger.fail(self.claim, str(error), error=type(error).__name__)
            return True
        if isinstance(error, TransientError):
            wait = max(error.after, float(2**request.attempts))
            if error.shown:
                self.ledger.note(self.claim, trouble=error.shown)
            log.warning("Request %s is tried again in %.0f s: %s", request.reference, wait, error)
            self.ledger.again(self.claim, str(error), after=wait)
            return True
        if isinstance(error, Exception):
            log.error("Request %s met a bug", request.reference, exc_info=error)
            self.ledger.fail(self.claim, APOLOGY, error=f"{type(error).__name__}: {error}")
        return False

    def stopped(self) -> bool:
        """Return whether nobody wants the result any more: stopped, cancelled, edited, taken over, or too late.

        Asked between two words of a model, so it looks at the row now and then only.
        """
        now = time.monotonic()
        if not self._gone and now - self._looked >= LOOK:
            self._looked = now
            try:
                self._gone = not self.ledger.stands(self.claim)
            except TransientError as error:
                log.warning("Whether %s still stands is not known: %s", self.claim.request.reference, error)
        late = self.claim.request.kind == "question" and now > self._deadline
        return late or self._gone or self._heartbeat.lost
