"""Real workers, a real broker, and what happens when either is killed."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
import redis

from bot.redis_server import find_binary
from knowledge.tables import connect
from tests.workers.asking import BEN, CHANNEL, receive
from workers.celery import (
    app,
    beat_path,
    broker_url,
    configure,
    enqueue,
    options,
    redis_client_url,
    send,
    silent_for,
    workers_listen,
)
from workers.janitor import Janitor
from workers.ledger import Ledger
from workers.settings import Settings
from workers.slack import Slack

ROOT = Path(__file__).parents[2]
LEASE = 6.0


class Stage:
    """A broker, a database, a Slack, and workers to start and to kill."""

    def __init__(self, folder: Path, state: str, slack_url: str) -> None:
        self.folder = folder
        self.slack_url = slack_url
        # Paths of sockets are short: about a hundred characters is all that the system takes.
        self.runtime = tempfile.TemporaryDirectory(prefix="tw-")
        self.socket = Path(self.runtime.name) / "s"
        self.settings = Settings(
            redis_url=f"redis+socket://{self.socket}", state_url=state, data_dir=str(folder), slack_api_url=slack_url,
            slack_bot_token="xoxb-test",
        )  # fmt: skip
        (folder / "lease").write_text(str(LEASE))
        self.engine = connect(state)
        self.ledger = Ledger(self.engine, lease_seconds=LEASE)
        self.janitor = Janitor(self.ledger, Slack("xoxb-test", slack_url))
        self.processes: list[subprocess.Popen[bytes]] = []
        self.start_broker()

    def start_broker(self) -> None:
        folder = ["--dir", str(self.folder), "--save", "", "--appendonly", "no"]
        self.broker = self._run([find_binary(), "--port", "0", "--unixsocket", str(self.socket), *folder], "broker")
        self.wait(self._answers, "the broker")

    def start_worker(self, name: str, *queues: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.workers.answering_worker", str(self.folder), name]
        return self._run([*command, "--queues", ",".join(queues), "--concurrency", "2"], name)

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def wait(self, ready, what: str, seconds: float = 120.0) -> float:
        began = time.monotonic()
        while not ready():
            if time.monotonic() - began > seconds:
                logs = "\n".join(path.read_text()[-3000:] for path in self.folder.glob("*.log"))
                raise AssertionError(f"No {what} within {seconds} s\n{logs}")
            time.sleep(0.1)
        return time.monotonic() - began

    def answered(self, id_: str):
        def ready() -> bool:
            self.janitor.round()
            return self.ledger.get(id_).state == "answered"

        return ready

    def begun(self) -> int:
        path = self.folder / "begun"
        return len(path.read_text().splitlines()) if path.exists() else 0

    def close(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                self.kill(process)
        self.engine.dispose()
        self.runtime.cleanup()

    def _run(self, command: list[str], name: str) -> subprocess.Popen[bytes]:
        names = ("redis_url", "state_url", "data_dir", "slack_api_url", "slack_bot_token")
        environment = {**os.environ, **{each.upper(): getattr(self.settings, each) for each in names}}
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        self.processes.append(process)
        return process

    def _answers(self) -> bool:
        try:
            with redis.Redis(unix_socket_path=str(self.socket)) as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False


@pytest.fixture
def stage(sqlite_engine, tmp_path, fake_slack):
    fake_slack.users |= {BEN: {}}
    fake_slack.members |= {CHANNEL: [BEN, "U0TELLER01"]}
    stage = Stage(tmp_path, str(sqlite_engine.url), fake_slack.url)
    before = {name: app.conf[name] for name in options(stage.settings)}
    configure(stage.settings)
    yield stage
    app.conf.update(before)
    stage.close()


def test_a_question_whose_worker_is_killed_is_answered_once_by_the_next(stage, fake_slack):
    first = stage.start_worker("answer", "answer", "deliver")
    id_ = receive(stage.ledger)
    assert enqueue(id_, "question")
    stage.ledger.enqueued(id_)
    stage.wait(lambda: stage.begun() == 1 and fake_slack.standing(CHANNEL), "beginning of an answer")

    stage.kill(first)
    (stage.folder / "go").touch()
    second = stage.start_worker("answer", "answer", "deliver")
    stage.wait(lambda: (stage.folder / "answer.log").read_text().count(" ready.") == 2, "second worker")
    took = stage.wait(stage.answered(id_), "answer")

    assert took <= LEASE + 60  # Ten seconds on an idle machine; the rest is for a busy one.
    assert stage.ledger.get(id_).attempts == 2
    assert stage.begun() == 2
    assert fake_slack.standing(CHANNEL) == ["Answer to: What is the notice period?"]
    assert second.poll() is None
    assert silent_for(beat_path(stage.folder, "answer")) < 30
    assert workers_listen()


def test_questions_outlive_a_broker_that_forgets_everything(stage, fake_slack):
    (stage.folder / "go").touch()
    stage.start_worker("answer", "answer", "deliver")
    ids = [receive(stage.ledger, f"{number}.0", text=f"question {number}") for number in range(5)]
    for id_ in ids:
        send("workers.answer.answer", id_)

    stage.kill(stage.broker)
    stage.start_broker()

    for id_ in ids:
        stage.wait(stage.answered(id_), "answer")
    assert sorted(fake_slack.standing(CHANNEL)) == [f"Answer to: question {number}" for number in range(5)]


def test_a_broker_that_is_down_is_told_quickly():
    began = time.monotonic()

    assert not enqueue("0" * 32, "question")
    assert not workers_listen()
    assert time.monotonic() - began < 20


def test_every_request_has_its_task_and_every_task_its_queue():
    app.loader.import_default_modules()

    for name in ("answer.answer", "index.index", "deliver.deliver", "deliver.withdraw"):
        assert f"workers.{name}" in app.tasks
        queue = app.amqp.router.route({}, f"workers.{name}")["queue"].name
        assert queue == name.partition(".")[0]


def test_only_json_is_taken_and_nothing_is_acknowledged_before_it_is_done():
    assert list(app.conf.accept_content) == ["json"]
    assert app.conf.task_serializer == "json"
    assert app.conf.task_acks_late
    assert app.conf.worker_prefetch_multiplier == 1


@pytest.mark.parametrize(
    ("client", "broker"),
    [
        ("redis://h:6379/2", "redis://h:6379/2"),
        ("rediss://:pw@h:6380/0", "rediss://:pw@h:6380/0"),
        ("unix:///run/redis.sock?db=3", "redis+socket:///run/redis.sock?virtual_host=3"),
        ("unix:///run/redis.sock?db=0", "redis+socket:///run/redis.sock?virtual_host=0"),
    ],
)
def test_a_server_is_spelt_as_each_library_wants_it(client, broker):
    assert broker_url(client) == broker
    assert redis_client_url(broker) == client
    assert broker_url(broker) == broker
    assert redis_client_url(client) == client


def test_a_spelling_without_a_database_means_the_first():
    assert broker_url("unix:///run/redis.sock") == "redis+socket:///run/redis.sock?virtual_host=0"
    assert redis_client_url("redis+socket:///run/redis.sock") == "unix:///run/redis.sock?db=0"


def test_a_server_over_tls_must_show_a_certificate():
    assert options(Settings(redis_url="rediss://h:6380/0"))["broker_use_ssl"]
    assert options(Settings(redis_url="redis://h:6379/0"))["broker_use_ssl"] is None


def test_what_sends_loads_no_model():
    heavy = "[name for name in sys.modules if name in ('torch', 'faiss', 'transformers', 'langchain_core', 'alembic')]"
    code = f"import sys, workers.celery, workers.ledger, workers.slack; print({heavy})"

    printed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert printed.strip() == "[]"


def test_the_process_that_delivers_loads_no_model():
    heavy = "[name for name in sys.modules if name in ('torch', 'faiss', 'transformers', 'sentence_transformers')]"
    code = f"import sys, workers.answer, workers.index, workers.deliver, workers.janitor; print({heavy})"

    printed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert printed.strip() == "[]"
