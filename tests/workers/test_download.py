"""Files come out of Slack, and from nowhere else."""

import pytest

from knowledge.errors import TransientError, UnavailableError, UnreadableFileError
from workers.download import download
from workers.slack import File, Slack

PDF = b"%PDF-1.7 " + b"x" * 50_000


@pytest.fixture
def fetch(fake_slack, slack, tmp_path):
    home = fake_slack.url.removesuffix("/api/")

    def fetch(path="/files-pri/T-F1/a.pdf", *, url="", size=0, limit=100_000):
        file = File("F1", "a.pdf", size, "application/pdf", url or home + path, "U1")
        return download(slack, file, tmp_path, limit=limit)

    return fetch


def test_a_file_is_fetched_with_the_bot_s_token(fetch, fake_slack):
    fake_slack.content["/files-pri/T-F1/a.pdf"] = (200, {"content-type": "application/pdf"}, PDF)

    path = fetch()

    assert path.read_bytes() == PDF
    (headers,) = fake_slack.called("/files-pri/T-F1/a.pdf")
    assert headers["authorization"] == "Bearer xoxb-test"


def test_a_file_that_says_it_is_too_large_is_not_fetched(fetch, fake_slack):
    with pytest.raises(UnreadableFileError) as raised:
        fetch(size=100_001)

    assert raised.value.reason == "too_large"
    assert fake_slack.calls == []


def test_a_file_that_turns_out_too_large_is_dropped(fetch, fake_slack):
    fake_slack.content["/files-pri/T-F1/a.pdf"] = (200, {}, PDF * 3)

    with pytest.raises(UnreadableFileError, match="larger than"):
        fetch()


def test_a_login_page_is_not_taken_for_a_file(fetch, fake_slack):
    fake_slack.content["/files-pri/T-F1/a.pdf"] = (200, {"content-type": "text/html; charset=utf-8"}, b"<html>Sign in")

    with pytest.raises(UnavailableError, match="files:read"):
        fetch()


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/a.pdf",
        "http://files.slack.com.evil.example/a.pdf",
        "http://127.0.0.1:1/a.pdf",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "https://files.slack.com@evil.example/a.pdf",
        "",
    ],
)
def test_the_token_goes_to_no_other_host(slack, tmp_path, url):
    with pytest.raises(UnavailableError, match="not kept by Slack"):
        download(slack, File("F1", "a.pdf", 0, "application/pdf", url, "U1"), tmp_path, limit=100)


@pytest.mark.parametrize(
    "url", ["http://files.slack.com/a.pdf", "https://slack.com/a.pdf", "https://u:p@files.slack.com/a"]
)
def test_of_the_real_slack_only_its_file_host_is_asked_and_only_safely(tmp_path, url):
    with pytest.raises(UnavailableError, match="not kept by Slack"):
        download(Slack("xoxb-test"), File("F1", "a.pdf", 0, "", url, "U1"), tmp_path, limit=100)


def test_a_redirect_to_another_host_is_refused(fetch, fake_slack):
    fake_slack.content["/files-pri/T-F1/a.pdf"] = (302, {"location": "http://127.0.0.1:1/steal"}, b"")

    with pytest.raises(UnavailableError, match="not kept by Slack"):
        fetch()


def test_a_redirect_within_slack_is_followed_but_not_for_ever(fetch, fake_slack):
    fake_slack.content["/files-pri/T-F1/a.pdf"] = (302, {"location": "/elsewhere"}, b"")
    fake_slack.content["/elsewhere"] = (200, {}, PDF)
    assert fetch().read_bytes() == PDF

    fake_slack.content["/elsewhere"] = (302, {"location": "/elsewhere"}, b"")
    with pytest.raises(UnavailableError, match="circles"):
        fetch()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_slack_is_asked_again_later(fetch, fake_slack, status):
    fake_slack.content["/files-pri/T-F1/a.pdf"] = (status, {"retry-after": "9"}, b"")

    with pytest.raises(TransientError) as raised:
        fetch()

    assert raised.value.after == 9


def test_a_name_is_never_a_path(slack, fake_slack, tmp_path):
    home = fake_slack.url.removesuffix("/api/")
    fake_slack.content["/f"] = (200, {}, PDF)

    path = download(slack, File("F1", "../../etc/passwd", 0, "", home + "/f", "U1"), tmp_path, limit=100_000)

    assert path.parent == tmp_path
