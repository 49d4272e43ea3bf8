"""`python -m bot`, a process of its own, in the local workspace."""

import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from slack_bolt import App
from slack_sdk import WebClient
from sqlalchemy import select

from bot.app import build_app
from bot.commands import HELP, STARTED
from bot.listen import listen_to_socket
from bot.membership import ADMINS_ONLY
from knowledge.tables import connect
from knowledge.types import Answer, Table
from tests.bot.small_slack import ADA, BEN, GENERAL, ROOT, TEAM, refusing_writes
from tests.workspace_fixture import LocalWorkspace
from workers.ledger import Ledger
from workers.render import render
from workers.request import Request, feedback
from workers.settings import Settings
from workers.state import upgrade

DIRECT = "D0BEN00001"


class RunningBot:
    """The bot's process, and its ledger seen from outside. The queue is down, as the bot must not need it."""

    def __init__(self, workspace: LocalWorkspace, folder: Path, *, port: int = 0) -> None:
        self.log = folder / "bot.log"
        self.environment = {
            "SLACK_BOT_TOKEN": workspace.bot_token,
            "SLACK_SIGNING_SECRET": workspace.signing_secret,
            "SLACK_API_URL": workspace.api_url,
            "DATA_DIR": str(folder),
            "REDIS_URL": f"unix://{folder}/no.sock",
            **({"HTTP_PORT": str(port)} if port else {"SLACK_APP_TOKEN": workspace.app_token}),
        }
        upgrade(f"sqlite:///{folder / 'teller.db'}")
        self.ledger = Ledger(connect(f"sqlite:///{folder / 'teller.db'}"))

    def start(self) -> None:
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot"], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
        self.wait(lambda: self.log.read_text().count("Listening on") + self.log.read_text().count("Listening over"))

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(90)

    def rows(self, ts: str, count: int = 1, *, channel: str = GENERAL) -> list[Request]:
        self.wait(lambda: len(self.ledger.find(TEAM, channel, ts)) >= count)
        return list(self.ledger.find(TEAM, channel, ts))

    def of_kind(self, kind: str) -> list[Request]:
        return [row for row in self.ledger.rows.all() if row.kind == kind]

    def wait(self, found: Any, seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while not found():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.ledger.engine.dispose()


@contextmanager
def running(workspace: LocalWorkspace, folder: Path, *, port: int = 0) -> Iterator[RunningBot]:
    bot = RunningBot(workspace, folder, port=port)
    try:
        bot.start()
        yield bot
    finally:
        bot.close()


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalWorkspace]:
    with LocalWorkspace(tmp_path_factory.mktemp("workspace")) as workspace:
        yield workspace


@pytest.fixture(scope="module")
def bot(workspace: LocalWorkspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBot]:
    with running(workspace, tmp_path_factory.mktemp("bot")) as bot:
        yield bot


def test_a_direct_message_becomes_a_row(bot: RunningBot, workspace: LocalWorkspace) -> None:
    ts = workspace.post("ben", "@teller", "When does the lease end?")

    (row,) = bot.rows(ts, channel=DIRECT)
    assert (row.kind, row.text, row.user, row.channel_type) == ("question", "When does the lease end?", BEN, "im")


def test_a_mention_and_its_twin_become_one_row(bot: RunningBot, workspace: LocalWorkspace) -> None:
    ts = workspace.post("ben", "general", "@Teller what is the notice period?")
    later = workspace.post("ben", "general", "@Teller and the fee?")
    bot.rows(later)

    (row,) = bot.rows(ts)
    assert (row.kind, row.text) == ("question", "what is the notice period?")


def test_a_file_dropped_with_a_question_waits_before_the_question(bot: RunningBot, workspace: LocalWorkspace) -> None:
    ts = workspace.post("ben", "general", "@Teller who signed this?", files=[("lease.pdf", b"%PDF-1.7 small")])

    file, question = bot.rows(ts, 2)
    assert (file.kind, file.detail["name"], question.kind) == ("file", "lease.pdf", "question")
    assert file.item.startswith("F")


