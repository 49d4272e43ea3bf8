"""Uploaded pictures that blocks show."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from bot.workspace.config import TEAM
from bot.workspace.workspace import Workspace

Json = dict[str, Any]


def pictures_in(blocks: Iterable[Json]) -> Iterator[str]:
    """Yield the ids of the uploaded pictures that blocks show."""
    for block in blocks:
        for each in [block, *(block.get("elements") or ()), block.get("accessory")]:
            shown = each.get("slack_file") if isinstance(each, dict) and each.get("type") == "image" else None
            if isinstance(shown, dict) and (named := str(shown.get("id") or _id_in(str(shown.get("url") or "")))):
                yield named
        yield from pictures_in(block.get("child_blocks") or ())


def _id_in(address: str) -> str:
    found = re.search(rf"/files-pri/{TEAM}-(F[A-Z0-9]+)/", address)
    return found.group(1) if found else ""


def note_pictures(workspace: Workspace, channel: Json, blocks: Iterable[Json]) -> None:
    """Let who reads `channel` see the pictures that blocks show there."""
    for name in pictures_in(blocks):
        if (file := workspace.state.files.get(name)) and channel["id"] not in file.get("pictured", ()):
            workspace.state.keep_file(file | {"pictured": [*file.get("pictured", ()), channel["id"]]})
