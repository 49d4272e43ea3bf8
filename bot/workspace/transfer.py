"""Move the bytes of files in and out."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.workspace import sharing
from bot.workspace.config import BOT_USER, TEAM
from bot.workspace.errors import ApiError
from bot.workspace.guard import Session, bearer, same
from bot.workspace.workspace import Workspace

Json = dict[str, Any]
# Slack shows who has no right to a file its own door, with status 200.
SIGN_IN = "<!doctype html><title>Sign in | Local workspace</title><p>Please sign in to see this file."
_SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


def routes(workspace: Workspace, session: Session) -> list[Route]:
    """Return the addresses for uploads and downloads."""

    async def upload(request: Request) -> Response:
        ticket = request.path_params["ticket"]
        if ticket not in workspace.pending_files:
            return PlainTextResponse("unknown upload", status_code=404)
        return await receive(workspace, request, ticket)

    async def upload_from_page(request: Request) -> Response:
        if not session.may_control(request):
            return JSONResponse({"ok": False, "error": "invalid_auth"}, status_code=401)
        person = request.query_params.get("person", "")
        if person not in workspace.state.people or person == BOT_USER:
            return JSONResponse({"ok": False, "error": "user_not_found"}, status_code=400)
        ticket, file = sharing.reserve(workspace, person, request.query_params.get("name", ""))
        # A person's empty file goes through, so that one can see what the bot says of it.
        response = await receive(workspace, request, ticket, may_be_empty=True)
        if response.status_code != 200:
            workspace.pending_files.pop(ticket, None)
            return JSONResponse({"ok": False, "error": bytes(response.body).decode()}, status_code=400)
        return JSONResponse({"ok": True, "file": workspace.state.files[file["id"]]})

    async def download(request: Request) -> Response:
        asker = _asker(workspace, session, request)
        if not asker and workspace.config.strict:
            return HTMLResponse(SIGN_IN)
        if not asker:
            return PlainTextResponse("not allowed", status_code=401)
        team, _, file_id = request.path_params["file"].partition("-")
        file = workspace.state.files.get(file_id)
        if team != TEAM or not file or not sharing.may_see(workspace, file, asker):
            return PlainTextResponse("no such file", status_code=404)
        return _bytes_of(workspace, file)

    return [
        Route("/upload/v1/{ticket}", upload, methods=["POST", "PUT"]),
        Route("/control/upload", upload_from_page, methods=["POST"]),
        Route("/files-pri/{file}/{name}", download),
        Route("/files-pri/{file}/download/{name}", download),
    ]


def _asker(workspace: Workspace, session: Session, request: Request) -> str:
    """Return who wants a file: the bot by its token, a person by the page's session; empty when neither."""
    if same(bearer(request), workspace.config.bot_token):
        return BOT_USER if "files:read" in workspace.scopes else ""
    person = request.query_params.get("person", "")
    return person if session.may_control(request) and person in workspace.state.people else ""


def _bytes_of(workspace: Workspace, file: Json) -> Response:
    # Only plain pictures are shown in place: a document with script in it must not run on this origin.
    shown = file["mimetype"] in _SHOWN
    name = quote(file["name"])
    return FileResponse(
        workspace.state.uploads / file["id"],
        media_type=file["mimetype"],
        headers={
            "Content-Disposition": f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{name}",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, no-store",
        },
    )


async def receive(workspace: Workspace, request: Request, ticket: str, *, may_be_empty: bool = False) -> Response:
    """Write the body of a request, raw or multipart, as the bytes of a reserved file."""
    target = workspace.state.uploads / workspace.pending_files[ticket]["id"]
    partial = target.with_suffix(".part")
    try:
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            size = await _write_form(request, partial)
        else:
            size = await _write_body(request, partial)
    except ClientDisconnect:
        size, may_be_empty = 0, False
    except ApiError as error:
        partial.unlink(missing_ok=True)
        return PlainTextResponse(error.code, status_code=413)
    if not size and not may_be_empty:
        partial.unlink(missing_ok=True)
        return PlainTextResponse("no_file_data", status_code=400)
    partial.replace(target)
    sharing.received(workspace, ticket, size)
    return PlainTextResponse(f"OK - {size}")


async def _write_body(request: Request, path: Path) -> int:
    size = 0
    with path.open("wb") as file:
        async for piece in request.stream():
            size += len(piece)
            if size > sharing.MOST_BYTES:
                raise ApiError("file_upload_size_restricted")
            file.write(piece)
    return size


async def _write_form(request: Request, path: Path) -> int:
    size = 0
    async with request.form() as form:
        sent = next((each for each in form.values() if isinstance(each, UploadFile)), None)
        with path.open("wb") as file:
            while sent and (piece := await sent.read(1 << 20)):
                size += len(piece)
                file.write(piece)
    return size