def test_a_follow_up_needs_no_mention_and_chatter_is_left_alone(bot: RunningBot, workspace: LocalWorkspace) -> None:
    ts = workspace.post("ben", "general", "@Teller what is the fee?")
    bot.rows(ts)

    chatter = workspace.post("ada", "general", "lunch, anyone?")
    follow_up = workspace.post("ada", "general", "and in 2027?", thread_ts=ts)

    assert [row.text for row in bot.rows(follow_up)] == ["and in 2027?"]
    assert bot.ledger.find(TEAM, GENERAL, chatter) == ()


def test_a_deleted_file_becomes_a_removal(bot: RunningBot, workspace: LocalWorkspace) -> None:
    ts = workspace.post("ben", "general", files=[("old.pdf", b"%PDF-1.7 old")])
    (file,) = bot.rows(ts)

    workspace.delete_file("ben", file.item)

    bot.wait(lambda: file.item in [row.item for row in bot.of_kind("removal")])


def test_an_edited_and_a_deleted_question(bot: RunningBot, workspace: LocalWorkspace) -> None:
    edited = workspace.post("ben", "@teller", "When does it start?")
    deleted = workspace.post("ben", "@teller", "Never mind")
    bot.rows(edited, channel=DIRECT), bot.rows(deleted, channel=DIRECT)

    workspace.edit("ben", "@teller", edited, "When does it end?")
    workspace.delete_message("ben", "@teller", deleted)

    bot.wait(lambda: bot.rows(edited, channel=DIRECT)[0].text == "When does it end?")
    bot.wait(lambda: bot.rows(deleted, channel=DIRECT)[0].state == "cancelled")


def test_only_an_admin_starts_a_rebuild(bot: RunningBot, workspace: LocalWorkspace) -> None:
    workspace.command("ben", "general", "/reindex")
    workspace.wait_for(lambda: seen(workspace, "ben", ADMINS_ONLY))
    assert bot.of_kind("reindex") == []

    workspace.command("ada", "general", "/reindex")
    workspace.wait_for(lambda: seen(workspace, "ada", STARTED))
    assert [(row.user, row.channel) for row in bot.of_kind("reindex")] == [(ADA, GENERAL)]


def test_help_is_for_the_eyes_of_who_asked(bot: RunningBot, workspace: LocalWorkspace) -> None:
    workspace.command("ben", "general", "/teller", "help")

    workspace.wait_for(lambda: seen(workspace, "ben", HELP.splitlines()[1]))
    assert not seen(workspace, "ada", HELP.splitlines()[1])


def test_a_thumb_under_an_answer_is_kept(bot: RunningBot, workspace: LocalWorkspace) -> None:
    question = workspace.post("ben", "general", "@Teller what is the notice period?")
    (row,) = bot.rows(question)
    buttons = {
        f"{name}_button": {"text": {"type": "plain_text", "text": name}, "value": f"{row.id}:{value}"}
        for name, value in (("positive", "up"), ("negative", "down"))
    }
    element = {"type": "feedback_buttons", "action_id": "feedback", **buttons}
    answer = WebClient(token=workspace.bot_token, base_url=workspace.api_url).chat_postMessage(
        channel=GENERAL, thread_ts=question, text="Three months.",
        blocks=[{"type": "context_actions", "elements": [element]}],
    )  # fmt: skip

    workspace.press("ben", "general", answer["ts"], "feedback", "negative")

    def kept() -> list[tuple[str, str]]:
        with bot.ledger.engine.connect() as connection:
            return [(each.request_id, each.value) for each in connection.execute(select(feedback))]

    bot.wait(lambda: kept() == [(row.id, "down")])


