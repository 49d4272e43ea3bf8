"""A pause that Slack asks for is kept by everybody, in whatever process."""

import subprocess
import sys
import threading
import time

import pytest

from tests.workers.asking import CHANNEL
from workers.gate import Gate, GatedClient, QuietError
from workers.slack import RateLimitedError, Slack


@pytest.fixture
def gate(tmp_path, clock):
    return Gate(tmp_path / "pauses", clock=clock)


def test_nobody_calls_before_the_pause_is_over(fake_slack, gate, clock):
    slack, other = (Slack("xoxb-test", fake_slack.url, gate=Gate(gate.folder, clock=clock)) for _ in range(2))
    fake_slack.fails("chat.update", "429")

    for each, at_least in ((slack, 7.0), (other, 6.5), (slack, 6.5)):
        with pytest.raises(RateLimitedError) as raised:
            each.update(CHANNEL, "1.1", "words")
        assert raised.value.after >= at_least
    assert fake_slack.calls == [], "the first was refused, the others were never sent"
    assert other.post(CHANNEL, "another method is free")

    clock.forward(7.1)
    ts = other.post(CHANNEL, "words")
    slack.update(CHANNEL, ts, "other words")
    assert fake_slack.standing(CHANNEL)[-1] == "other words"


def test_messages_pause_for_each_channel_by_itself(fake_slack, gate):
    slack = Slack("xoxb-test", fake_slack.url, gate=gate)
    fake_slack.fails("chat.postMessage", "429")
    with pytest.raises(RateLimitedError):
        slack.post(CHANNEL, "words")

    assert slack.post("C0OTHER001", "words")
    with pytest.raises(RateLimitedError):
        slack.post(CHANNEL, "words")


def test_another_process_keeps_the_pause_too(gate, tmp_path):
    gate = Gate(gate.folder)
    with gate.turn("chat.update") as close:
        close(60)
    code = f"""
from pathlib import Path
from workers.gate import Gate, QuietError
try:
    Gate(Path({str(gate.folder)!r})).turn("chat.update").__enter__()
except QuietError as error:
    print(error.after > 50)
"""

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "True\n"


def test_calls_of_one_method_follow_each_other_and_one_that_hangs_holds_nobody_up_for_long(tmp_path):
    gate = Gate(tmp_path / "pauses", turn=2.0)
    inside = []

    def call(seconds):
        with gate.turn("chat.update"):
            inside.append(time.monotonic())
            time.sleep(seconds)

    hanging = threading.Thread(target=call, args=(6,), daemon=True)
    hanging.start()
    while not inside:
        time.sleep(0.01)
    call(0)

    assert 1.5 < inside[1] - inside[0] < 5.5


def test_a_patient_client_waits_and_one_that_is_not_says_so(fake_slack, tmp_path):
    fake_slack.fails("chat.postMessage", "429")
    gate = Gate(tmp_path / "pauses", clock=lambda: time.time() * 10)  # Seven seconds are over in less than one.

    patient = GatedClient(token="xoxb-test", base_url=fake_slack.url, timeout=5, gate=gate, patience=30)
    assert patient.chat_postMessage(channel=CHANNEL, text="words")["ok"]

    with gate.turn("users.info") as close:
        close(1000)
    with pytest.raises(QuietError):
        patient.users_info(user="U1")
