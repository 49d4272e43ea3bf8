"""A page is fetched from the address that was checked, within bounds of size and time."""

import socket
import time

import pytest

from knowledge.errors import TransientError, UserError
from knowledge.web.address import ForbiddenAddressError, Rules
from knowledge.web.fetch import Fetcher, TooLargeError


def test_a_page_comes_with_its_kind_and_nothing_of_ours_is_told(site, fetcher, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    site.page("/a", "Hello.")

    fetched = fetcher.fetch(f"{site.url}/a#part")

    assert (fetched.status, fetched.kind, fetched.charset) == (200, "text/html", "utf-8")
    assert "Hello." in fetched.text
    assert site.asked == ["/a"]
    assert not {"cookie", "authorization", "referer"} & site.headers[0].keys()


@pytest.mark.parametrize(
    "where",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://localhost/",
        "http://[::1]/",
        "file:///etc/passwd",
        "http://user:secret@127.0.0.1/",
        "//192.168.0.1/x",
        "http://[::1",
    ],
)
def test_a_redirect_inside_is_not_followed(site, fetcher, where):
    site.redirects("/out", where)

    with pytest.raises(ForbiddenAddressError):
        fetcher.fetch(f"{site.url}/out")


def test_a_redirect_is_followed_and_a_circle_is_left(site, fetcher):
    site.redirects("/old", "/new", status=301)
    site.page("/new", "Here.")
    site.redirects("/a", "/b")
    site.redirects("/b", "/a")

    assert fetcher.fetch(f"{site.url}/old").url == f"{site.url}/new"
    with pytest.raises(UserError, match="circles"):
        fetcher.fetch(f"{site.url}/a")


def test_a_name_is_looked_up_once_and_asked_at_that_address(site):
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    rules = Rules(ports=frozenset({site.port}), inside=frozenset({"127.0.0.1"}))
    site.page("/", "Hello.")

    fetched = Fetcher(rules, resolve=lambda _host, _port: next(answers)).fetch(f"http://www.example.com:{site.port}/")

    assert fetched.status == 200
    assert site.headers[0]["host"] == f"www.example.com:{site.port}"
    assert next(answers) == ["10.0.0.1"]


def test_fifty_megabytes_are_not_read_announced_or_not(site, fetcher):
    site.sends("/announced", b"x" * 100, **{"content-length": "50000000"})
    poured = []

    def pours(handler):
        handler.send_response(200)
        handler.end_headers()
        try:
            for _ in range(800):
                handler.wfile.write(b"x" * 65_536)
                poured.append(65_536)
        except OSError:
            handler.close_connection = True

    site.pages["/poured"] = pours

    for path in ("/announced", "/poured"):
        with pytest.raises(TooLargeError):
            fetcher.fetch(site.url + path)

    assert sum(poured) < 20_000_000  # Ours are two of them; the rest is what the sockets between us hold.


def test_a_page_that_trickles_is_left_when_its_time_is_over(site, rules):
    def trickles(handler):
        handler.send_response(200)
        handler.end_headers()
        try:
            for _ in range(100):
                handler.wfile.write(b"x")
                handler.wfile.flush()
                time.sleep(0.1)
        except OSError:
            handler.close_connection = True

    site.pages["/slow"] = trickles
    began = time.monotonic()

    with pytest.raises(TransientError):
        Fetcher(rules, seconds=1).fetch(f"{site.url}/slow")

    assert time.monotonic() - began < 4


def test_what_is_packed_and_what_breaks_off_is_refused(site, fetcher):
    site.sends("/packed", b"\x1f\x8b", **{"content-encoding": "gzip"})
    site.sends("/broken", b"half", **{"content-length": "100"})

    with pytest.raises(UserError):
        fetcher.fetch(f"{site.url}/packed")
    with pytest.raises(TransientError):
        fetcher.fetch(f"{site.url}/broken")


def test_a_site_that_does_not_answer_is_worth_another_try():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        rules = Rules(ports=frozenset({port}), inside=frozenset({"127.0.0.1"}))

        with pytest.raises(TransientError):
            Fetcher(rules, seconds=2).fetch(f"http://127.0.0.1:{port}/")
