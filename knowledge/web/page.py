"""Define what a page says, and write addresses in one way."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from knowledge.web.address import PORTS

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


def same_site(url: str, other: str) -> bool:
    """Tell whether two addresses are of one site, with `www.` or without."""
    ours, theirs = (urlsplit(each) for each in (url, other))
    names = [(each.hostname or "").removeprefix("www.") for each in (ours, theirs)]
    return names[0] == names[1] and ours.port == theirs.port


def _without_dots(path: str) -> str:
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            parts = parts[:-1] if len(parts) > 1 else parts
        elif part != ".":
            parts.append(part)
    return "/".join(parts) or "/"
