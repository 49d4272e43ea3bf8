"""A local workspace for tests: a real server in its own process, with people to speak through."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

import httpx
from slack_sdk import WebClient

Json = dict[str, Any]
BOT_USER = "U0TELLER01"
ROOT = Path(__file__).resolve().parent.parent


class WorkspaceClient:
    """Speak for the people of a running workspace.

    People are `ben`, `lena`, `ada`, `gus`; channels are `general`, `legal`, `retail`, and `teller` for direct messages.
    """

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self.port = int(url.rpartition(":")[2])
        self.api_url = f"{url}/api/"
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self.bot_token: str = config["bot_token"]
        self.app_token: str = config["app_token"]
        self.signing_secret: str = config["signing_secret"]
        self.control_token: str = config["control_token"]
        headers = {"Authorization": f"Bearer {self.control_token}"}
        self._client = httpx.Client(base_url=url, headers=headers, timeout=40, trust_env=False)

    @property
    def client(self) -> WebClient:
        """Return Slack's own client with the bot's token."""
        return WebClient(token=self.bot_token, base_url=self.api_url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the workspace."""
        self._client.close()

    def act(self, action: str, **sent: Any) -> Json:
        """Do what a person does; raise when the workspace refuses."""
        response = self._client.post(f"/control/{action}", json=sent)
        answer: Json = response.json()
        if not answer["ok"]:
            raise RuntimeError(f"{action}: {answer['error']}")
        return answer

    def ask(self, path: str, **query: Any) -> Json:
        """Read something from the control API."""
        answer: Json = self._client.get(f"/control/{path}", params=query).json()
        if not answer["ok"]:
            raise RuntimeError(f"{path}: {answer['error']}")
        return answer

    def upload(self, person: str, file: Path | tuple[str, bytes]) -> str:
        """Upload a file, a path or a name with bytes, and return its id; `post` shares it."""
        name, content = (file.name, file.read_bytes()) if isinstance(file, Path) else file
        user = self.ask("state", person=person)["person"]
        sent = self._client.post("/control/upload", params={"person": user, "name": name}, content=content).json()
        if not sent["ok"]:
            raise RuntimeError(f"upload: {sent['error']}")
        return str(sent["file"]["id"])

    def post(
        self,
        person: str,
        channel: str,
        text: str = "",
        files: Sequence[Path | tuple[str, bytes]] = (),
        thread_ts: str | None = None,
    ) -> str:
        """Say something; `@Teller` mentions the bot. Return the message's ts."""
        ids = [self.upload(person, each) for each in files]
        sent = {"person": person, "channel": channel, "text": text, "files": ids, "thread_ts": thread_ts}
        return str(self.act("post", **sent)["ts"])

    def messages(self, channel: str, thread_ts: str | None = None, *, person: str = "") -> list[Json]:
        """Return the timeline of a channel, or a thread with its root, oldest first.

        Without `person` it is what the bot sees; with one it has the messages for their eyes only as well.
        """
        query = {"channel": channel, "thread_ts": thread_ts or "", "person": person, "limit": 1000}
        return list(self.ask("messages", **query)["messages"])

    def wait_for(self, found: Callable[[], Any], timeout: float = 90.0) -> Any:
        """Return what `found` returns as soon as that is truthy."""
        deadline = time.monotonic() + timeout
        while True:
            version = int(self.ask("wait", since=0, milliseconds=0)["version"])
            if result := found():
                return result
            if time.monotonic() > deadline:
                raise TimeoutError(f"Nothing came in {timeout} s; the traffic was {self.traffic()[-20:]}")
            self.ask("wait", since=version, milliseconds=200)

    def wait_for_reply(
        self,
        channel: str,
        thread_ts: str,
        predicate: Callable[[Json], Any] = lambda _: True,
        timeout: float = 90.0,
        *,
        person: str = "",
    ) -> Json:
        """Return the bot's first message in a thread that satisfies `predicate`, waiting for it."""

        def found() -> Json | None:
            said = self.messages(channel, thread_ts, person=person)
            return next((each for each in said if each["user"] == BOT_USER and predicate(each)), None)

        reply: Json = self.wait_for(found, timeout)
        return reply

    def delete_message(self, person: str, channel: str, ts: str, *, keep_files: bool = False) -> None:
        """Delete a message, and the files that came with it unless told otherwise."""
        self.act("delete", person=person, channel=channel, ts=ts, keep_files=keep_files)

    def delete_file(self, person: str, file: str) -> None:
        """Delete a file."""
        self.act("delete_file", person=person, file=file)

    def edit(self, person: str, channel: str, ts: str, text: str) -> None:
        """Change a message."""
        self.act("edit", person=person, channel=channel, ts=ts, text=text)

    def press(self, person: str, channel: str, ts: str, action_id: str, value: str | None = None) -> None:
        """Press a button of a message; for feedback buttons `value` is `positive` or `negative`."""
        value_sent = {} if value is None else {"value": value}
        self.act("press", person=person, channel=channel, ts=ts, action_id=action_id, **value_sent)

    def command(self, person: str, channel: str, command: str, text: str = "") -> None:
        """Run a slash command such as `/reindex`."""
        self.act("command", person=person, channel=channel, command=command, text=text)

    def join(self, person: str, channel: str, who: str = "") -> None:
        """Join a channel, or bring `who` in."""
        self.act("join", person=person, channel=channel, who=who)

    def leave(self, person: str, channel: str, who: str = "") -> None:
        """Leave a channel, or with `who` = `teller` remove the bot."""
        self.act("leave", person=person, channel=channel, who=who)

    def status(self, person: str, channel: str, thread_ts: str) -> str:
        """Return what the bot says that it is doing in a thread, empty when nothing."""
        shown = self.ask("state", person=person)["statuses"]
        mine = [each for each in shown if (each["channel"], each["thread_ts"]) == (channel, thread_ts)]
        return str(mine[0]["status"]) if mine else ""

    def file_bytes(self, person: str, file: Json) -> bytes:
        """Download a file as a person does from the page."""
        user = self.ask("state", person=person)["person"]
        response = self._client.get(file["url_private"], params={"person": user})
        response.raise_for_status()
        return response.content

    def traffic(self) -> list[Json]:
        """Return the latest calls and deliveries."""
        return list(self.ask("traffic")["traffic"])


class LocalWorkspace(WorkspaceClient):
    """A workspace of its own, on a free port."""

    def __init__(
        self, folder: Path, *, event_url: str = "", settings: Json | None = None, port: int = 0, reset: bool = False
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if settings and not (folder / "config.json").exists():
            (folder / "config.json").write_text(json.dumps(settings), encoding="utf-8")
        command = [sys.executable, "-m", "bot.workspace", "--port", str(port), "--folder", str(folder)]
        command += ["--open-events", event_url] if event_url else []
        command += ["--reset"] if reset else []
        self._errors = (folder / "server.log").open("a+", encoding="utf-8")
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=self._errors, text=True)
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line.startswith("Local workspace: "):
            self.process.wait(timeout=60)
            self.process.stdout.close()
            self._errors.close()
            raise RuntimeError(f"The workspace did not start: {(folder / 'server.log').read_text(encoding='utf-8')}")
        super().__init__(line.split()[-1], folder)

    def close(self) -> None:
        """Stop the server; the folder keeps the conversation."""
        super().close()
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(timeout=60)
        if self.process.stdout:
            self.process.stdout.close()
        self._errors.close()
