"""The addresses of the local workspace, as one ASGI application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from bot.workspace import control, responses, streaming, strict_json, transfer, webapi
from bot.workspace.errors import ApiError
from bot.workspace.guard import Guard, Session
from bot.workspace.workspace import Workspace

Json = dict[str, Any]
PAGE = Path(__file__).parent / "page"
BODY_BYTES = 4_000_000


def build(workspace: Workspace, *, port: int) -> ASGIApp:
    """Return the application that serves `workspace` on `port`."""
    session = Session(workspace.config.control_token, port=port)

    async def page(_: Request) -> Response:
        response = Response((PAGE / "index.html").read_bytes(), media_type="text/html")
        response.headers["Cache-Control"] = "no-store"
        response.set_cookie(session.name, session.value, httponly=True, samesite="strict")
        return response

    async def call(request: Request) -> Response:
        return await webapi.answer(workspace, request)

    async def respond(request: Request) -> Response:
        return await _respond(workspace, request)

    async def link(websocket: WebSocket) -> None:
        await workspace.sockets.serve(websocket)

    async def permalink(request: Request) -> Response:
        stamp = request.path_params["message"].removeprefix("p")
        thread = request.query_params.get("thread_ts", f"{stamp[:-6]}.{stamp[-6:]}")
        return RedirectResponse(f"/#channel={request.path_params['channel']}&thread={thread}")

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        streaming.settle(workspace)
        await workspace.start()
        yield
        await workspace.close()

    routes = [
        Route("/", page),
        Route("/api/{method:path}", call, methods=["GET", "POST"]),
        Route("/response/{team}/{key}", respond, methods=["POST"]),
        Route("/archives/{channel}/{message}", permalink),
        WebSocketRoute("/link/", link),
        *transfer.routes(workspace, session),
        *control.routes(workspace, session),
        Mount("/page", StaticFiles(directory=PAGE)),
    ]
    return Guard(Starlette(routes=routes, lifespan=lifespan), port=port)


async def _respond(workspace: Workspace, request: Request) -> Response:
    try:
        sent = strict_json.read(await request.body())
    except ValueError:
        return PlainTextResponse("invalid_payload", status_code=400)
    try:
        responses.respond(workspace, request.path_params["key"], sent if isinstance(sent, dict) else {})
    except ApiError as error:
        status = 404 if error.code in ("used_url", "expired_url") else 400
        return JSONResponse({"ok": False, "error": error.code}, status_code=status)
    workspace.feed.log("in", "response_url", ok=True)
    return PlainTextResponse("ok")
