"""`teller doctor` finds what was broken, and its advice mends it."""

import dataclasses
import hashlib
import json
import os
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
import yaml
from sqlalchemy import text

from bot.cli import main
from bot.doctor import MANIFEST, Doctor, Finding
from bot.redis_server import answers, find_binary
from knowledge.documents.snapshot import Manifest
from knowledge.models.catalogue import CATALOGUE
from knowledge.tables import connect
from tests.workers.asking import receive
from tests.workspace_fixture import LocalWorkspace
from workers.celery import beat_path, beating
from workers.ledger import Ledger
from workers.runtime import Process, Runtime, write_processes, write_runtime
from workers.settings import Settings
from workers.state import upgrade


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalWorkspace]:
    with LocalWorkspace(tmp_path_factory.mktemp("workspace")) as workspace:
        yield workspace


@pytest.fixture(scope="module")
def queue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="td-") as folder:
        socket = Path(folder) / "s"
        options = [
            "--port",
            "0",
            "--unixsocket",
            str(socket),
            "--appendonly",
            "yes",
            "--maxmemory-policy",
            "noeviction",
        ]
        server = subprocess.Popen([find_binary(), *options, "--dir", folder], stdout=subprocess.DEVNULL)
        while not answers(socket):
            time.sleep(0.05)
        yield socket
        server.kill()
        server.wait()


