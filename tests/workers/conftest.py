"""Real databases for the ledger: SQLite always, MariaDB where there is one."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pymysql
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.engine import Engine

from knowledge.tables import connect, metadata
from tests.workers.fake_slack import FakeSlack
from workers.celery import configure
from workers.ledger import Ledger
from workers.settings import Settings
from workers.slack import Slack
from workers.state import upgrade


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture(scope="session")
def mariadb_server(tmp_path_factory) -> Iterator[str]:
    if url := os.environ.get("TEST_MARIADB_URL"):
        yield url
        return
    if not shutil.which("mariadbd"):
        if os.environ.get("CI"):
            pytest.fail("There is no mariadbd here, and TEST_MARIADB_URL is not set.")
        pytest.skip("there is no mariadbd here, and TEST_MARIADB_URL is not set")
    folder = tmp_path_factory.mktemp("mariadb")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    me = ["--user=root"] if os.geteuid() == 0 else []
    place = ["--no-defaults", f"--datadir={folder / 'data'}"]
    install = ["mariadb-install-db", *place, *me, "--auth-root-authentication-method=normal", "--skip-test-db"]
    subprocess.run(install, check=True, capture_output=True)
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            ["mariadbd", *place, *me, f"--socket={folder / 's'}", f"--port={port}", "--bind-address=127.0.0.1",
             f"--pid-file={folder / 'pid'}", "--innodb-buffer-pool-size=32M", "--skip-networking=0"],
            stdout=log, stderr=log,
        )  # fmt: skip
    try:
        _prepare(port, folder / "log", server)
        yield f"mysql+pymysql://teller:secret@127.0.0.1:{port}/teller?charset=utf8mb4"
    finally:
        server.terminate()
        server.wait(30)


def _prepare(port: int, log: Path, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 180
    while True:
        try:
            connection = pymysql.connect(host="127.0.0.1", port=port, user="root")
            break
        except pymysql.OperationalError:
            if time.monotonic() > deadline or server.poll() is not None:
                pytest.fail(f"MariaDB did not start: {log.read_text()[-2000:]}")
            time.sleep(0.2)
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE teller CHARACTER SET utf8mb4")
        cursor.execute("CREATE USER teller@'%' IDENTIFIED BY 'secret'")
        cursor.execute("GRANT ALL ON *.* TO teller@'%'")


@pytest.fixture
def mariadb_url(mariadb_server) -> Iterator[str]:
    """The URL of an empty database of its own."""
    name = f"teller_{time.time_ns()}"
    server = connect(mariadb_server)
    with server.begin() as connection:
        connection.execute(text(f"CREATE DATABASE {name} CHARACTER SET utf8mb4"))
    yield make_url(mariadb_server).set(database=name).render_as_string(hide_password=False)
    with server.begin() as connection:
        connection.execute(text(f"DROP DATABASE {name}"))
    server.dispose()


@pytest.fixture(params=["sqlite", pytest.param("mariadb", marks=pytest.mark.mariadb)])
def state_url(request, tmp_path) -> str:
    if request.param == "mariadb":
        return str(request.getfixturevalue("mariadb_url"))
    return f"sqlite:///{tmp_path / 'teller.db'}"


@pytest.fixture(scope="session")
def mariadb_engine(mariadb_server) -> Iterator[Engine]:
    upgrade(mariadb_server)
    engine = connect(mariadb_server)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("mariadb", marks=pytest.mark.mariadb)])
def engine(request) -> Iterator[Engine]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_engine")
        return
    engine = request.getfixturevalue("mariadb_engine")
    with engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    yield engine


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory) -> Path:
    """A database file with empty tables, to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "empty.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_engine(sqlite_file, tmp_path) -> Iterator[Engine]:
    """For what does not depend on the kind of database."""
    path = shutil.copy(sqlite_file, tmp_path / "teller.db")
    engine = connect(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session", autouse=True)
def no_broker() -> None:
    """Have what is enqueued reach nobody, least of all a server that runs here already."""
    configure(Settings(redis_url="redis://127.0.0.1:1/0"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(engine, clock) -> Ledger:
    return Ledger(engine, clock=clock)


@pytest.fixture
def fake_slack() -> Iterator[FakeSlack]:
    with FakeSlack() as fake:
        yield fake


@pytest.fixture
def slack(fake_slack) -> Slack:
    return Slack("xoxb-test", fake_slack.url, timeout=2)
