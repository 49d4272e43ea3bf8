"""What people do, offered to the page and to tests: post, press, run, join, wait."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.workspace import people, pressing, scene, staff, strict_json
from bot.workspace.errors import ApiError, invalid_arguments
from bot.workspace.feed import seen_by
from bot.workspace.guard import Session
from bot.workspace.workspace import Workspace

Json = dict[str, Any]
PING_SECONDS = 15.0
MOST_MILLISECONDS = 30_000
ACTIONS = {
    each.__name__: each
    for each in (
        people.post, people.edit, people.delete, people.delete_file, people.react, people.join, people.leave,
        people.open_home, people.disconnect, pressing.stop, pressing.command, pressing.shortcut, pressing.press,
        pressing.submit, pressing.close_view, staff.add_person, staff.change_person, staff.add_channel,
    )
}  # fmt: skip


def routes(workspace: Workspace, session: Session) -> list[Route]:
    """Return the addresses under `/control`; each wants the page's cookie or the control token."""

    def guarded(handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def handle(request: Request) -> Response:
            if not session.may_control(request):
                return _refused(ApiError("invalid_auth"), status=401)
            try:
                return await handler(request)
            except ApiError as error:
                return _refused(error, status=400)

        return handle

    async def act(request: Request) -> Response:
        action = ACTIONS.get(request.path_params["action"])
        if action is None:
            raise ApiError("unknown_action")
        try:
            sent = strict_json.read(await request.body() or b"{}")
        except ValueError:
            raise ApiError("invalid_json") from None
        if not isinstance(sent, dict):
            raise ApiError("json_not_object")
        return JSONResponse({"ok": True, **await action(workspace, sent)})

    async def state(request: Request) -> Response:
        return JSONResponse({"ok": True, **scene.overview(workspace, request.query_params.get("person", ""))})

    async def messages(request: Request) -> Response:
        asked = request.query_params
        shown = scene.timeline(
            workspace,
            asked.get("person", ""),
            asked.get("channel", ""),
            thread_ts=asked.get("thread_ts", ""),
            before=asked.get("before", ""),
            limit=_number(asked.get("limit", "100"), most=1000),
        )
        return JSONResponse({"ok": True, **shown})

    async def wait(request: Request) -> Response:
        since = _number(request.query_params.get("since", "0"), most=1 << 60)
        wanted = _number(request.query_params.get("milliseconds", "10000"), most=MOST_MILLISECONDS)
        return JSONResponse({"ok": True, "version": await workspace.feed.changed(since, seconds=wanted / 1000)})

    async def traffic(request: Request) -> Response:
        if number := request.query_params.get("number", ""):
            found = [each for each in workspace.feed.traffic if str(each["number"]) == number]
            return JSONResponse({"ok": True, "traffic": found})
        return JSONResponse({"ok": True, "traffic": workspace.feed.overview(), "early": workspace.rates.early})

    async def feed(request: Request) -> Response:
        person = scene.person_of(workspace, request.query_params.get("person", "")).id
        headers = {"Cache-Control": "no-store"}
        return StreamingResponse(_stream(workspace, person), media_type="text/event-stream", headers=headers)

    return [
        Route("/control/state", guarded(state)),
        Route("/control/messages", guarded(messages)),
        Route("/control/wait", guarded(wait)),
        Route("/control/traffic", guarded(traffic)),
        Route("/control/feed", guarded(feed)),
        Route("/control/{action}", guarded(act), methods=["POST"]),
    ]


def _refused(error: ApiError, *, status: int) -> Response:
    return JSONResponse({"ok": False, "error": error.code, **error.extra}, status_code=status)


def _number(text: str, *, most: int) -> int:
    if not text.isdigit():
        raise invalid_arguments("must be a whole number")
    return min(int(text), most)


async def _stream(workspace: Workspace, person: str) -> AsyncIterator[str]:
    """Yield server-sent events, with a comment now and then so that a dead page is noticed."""
    with workspace.feed.listening() as queue:
        yield f"data: {json.dumps({'change': 'hello', 'version': workspace.feed.version})}\n\n"
        while True:
            try:
                told = await asyncio.wait_for(queue.get(), PING_SECONDS)
            except TimeoutError:
                yield ": still here\n\n"
                continue
            if change := seen_by(person, told):
                yield f"data: {json.dumps(change)}\n\n"
