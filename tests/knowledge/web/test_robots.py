"""What robots.txt asks is what RFC 9309 says that it asks."""

import time

import pytest

from knowledge.web.robots import Robots

SITE = "https://www.example.com"


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("Disallow: /a", "/b", True),
        ("Disallow: /a", "/abc", False),
        ("Disallow:", "/a", True),
        ("Disallow: /a\nAllow: /a/public", "/a/public/x", True),
        ("Allow: /a\nDisallow: /a", "/a", True),
        ("Disallow: /*.pdf$", "/x/terms.pdf", False),
        ("Disallow: /*.pdf$", "/x/terms.pdf?page=1", True),
        ("Disallow: /*?session=", "/x?session=1", False),
        ("Disallow: /a*b*c", "/a-b", True),
        ("Disallow: /private$", "/private/x", True),
        ("Disallow: /%7Ejoe", "/~joe/x", False),
        ("Disallow: /a # all of it", "/a", False),
        ("disallow : /a", "/a", False),
    ],
)
def test_the_longest_pattern_that_fits_decides(rules, path, allowed):
    assert Robots.parse(f"User-agent: *\n{rules}\n", name="Teller").allow(SITE + path) is allowed


def test_a_group_that_names_us_counts_instead_of_that_for_all():
    text = "User-agent: *\nDisallow: /\n\nUser-agent: Other\nUser-agent: teller/2\nDisallow: /b\nCrawl-delay: 2.5\n"

    ours, theirs = Robots.parse(text, name="Teller"), Robots.parse(text, name="Someone")

    assert (ours.allow(f"{SITE}/a"), ours.allow(f"{SITE}/b"), ours.pause) == (True, False, 2.5)
    assert not theirs.allow(f"{SITE}/a")


@pytest.mark.parametrize("written", ["soon", "-3", "inf", "nan", ""])
def test_a_pause_that_is_none_is_none(written):
    assert Robots.parse(f"User-agent: *\nCrawl-delay: {written}\n", name="Teller").pause == 0


def test_a_pattern_made_to_take_for_ever_does_not():
    began = time.monotonic()

    Robots.parse(f"User-agent: *\nDisallow: /{'*a' * 5000}$\n", name="Teller").allow(f"{SITE}/{'a' * 1900}b")

    assert time.monotonic() - began < 1
