import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import yaml
from slack_bolt import BoltRequest
from starlette.testclient import TestClient

from bot.app import COMMANDS, EVENTS, PASSING_EVENTS, build_app, slack_client
from bot.listen import http_app
from knowledge.errors import UnavailableError, UserError
from tests.bot.small_slack import (
    BOT,
    GENERAL,
    HANG_UP,
    ROOT,
    TEAM,
    Bot,
    SmallSlack,
    mentioned,
    refusing_writes,
    said,
    shared,
    signed,
)
from workers.settings import Settings

HEAVY = ("torch", "transformers", "faiss", "sentence_transformers", "numpy", "xllamacpp", "tantivy")


@pytest.mark.parametrize(
    "heard",
    [
        said("When does it end?"),
        mentioned(f"<@{BOT}> when?"),
        shared("", "F1", channel=GENERAL),
        {"type": "file_deleted", "file_id": "F1", "event_ts": "1700000009.000100"},
    ],
    ids=["message", "mention", "file", "deletion"],
)
def test_without_a_row_there_is_no_acknowledgement_and_the_repeated_event_is_recorded(
    bot: Bot, heard: dict[str, object]
) -> None:
    with refusing_writes(bot.ledger):
        refused = bot.event(heard, event_id="Ev1")

    repeated = bot.event(heard, event_id="Ev1", retry=1)

    assert (refused.status, repeated.status) == (503, 200)
    assert len(bot.refused) == len(bot.rows) == len(bot.queued) == 1


def test_over_the_socket_a_refused_event_gets_no_acknowledgement_either(bot: Bot) -> None:
    body = {"type": "event_callback", "event_id": "Ev1", "team_id": TEAM, "event": said("When does it end?")}

    with refusing_writes(bot.ledger):
        refused = bot.app.dispatch(BoltRequest(mode="socket_mode", body=body))

    assert refused.status == 503


def test_files_that_were_half_recorded_are_completed_when_the_event_comes_again(bot: Bot) -> None:
    heard = shared(f"<@{BOT}> who signed?", "F1", "F2", channel=GENERAL)
    bot.ledger.receive(
        kind="file",
        team=TEAM,
        channel=GENERAL,
        channel_type="channel",
        message_ts="1700000001.000100",
        user="U",
        item="F1",
    )

    bot.event(heard, event_id="Ev1", retry=1)

    assert [row.item for row in bot.rows] == ["F1", "F2", ""]


def test_a_queue_that_is_down_loses_nothing(bot: Bot) -> None:
    bot.broker_up = False

    response = bot.event(said("When does it end?"))

    (row,) = bot.rows
    assert (response.status, row.state) == (200, "received")
    assert [each.id for each in bot.ledger.backlog.due()] == [row.id]


def test_a_queue_that_is_down_is_asked_once_for_many_files(bot: Bot) -> None:
    bot.broker_up = False

    bot.event(shared("", *(f"F{number}" for number in range(10))))

    assert bot.attempts == 1
    assert len(bot.ledger.backlog.due()) == 1  # The others of the thread follow it.


