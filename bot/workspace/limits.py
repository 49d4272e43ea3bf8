"""Refuse messages and views that Slack would refuse."""

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

from bot.workspace.errors import ApiError
from bot.workspace.tables import chart_faults, table_faults

Json = dict[str, Any]

MESSAGE_CHARACTERS = 40_000
UPDATE_CHARACTERS = 4_000
MARKDOWN_CHARACTERS = 12_000
ALL_BLOCKS_CHARACTERS = 13_200
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100

_TYPES = frozenset(
    {"section", "divider", "image", "actions", "context", "context_actions", "input", "file", "header", "markdown"}
    | {"video", "rich_text", "table", "data_table", "data_visualization", "task_card", "plan", "alert", "card"}
    | {"container", "carousel", "call"}
)
TABLES = ("table", "data_table")
CHARTS = 2
_RULE = re.compile(r"[\s|:]*-[\s|:-]*")
# Path inside the block, then the most characters it may hold.
_LENGTHS: dict[str, tuple[tuple[str, int], ...]] = {
    "section": (("text.text", 3000), ("block_id", 255)),
    "header": (("text.text", 150), ("block_id", 255)),
    "image": (("image_url", 3000), ("alt_text", 2000), ("title.text", 2000)),
    "input": (("label.text", 2000), ("hint.text", 2000)),
    "markdown": (("text", MARKDOWN_CHARACTERS),),
}
_COUNTS: dict[str, tuple[tuple[str, int], ...]] = {
    "section": (("fields", 10),),
    "actions": (("elements", 25),),
    "context": (("elements", 10),),
    "context_actions": (("elements", 5),),
    "table": (("rows", 100),),
    "data_table": (("rows", 101),),
}
_NEEDS = {
    "header": ("text",),
    "markdown": ("text",),
    "actions": ("elements",),
    "context": ("elements",),
    "context_actions": ("elements",),
    "rich_text": ("elements",),
    "input": ("label", "element"),
    "table": ("rows",),
    "image": ("alt_text",),
}


def check_text(text: str, *, most: int = MESSAGE_CHARACTERS) -> None:
    """Refuse a text that is too long.

    Raises:
        ApiError: it is.
    """
    if len(text) > most:
        raise ApiError("msg_too_long")


def check_blocks(blocks: Any, *, most: int = MESSAGE_BLOCKS) -> list[Json]:
    """Return `blocks` when Slack would take them.

    Raises:
        ApiError: it would not; `response_metadata.messages` says where and why.
    """
    if not isinstance(blocks, list) or not all(isinstance(each, dict) for each in blocks):
        raise ApiError("invalid_blocks_format")
    faults = list(_faults(blocks, most))
    if faults:
        messages = [f"[ERROR] {why} [json-pointer:{where}]" for where, why in faults]
        raise ApiError("invalid_blocks", errors=messages, response_metadata={"messages": messages})
    everything = list(_with_children(blocks))
    if sum(each["type"] in TABLES or _holds_table(each) for each in everything) > 1:
        raise ApiError("invalid_attachments", response_metadata={"messages": ["[ERROR] only_one_table_allowed"]})
    if sum(each["type"] == "data_visualization" for each in everything) > CHARTS:
        raise ApiError("invalid_blocks", response_metadata={"messages": [f"[ERROR] no more than {CHARTS} charts"]})
    if most == MESSAGE_BLOCKS and sum(len(text) for text in _texts(blocks)) > ALL_BLOCKS_CHARACTERS:
        raise ApiError("msg_blocks_too_long")
    return blocks


def _faults(blocks: list[Json], most: int) -> Iterator[tuple[str, str]]:
    if len(blocks) > most:
        yield "/blocks", f"no more than {most} items allowed"
    named = [each["block_id"] for each in blocks if each.get("block_id")]
    if len(named) != len(set(named)):
        yield "/blocks", "block_id must be unique"
    if sum(len(str(each.get("text", ""))) for each in blocks if each.get("type") == "markdown") > MARKDOWN_CHARACTERS:
        yield "/blocks", f"markdown text must be less than {MARKDOWN_CHARACTERS + 1} characters in all"
    for index, block in enumerate(blocks):
        yield from _block_faults(block, f"/blocks/{index}")


