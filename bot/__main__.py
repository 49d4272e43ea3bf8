"""Run the bot: Socket Mode when there is an app token, else HTTP on this machine's own address."""

import logging
import signal
import sys
import threading
from types import FrameType

from bot.app import build_app, slack_client
from bot.catchup import CatchUp, Gaps
from bot.desk import Desk
from bot.listen import listen_to_http, listen_to_socket
from bot.logs import start_logging
from knowledge.errors import TellerError, UserError
from knowledge.tables import connect
from workers.celery import beat_path, beating, enqueue
from workers.hearing import last_heard
from workers.ledger import Ledger
from workers.settings import Settings, read_settings
from workers.state import upgrade

log = logging.getLogger("bot")


def main() -> int:
    """Listen until a signal asks to stop; return the exit status."""
    start_logging()
    stopped = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    try:
        listen(read_settings(), stopped)
    except TellerError as error:
        log.error("%s", error)  # noqa: TRY400 - the words say what to do, a trace would not
        return 1
    return 0


def listen(settings: Settings, stopped: threading.Event) -> None:
    """Bring the tables up to date, connect to Slack and record what is heard until `stopped`.

    Raises:
        UserError: a setting is missing, or Slack does not accept it.
        TransientError: the state database cannot be reached.
    """
    _check(settings)
    upgrade(settings.state)
    engine = connect(settings.state)
    ledger, slack, gaps = Ledger(engine), slack_client(settings), Gaps()
    heard = last_heard(ledger)
    if heard:
        gaps.note(heard)
    app = build_app(settings, ledger, enqueue, client=slack, on_refused=gaps.note)
    catch_up = CatchUp(Desk(ledger, enqueue, slack), gaps)
    threading.Thread(target=catch_up.keep_up, args=(stopped,), name="catch-up", daemon=True).start()
    beat = beating(beat_path(settings.data, "bot"))
    if settings.slack_app_token:
        listen_to_socket(app, settings.slack_app_token, stopped, on_gap=gaps.note, beat=beat)
    else:
        listen_to_http(app, int(settings.http_port), stopped, host=settings.http_host, beat=beat)
    log.info("Stopped")
    engine.dispose()


def _check(settings: Settings) -> None:
    if not settings.slack_bot_token:
        raise UserError("SLACK_BOT_TOKEN is empty. `teller up` starts the bot together with a local workspace.")
    if not settings.slack_app_token and not settings.slack_signing_secret:
        raise UserError("Set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP.")


if __name__ == "__main__":
    sys.exit(main())
