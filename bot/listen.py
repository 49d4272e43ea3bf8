"""Listen to Slack, over a socket that we open or over HTTP, until told to stop."""

import logging
import socket
import threading
import time
from collections.abc import Callable

import uvicorn
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from slack_sdk.socket_mode.builtin import SocketModeClient
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.desk import NO_ANSWER
from knowledge.errors import UnavailableError

LARGEST_BODY = 2_000_000  # Slack's longest message with its blocks is a tenth of this.

log = logging.getLogger(__name__)


def listen_to_socket(
    app: App,
    app_token: str,
    stopped: threading.Event,
    *,
    on_gap: Callable[[float], object],
    beat: Callable[[], object] = lambda: None,
) -> None:
    """Receive events over Socket Mode until `stopped`; after each lost connection `on_gap` is told since when.

    `beat` is called for as long as Slack can be heard.

    Raises:
        UnavailableError: Slack does not accept the token, or cannot be reached.
    """
    client = SocketModeHandler(app, app_token).client
    try:
        client.connect()
        log.info("Listening over Socket Mode")
        _watch(client, stopped, on_gap, beat)
    except NO_ANSWER as error:
        raise UnavailableError(f"Socket Mode does not start with SLACK_APP_TOKEN: {error}") from error
    finally:
        client.current_session_runner.event.set()  # Else it may take the socket again before close() can.
        client.close()


def _watch(
    client: SocketModeClient, stopped: threading.Event, on_gap: Callable[[float], object], beat: Callable[[], object]
) -> None:
    """Wait until `stopped`, while the client connects anew by itself whenever Slack or the network ends a session."""
    session, alive = client.session_id(), time.time()
    while not stopped.wait(0.5):
        if client.session_id() != session:
            session = client.session_id()
            on_gap(alive)
        if client.is_connected():
            alive = time.time()
            beat()


def listen_to_http(
    app: App,
    port: int,
    stopped: threading.Event,
    *,
    host: str = "127.0.0.1",
    beat: Callable[[], object] = lambda: None,
) -> None:
    """Receive signed requests at `host` until `stopped`.

    Raises:
        UnavailableError: the port is taken.
    """
    config = uvicorn.Config(http_app(app), log_config=None, timeout_graceful_shutdown=5)
    server = uvicorn.Server(config)
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            raise UnavailableError(f"HTTP_PORT {port} cannot be used: {error}") from error
        # Beside the main thread, where the server would take the signals for itself.
        thread = threading.Thread(target=server.run, args=([listener],), name="http")
        thread.start()
        log.info("Listening on http://%s:%s/slack/events", host, listener.getsockname()[1])
        while not stopped.wait(0.5) and thread.is_alive():
            beat()
        server.should_exit = True
        thread.join()


def http_app(app: App) -> Starlette:
    """Return the web application: `/slack/events` for Slack, `/health` for whoever keeps it running."""

    async def receive(request: Request) -> Response:
        length = request.headers.get("content-length", "")
        if not length.isdecimal():
            return PlainTextResponse("Length required", status_code=411)
        if int(length) > LARGEST_BODY:
            return PlainTextResponse("Too large", status_code=413)
        body = await request.body()
        # In a thread, as a listener waits for the database before it acknowledges.
        return to_starlette_response(await run_in_threadpool(app.dispatch, to_bolt_request(request, body)))

    async def health(_request: Request) -> Response:
        return JSONResponse({"ok": True})

    return Starlette(
        routes=[Route("/slack/events", receive, methods=["POST"]), Route("/health", health, methods=["GET"])]
    )