def _block_faults(block: Json, where: str) -> Iterator[tuple[str, str]]:
    kind = block.get("type")
    if not isinstance(kind, str) or kind not in _TYPES:
        yield f"{where}/type", f"unsupported type: {kind}"
        return
    misshapen = list(_shape_faults(block, where))
    if misshapen:
        yield from misshapen
        return
    for name in _NEEDS.get(kind, ()):
        if not block.get(name):
            yield where, f"missing required field: {name}"
    if kind == "section" and not block.get("text") and not block.get("fields"):
        yield where, "must have either text or fields"
    if kind == "image" and not block.get("image_url") and not block.get("slack_file"):
        yield where, "must have either image_url or slack_file"
    for path, length in _LENGTHS.get(kind, ()):
        value = _at(block, path)
        if isinstance(value, str) and len(value) > length:
            yield f"{where}/{path.replace('.', '/')}", f"must be less than {length + 1} characters"
    for path, count in _COUNTS.get(kind, ()):
        value = _at(block, path)
        if isinstance(value, list) and len(value) > count:
            yield f"{where}/{path}", f"no more than {count} items allowed"
    yield from _text_faults(block, kind, where)
    for index, field in enumerate(block.get("fields") or ()):
        if len(str(_at(field, "text") or "")) > 2000:
            yield f"{where}/fields/{index}/text", "must be less than 2001 characters"
    elements = block.get("elements") or []
    for index, element in enumerate([*elements, *filter(None, [block.get("accessory")])]):
        if kind in ("actions", "context_actions", "section"):
            yield from _element_faults(element, f"{where}/elements/{index}")
    if kind in TABLES:
        yield from table_faults(block, where)
    elif kind == "data_visualization":
        yield from chart_faults(block, where)
    for index, child in enumerate(block.get("child_blocks") or ()):
        yield from _block_faults(child, f"{where}/child_blocks/{index}")


def _with_children(blocks: list[Json]) -> Iterator[Json]:
    for block in blocks:
        yield block
        yield from _with_children(block.get("child_blocks") or [])


def _holds_table(block: Json) -> bool:
    if block["type"] != "markdown":
        return False
    lines = str(block.get("text")).split("\n")
    pairs = itertools.pairwise(lines)
    return any("|" in head and "|" in rule and _RULE.fullmatch(rule) for head, rule in pairs)


def _shape_faults(block: Json, where: str) -> Iterator[tuple[str, str]]:
    for name, wanted in (("elements", dict), ("fields", dict), ("rows", list), ("child_blocks", dict)):
        value = block.get(name)
        if value is not None and not (isinstance(value, list) and all(isinstance(each, wanted) for each in value)):
            yield f"{where}/{name}", "must be an array of the right things"
    for name in ("accessory", "element", "label"):
        if block.get(name) is not None and not isinstance(block[name], dict):
            yield f"{where}/{name}", "must be an object"


def _text_faults(block: Json, kind: str, where: str) -> Iterator[tuple[str, str]]:
    text = block.get("text")
    if kind == "markdown":
        if text is not None and not isinstance(text, str):
            yield f"{where}/text", "must be a string"
    elif text is not None:
        if not isinstance(text, dict) or text.get("type") not in ("plain_text", "mrkdwn"):
            yield f"{where}/text", "must be a text object"
        elif not text.get("text"):
            yield f"{where}/text/text", "must be more than 0 characters"
        elif kind == "header" and text["type"] != "plain_text":
            yield f"{where}/text/type", "must be one of: plain_text"


def _element_faults(element: Json, where: str) -> Iterator[tuple[str, str]]:
    if len(str(element.get("action_id") or "")) > 255:
        yield f"{where}/action_id", "must be less than 256 characters"
    if element.get("type") == "button":
        label = _at(element, "text.text")
        if not isinstance(label, str) or not label:
            yield f"{where}/text", "missing required field: text"
        elif len(label) > 75:
            yield f"{where}/text/text", "must be less than 76 characters"
        if len(str(element.get("value") or "")) > 2000:
            yield f"{where}/value", "must be less than 2001 characters"
    if element.get("type") == "feedback_buttons":
        for name in ("positive_button", "negative_button"):
            if not _at(element, f"{name}.text.text") or _at(element, f"{name}.value") is None:
                yield f"{where}/{name}", "must have text and value"


def _at(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, each in value.items():
            if name == "text" and isinstance(each, str):
                yield each
            else:
                yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def check_metadata(metadata: Any) -> Json:
    """Return message metadata when it has the shape that Slack wants.

    Raises:
        ApiError: it has not.
    """
    shaped = isinstance(metadata, dict) and isinstance(metadata.get("event_type"), str) and metadata["event_type"]
    if not shaped or not isinstance(metadata.get("event_payload"), dict):
        raise ApiError("invalid_metadata_format")
    if len(json.dumps(metadata)) > 8000:
        raise ApiError("metadata_too_large")
    return dict(metadata)
