"""The janitor sees to what was forgotten, and tells those who wait."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.workers.asking import receive
from workers.celery import DELIVER, TASKS, beat_path, silent_for
from workers.janitor import Janitor
from workers.ledger import Ledger

ROOT = Path(__file__).parents[2]


@pytest.fixture
def ledger(sqlite_engine, clock):
    return Ledger(sqlite_engine, clock=clock)


@pytest.fixture
def sent():
    return []


@pytest.fixture
def janitor(ledger, slack, sent):
    def send(task, id_):
        sent.append((task, id_))
        return True

    return Janitor(ledger, slack, send)


def test_each_kind_of_work_goes_to_its_task_once(janitor, ledger, sent):
    ids = {
        kind: receive(ledger, f"{number}.0", kind=kind, item="F1" if kind == "file" else "")
        for number, kind in enumerate(("question", "file", "removal", "reindex"))
    }
    done = receive(ledger, "9.0")
    ledger.ready(ledger.claim(done), {"type": "notice", "text": "x"})

    janitor.round()
    janitor.round()

    assert sorted(sent) == sorted([*((TASKS[kind], id_) for kind, id_ in ids.items()), (DELIVER, done)])
    assert ledger.get(ids["question"]).state == "queued"


def test_a_broker_that_is_down_is_not_asked_for_each_request(ledger, slack):
    asked = []
    janitor = Janitor(ledger, slack, lambda *what: bool(asked.append(what)))
    for number in range(5):
        receive(ledger, f"{number}.0")

    janitor.round()

    assert len(asked) == 1
    assert ledger.counts() == {"received": 5}


def test_who_waits_is_told_the_place_when_it_changes(janitor, ledger, fake_slack):
    first, second, third = (receive(ledger, f"{number}.0") for number in range(3))
    janitor.round()
    janitor.round()
    ledger.ready(ledger.claim(first), {"type": "notice", "text": "x"})
    ledger.deliveries.delivered(ledger.deliveries.claim(first))
    janitor.round()

    told = [(each["thread_ts"], each["status"]) for each in fake_slack.called("assistant.threads.setStatus")]
    assert told == [
        ("1.0", "is busy: 1 question before yours"),
        ("2.0", "is busy: 2 questions before yours"),
        ("2.0", "is busy: 1 question before yours"),
    ]
    assert ledger.get(second).state == ledger.get(third).state == "queued"


def test_the_janitor_of_a_real_process_goes_round_and_stops_when_told(sqlite_engine, tmp_path, fake_slack):
    ledger = Ledger(sqlite_engine)
    id_ = receive(ledger)
    environment = {
        **os.environ, "STATE_URL": str(sqlite_engine.url), "DATA_DIR": str(tmp_path), "SLACK_API_URL": fake_slack.url,
        "SLACK_BOT_TOKEN": "xoxb-test", "REDIS_URL": "redis://127.0.0.1:1/0",
    }  # fmt: skip
    for _ in range(4):  # Poisoned: each attempt ended with its worker.
        ledger.claim(id_)
        ledger.rows.change(lease_until=1.0)
    process = subprocess.Popen([sys.executable, "-m", "workers.janitor"], cwd=ROOT, env=environment)
    try:
        deadline = time.monotonic() + 180
        while ledger.get(id_).state != "ready":
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        time.sleep(1.5)
        assert silent_for(beat_path(tmp_path, "janitor")) < 5
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert ledger.get(id_).reply["type"] == "failure"
