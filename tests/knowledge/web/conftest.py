"""A small site on loopback, and a fetcher that may read it although it lies inside."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from knowledge.web.address import Rules
from knowledge.web.fetch import Fetcher

Answer = tuple[int, dict[str, str], bytes]


class Site:
    """What the site answers, by path, and what it was asked."""

    def __init__(self) -> None:
        self.pages: dict[str, Answer | Callable[[BaseHTTPRequestHandler], None]] = {}
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "Site":
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def page(self, path: str, body: str, *links: str, head: str = "", status: int = 200, **headers: str) -> None:
        anchors = "".join(f'<li><a href="{link}">{link}</a></li>' for link in links)
        markup = (
            f"<html><head><title>Page {path}</title>{head}</head><body><nav><a href='/'>Home</a> Menu Menu</nav>"
            f"<main><article><h1>About {path}</h1><p>{body}</p></article><ul>{anchors}</ul></main>"
            f"<footer>Imprint and cookies</footer></body></html>"
        )
        self.pages[path] = (status, {"content-type": "text/html; charset=utf-8", **headers}, markup.encode())

    def sends(self, path: str, body: bytes, kind: str = "text/plain", status: int = 200, **headers: str) -> None:
        self.pages[path] = (status, {"content-type": kind, **headers}, body)

    def redirects(self, path: str, to: str, status: int = 302) -> None:
        self.pages[path] = (status, {"location": to}, b"")


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(self.path)
            site.headers.append({name.lower(): value for name, value in self.headers.items()})
            found = site.pages.get(self.path)
            if callable(found):
                found(self)
                return
            status, headers, body = found or (404, {"content-type": "text/html"}, b"<p>nothing here</p>")
            try:
                self.send_response(status)
                for name, value in {"content-length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                self.close_connection = True  # The client did not wait.

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        yield site


@pytest.fixture
def rules(site: Site) -> Rules:
    return Rules(ports=frozenset({80, 443, site.port}), inside=frozenset({"127.0.0.1"}))


@pytest.fixture
def fetcher(rules: Rules) -> Fetcher:
    return Fetcher(rules, most_bytes=2_000_000, seconds=5)