@pytest.fixture
def sound(workspace: LocalWorkspace, queue: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A Teller with which nothing is wrong."""
    monkeypatch.chdir(tmp_path)
    data = tmp_path / "data"
    settings = Settings(
        slack_bot_token=workspace.bot_token, slack_app_token=workspace.app_token, slack_api_url=workspace.api_url,
        redis_url=f"unix://{queue}", data_dir=str(data), cache_dir=str(tmp_path / "cache"), model_url="http://x/v1",
        embedder="small",
    )  # fmt: skip
    upgrade(settings.state)
    bank = connect(settings.bank)
    with bank.begin() as connection:
        connection.execute(text("CREATE TABLE branch (city TEXT)"))
    bank.dispose()
    snapshot = data / "library" / "index" / "s1"
    snapshot.mkdir(parents=True)
    (snapshot / "vectors.faiss").write_bytes(b"vectors")
    _publish(snapshot)
    beating(beat_path(data, "answer"))()
    return settings


def _publish(snapshot: Path) -> None:
    content = (snapshot / "vectors.faiss").read_bytes()
    files = {"vectors.faiss": (len(content), hashlib.sha256(content).hexdigest())}
    Manifest("s1", "small", 1, 3, (1,), files, time.time()).write(snapshot / "manifest.json")
    (snapshot.parent / "current").write_text("s1")


def look(settings: Settings, **more: Any) -> dict[str, Finding]:
    more = {"runtime": None, "disk": 0, "memory": 0, **more}
    return {each.part: each for each in Doctor(settings, **more).look()}


def bad(settings: Settings, **more: Any) -> dict[str, Finding]:
    return {part: each for part, each in look(settings, **more).items() if not each.ok}


def teller(settings: Settings, monkeypatch: pytest.MonkeyPatch, advice: str) -> int:
    """Do what the advice says."""
    for each in dataclasses.fields(Settings):
        monkeypatch.setenv(each.name.upper(), str(getattr(settings, each.name)))
    return main(advice.removeprefix("teller ").split())


def test_where_nothing_is_wrong_nothing_is_found(sound: Settings) -> None:
    found = look(sound)

    assert {part for part, each in found.items() if not each.ok} == set()
    assert {"cores", "memory", "disk", "state", "bank", "queue", "progress", "index", "embedder", "slack token",
            "slack scopes", "clock", "slack events"} <= set(found)  # fmt: skip


def test_weights_that_are_missing(sound: Settings) -> None:
    name = next(iter(CATALOGUE))

    (found,) = bad(dataclasses.replace(sound, embedder=name), runtime=None).keys() - {"embedder"}

    assert found == f"weights {name}"
    assert bad(dataclasses.replace(sound, embedder=name))[found].mend == f"teller models pull {name}"


def test_tables_that_are_behind_are_mended_by_the_advice(sound: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    Path(sound.data / "teller.db").unlink()

    found = bad(sound)

    assert "state" in found
    assert teller(sound, monkeypatch, found["state"].mend) == 0
    assert bad(sound) == {}


def test_a_state_database_that_is_down(sound: Settings) -> None:
    found = bad(dataclasses.replace(sound, state_url="mysql+pymysql://nobody:x@127.0.0.1:1/none"))

    assert list(found) == ["state"]
    assert "STATE_URL" in found["state"].mend


def test_a_bank_that_is_missing(sound: Settings) -> None:
    Path(sound.data / "bank.db").unlink()

    found = bad(sound)

    assert list(found) == ["bank"]
    assert found["bank"].mend == "teller bank seed"


def test_a_queue_that_is_down(sound: Settings) -> None:
    found = bad(dataclasses.replace(sound, redis_url="unix:///tmp/no.sock"))

    assert list(found) == ["queue"]
    assert "REDIS_URL" in found["queue"].mend


@pytest.mark.parametrize(
    ("part", "name", "planted"), [("queue", "maxmemory-policy", "allkeys-lru"), ("queue file", "appendonly", "no")]
)
def test_a_queue_that_forgets_is_mended_by_the_advice(
    sound: Settings, queue: Path, part: str, name: str, planted: str
) -> None:
    with redis.Redis(unix_socket_path=str(queue)) as client:
        client.config_set(name, planted)

        found = bad(sound)

        assert list(found) == [part]
        client.execute_command(*found[part].mend.split()[1:])
    assert bad(sound) == {}


@pytest.mark.parametrize("how", ["changed", "gone", "no manifest"])
def test_an_index_that_is_not_what_was_published(sound: Settings, how: str) -> None:
    snapshot = sound.data / "library" / "index" / "s1"
    if how == "changed":
        (snapshot / "vectors.faiss").write_bytes(b"vextors")
    elif how == "gone":
        (snapshot / "vectors.faiss").unlink()
    else:
        shutil.rmtree(snapshot)

    found = bad(sound)

    assert list(found) == ["index"]
    assert found["index"].mend == "teller reindex"
    snapshot.mkdir(exist_ok=True)
    (snapshot / "vectors.faiss").write_bytes(b"built anew")
    _publish(snapshot)
    assert bad(sound) == {}


def test_an_index_of_another_embedder(sound: Settings) -> None:
    found = bad(dataclasses.replace(sound, embedder="another"))

    assert found["embedder"].mend == "teller reindex"


def test_a_token_that_slack_does_not_know(sound: Settings) -> None:
    found = bad(dataclasses.replace(sound, slack_bot_token="xoxb-wrong"))

    assert "invalid_auth" in found["slack token"].words
    assert "SLACK_BOT_TOKEN" in found["slack token"].mend


def test_an_app_token_that_slack_does_not_know(sound: Settings) -> None:
    assert "SLACK_APP_TOKEN" in bad(dataclasses.replace(sound, slack_app_token="xapp-wrong"))["slack events"].mend
    assert "slack events" in bad(dataclasses.replace(sound, slack_app_token=""))


def test_scopes_that_are_missing_are_named(sound: Settings, tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.yaml"
    whole = yaml.safe_load(MANIFEST.read_text())
    whole["oauth_config"]["scopes"]["bot"] = ["chat:write", "files:write"]
    manifest.write_text(yaml.safe_dump(whole))
    arguments = {"settings": {"manifest": str(manifest), "strict": True}}
    with LocalWorkspace(tmp_path / "poor", **arguments) as poor:
        poorer = dataclasses.replace(
            sound, slack_bot_token=poor.bot_token, slack_app_token=poor.app_token, slack_api_url=poor.api_url
        )

        found = bad(poorer)

    assert "users:read" in found["slack scopes"].words
    assert "files:write" not in found["slack scopes"].words
    assert "reinstall" in found["slack scopes"].mend


def test_a_slack_that_cannot_be_reached(sound: Settings) -> None:
    assert "SLACK_API_URL" in bad(dataclasses.replace(sound, slack_api_url="http://127.0.0.1:1/api/"))["slack"].mend


def test_a_clock_that_is_wrong(sound: Settings) -> None:
    assert "set-ntp" in bad(sound, clock=lambda: time.time() + 400)["clock"].mend


def test_too_little_disk_and_memory(sound: Settings) -> None:
    found = bad(sound, disk=1 << 60, memory=1 << 60)

    assert "DATA_DIR" in found["disk"].mend
    assert "MODEL_URL" in found["memory"].mend


def test_a_file_of_secrets_that_others_may_read_is_mended_by_the_advice(sound: Settings) -> None:
    Path(".env").touch(mode=0o644)
    Path(".env").chmod(0o644)

    found = bad(sound)

    subprocess.run(found["secrets"].mend.split(), check=True)
    assert stat.S_IMODE(Path(".env").stat().st_mode) == 0o600
    assert bad(sound) == {}


def running(settings: Settings, *processes: Process) -> Runtime:
    runtime = Runtime(os.getpid(), time.time(), settings.redis_url, settings.slack_api_url, settings.slack_bot_token,
                      settings.slack_app_token, "", "", "logs")  # fmt: skip
    write_runtime(settings.data, runtime)
    write_processes(settings.data, list(processes))
    return runtime


def test_a_process_that_died_or_stands_still(sound: Settings) -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    alive = [Process(name, os.getpid(), 0, f"{name}.log") for name in ("answer", "index")]
    runtime = running(sound, *alive, Process("bot", dead.pid, 3, "bot.log"))
    os.utime(beat_path(sound.data, "answer"), (0, 0))

    found = bad(sound, runtime=runtime)

    assert set(found) == {"process answer", "process bot"}
    assert found["process answer"].mend == f"kill -9 {os.getpid()}"
    assert "bot.log" in found["process bot"].mend


def test_nothing_runs(sound: Settings) -> None:
    beat_path(sound.data, "answer").unlink()

    assert bad(sound)["processes"].mend == "teller up"


def test_a_question_that_nobody_answers(sound: Settings) -> None:
    engine = connect(sound.state)
    receive(Ledger(engine))
    engine.dispose()

    assert "waited 40" in bad(sound, clock=lambda: time.time() + 400)["progress"].words


@pytest.mark.parametrize(
    ("name", "prepare", "status"),
    [
        ("answer", lambda _: None, 0),
        ("answer", lambda settings: os.utime(beat_path(settings.data, "answer"), (0, 0)), 1),
        ("nobody", lambda _: None, 1),
        ("", lambda _: None, 0),
    ],
)
def test_the_probe_tells_progress_by_the_exit_status(
    sound: Settings, monkeypatch: pytest.MonkeyPatch, name: str, prepare: Callable[[Settings], None], status: int
) -> None:
    prepare(sound)

    assert teller(sound, monkeypatch, f"probe {name}") == status


def test_the_probe_fails_while_the_oldest_question_waits_and_none_is_finished(
    sound: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = connect(sound.state)
    old = Ledger(engine, clock=lambda: time.time() - 400)
    receive(old)
    assert teller(sound, monkeypatch, "probe") == 1
    assert json.loads(capsys.readouterr().out)["oldest_waiting_seconds"] >= 399

    now = Ledger(engine)
    other = receive(now, "2.0")
    now.abandon(now.claim(other))  # type: ignore[arg-type]
    engine.dispose()

    assert teller(sound, monkeypatch, "probe") == 0, "others are being finished: it waits its turn"


def test_the_command_says_what_to_do_and_fails(
    sound: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(sound.data / "bank.db").unlink()

    assert teller(sound, monkeypatch, "doctor") == 1
    assert "→ teller bank seed" in capsys.readouterr().out
    assert teller(sound, monkeypatch, "doctor --json") == 1
    assert json.loads(capsys.readouterr().out)["ok"] is False
