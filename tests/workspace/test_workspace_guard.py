import asyncio
import stat
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from workspace_fixture import LocalWorkspace

Send = Callable[..., httpx.Response]


@pytest.fixture
def send(workspace: LocalWorkspace, http: httpx.Client) -> Send:
    def ask(method: str, path: str, headers: dict[str, str], **more: Any) -> httpx.Response:
        return http.request(method, f"{workspace.url}{path}", headers=headers, **more)

    return ask


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "127.0.0.1:1", ""])
@pytest.mark.parametrize("path", ["/", "/control/state?person=ben", "/api/auth.test", "/page/app.js"])
def test_another_name_for_this_computer_is_refused(workspace: LocalWorkspace, host: str, path: str, send: Send) -> None:
    headers = {"Host": host, "Authorization": f"Bearer {workspace.control_token}"}

    assert send("GET", path, headers).status_code in (400, 403)


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost.evil.example"]
)
@pytest.mark.parametrize("path", ["/control/post", "/control/upload", "/api/chat.postMessage", "/response/T/x"])
def test_another_page_changes_nothing(workspace: LocalWorkspace, origin: str, path: str, send: Send) -> None:
    before = len(workspace.messages("general"))
    headers = {"Origin": origin, "Authorization": f"Bearer {workspace.control_token}"}
    sent = {"person": "ben", "channel": "general", "text": "forged", "token": workspace.bot_token}

    assert send("POST", path, headers, json=sent).status_code == 403
    assert len(workspace.messages("general")) == before


def test_the_pages_own_origin_passes(workspace: LocalWorkspace, send: Send) -> None:
    headers = {"Origin": workspace.url, "Authorization": f"Bearer {workspace.control_token}"}

    posted = send("POST", "/control/post", headers, json={"person": "ben", "channel": "general", "text": "hi"})

    assert posted.json()["ok"] is True


def test_a_socket_from_another_page_is_refused(workspace: LocalWorkspace) -> None:
    client = WebClient(base_url=workspace.api_url)
    url = client.apps_connections_open(app_token=workspace.app_token)["url"]

    async def status(address: str, **more: Any) -> int:
        try:
            async with connect(address, proxy=None, **more):
                return 101
        except InvalidStatus as refused:
            return refused.response.status_code

    assert asyncio.run(status(url, origin="https://evil.example")) == 403
    assert asyncio.run(status(f"{workspace.url.replace('http', 'ws')}/link/?ticket=guessed")) == 403
    assert asyncio.run(status(url)) == 101
    assert asyncio.run(status(url)) == 403, "a ticket opens one connection"


@pytest.mark.parametrize("token", ["", "wrong", "bot"])
def test_the_control_api_wants_its_own_token(workspace: LocalWorkspace, token: str, send: Send) -> None:
    given = workspace.bot_token if token == "bot" else token
    headers = {"Authorization": f"Bearer {given}"} if given else {}

    for method, path in [("GET", "/control/state?person=ben"), ("GET", "/control/traffic"), ("POST", "/control/post")]:
        assert send(method, path, headers).status_code == 401


def test_the_page_gets_a_session_that_scripts_cannot_read(workspace: LocalWorkspace) -> None:
    with httpx.Client(base_url=workspace.url, trust_env=False) as client:
        page = client.get("/")
        state = client.get("/control/state", params={"person": "lena"})
        api = client.post("/api/auth.test")

    cookie = page.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert state.json()["person"] == "U0LENA0001"
    assert api.json()["error"] == "not_authed", "the page's session is no bot token"
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_secrets_are_kept_from_others_and_out_of_the_traffic(workspace: LocalWorkspace) -> None:
    WebClient(token=workspace.bot_token, base_url=workspace.api_url).auth_test()

    config = workspace.folder / "config.json"
    assert stat.S_IMODE(config.stat().st_mode) == 0o600
    told = str(workspace.traffic())
    assert "auth.test" in told
    for secret in (workspace.bot_token, workspace.app_token, workspace.signing_secret, workspace.control_token):
        assert secret not in told
