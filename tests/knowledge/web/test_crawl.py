"""A crawl visits each page of one site once, as robots.txt and the pages themselves ask."""

import pytest

from knowledge.errors import UserError
from knowledge.web.crawl import Crawler, Walk
from knowledge.web.fetch import Fetched, Fetcher
from knowledge.web.page import canonical
from knowledge.web.reader import Reader


@pytest.fixture
def crawler(fetcher):
    return Crawler(fetcher, pause=0, sleep=lambda _seconds: None)


def crawl(crawler, site, depth=3):
    walk = Walk.begin(f"{site.url}/", depth=depth)
    return {visit.url.removeprefix(site.url): visit for visit in crawler.visits(walk)}


def test_a_site_is_walked_through_with_each_page_once_and_no_other_site(site, crawler):
    site.page("/", "Welcome.", "/a", "/b?utm_source=x", "http://other.example.com/", "mailto:a@b.c", "/a#top")
    site.page("/a", "First.", "/", "/b", "/./c/../b")
    site.page("/b", "Second.", "/a", "/deep")
    site.page("/deep", "Third.", "/")

    found = crawl(crawler, site)

    assert set(found) == {"/", "/a", "/b", "/deep"}
    assert all(visit.page for visit in found.values())
    assert [path for path in site.asked if path != "/robots.txt"] == ["/", "/a", "/b", "/deep"]


def test_the_depth_is_kept(site, crawler):
    site.page("/", "Welcome.", "/a")
    site.page("/a", "First.", "/b")
    site.page("/b", "Second.")

    assert set(crawl(crawler, site, depth=1)) == {"/", "/a"}


def test_robots_txt_is_obeyed(site, crawler):
    site.sends("/robots.txt", b"User-agent: *\nDisallow: /private\n")
    site.page("/", "Welcome.", "/private/x", "/open")
    site.page("/private/x", "Secret.")
    site.page("/open", "Open.")

    found = crawl(crawler, site)

    assert "/private/x" not in site.asked
    assert "robots.txt" in found["/private/x"].why
    assert found["/open"].page


def test_a_robots_txt_that_fails_forbids_the_site(site, crawler):
    site.sends("/robots.txt", b"sorry", status=503)
    site.page("/", "Welcome.")

    assert crawl(crawler, site)["/"].page is None
    assert "/" not in site.asked


def test_it_waits_between_pages_as_long_as_the_site_asks(site, fetcher):
    pauses = []
    site.sends("/robots.txt", b"User-agent: *\nCrawl-delay: 3\n")
    site.page("/", "Welcome.", "/a")
    site.page("/a", "First.")

    list(Crawler(fetcher, sleep=pauses.append).visits(Walk.begin(f"{site.url}/")))

    assert pauses == [3.0, 3.0]


def test_a_pause_too_long_to_wait_for_on_the_spot_is_left_to_who_calls_and_one_too_long_for_all_is_no_invitation(
    site, fetcher
):
    site.sends("/robots.txt", b"User-agent: *\nCrawl-delay: 30\n")
    site.page("/", "Welcome.")
    pauses = []

    def wait():
        crawler = Crawler(fetcher, sleep=pauses.append)
        walk = Walk.begin(f"{site.url}/")
        (visit,) = crawler.visits(walk)
        return visit.why, crawler.wait(walk), pauses

    assert wait() == ("", 30.0, [])
    site.sends("/robots.txt", b"User-agent: *\nCrawl-delay: 86400\n")
    assert wait() == ("robots.txt asks for 86400 seconds between two pages", 0.0, [])


def test_a_robots_txt_is_read_again_after_an_hour(site, fetcher):
    now = [0.0]
    crawler = Crawler(fetcher, pause=0, clock=lambda: now[0])
    site.sends("/robots.txt", b"User-agent: *\nDisallow: /\n")
    walk = Walk.begin(f"{site.url}/")
    for now[0] in (0.0, 10.0, 4000.0):
        list(crawler.visits(Walk.from_json(walk.to_json())))

    assert site.asked == ["/robots.txt"] * 2


def test_a_redirect_from_the_site_without_www_to_the_one_with_it_is_followed(site, rules):
    address = f"http://example.com:{site.port}"
    crawler = Crawler(Fetcher(rules, resolve=lambda _host, _port: ["127.0.0.1"]), pause=0)
    site.redirects("/", f"http://www.example.com:{site.port}/home")
    site.redirects("/out", "http://other.example.org/")
    site.page("/home", "Welcome.")

    home, out, own = crawler.visits(Walk(f"{address}/", 0, [(f"{address}/", 0), (f"{address}/out", 0)]))

    assert home.unwanted
    assert "another site" in out.why
    assert own.url == f"http://www.example.com:{site.port}/home"
    assert own.page


