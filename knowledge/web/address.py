"""Decide which addresses on the web may be asked: public ones, by name, over http or https, and none inside."""

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from knowledge.errors import TransientError, UserError

Resolve = Callable[[str, int], Sequence[str]]
PORTS = {"http": 80, "https": 443}
LONGEST = 2000
# A name of letters, digits and hyphens that ends in a top level of letters: nothing that an inet_aton would take
# for a number in disguise, and no name of the inside.
_NAME = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{2,59})")
_INSIDE = re.compile(
    r"(?:^|\.)(?:localhost|local|localdomain|internal|intranet|corp|home|lan|private|test|invalid|onion|arpa)$"
)
_NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))


class ForbiddenAddressError(UserError):
    """That address may not be read."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect for a URL: the `address` that was checked, and the name to ask for."""

    url: str
    scheme: str
    host: str
    port: int
    address: str
    path: str


@dataclass(frozen=True, slots=True)
class Rules:
    """What may be asked: `hosts` limits it to some names; `ports` and `inside` are for sites that the bank runs itself.

    `inside` holds addresses that may be asked although they are not public.
    """

    hosts: frozenset[str] = frozenset()
    ports: frozenset[int] = frozenset({80, 443})
    inside: frozenset[str] = frozenset()


def resolve(host: str, port: int) -> Sequence[str]:
    """Return every address of a name.

    Raises:
        UserError: there is no such name.
        TransientError: nobody could be asked.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno == socket.EAI_AGAIN:
            raise TransientError(f"The name {host} cannot be looked up right now.") from error
        raise UserError(f"There is no site called {host}.") from error
    return tuple(dict.fromkeys(str(each[4][0]) for each in found))


def target_of(url: str, *, rules: Rules = Rules(), resolve: Resolve = resolve) -> Target:
    """Return where to connect for `url`, looked up once, so that a name cannot change its mind in between.

    Raises:
        ForbiddenAddressError: it leads inside, or is not spelled as an honest address is.
        UserError: there is no such site.
    """
    if len(url) > LONGEST or not url.isprintable() or any(each.isspace() or each in '\\"<>^`{|}' for each in url):
        raise ForbiddenAddressError("That is not an address on the web.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ForbiddenAddressError("That is not an address on the web.") from error
    if parts.scheme not in PORTS:
        raise ForbiddenAddressError("I read web pages by http and https only.")
    if "@" in parts.netloc or "%" in parts.netloc:
        raise ForbiddenAddressError("I follow no address that carries a name and password, or hides its host.")
    port = PORTS[parts.scheme] if port is None else port
    if port not in rules.ports:
        raise ForbiddenAddressError(f"I do not read port {port}.")
    host = _host(parts.hostname or "", rules)
    addresses = resolve(host, port)
    if not addresses:
        raise UserError(f"There is no site called {host}.")
    for address in addresses:
        if not _is_public(address) and address not in rules.inside:
            raise ForbiddenAddressError(f"{host} leads to an address inside this network, which I do not read.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(url, parts.scheme, host, port, addresses[0], path)


def _host(written: str, rules: Rules) -> str:
    try:
        host = written.rstrip(".").encode("idna").decode("ascii").lower() if not written.isascii() else written.lower()
    except UnicodeError as error:
        raise ForbiddenAddressError("That is not an address on the web.") from error
    if host in rules.inside:
        return host
    if not _NAME.fullmatch(host) or _INSIDE.search(host):
        raise ForbiddenAddressError("I read sites by their public name only.")
    if rules.hosts and host not in rules.hosts:
        raise ForbiddenAddressError(f"{host} is not one of the sites that I may read.")
    return host


def _is_public(written: str) -> bool:
    """Tell whether an address is one of the public internet, also behind those that carry another inside."""
    try:
        address = ipaddress.ip_address(written)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped or address.sixtofour or address.teredo or address.scope_id:
            return False
        if any(address in network for network in _NAT64) or address in ipaddress.ip_network("::/96"):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved and not address.is_unspecified
