"""Let in only what comes from this computer's own page and programs."""

import hashlib
import hmac

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Guard:
    """Refuse foreign names (DNS rebinding) and foreign pages (request forgery) before anything else runs."""

    def __init__(self, app: ASGIApp, *, port: int) -> None:
        self._app = app
        hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self._origins = {f"http://{host}" for host in hosts}
        # Slack's own Python client names no port when it opens a WebSocket.
        self._hosts = hosts | {"127.0.0.1", "localhost"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if refusal := self._refusal(scope):
            refuse: ASGIApp = PlainTextResponse(refusal, status_code=403)
            if scope["type"] == "websocket":
                refuse = WebSocketClose(1008, refusal)
            await refuse(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_guarded)

    def _refusal(self, scope: Scope) -> str:
        headers = Headers(scope=scope)
        if headers.get("host") not in self._hosts:
            return "This workspace answers only to 127.0.0.1 and localhost."
        changes = scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD")
        if changes and headers.get("origin", "") not in {"", *self._origins}:
            return "Requests from other pages are refused."
        if changes and headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return "Requests from other pages are refused."
        return ""


class Session:
    """The page's own cookie; it lasts over restarts and is useless to another workspace."""

    def __init__(self, secret: str, *, port: int) -> None:
        self.name = f"workspace-{port}"
        self.value = hmac.new(secret.encode(), b"page", hashlib.sha256).hexdigest()
        self._secret = secret

    def is_page(self, request: Request) -> bool:
        """Return whether a request comes from the page."""
        return hmac.compare_digest(request.cookies.get(self.name, "").encode(), self.value.encode())

    def may_control(self, request: Request) -> bool:
        """Return whether a request comes from the page or carries the control token."""
        return self.is_page(request) or same(bearer(request), self._secret)


def bearer(request: Request) -> str:
    """Return the token in the request's header, if any."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def same(given: str, kept: str) -> bool:
    """Compare secrets in constant time."""
    return hmac.compare_digest(given.encode(), kept.encode())
