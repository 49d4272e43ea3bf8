"""Run a local workspace: `python -m bot.workspace --port N --folder DIR`."""

import argparse
import dataclasses
import logging
import socket
import sys
from pathlib import Path

import uvicorn

from bot.workspace.config import read_config
from bot.workspace.server import build
from bot.workspace.state import reset
from bot.workspace.workspace import Workspace


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted; return the exit status."""
    asked = _parse(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    config = read_config(asked.folder)
    if asked.open_events is not None:
        config = dataclasses.replace(config, event_url=asked.open_events)
    if asked.reset:
        reset(asked.folder)
    try:
        listening = socket.create_server(("127.0.0.1", asked.port), backlog=256)
    except OSError as error:
        sys.stderr.write(f"Port {asked.port} cannot be opened: {error.strerror}.\n")
        return 1
    # Inherited by each connection; without it every answer waits for the other side's delayed acknowledgement.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    port = listening.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    workspace = Workspace(asked.folder, config, url=url)
    server = uvicorn.Server(
        uvicorn.Config(
            build(workspace, port=port),
            http="h11",
            ws="websockets-sansio",
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
    )
    sys.stdout.write(f"Local workspace: {url}\n")
    sys.stdout.flush()
    server.run(sockets=[listening])
    return 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot.workspace", description="A small Slack on this computer.")
    parser.add_argument("--port", type=int, default=8065, help="port on 127.0.0.1; 0 picks a free one")
    parser.add_argument("--folder", type=Path, required=True, help="where secrets, messages and files are kept")
    parser.add_argument("--open-events", metavar="URL", help="push signed events there instead of Socket Mode")
    parser.add_argument("--reset", action="store_true", help="forget the conversation first; secrets stay")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
