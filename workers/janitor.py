"""`python -m workers.janitor`: see every second to what was forgotten, lost, hopeless or posted twice.

Several may run: whatever they start is claimed by one worker only.
"""

import logging
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from knowledge.errors import TransientError
from knowledge.tables import connect
from workers.celery import DELIVER, TASKS, beat_path, beating, configure, send
from workers.gate import Gate
from workers.ledger import Ledger
from workers.posting import repair
from workers.schedule import Schedule
from workers.settings import read_settings
from workers.slack import Slack, SlackRefusedError
from workers.state import upgrade

log = logging.getLogger(__name__)

EVERY = 1.0
HOURLY = 3600
TOLD = 10  # People who are told their place: more would use up what Slack takes a minute.
QUIET = 15.0


@dataclass
class Janitor:
    """Looks after one ledger; `send` tells the broker of a task and an id."""

    ledger: Ledger
    slack: Slack
    send: Callable[[str, str], bool] = send
    places: dict[str, int] = field(default_factory=dict)
    quiet_until: float = 0.0
    rounds: int = 0

    def round(self) -> None:
        """Do everything that is due now.

        Raises:
            TransientError: the database is down; nothing is lost by trying again.
        """
        for id_ in self.ledger.backlog.fail_hopeless():
            log.error("Request %s was given up", id_[:8])
        Schedule(self.ledger).begin_due()
        self._enqueue()
        self._tell_places()
        self._sweep()
        if self.rounds % HOURLY == 0:
            self.ledger.backlog.forget_events()
        self.rounds += 1

    def _enqueue(self) -> None:
        for request in self.ledger.backlog.due():
            if not self.send(DELIVER if request.state == "ready" else TASKS[request.kind], request.id):
                return  # The broker is down: the rest would fail as slowly.
            self.ledger.enqueued(request.id)

    def _tell_places(self) -> None:
        """Tell the next who wait how many are before them, when that has changed."""
        waiting = self.ledger.backlog.waiting()
        self.places = {each.id: self.places[each.id] for each in waiting if each.id in self.places}
        first = self.ledger.ahead(waiting[0].id) if waiting else 0
        for ahead, request in enumerate(waiting[:TOLD], first):
            if not ahead or self.places.get(request.id) == ahead or self.ledger.clock() < self.quiet_until:
                continue
            self.places[request.id] = ahead
            words = f"is busy: {ahead} {'question' if ahead == 1 else 'questions'} before yours"
            if request.channel_type != "cli" and not self.slack.status(request.channel, request.reply_thread, words):
                self.quiet_until = self.ledger.clock() + QUIET  # Slack has enough to do.

    def _sweep(self) -> None:
        for request in self.ledger.deliveries.suspects():
            try:
                repair(request, self.ledger, self.slack)
            except SlackRefusedError as error:
                log.info("The replies to %s cannot be looked at: %s", request.reference, error)
            except TransientError as error:
                log.info("The replies to %s are looked at later: %s", request.reference, error)
                return
            self.ledger.deliveries.checked(request)


def main() -> None:
    """Go round until a signal says to stop."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    settings = read_settings()
    configure(settings)
    upgrade(settings.state)
    engine = connect(settings.state)
    slack = Slack(settings.slack_bot_token, settings.slack_api_url, timeout=5, gate=Gate(settings.pauses))
    janitor = Janitor(Ledger(engine), slack)
    beat = beating(beat_path(settings.data, "janitor"))
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    log.info("The janitor goes round every %.0f s", EVERY)
    while not done.wait(EVERY):
        try:
            janitor.round()
        except TransientError as error:
            log.warning("The janitor waits: %s", error)
            done.wait(error.after)
        beat()
    engine.dispose()


if __name__ == "__main__":
    main()
