"""Start a MariaDB server of one's own, on a socket in a folder of its own, and stop it again."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pymysql
from sqlalchemy import make_url

from knowledge.errors import UnavailableError

_PATIENCE = 180.0  # Seconds that a busy machine may take to start a server.


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: `url` is its administrator's, `log` holds every statement that reached it."""

    url: str
    log: Path

    def of(self, database: str, *, user: str = "", password: str = "") -> str:
        """Return the URL of one of its databases, by default for the administrator."""
        address = make_url(self.url).set(database=database)
        if user:
            address = address.set(username=user, password=password)
        return address.render_as_string(hide_password=False)


@contextmanager
def private_server() -> Iterator[Server]:
    """Yield a server that nobody else knows of; it and its data are gone afterwards.

    Raises:
        UnavailableError: MariaDB is not installed, or does not start.
    """
    if not shutil.which("mariadbd") or not shutil.which("mariadb-install-db"):
        raise UnavailableError("There is no MariaDB server here: install mariadb-server, or name one with --database.")
    folder = Path(tempfile.mkdtemp(prefix="teller-db-"))  # A socket's path must be short.
    server: subprocess.Popen[bytes] | None = None
    try:
        server = _start(folder)
        yield Server(
            f"mysql+pymysql://root@localhost/mysql?unix_socket={folder / 's'}&charset=utf8mb4", folder / "general.log"
        )
    finally:
        if server is not None:
            server.terminate()
            server.wait(60)
        shutil.rmtree(folder, ignore_errors=True)


def _start(folder: Path) -> subprocess.Popen[bytes]:
    me = ["--user=root"] if os.geteuid() == 0 else []
    place = ["--no-defaults", f"--datadir={folder / 'data'}"]
    install = ["mariadb-install-db", *place, *me, "--auth-root-authentication-method=normal", "--skip-test-db"]
    made = subprocess.run(install, capture_output=True, text=True, check=False)
    if made.returncode:
        raise UnavailableError(f"MariaDB could not be set up: {made.stderr[-500:] or made.stdout[-500:]}")
    said = folder / "error.log"
    with said.open("wb") as log:
        server = subprocess.Popen(
            ["mariadbd", *place, *me, f"--socket={folder / 's'}", "--skip-networking", f"--pid-file={folder / 'pid'}",
             "--innodb-buffer-pool-size=64M", "--innodb-flush-log-at-trx-commit=0", "--general-log=1",
             f"--general-log-file={folder / 'general.log'}", "--character-set-server=utf8mb4"],
            stdout=log, stderr=log,
        )  # fmt: skip
    deadline = time.monotonic() + _PATIENCE
    while not _answers(folder / "s"):
        if time.monotonic() > deadline or server.poll() is not None:
            server.kill()
            server.wait()
            raise UnavailableError(f"MariaDB did not start: {said.read_text(errors='replace')[-500:]}")
        time.sleep(0.1)
    return server


def _answers(socket: Path) -> bool:
    if not socket.exists():
        return False  # PyMySQL would leave a socket of its own open.
    try:
        pymysql.connect(unix_socket=str(socket), user="root").close()
    except pymysql.OperationalError:
        return False
    return True
