"""One local workspace: its state, its way to the bot, and the pages that watch it."""

import asyncio
from pathlib import Path
from typing import Any

from bot.workspace.config import BOT_USER, Config
from bot.workspace.envelopes import event_callback
from bot.workspace.faults import Faults
from bot.workspace.feed import Feed
from bot.workspace.manifest import read_manifest
from bot.workspace.outbox import Outbox
from bot.workspace.rates import Rates
from bot.workspace.scopes import EVERY_SCOPE, subscription_of
from bot.workspace.sockets import Sockets
from bot.workspace.state import State
from bot.workspace.webhook import Webhook

Json = dict[str, Any]


class Workspace:
    """Everything that the Web API, the page and the bot's connection share."""

    def __init__(self, folder: Path, config: Config, *, url: str) -> None:
        self.config = config
        self.url = url
        self.state = State(folder)
        self.feed = Feed()
        self.manifest = read_manifest(Path(config.manifest)) if config.manifest else None
        self.scopes = self.manifest.scopes if self.manifest else frozenset(EVERY_SCOPE)
        self.rates = Rates()
        self.faults = Faults(config)
        self.outbox = Outbox(self.state.records, self.feed, hold_seconds=config.hold_seconds)
        self.sockets = Sockets(config, self.outbox, self.feed)
        self.webhook = Webhook(config, self.outbox, self.feed) if config.event_url else None
        self.outbox.carrier = self.sockets if self.webhook is None else self.webhook
        # What a restart may lose: words on their way, notes to one person, and short-lived keys.
        self.ephemerals: list[Json] = []
        self.statuses: dict[tuple[str, str], Json] = {}
        self.pending_files: dict[str, Json] = {}
        self.unshared: set[str] = set()
        self.streams: dict[tuple[str, str], Json] = {}
        self.response_urls: dict[str, Json] = {}
        self.triggers: dict[str, Json] = {}

    def emit(self, channel: Json, event: Json) -> None:
        """Push an event about `channel` to the bot, when the bot is a member."""
        if BOT_USER not in channel["members"]:
            return
        if self.manifest and subscription_of(event) not in self.manifest.events:
            return
        wrapped = event_callback(self.config, event, shared=bool(channel.get("shared")))
        self.outbox.post(wrapped)
        for after in self.faults.copies():
            asyncio.get_running_loop().call_later(after, self.outbox.repeat, wrapped)

    @property
    def commands(self) -> tuple[tuple[str, str], ...]:
        """Return the slash commands and what they do."""
        return self.manifest.commands if self.manifest else self.config.commands

    @property
    def shortcuts(self) -> tuple[tuple[str, str, str], ...]:
        """Return the shortcuts: kind, callback id, name."""
        return self.manifest.shortcuts if self.manifest else self.config.shortcuts

    def tell(self, channel: Json, change: str, **facts: Any) -> None:
        """Tell the pages of the members of `channel`."""
        self.feed.publish(change, to=channel["members"], channel=channel["id"], **facts)

    def show(self, channel: Json, message: Json) -> None:
        """Tell the pages that a message is new or changed, and what that does to its thread's summary."""
        shown = self.state.shown(channel["id"], message)
        self.tell(channel, "message", message=shown)
        root = str(message.get("thread_ts") or message["ts"])
        if root != message["ts"]:
            parent = self.state.message(channel["id"], root)
            self.tell(channel, "message", message=self.state.shown(channel["id"], parent))

    async def start(self) -> None:
        """Send what waited while nothing ran."""
        self.outbox.flush()

    async def close(self) -> None:
        """Ask the bots to come back later and close the records."""
        self.sockets.disconnect("warning")
        if self.webhook:
            await self.webhook.close()
        self.state.records.close()