def test_a_loop_of_ever_longer_addresses_ends(site, fetcher):
    for at in range(9):
        site.page(f"/l{at}", "Again.", f"/l{at + 1}", "/")
    site.page("/", "Welcome.", "/l0")

    walk = Walk.begin(f"{site.url}/", depth=6)
    visits = list(Crawler(fetcher, pause=0, most_pages=4, sleep=lambda _seconds: None).visits(walk))

    assert len(visits) == 4
    assert walk.full


def test_a_page_that_misbehaves_costs_that_page_only(site, crawler):
    site.page("/", "Welcome.", "/large", "/inside", "/gone", "/failing", "/image", "/good")
    site.sends("/large", b"x", **{"content-length": "50000000"})
    site.redirects("/inside", "http://169.254.169.254/")
    site.page("/failing", "Sorry.", status=500)
    site.sends("/image", b"\x89PNG", "image/png")
    site.page("/good", "Good.")

    found = crawl(crawler, site)

    assert "larger than" in found["/large"].why
    assert found["/inside"].page is None
    assert found["/gone"].gone
    assert "500" in found["/failing"].why
    assert "image/png" in found["/image"].why
    assert found["/good"].page


def test_a_double_names_its_original_which_is_read_instead(site, crawler):
    site.page("/", "Welcome.", "/print")
    site.page("/print", "The text.", head=f'<link rel="canonical" href="{site.url}/original">')
    site.page("/original", "The text.")

    found = crawl(crawler, site)

    assert found["/print"].page is None
    assert found["/original"].page


def test_pages_that_ask_not_to_be_kept_or_followed_are_not(site, crawler):
    site.page("/", "Welcome.", "/hidden", "/dead-end")
    site.page("/hidden", "Not for you.", head='<meta name="robots" content="noindex">')
    site.page("/dead-end", "Nothing behind.", "/behind", head='<meta name="ROBOTS" content="nofollow">')

    found = crawl(crawler, site)

    assert found["/hidden"].page is None
    assert found["/hidden"].unwanted
    assert "/behind" not in found


def test_files_are_taken_as_they_are(site, crawler):
    site.page("/", "Welcome.", "/terms.pdf")
    site.sends("/terms.pdf", b"%PDF-1.7 x", "application/pdf")

    visit = crawl(crawler, site)["/terms.pdf"]

    assert (visit.data, visit.suffix) == (b"%PDF-1.7 x", ".pdf")


def test_a_crawl_goes_on_where_it_was_left(site, crawler):
    site.page("/", "Welcome.", "/a")
    site.page("/a", "First.")
    walk = Walk.begin(f"{site.url}/")
    next(crawler.visits(walk))

    rest = list(crawler.visits(Walk.from_json(walk.to_json())))

    assert [visit.url for visit in rest] == [f"{site.url}/a"]


def test_words_are_read_without_menus_and_scripts():
    body = "The rate is 4.85 % a year. " * 12
    markup = (
        f"<html><head><title>Rates</title><script>alert(1)</script></head><body>"
        f"<nav>Menu Login</nav><article><h1>Rates</h1><p>{body}</p>"
        f"<table><tr><td>Saver</td><td>2.10 %</td></tr></table></article>"
        f"<footer>© Imprint</footer></body></html>"
    )

    with Reader() as reader:
        page = reader.read(Fetched("https://www.example.com/rates", 200, "text/html", "utf-8", markup.encode()))

    assert page.title == "Rates"
    assert "4.85 %" in page.text
    assert "2.10 %" in page.text
    assert "alert" not in page.text
    assert "Login" not in page.text


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("HTTP://Www.Example.com:80/a/../b/#x", "http://www.example.com/b/"),
        ("https://example.com", "https://example.com/"),
        ("https://example.com/index.html", "https://example.com/"),
        ("https://example.com/?b=2&a=1&utm_campaign=z&gclid=3", "https://example.com/?a=1&b=2"),
        ("https://example.com/x;jsessionid=ABC?y=1", "https://example.com/x?y=1"),
        ("https://example.com/%7Euser/%E2%82%AC", "https://example.com/~user/%E2%82%AC"),
        ("javascript:alert(1)", ""),
        ("mailto:a@example.com", ""),
        ("http://[::1", ""),
    ],
)
def test_an_address_is_written_in_one_way(url, same):
    assert canonical(url) == same


def test_what_is_no_address_is_not_begun():
    with pytest.raises(UserError):
        Walk.begin("javascript:alert(1)")
    assert Walk.begin("www.example.com").start == "https://www.example.com/"