def test_a_bug_in_a_listener_is_logged_and_not_acknowledged(bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    response = bot.event({"type": "message", "channel_type": "im", "user": "U1", "text": "secret words"})

    assert response.status == 500
    assert "KeyError" in caplog.text
    assert "secret words" not in caplog.text


@pytest.mark.parametrize("name", [each for each in PASSING_EVENTS if each != "message"])
def test_events_from_which_nothing_follows_are_acknowledged_without_a_warning(
    bot: Bot, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    response = bot.event({"type": name, "user": "U1", "channel": GENERAL, "event_ts": "1700000001.000100"})

    assert response.status == 200
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert bot.rows == []


def test_no_log_line_holds_what_was_asked(bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    bot.event(said("secret words"))
    bot.event(said("secret words", channel=GENERAL))
    with refusing_writes(bot.ledger):
        bot.event(said("secret words", ts="1700000005.000100"))

    assert "secret words" not in caplog.text


@pytest.mark.parametrize("change", ["no signature", "wrong secret", "old", "other body"])
def test_what_slack_did_not_sign_just_now_is_turned_away(bot: Bot, change: str) -> None:
    body = json.dumps({"type": "event_callback", "event_id": "Ev1", "team_id": TEAM, "event": said("When?")})
    json_type = "application/json"
    headers: dict[str, Callable[[], dict[str, str]]] = {
        "no signature": lambda: {"Content-Type": json_type},
        "wrong secret": lambda: signed(body, json_type, secret="another"),
        "old": lambda: signed(body, json_type, at=time.time() - 301),
        "other body": lambda: signed(body + " ", json_type),
    }

    response = TestClient(http_app(bot.app)).post("/slack/events", content=body, headers=headers[change]())

    assert response.status_code == 401
    assert bot.rows == []


def test_signed_events_come_in_over_http(bot: Bot) -> None:
    body = json.dumps({"type": "event_callback", "event_id": "Ev1", "team_id": TEAM, "event": said("When?")})
    web = TestClient(http_app(bot.app))

    response = web.post("/slack/events", content=body, headers=signed(body, "application/json"))
    with refusing_writes(bot.ledger):
        other = body.replace("Ev1", "Ev2").replace("1700000001", "1700000002")
        refused = web.post("/slack/events", content=other, headers=signed(other, "application/json"))

    assert (response.status_code, refused.status_code) == (200, 503)
    assert len(bot.rows) == 1


def test_slack_can_verify_the_address_and_a_supervisor_the_health(bot: Bot) -> None:
    web = TestClient(http_app(bot.app))
    body = json.dumps({"type": "url_verification", "challenge": "c1", "token": "t"})

    verified = web.post("/slack/events", content=body, headers=signed(body, "application/json"))

    assert verified.json() == {"challenge": "c1"}
    assert web.get("/health").json() == {"ok": True}
    assert web.get("/slack/events").status_code == 405
    assert web.post("/slack/events", content=b"x" * 2_000_001).status_code == 413


def test_a_token_that_slack_refuses_is_named(slack: SmallSlack, settings: Settings, bot: Bot) -> None:
    slack.answers["auth.test"] = {"error": "invalid_auth"}

    with pytest.raises(UserError, match="SLACK_BOT_TOKEN"):
        build_app(settings, bot.ledger, bot.enqueue)


def test_a_slack_that_is_not_there_is_named(settings: Settings, bot: Bot) -> None:
    nowhere = replace(settings, slack_api_url="http://127.0.0.1:9/api/")

    with pytest.raises(UnavailableError, match=r"127\.0\.0\.1:9"):
        build_app(nowhere, bot.ledger, bot.enqueue)


def test_a_post_whose_fate_is_unknown_is_not_repeated(slack: SmallSlack, settings: Settings) -> None:
    slack.answers["chat.postMessage"] = HANG_UP

    with pytest.raises(ConnectionError):
        slack_client(settings).chat_postMessage(channel=GENERAL, text="once")

    assert len(slack.asked("chat.postMessage")) == 1


def test_a_post_that_slack_puts_off_is_repeated(slack: SmallSlack, settings: Settings) -> None:
    answers = iter([{"status": 429, "error": "ratelimited"}, {"ts": "1.2"}])
    slack.answers["chat.postMessage"] = lambda _values: next(answers)

    assert slack_client(settings).chat_postMessage(channel=GENERAL, text="once")["ts"] == "1.2"


def test_importing_the_bot_loads_nothing_heavy_and_the_process_stays_small(settings: Settings, bot: Bot) -> None:
    program = f"""
import json, sys
from pathlib import Path
import bot, bot.app, bot.__main__, bot.catchup
from knowledge.tables import connect
from workers.celery import enqueue
from workers.ledger import Ledger
from workers.settings import read_settings
settings = read_settings()
app = bot.app.build_app(settings, Ledger(connect(settings.state)), enqueue)
heavy = [name for name in {HEAVY!r} if name in sys.modules]
# The highest of this program alone: what getrusage tells may be that of the process which started it.
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(json.dumps([heavy, int(peak.split()[1]) / 1024]))
"""
    environment = {
        "PATH": os.environ["PATH"],
        "SLACK_BOT_TOKEN": settings.slack_bot_token,
        "SLACK_SIGNING_SECRET": settings.slack_signing_secret,
        "SLACK_API_URL": settings.slack_api_url,
        "STATE_URL": settings.state_url,
    }

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    heavy, megabytes = json.loads(done.stdout)
    assert heavy == []
    assert megabytes < 150


def test_the_manifest_asks_slack_for_what_the_app_hears() -> None:
    manifest = yaml.safe_load((ROOT / "bot" / "manifest.yaml").read_text(encoding="utf-8"))
    heard = {event if isinstance(event, str) else str(event["type"]) for event, _ in EVENTS} | set(PASSING_EVENTS)

    asked = {name.partition(".")[0] for name in manifest["settings"]["event_subscriptions"]["bot_events"]}

    assert asked <= heard
    assert {each["command"] for each in manifest["features"]["slash_commands"]} == set(COMMANDS)


def test_twins_that_arrive_at_the_same_moment_make_one_row_each(bot: Bot) -> None:
    asked = [(f"<@{BOT}> question {number}?", f"17000000{number:02}.000100") for number in range(10)]
    events = [each(words, ts=ts, channel=GENERAL) for words, ts in asked for each in (mentioned, said)]

    with ThreadPoolExecutor(10) as pool:
        statuses = {response.status for response in pool.map(bot.event, events)}

    assert statuses == {200}
    assert sorted(row.text for row in bot.rows) == [f"question {number}?" for number in range(10)]
    assert len(bot.queued) == 10
