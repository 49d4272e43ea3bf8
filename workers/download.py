"""Fetch a file out of Slack: only from Slack's own hosts, only up to a size, and never a login page."""

import time
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx

from knowledge.errors import TransientError, UnavailableError, UnreadableFileError
from workers.slack import File, Slack

SLACK_HOSTS = frozenset({"files.slack.com"})
REDIRECTS = 3
SECONDS = 120.0


def download(slack: Slack, file: File, folder: Path, *, limit: int) -> Path:
    """Return the path of the file's bytes, saved in `folder` under its id.

    Raises:
        UnreadableFileError: it is larger than `limit` bytes.
        UnavailableError: Slack does not hand it out.
        TransientError: Slack cannot be reached.
    """
    if file.size > limit:
        raise _too_large(file, limit)
    path = folder / file.id
    deadline = time.monotonic() + SECONDS
    url = file.url
    # The token goes only where `_check` allows; the environment's proxies and netrc are not asked.
    headers = {"Authorization": f"Bearer {slack.token}"}
    with httpx.Client(headers=headers, timeout=20, follow_redirects=False, trust_env=False) as client:
        for _ in range(REDIRECTS + 1):
            _check(url, slack)
            try:
                with client.stream("GET", url) as response:
                    if response.is_redirect:
                        url = urljoin(url, response.headers["location"])
                        continue
                    _check_response(response, file)
                    _save(response, path, file, limit=limit, deadline=deadline)
                    return path
            except (httpx.TransportError, httpx.StreamError) as error:
                raise TransientError(f"The file could not be fetched: {error}", after=5) from error
    raise UnavailableError("Slack sent me in circles when I fetched this file.")


def _check(url: str, slack: Slack) -> None:
    parts, home = urlsplit(url), urlsplit(slack.url)
    local = home.hostname in ("127.0.0.1", "localhost")
    allowed = (parts.scheme, parts.netloc) == (home.scheme, home.netloc) if local else parts.hostname in SLACK_HOSTS
    if not allowed or (parts.scheme != "https" and not local) or parts.username:
        raise UnavailableError("This file is not kept by Slack itself, so I did not fetch it.")


def _check_response(response: httpx.Response, file: File) -> None:
    if response.status_code == 429 or response.status_code >= 500:
        wait = response.headers.get("retry-after", "5")
        raise TransientError(f"Slack answered {response.status_code}", after=float(wait) if wait.isdigit() else 5)
    if response.status_code != 200:
        raise UnavailableError(f"Slack did not hand out this file (it answered {response.status_code}).")
    kind = response.headers.get("content-type", "")
    if kind.startswith("text/html") and "html" not in file.mimetype:
        raise UnavailableError(
            "Slack showed me a login page instead of the file. "
            "An admin should check that the app has the `files:read` permission."
        )


def _save(response: httpx.Response, path: Path, file: File, *, limit: int, deadline: float) -> None:
    size = 0
    with path.open("wb") as out:
        for piece in response.iter_bytes():
            size += len(piece)
            if size > limit:
                raise _too_large(file, limit)
            if time.monotonic() > deadline:
                raise TransientError("The file came too slowly.", after=30)
            out.write(piece)


def _too_large(file: File, limit: int) -> UnreadableFileError:
    return UnreadableFileError(
        f"{file.name} is larger than {limit / 1e6:.0f} MB, the most that I can take.", reason="too_large"
    )
