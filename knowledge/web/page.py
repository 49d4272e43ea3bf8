"""Read a fetched page: its words, and the addresses it leads to, in the one way that we write them."""

import json
import re
import subprocess
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

from knowledge.documents.jailed import JAIL, jailed
from knowledge.errors import UnreadableFileError
from knowledge.web.address import PORTS
from knowledge.web.fetch import Fetched

MEMORY = 1_000_000_000
SECONDS = 20
STARTING = 15
# What only tells a site where a reader came from.
_TRACKING = re.compile(r"(?i)utm_\w+|gclid|fbclid|msclkid|mc_[ce]id|sessionid|phpsessid|jsessionid|ref|source")
_SESSION = re.compile(r"(?i);jsessionid=[^/?#]*")
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$")


@dataclass(frozen=True, slots=True)
class WebPage:
    """What a page says; `canonical` is the address that it calls its own, `links` are whole addresses."""

    url: str
    title: str
    text: str
    links: tuple[str, ...] = ()
    canonical: str = ""
    noindex: bool = False
    nofollow: bool = False


def canonical(url: str) -> str:
    """Return an address written in one way, whatever of it differs without leading elsewhere; "" where it is none."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return ""
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme.lower() not in PORTS or not host:
        return ""
    scheme = parts.scheme.lower()
    place = host if port in {None, PORTS[scheme]} else f"{host}:{port}"
    path = _INDEX.sub("/", _SESSION.sub("", quote(unquote(parts.path), safe="/:@!$&'()*+,;=~-._"))) or "/"
    query = [
        (name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.fullmatch(name)
    ]
    return urlunsplit((scheme, place, _without_dots(path), urlencode(sorted(query)), ""))


def read_page(fetched: Fetched) -> WebPage:
    """Return what a page of HTML says, read in a jailed child process.

    Raises:
        UnreadableFileError: it cannot be read.
    """
    said = _run(fetched.body, {"charset": _charset(fetched), "memory": MEMORY, "seconds": SECONDS})
    match said:
        case {
            "title": str(title),
            "text": str(text),
            "links": list(links),
            "base": str(base),
            "canonical": str(own),
            "noindex": bool(noindex),
            "nofollow": bool(nofollow),
        }:
            start = urljoin(fetched.url, base) if base else fetched.url
            found = (canonical(_joined(start, each)) for each in links if isinstance(each, str))
            return WebPage(
                fetched.url,
                title,
                text,
                links=tuple(dict.fromkeys(each for each in found if each)),
                canonical=canonical(_joined(fetched.url, own)) if own else "",
                noindex=noindex,
                nofollow=nofollow,
            )
    raise UnreadableFileError("That page cannot be read.", reason="damaged")


def _run(data: bytes, order: dict[str, Any]) -> Any:
    try:
        with jailed(order, stdin=subprocess.PIPE, module=f"{JAIL}.web") as child:
            output, _ = child.communicate(data, timeout=SECONDS + STARTING)
        return json.loads(output.split(b"\n")[1])
    except subprocess.TimeoutExpired as error:
        raise UnreadableFileError("Reading that page took too long.", reason="timeout") from error
    except (ValueError, IndexError, RecursionError):
        return None


def _charset(fetched: Fetched) -> str:
    """Return what a page is written in: as the site says, else as the page says."""
    declared = re.search(rb"(?i)<meta[^>]+charset=[\"']?([\w-]+)", fetched.body[:4096])
    name = fetched.charset or (declared[1].decode() if declared else "utf-8")
    try:
        "".encode(name)
    except (LookupError, ValueError):
        return "utf-8"
    return name


def _joined(start: str, link: str) -> str:
    try:
        return urljoin(start, link)
    except ValueError:
        return ""


def _without_dots(path: str) -> str:
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            parts = parts[:-1] if len(parts) > 1 else parts
        elif part != ".":
            parts.append(part)
    return "/".join(parts) or "/"
