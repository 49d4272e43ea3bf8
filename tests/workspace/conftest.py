"""Local workspaces, each a server of its own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, sync_playwright
from slack_sdk import WebClient

sys.path.append(str(Path(__file__).parents[1]))  # For `workspace_fixture`, which other folders of tests use too.

from workspace_fixture import LocalWorkspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalWorkspace]:
    with LocalWorkspace(tmp_path_factory.mktemp("workspace")) as made:
        yield made


@pytest.fixture(scope="module")
def slack(workspace: LocalWorkspace) -> WebClient:
    return workspace.client


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    """A plain client: no token, no cookie."""
    with httpx.Client(trust_env=False) as client:
        yield client


@pytest.fixture(scope="session")
def node() -> Path:
    """The folder of Slack's clients for Node, installed as locked when it is not there yet."""
    command = ["sh", str(Path(__file__).parent / "node" / "install.sh")]
    environment = os.environ | {"PYTHON": sys.executable}
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return Path(done.stdout.strip())


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for a module: one for all would keep its event loop running below tests that need their own."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert program, "Chromium is not installed: apt-get install chromium"
    with sync_playwright() as play, play.chromium.launch(executable_path=program, args=["--no-sandbox"]) as browser:
        yield browser


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., LocalWorkspace]]:
    """Start workspaces in folders below `tmp_path`; the same name again continues the conversation."""
    made: list[LocalWorkspace] = []

    def begin(name: str = "workspace", **choices: Any) -> LocalWorkspace:
        made.append(LocalWorkspace(tmp_path / name, **choices))
        return made[-1]

    yield begin
    for each in made:
        if each.process.poll() is None:
            each.close()