def test_a_field_is_corrected_through_the_form_under_an_answer(bot: RunningBot, workspace: LocalWorkspace) -> None:
    question = workspace.post("ben", "general", "@Teller which contracts expire soon?")
    (row,) = bot.rows(question)
    lease = "a" * 64
    claim = bot.ledger.claim(row.id)
    assert claim
    rows = Table(("Document", "Expiry"), (("lease.pdf", "2027-12-31"),))
    reply = {"type": "answer", **Answer("One expires.", listed=((lease, "lease.pdf"),), table=rows).to_json()}
    bot.ledger.ready(claim, reply)
    posted = WebClient(token=workspace.bot_token, base_url=workspace.api_url).chat_postMessage(
        channel=GENERAL, thread_ts=question, text="One expires.", blocks=render(reply, row.id)[0].blocks
    )  # fmt: skip

    workspace.press("ben", "general", posted["ts"], "amend")
    bot.wait(lambda: workspace.ask("state", person="ben")["modals"])
    (form,) = workspace.ask("state", person="ben")["modals"]
    document, field, _ = (block["element"] for block in form["blocks"])
    values = {
        "document": {"document": {"type": "static_select", "selected_option": document["options"][0]}},
        "field": {"field": {"type": "static_select", "selected_option": field["initial_option"]}},
        "value": {"value": {"type": "plain_text_input", "value": "31 December 2028"}},
    }
    workspace.act("submit", person="ben", view=form["id"], values=values)

    bot.wait(lambda: bot.of_kind("field"))
    assert bot.of_kind("field")[0].detail == {"of": row.id, "document": lease, "field": "expiry", "value": "2028-12-31"}


def test_opening_the_direct_messages_suggests_questions(bot: RunningBot, workspace: LocalWorkspace) -> None:
    workspace.act("open_home", person="ben", tab="messages")

    bot.wait(lambda: "setSuggestedPrompts" in str(workspace.traffic()))


def test_no_message_text_and_no_token_is_in_the_log(bot: RunningBot, workspace: LocalWorkspace) -> None:
    bot.rows(workspace.post("ben", "@teller", "peculiar words"), channel=DIRECT)

    log = bot.log.read_text()
    assert "peculiar words" not in log
    assert "xoxb-" not in log
    assert "xapp-" not in log


def test_what_was_said_while_the_bot_was_down_is_heard_when_it_is_back(tmp_path: Path) -> None:
    with LocalWorkspace(tmp_path / "workspace") as workspace, running(workspace, tmp_path) as bot:
        first = workspace.post("ben", "general", "@Teller what is the fee?")
        bot.rows(first)

        assert bot.stop() == 0
        missed = workspace.post("ben", "general", "@Teller what is the notice period?")
        reply = workspace.post("ben", "general", "and in 2027?", thread_ts=first)
        direct = workspace.post("ben", "@teller", "Who signed?", files=[("a.pdf", b"%PDF-1.7 a")])
        workspace.post("ben", "general", "lunch?")
        bot.start()

        assert [row.text for row in bot.rows(missed)] == ["what is the notice period?"]
        assert [row.text for row in bot.rows(reply)] == ["and in 2027?"]
        assert [row.kind for row in bot.rows(direct, 2, channel=DIRECT)] == ["file", "question"]
        bot.wait(lambda: "Caught up" in bot.log.read_text())
        assert len(bot.ledger.rows.all()) == 5


def test_over_the_socket_an_event_that_was_not_recorded_comes_again(tmp_path: Path) -> None:
    upgrade(f"sqlite:///{tmp_path / 'teller.db'}")
    ledger = Ledger(connect(f"sqlite:///{tmp_path / 'teller.db'}"))
    with LocalWorkspace(tmp_path / "workspace") as workspace:
        settings = Settings(slack_bot_token=workspace.bot_token, slack_api_url=workspace.api_url)
        refusals: list[float] = []
        app = build_app(settings, ledger, lambda _id, _kind: False, on_refused=refusals.append)
        with listening(app, workspace), refusing_writes(ledger):
            ts = workspace.post("ben", "@teller", "When does the lease end?")
            workspace.wait_for(lambda: refusals)
            assert ledger.find(TEAM, DIRECT, ts) == ()
        with listening(app, workspace):
            workspace.wait_for(lambda: ledger.find(TEAM, DIRECT, ts))
        assert len(ledger.rows.all()) == 1
    ledger.engine.dispose()


