"""The addresses of the local workspace, as one ASGI application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from bot.workspace import control, responses, streaming, strict_json, transfer
from bot.workspace.api import METHODS, Call, Method
from bot.workspace.errors import ApiError
from bot.workspace.guard import Guard, Session, bearer, same
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
        return await _call(workspace, request)

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


async def _call(workspace: Workspace, request: Request) -> Response:
    """Answer one Web API call; refusals are answers too, with status 200."""
    name = request.path_params["method"]
    try:
        arguments = await _arguments(request)
        _check_token(workspace, name, bearer(request) or str(arguments.get("token") or ""))
        answer = {"ok": True, **_method(name)(Call(workspace, arguments))}
    except ApiError as error:
        answer = {"ok": False, "error": error.code, **error.extra}
    workspace.feed.log("in", "api", name=name, ok=answer["ok"], error=answer.get("error", ""))
    response = JSONResponse(answer)
    if name == "auth.test" and answer["ok"]:
        response.headers["x-oauth-scopes"] = SCOPES
    return response


def _method(name: str) -> Method:
    if name not in METHODS:
        raise ApiError("unknown_method", req_method=name)
    return METHODS[name]


SCOPES = (
    "app_mentions:read,assistant:write,channels:history,channels:join,channels:read,chat:write,commands,files:read,"
    "files:write,groups:history,groups:read,im:history,im:read,im:write,reactions:read,reactions:write,team:read,"
    "users:read,users:read.email"
)


def _check_token(workspace: Workspace, name: str, token: str) -> None:
    if name == "api.test":
        return
    if not token:
        raise ApiError("not_authed")
    for_app = name.startswith("apps.connections.")
    if not same(token, workspace.config.app_token if for_app else workspace.config.bot_token):
        known = (workspace.config.bot_token, workspace.config.app_token)
        raise ApiError("not_allowed_token_type" if any(same(token, each) for each in known) else "invalid_auth")


async def _arguments(request: Request) -> Json:
    """Return the arguments of a call, whatever form they come in.

    Raises:
        ApiError: the body cannot be read.
    """
    arguments: Json = dict(request.query_params)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method == "GET" or not kind:
        return arguments
    if kind not in ("application/json", "application/x-www-form-urlencoded", "multipart/form-data"):
        raise ApiError("invalid_post_type")
    if int(request.headers.get("content-length") or 0) > BODY_BYTES:
        raise ApiError("request_too_large")
    if kind == "application/json":
        try:
            sent = strict_json.read(await request.body() or b"{}")
        except ValueError:
            raise ApiError("invalid_json") from None
        if not isinstance(sent, dict):
            raise ApiError("json_not_object")
        return arguments | sent
    try:
        async with request.form() as form:
            return arguments | {name: value for name, value in form.items() if not isinstance(value, UploadFile)}
    except MultiPartException:
        raise ApiError("invalid_form_data") from None


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
