"""Run a local workspace: `python -m bot.workspace --port N --folder DIR`."""

import argparse
import dataclasses
import logging
import socket
import sys
from pathlib import Path
from typing import Any

import uvicorn

from bot.workspace.config import read_config
from bot.workspace.server import build
from bot.workspace.state import reset
from bot.workspace.workspace import Workspace


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted; return the exit status."""
    asked = _parse(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    config = dataclasses.replace(read_config(asked.folder), **_chosen(asked))
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
    parser.add_argument("--manifest", metavar="FILE", help="grant only what this app manifest asks for")
    parser.add_argument("--strict", action="store_true", help="enforce Slack's rate limits, delays and repetitions too")
    parser.add_argument("--fault-429", type=_share, metavar="SHARE", help="refuse this share of the calls for now")
    parser.add_argument("--fault-500", type=_share, metavar="SHARE", help="let this share of the calls fail")
    parser.add_argument("--fault-applied", type=_share, metavar="SHARE", help="do this share and lose the answer")
    parser.add_argument("--fault-seconds", type=float, metavar="S", help="how long a lost answer keeps one waiting")
    parser.add_argument("--deliveries", type=int, metavar="N", help="send each event once to N times")
    parser.add_argument("--seed", type=int, metavar="N", help="begin chance here")
    return parser.parse_args(arguments)


def _share(text: str) -> float:
    share = float(text)
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError("a share is between 0 and 1")
    return share


def _chosen(asked: argparse.Namespace) -> dict[str, Any]:
    """Return what the command line says of the configuration; what it leaves out stays as the folder has it."""
    names = ("manifest", "fault_429", "fault_500", "fault_applied", "fault_seconds", "deliveries", "seed")
    chosen = {name: getattr(asked, name) for name in names if getattr(asked, name) is not None}
    if asked.open_events is not None:
        chosen["event_url"] = asked.open_events
    return chosen | ({"strict": True} if asked.strict else {})


if __name__ == "__main__":
    sys.exit(main())
