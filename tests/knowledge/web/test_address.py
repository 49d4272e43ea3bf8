"""What leads inside is refused, however it is spelled; what is public is not."""

import pytest

from knowledge.errors import UserError
from knowledge.web.address import ForbiddenAddressError, Rules, target_of

PUBLIC = "93.184.215.14"
NAMES = {
    "rebind.example.com": ["93.184.215.14", "127.0.0.1"],
    "127.0.0.1.nip.io": ["127.0.0.1"],
    "metadata.example.com": ["169.254.169.254"],
    "ten.example.com": ["10.0.0.7"],
    "shared.example.com": ["100.64.3.4"],
    "zero.example.com": ["0.0.0.0"],  # noqa: S104 - looked up, never bound.
    "six.example.com": ["::1"],
    "mapped.example.com": ["::ffff:10.0.0.1"],
    "compatible.example.com": ["::127.0.0.1"],
    "nat64.example.com": ["64:ff9b::a00:1"],
    "sixtofour.example.com": ["2002:a00:1::1"],
    "unique.example.com": ["fd00::1"],
    "linklocal.example.com": ["fe80::1"],
    "multicast.example.com": ["224.0.0.1"],
    "broadcast.example.com": ["255.255.255.255"],
    "reserved.example.com": ["240.0.0.1"],
    "broken.example.com": ["not an address"],
    "nobody.example.com": [],
}


def resolver(host: str, _port: int) -> list[str]:
    return NAMES.get(host, [PUBLIC])


REFUSED = [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://127.0.0.1./",
    "http://127.000.000.001/",
    "http://①②⑦.⓪.⓪.①/",
    "http://１２７.０.０.１/",
    "http://0/",
    "http://0.0.0.0/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[0:0:0:0:0:ffff:7f00:1]/",
    "http://[fe80::1%25eth0]/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://metadata.google.internal/",
    "http://localhost/",
    "http://localhost./",
    "http://LOCALHOST/",
    "http://printer.local/",
    "http://intranet/",
    "http://user@www.example.com/",
    "http://www.example.com@127.0.0.1/",
    "http://www.example.com%2f@127.0.0.1/",
    "http://127.0.0.1%23.example.com/",
    "http://www.example.com\\@127.0.0.1/",
    "http://www.example.com:22/",
    "http://www.example.com:6379/",
    "http://www.example.com:99999/",
    "file:///etc/passwd",
    "ftp://www.example.com/",
    "gopher://www.example.com:70/_x",
    "javascript:alert(1)",
    "data:text/html,hi",
    "//www.example.com/",
    "http:///path",
    "http://",
    "",
    "http://www.example.com/a b",
    "http://www.example.com/\r\nHost: inside",
    "http://" + "a" * 300 + ".com/",
    "http://www.example.com/" + "a" * 3000,
    "http://[::1",
    *(f"http://{name}/" for name in NAMES if name != "nobody.example.com"),
]
ALLOWED = [
    ("http://www.example.com/", 80, "/"),
    ("https://www.example.com/a?b=c", 443, "/a?b=c"),
    ("https://example.com", 443, "/"),
    ("https://EXAMPLE.com/Path", 443, "/Path"),
    ("https://sub.domain.example.co.uk/x/y.html", 443, "/x/y.html"),
    ("https://www.example.com:443/", 443, "/"),
    ("http://www.example.com:80/?q=1", 80, "/?q=1"),
    ("https://bücher.example/", 443, "/"),
    ("https://xn--bcher-kva.example/", 443, "/"),
    ("https://a-b.example.org/?u=http://127.0.0.1/", 443, "/?u=http://127.0.0.1/"),
]


@pytest.mark.parametrize("url", REFUSED)
def test_what_leads_inside_is_refused(url):
    with pytest.raises(ForbiddenAddressError):
        target_of(url, resolve=resolver)


@pytest.mark.parametrize(("url", "port", "path"), ALLOWED)
def test_what_is_public_is_read_at_the_address_that_was_checked(url, port, path):
    target = target_of(url, resolve=resolver)

    assert (target.address, target.port, target.path) == (PUBLIC, port, path)


def test_a_site_that_there_is_not_is_said_to_be_none():
    with pytest.raises(UserError, match="no site"):
        target_of("http://nobody.example.com/", resolve=resolver)


def test_a_list_of_sites_leaves_out_every_other():
    rules = Rules(hosts=frozenset({"www.example.com"}))

    assert target_of("https://www.example.com/", rules=rules, resolve=resolver)
    with pytest.raises(ForbiddenAddressError):
        target_of("https://www.example.org/", rules=rules, resolve=resolver)
