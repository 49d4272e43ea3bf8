"""A real worker whose assistant takes as long as it is told: `python -m tests.workers.answering_worker FOLDER NAME`."""

import json
import sys
import time
from pathlib import Path
from types import SimpleNamespace

from knowledge.tables import connect
from knowledge.types import Answer
from workers.celery import app, configure
from workers.gate import Gate
from workers.ledger import Ledger
from workers.roles import Roles
from workers.settings import read_settings
from workers.slack import Slack


class SlowAssistant:
    """Writes down that it began; answers when the file `go` is there."""

    def __init__(self, folder: Path):
        self.folder = folder

    def answer(self, question, *, on_stage, on_text, stopped):
        with (self.folder / "begun").open("a") as begun:
            begun.write(f"{question.text}\n")
        on_stage("Reading 3 passages")
        on_text("Ninety")
        while not (self.folder / "go").exists() and not stopped():
            time.sleep(0.02)
        return Answer(f"Answer to: {question.text}")


def main(folder: Path, name: str, *arguments: str) -> None:
    settings = read_settings(dotenv=None)
    configure(settings)
    engine = connect(settings.state)
    app.services = SimpleNamespace(
        settings=settings,
        engine=engine,
        ledger=Ledger(engine, lease_seconds=json.loads((folder / "lease").read_text())),
        slack=Slack(settings.slack_bot_token, settings.slack_api_url, gate=Gate(settings.pauses)),
        assistant=SlowAssistant(folder),
        library=SimpleNamespace(document_of_file=lambda _: None),
        roles=Roles(),
        memory=SimpleNamespace(recent=lambda _: (), remember=lambda *_: None),
    )
    app.worker_main(["worker", "--pool", "threads", "--hostname", f"{name}@here", "--loglevel", "INFO", *arguments])


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
