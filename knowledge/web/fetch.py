"""Fetch a page from the address that was checked, and from no other: no proxy, no cookie, no endless answer."""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit, urlunsplit

from knowledge.errors import TransientError, UserError
from knowledge.web.address import ForbiddenAddressError, Resolve, Rules, Target, resolve, target_of
from knowledge.web.page import same_site

AGENT = "Teller/1.0 (reads pages for one bank; asks robots.txt first)"
MOST_BYTES = 10_000_000
SECONDS = 20.0
REDIRECTS = 4
CHUNK = 65_536
MOVED = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a site answered: `url` is where the answer came from in the end."""

    url: str
    status: int
    kind: str
    charset: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Return the body as text."""
        try:
            return self.body.decode(self.charset or "utf-8", "replace")
        except LookupError:
            return self.body.decode("utf-8", "replace")


class TooLargeError(UserError):
    """That page is larger than I read."""


class Fetcher:
    """Fetches pages within `rules`; each redirect is checked like the first address."""

    def __init__(
        self,
        rules: Rules = Rules(),  # noqa: B008 - frozen.
        *,
        resolve: Resolve = resolve,
        most_bytes: int = MOST_BYTES,
        seconds: float = SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rules = rules
        self._resolve = resolve
        self._most_bytes = most_bytes
        self._seconds = seconds
        self._clock = clock
        self._context = ssl.create_default_context()

    def fetch(self, url: str, *, headers: dict[str, str] | None = None, stay: bool = False) -> Fetched:
        """Return what `url` answers, whatever its status; to `stay` is to follow no redirect to another site.

        Raises:
            ForbiddenAddressError: it, or where it leads, may not be read.
            TooLargeError: it sends more than is read.
            TransientError: it does not answer in time.
            UserError: there is no such site, or it leads in circles.
        """
        deadline = self._clock() + self._seconds
        first = url
        for _ in range(REDIRECTS + 1):
            target = target_of(without_fragment(url), rules=self._rules, resolve=self._resolve)
            answer = self._ask(target, headers or {}, deadline)
            if answer.status not in MOVED or not answer.headers.get("location"):
                return answer
            try:
                url = urljoin(target.url, answer.headers["location"])
                stays = same_site(url, first)
            except ValueError as error:
                raise ForbiddenAddressError("That page leads to what is no address on the web.") from error
            if target.scheme == "https" and urlsplit(url).scheme == "http":
                raise ForbiddenAddressError("That page leads from https to http, which I do not follow.")
            if stay and not stays:
                raise ForbiddenAddressError("That page leads to another site, which I do not follow.")
        raise UserError("That page leads in circles.")

    def _ask(self, target: Target, headers: dict[str, str], deadline: float) -> Fetched:
        left = deadline - self._clock()
        if left <= 0:
            raise TransientError(f"{target.host} takes too long to answer.")
        try:
            connected = socket.create_connection((target.address, target.port), timeout=min(left, self._seconds / 2))
        except OSError as error:
            raise TransientError(f"{target.host} cannot be reached: {error}") from error
        # Each byte that trickles in would extend a timeout: the connection ends when its time is over.
        held = [connected]
        guard = threading.Timer(max(0.05, deadline - self._clock()), _cut, (held,))
        guard.daemon = True
        guard.start()
        try:
            if target.scheme == "https":
                held[0] = self._context.wrap_socket(connected, server_hostname=target.host)
            answer = self._talk(held[0], target, headers)
        except (OSError, http.client.HTTPException) as error:
            raise TransientError(f"{target.host} did not answer as a site does, or not in time.") from error
        finally:
            guard.cancel()
            held[0].close()
        if self._clock() >= deadline:  # What was cut off looks like the end of a page that told no length.
            raise TransientError(f"{target.host} takes too long to answer.")
        return answer

    def _talk(self, stream: socket.socket, target: Target, headers: dict[str, str]) -> Fetched:
        connection = http.client.HTTPConnection(target.host, target.port)
        connection.sock = stream
        asked = {"User-Agent": AGENT, "Accept": "text/html,application/pdf,text/plain;q=0.9", **headers}
        connection.request("GET", target.path, headers={**asked, "Accept-Encoding": "identity", "Connection": "close"})
        with connection.getresponse() as response:
            given = {name.lower(): value for name, value in response.getheaders()}
            if response.status in MOVED:
                return Fetched(target.url, response.status, "", "", b"", given)
            if given.get("content-encoding", "identity") != "identity":
                raise UserError(f"{target.host} sends packed pages although I asked for plain ones.")
            if given.get("content-length", "").isdigit() and int(given["content-length"]) > self._most_bytes:
                raise self._too_large()
            body = self._body(response, target)
            kind, charset = response.headers.get_content_type(), response.headers.get_content_charset() or ""
            return Fetched(target.url, response.status, kind, charset, body, given)

    def _body(self, response: http.client.HTTPResponse, target: Target) -> bytes:
        parts, size = [], 0
        while part := response.read(CHUNK):
            size += len(part)
            if size > self._most_bytes:
                raise self._too_large()
            parts.append(part)
        if response.length:
            raise TransientError(f"{target.host} broke off in the middle of a page.")
        return b"".join(parts)

    def _too_large(self) -> TooLargeError:
        return TooLargeError(f"It is larger than {self._most_bytes // 1_000_000} MB, the most that I read.")


def without_fragment(url: str) -> str:
    """Return an address without the place on the page that it points at."""
    try:
        return urlunsplit(urlsplit(url)._replace(fragment=""))
    except ValueError as error:
        raise ForbiddenAddressError("That is not an address on the web.") from error


def _cut(held: list[socket.socket]) -> None:
    """End a connection whatever it is doing; one that ended by itself is fine."""
    try:
        held[0].shutdown(socket.SHUT_RDWR)
    except OSError:
        return