@contextmanager
def listening(app: App, workspace: LocalWorkspace, gaps: list[float] | None = None) -> Iterator[None]:
    stopped = threading.Event()
    thread = threading.Thread(
        target=listen_to_socket,
        args=(app, workspace.app_token, stopped),
        kwargs={"on_gap": (gaps if gaps is not None else []).append},
    )
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def test_over_http_signed_events_and_commands_are_heard(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with (
        LocalWorkspace(tmp_path / "workspace", event_url=f"{address}/slack/events") as workspace,
        running(workspace, tmp_path, port=port) as bot,
    ):
        bot.wait(lambda: healthy(address))
        ts = workspace.post("ben", "general", "@Teller what is the fee?")
        assert [row.text for row in bot.rows(ts)] == ["what is the fee?"]

        workspace.command("ada", "general", "/reindex")
        bot.wait(lambda: bot.of_kind("reindex"))
        assert bot.stop() == 0


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN"),
        ({"SLACK_BOT_TOKEN": "xoxb-wrong"}, "SLACK_BOT_TOKEN"),
        ({"SLACK_APP_TOKEN": "xapp-wrong"}, "SLACK_APP_TOKEN"),
        ({"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": ""}, "SLACK_SIGNING_SECRET"),
        ({"SLACK_API_URL": "http://127.0.0.1:9/api/"}, "127.0.0.1:9"),
        ({"STATE_URL": "mysql+pymysql://teller:pass-wrong@127.0.0.1:9/teller"}, "127.0.0.1"),
    ],
    ids=["no token", "wrong token", "wrong app token", "no secret", "no Slack", "no database"],
)
def test_a_start_that_cannot_work_ends_with_the_reason(
    bot: RunningBot, workspace: LocalWorkspace, change: dict[str, str], named: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot"], cwd=ROOT, env=bot.environment | change, capture_output=True, text=True,
        timeout=180, check=False,
    )  # fmt: skip

    assert done.returncode == 1
    assert named in done.stderr
    assert "Traceback" not in done.stderr
    assert not {"xapp-wrong", "xoxb-wrong", "pass-wrong"} & set(re.findall(r"[\w-]+", done.stderr))


def healthy(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health", trust_env=False).is_success
    except httpx.TransportError:
        return False


def seen(workspace: LocalWorkspace, person: str, words: str) -> bool:
    return any(words in each["text"] for each in workspace.messages("general", person=person))


def test_a_connection_that_was_lost_is_made_again_and_the_gap_is_told(tmp_path: Path) -> None:
    upgrade(f"sqlite:///{tmp_path / 'teller.db'}")
    ledger = Ledger(connect(f"sqlite:///{tmp_path / 'teller.db'}"))
    gaps: list[float] = []
    with LocalWorkspace(tmp_path / "workspace") as first:
        settings = Settings(slack_bot_token=first.bot_token, slack_api_url=first.api_url)
        app = build_app(settings, ledger, lambda _id, _kind: False)
        with listening(app, first, gaps):
            first.wait_for(lambda: first.ask("state", person="ben")["bot"]["connected"])
            first.close()
            lost = time.time()
            with LocalWorkspace(tmp_path / "workspace", port=first.port) as second:
                second.wait_for(lambda: gaps)
                ts = second.post("ben", "@teller", "When does the lease end?")
                second.wait_for(lambda: ledger.find(TEAM, DIRECT, ts))
    assert gaps[0] <= lost + 1
    ledger.engine.dispose()
