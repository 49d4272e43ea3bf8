from collections.abc import Callable

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from workspace_fixture import LocalWorkspace

GENERAL, LEGAL = "C0GENERAL1", "C0LEGAL001"
Get = Callable[..., httpx.Response]
PDF = b"%PDF-1.4 a contract \x00\xff"


@pytest.fixture
def get(http: httpx.Client) -> Get:
    def ask(url: str, token: str = "") -> httpx.Response:
        return http.get(url, headers={"Authorization": f"Bearer {token}"} if token else {})

    return ask


def test_the_bot_uploads_in_three_steps_into_a_thread(workspace: LocalWorkspace, slack: WebClient, get: Get) -> None:
    ts = workspace.post("ben", "general", "A chart, please")

    sent = slack.files_upload_v2(
        channel=GENERAL,
        thread_ts=ts,
        filename="årets chart.csv",
        title="Chart",
        content="a,b\n1,2",
        initial_comment="Here",
    )

    reply = workspace.messages("general", ts)[1]
    assert (reply["text"], reply["subtype"], reply["thread_ts"]) == ("Here", "file_share", ts)
    assert [each["id"] for each in reply["files"]] == [sent["file"]["id"]]
    kept = slack.files_info(file=sent["file"]["id"])["file"]
    assert (kept["name"], kept["title"], kept["size"], kept["mimetype"]) == ("årets chart.csv", "Chart", 7, "text/csv")
    assert kept["shares"]["public"][GENERAL][0]["ts"] == reply["ts"]
    assert get(kept["url_private"], workspace.bot_token).content == b"a,b\n1,2"


def test_what_a_person_drops_is_downloaded_by_the_bot_only_with_its_token(workspace: LocalWorkspace, get: Get) -> None:
    ts = workspace.post("ben", "general", "@Teller read this", files=[("contract.pdf", PDF), ("annex.pdf", PDF + b"2")])

    said = next(each for each in workspace.messages("general") if each["ts"] == ts)
    first, second = said["files"]
    assert said["subtype"] == "file_share"
    assert get(first["url_private"], workspace.bot_token).content == PDF
    assert get(second["url_private_download"], workspace.bot_token).content == PDF + b"2"
    assert get(first["url_private"]).status_code == 401
    assert get(first["url_private"], "xoxb-wrong").status_code == 401
    assert get(first["url_private"], workspace.app_token).status_code == 401


def test_a_document_is_never_run_on_the_pages_own_address(workspace: LocalWorkspace, get: Get) -> None:
    workspace.post("ben", "general", files=[("evil.html", b"<script>alert(1)</script>")])
    file = workspace.messages("general")[-1]["files"][0]

    response = get(file["url_private"], workspace.bot_token)

    assert response.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in response.headers["content-security-policy"]
    assert response.headers["x-content-type-options"] == "nosniff"


def test_people_download_only_what_was_shared_where_they_are(workspace: LocalWorkspace, slack: WebClient) -> None:
    workspace.post("lena", "legal", files=[("secret.pdf", PDF)])
    file = workspace.messages("legal")[-1]["files"][0]

    assert workspace.file_bytes("ada", file) == PDF
    with pytest.raises(httpx.HTTPStatusError, match="404"):
        workspace.file_bytes("ben", file)
    assert slack.files_info(file=file["id"])["file"]["groups"] == [LEGAL]
    assert slack.files_info(file=file["id"])["file"]["is_public"] is False


def test_the_bot_knows_nothing_of_files_where_it_is_no_member(
    workspace: LocalWorkspace, slack: WebClient, get: Get
) -> None:
    workspace.post("ada", "legal", files=[("closed.pdf", PDF)])
    file = workspace.messages("legal")[-1]["files"][0]
    workspace.leave("ada", "legal", who="teller")

    with pytest.raises(SlackApiError, match="file_not_found"):
        slack.files_info(file=file["id"])
    assert get(file["url_private"], workspace.bot_token).status_code == 404
    assert file["id"] not in [each["id"] for each in slack.files_list()["files"]]
    workspace.join("ada", "legal", who="teller")


def test_a_deleted_file_is_gone_and_leaves_a_mark(workspace: LocalWorkspace, slack: WebClient, get: Get) -> None:
    ts = workspace.post("ben", "general", "Two things", files=[("a.pdf", PDF), ("b.pdf", PDF)])
    first, second = next(each for each in workspace.messages("general") if each["ts"] == ts)["files"]

    workspace.delete_file("ben", first["id"])

    said = next(each for each in workspace.messages("general") if each["ts"] == ts)
    assert said["files"] == [{"id": first["id"], "mode": "tombstone"}, second]
    assert get(first["url_private"], workspace.bot_token).status_code == 404
    assert not (workspace.folder / "files" / first["id"]).exists()
    with pytest.raises(SlackApiError, match="file_not_found"):
        slack.files_info(file=first["id"])


def test_a_message_that_was_only_files_goes_with_them(workspace: LocalWorkspace) -> None:
    ts = workspace.post("ben", "general", files=[("only.pdf", PDF)])
    file = workspace.messages("general")[-1]["files"][0]

    workspace.delete_file("ben", file["id"])

    assert ts not in [each["ts"] for each in workspace.messages("general")]


def test_nobody_deletes_the_files_of_others_but_an_admin(workspace: LocalWorkspace, slack: WebClient) -> None:
    workspace.post("ben", "general", files=[("mine.pdf", PDF)])
    file = workspace.messages("general")[-1]["files"][0]

    with pytest.raises(RuntimeError, match="cant_delete_file"):
        workspace.delete_file("lena", file["id"])
    with pytest.raises(RuntimeError, match="file_not_found"):
        workspace.delete_file("gus", file["id"])
    with pytest.raises(SlackApiError, match="cant_delete_file"):
        slack.files_delete(file=file["id"])
    workspace.delete_file("ada", file["id"])


def test_an_upload_takes_one_body_of_some_length(http: httpx.Client, slack: WebClient) -> None:
    url = slack.files_getUploadURLExternal(filename="../../x.txt", length=3)["upload_url"]

    empty = http.post(url, content=b"")
    multipart = http.post(url, files={"file": ("x.txt", b"abc")})
    again = http.post(url, content=b"abc")

    assert (empty.status_code, multipart.status_code, again.status_code) == (400, 200, 404)
    assert multipart.text == "OK - 3"
    assert [each["name"] for each in slack.files_list(user="U0TELLER01")["files"] if each["size"] == 3][:1] == [
        ".._.._x.txt"
    ]
