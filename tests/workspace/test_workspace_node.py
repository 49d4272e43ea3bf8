"""Slack's own clients for Node judge the workspace."""

import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from workspace_fixture import LocalWorkspace

HERE = Path(__file__).parent / "node"
GENERAL, BEN = "C0GENERAL1", "U0BEN00001"
SHORTCUTS = [["message", "explain", "Explain"]]
Start = Callable[..., LocalWorkspace]


def environment(workspace: LocalWorkspace, node: Path, **more: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "NODE_PATH": str(node / "node_modules"),
        "WORKSPACE": workspace.url,
        "BOT_TOKEN": workspace.bot_token,
        "APP_TOKEN": workspace.app_token,
        "SIGNING_SECRET": workspace.signing_secret,
        "CHANNEL": GENERAL,
        "USER": BEN,
        **more,
    }


@contextmanager
def echo(workspace: LocalWorkspace, node: Path, **more: str) -> Iterator[None]:
    """Run the echo bot; whatever it complains of fails the test."""
    surroundings = environment(workspace, node, **more)
    with subprocess.Popen(
        [node / "bin" / "node", HERE / "echo.cjs"],
        env=surroundings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stderr
        lines = iter(process.stdout.readline, "")
        # The socket's client tells of its connection in the same stream.
        assert any(line.strip() == "ready" for line in lines), process.stderr.read()
        drain = threading.Thread(target=lambda: list(lines), daemon=True)
        drain.start()
        try:
            yield
        finally:
            process.terminate()
            complaints = process.stderr.read()
            drain.join()
    assert "Error" not in complaints, complaints


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.mark.parametrize("mode", ["socket", "http"])
def test_a_bot_on_slacks_own_framework_hears_and_answers(start: Start, node: Path, mode: str) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}/slack/events" if mode == "http" else ""
    workspace = start(event_url=address, settings={"shortcuts": SHORTCUTS, "commands": [["/echo", "Echo"]]})

    with echo(workspace, node, MODE=mode, PORT=str(port)):
        asked = workspace.post("ben", "general", "@Teller hello")
        answer = workspace.wait_for_reply(GENERAL, asked, lambda each: each.get("streaming_state") == "completed")
        assert answer["text"] == "echo: <@U0TELLER01> hello"

        private = workspace.post("ben", "teller", "psst")
        assert workspace.wait_for_reply("D0BEN00001", private)["text"] == "echo: psst"

        dropped = workspace.post("ben", "general", files=[("a.pdf", b"%PDF"), ("b.pdf", b"%PDF")])
        assert workspace.wait_for_reply(GENERAL, dropped)["files"][0]["name"] == "names.csv"

        workspace.command("ben", "general", "/echo", "this")
        said = lambda: [each["text"] for each in workspace.messages("general", person="ben")]  # noqa: E731
        workspace.wait_for(lambda: {"heard this", "echo: this"} <= set(said()))

        workspace.press("ben", "general", answer["ts"], "why")
        view = workspace.wait_for(lambda: workspace.ask("state", person="ben")["modals"])[0]
        filled: dict[str, Any] = {"b": {"a": {"type": "plain_text_input", "value": None}}}
        workspace.act("submit", person="ben", view=view["id"], values=filled)
        assert workspace.ask("state", person="ben")["modals"], "an error keeps the modal open"
        filled["b"]["a"]["value"] = "because"
        workspace.act("submit", person="ben", view=view["id"], values=filled)
        workspace.wait_for(lambda: "echo: because" in said())
        assert "echo: because" not in [each["text"] for each in workspace.messages("general", person="lena")]

        workspace.act("shortcut", person="ben", channel="general", ts=asked, callback_id="explain")
        workspace.wait_for_reply(GENERAL, asked, lambda each: "streaming_state" not in each)

        workspace.act("open_home", person="ben", tab="home")
        workspace.wait_for(lambda: workspace.ask("state", person="ben")["home"])

        session = {"channel_id": GENERAL, "thread_ts": asked, "status": "processing"}
        workspace.client.api_call("agents.sessions.setStatus", json=session)
        workspace.act("stop", person="ben", channel="general", thread_ts=asked)
        workspace.wait_for_reply(GENERAL, asked, lambda each: each["text"] == "stopped 0")


def test_slacks_own_clients_find_what_they_look_for(start: Start, node: Path) -> None:
    workspace = start()
    with subprocess.Popen(
        [node / "bin" / "node", HERE / "client.cjs"],
        env=environment(workspace, node),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        told = []
        for line in process.stdout:
            if line.strip() == "listening":
                workspace.post("ben", "general", "hello")
            elif line.startswith(("ok", "failed", " ")):
                told.append(line.rstrip())

    assert [each for each in told if not each.startswith("ok")] == []
    assert len(told) == 7
    assert process.returncode == 0
