"""One call of the Web API: its arguments, and the table of methods."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.workspace import strict_json
from bot.workspace.config import BOT_USER
from bot.workspace.errors import ApiError, invalid_arguments
from bot.workspace.limits import check_blocks, check_metadata
from bot.workspace.sharing import check_pictures
from bot.workspace.workspace import Workspace

Json = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """A call by the bot, whatever way its arguments came: query, form, JSON or multipart."""

    workspace: Workspace
    arguments: Json

    def text(self, name: str, default: str = "") -> str:
        """Return an argument as text."""
        value = self.arguments.get(name)
        return default if value is None else str(value)

    def required(self, name: str) -> str:
        """Return an argument that must be there.

        Raises:
            ApiError: it is not.
        """
        value = self.text(name)
        if not value:
            raise invalid_arguments(f"missing required field: {name}")
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return an argument as true or false."""
        value = self.arguments.get(name)
        if value is None or value == "":
            return default
        return value is True or str(value).lower() in ("true", "1")

    def number(self, name: str, default: int, *, most: int) -> int:
        """Return an argument as a whole number, at least 1.

        Raises:
            ApiError: it is none, or too large.
        """
        try:
            value = int(self.text(name) or default)
        except ValueError:
            raise ApiError("invalid_limit" if name == "limit" else "invalid_arguments") from None
        if value < 1:
            raise ApiError("invalid_limit") if name == "limit" else invalid_arguments(f"{name} must be at least 1")
        return min(value, most)

    def parsed(self, name: str) -> Any:
        """Return an argument that is JSON, as an object or as text.

        Raises:
            ApiError: the text is no JSON.
        """
        value = self.arguments.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return strict_json.read(value)
        except ValueError:
            raise ApiError("invalid_blocks_format" if name == "blocks" else "invalid_arguments") from None

    def blocks(self) -> list[Json] | None:
        """Return the checked `blocks`, None when there are none."""
        blocks = self.parsed("blocks")
        if not blocks:
            return None
        checked = check_blocks(blocks)
        check_pictures(self.workspace, checked)
        return checked

    def metadata(self) -> Json:
        """Return the checked `metadata` as a message keeps it, or nothing."""
        metadata = self.parsed("metadata")
        return {"metadata": check_metadata(metadata)} if metadata else {}

    def channel(self, name: str = "channel", *, member: bool = True) -> Json:
        """Return the channel that an argument names; a user's id names the direct messages with them.

        Raises:
            ApiError: there is none that the bot may know of, or it is no member.
        """
        asked = self.required(name)
        state = self.workspace.state
        channel = state.direct(asked) if asked in state.people else self._channel(asked)
        if member and BOT_USER not in channel["members"]:
            raise ApiError("not_in_channel")
        return channel

    def _channel(self, asked: str) -> Json:
        return self.workspace.state.channel(asked, seen_by=BOT_USER)


Method = Callable[[Call], Json]
METHODS: dict[str, Method] = {}


def method(name: str) -> Callable[[Method], Method]:
    """Offer a function as the Web API method `name`."""

    def register(function: Method) -> Method:
        METHODS[name] = function
        return function

    return register
