"""Answer calls of the Web API: who calls, with what, whether they may, and what comes of it."""

import asyncio
from typing import Any

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.workspace import strict_json
from bot.workspace.api import METHODS, Call, Method
from bot.workspace.errors import ApiError
from bot.workspace.feed import shortened
from bot.workspace.guard import bearer, same
from bot.workspace.scopes import METHODS as SCOPED
from bot.workspace.scopes import check_scope, kinds_asked
from bot.workspace.workspace import Workspace

Json = dict[str, Any]
BODY_BYTES = 4_000_000
FAULT_RETRY_SECONDS = 1


async def answer(workspace: Workspace, request: Request) -> Response:
    """Answer one call; refusals are answers too, with status 200."""
    name = request.path_params["method"]
    note = workspace.feed.log("in", "api", name=name)
    try:
        arguments = await _arguments(request)
        note["sent"] = shortened(arguments)
        _check_token(workspace, name, bearer(request) or str(arguments.get("token") or ""))
        response, told = await _served(workspace, name, arguments)
    except ApiError as error:
        told = {"ok": False, "error": error.code, **error.extra}
        response = JSONResponse(told)
    workspace.feed.note_answer(note, told)
    note |= {"ok": bool(told.get("ok")), "error": str(told.get("error", "")), "status": response.status_code}
    return response


async def _served(workspace: Workspace, name: str, arguments: Json) -> tuple[Response, Json]:
    """Return the response, and what it says, for a caller who is known."""
    place = str(arguments.get("channel") or "")
    if wait := _wait(workspace, name, place):
        return _refused_for_now(wait)
    fault = workspace.faults.draw(name)
    if fault == "429":
        workspace.rates.close(name, place, FAULT_RETRY_SECONDS)
        return _refused_for_now(FAULT_RETRY_SECONDS)
    if fault == "500":
        return PlainTextResponse("internal error", status_code=500), {"ok": False, "error": "injected: 500"}
    told = {"ok": True, **_called(workspace, name, arguments)}
    if fault == "applied":
        # The call is done, and whoever made it gives up waiting before hearing so.
        await asyncio.sleep(workspace.config.fault_seconds)
        return PlainTextResponse("upstream timed out", status_code=504), told | {"error": "injected: done, no answer"}
    response = JSONResponse(told)
    if name == "auth.test":
        response.headers["x-oauth-scopes"] = ",".join(sorted(workspace.scopes))
    return response, told


def _wait(workspace: Workspace, name: str, place: str) -> float:
    if seconds := workspace.rates.still_closed(name, place):
        return seconds
    if workspace.config.strict and (seconds := workspace.rates.take(name, place)):
        workspace.rates.close(name, place, seconds)
        return seconds
    return 0.0


def _refused_for_now(seconds: float) -> tuple[Response, Json]:
    told = {"ok": False, "error": "ratelimited"}
    return JSONResponse(told, status_code=429, headers={"Retry-After": str(int(seconds))}), told


def _called(workspace: Workspace, name: str, arguments: Json) -> Json:
    method = _method(name)
    call = Call(workspace, arguments)
    check_scope(name, _kinds(call, name), granted=workspace.scopes)
    return method(call)


def _kinds(call: Call, name: str) -> set[str]:
    """Return the kinds of channel that a call is about, as far as the bot may know."""
    if not isinstance(SCOPED.get(name), dict):
        return set()
    if name in ("conversations.list", "users.conversations"):
        return kinds_asked(call.text("types"))
    try:
        return {str(call.channel(member=False)["kind"])}
    except ApiError:
        return set()


def _method(name: str) -> Method:
    if name not in METHODS:
        raise ApiError("unknown_method", req_method=name)
    return METHODS[name]


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
