"""Judge a value by a JSON schema, as far as Slack's manifest schema goes."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlparse

Json = dict[str, Any]
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "number": (int, float),
    "integer": (int,),
    "null": (type(None),),
}
_SAID = frozenset({"description", "title", "default", "examples", "$schema", "$id", "definitions", "$comment", "_note"})
_JUDGED = frozenset(
    {"$ref", "anyOf", "type", "enum", "pattern", "regex", "format", "minLength", "maxLength", "minItems", "maxItems"}
    | {"uniqueItems", "items", "properties", "required", "additionalProperties"}
)


def faults(value: Any, schema: Json, root: Json, where: str = "") -> Iterator[str]:
    """Yield what is wrong with `value`, each with its place.

    Raises:
        ValueError: the schema asks for something that is not judged here.
    """
    if unknown := set(schema) - _SAID - _JUDGED:
        raise ValueError(f"The schema asks for {', '.join(sorted(unknown))} at {where or 'its top'}.")
    if "$ref" in schema:
        yield from faults(value, _named(schema["$ref"], root), root, where)
        return
    if "anyOf" in schema and all(any(faults(value, each, root, where)) for each in schema["anyOf"]):
        yield f"{where}: fits none of the choices"
    kinds = schema.get("type")
    if kinds is not None and not any(_is(value, kind) for kind in ([kinds] if isinstance(kinds, str) else kinds)):
        yield f"{where}: must be {kinds}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where}: {value!r} is none of the choices"
    if isinstance(value, str):
        yield from _text_faults(value, schema, where)
    elif isinstance(value, list):
        yield from _list_faults(value, schema, root, where)
    elif isinstance(value, dict):
        yield from _object_faults(value, schema, root, where)


def _named(reference: str, root: Json) -> Json:
    found: Any = root
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return dict(found)


def _is(value: Any, kind: str) -> bool:
    return isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _text_faults(value: str, schema: Json, where: str) -> Iterator[str]:
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        yield f"{where}: {len(value)} characters"
    pattern = schema.get("pattern") or schema.get("regex")  # Slack writes both.
    if pattern and not re.search(pattern, value):
        yield f"{where}: does not match {pattern}"
    if schema.get("format") in ("uri", "url") and not (urlparse(value).scheme and urlparse(value).netloc):
        yield f"{where}: is no address"


def _list_faults(value: list[Any], schema: Json, root: Json, where: str) -> Iterator[str]:
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
        yield f"{where}: {len(value)} items"
    if schema.get("uniqueItems") and len({repr(each) for each in value}) < len(value):
        yield f"{where}: holds something twice"
    for index, each in enumerate(value):
        yield from faults(each, schema.get("items", {}), root, f"{where}/{index}")


def _object_faults(value: Json, schema: Json, root: Json, where: str) -> Iterator[str]:
    known = schema.get("properties", {})
    for name in set(schema.get("required", ())) - set(value):
        yield f"{where}: lacks {name}"
    for name, each in value.items():
        if name in known:
            yield from faults(each, known[name], root, f"{where}/{name}")
        elif schema.get("additionalProperties") is False:
            yield f"{where}/{name}: is unknown"
        elif isinstance(schema.get("additionalProperties"), dict):
            yield from faults(each, schema["additionalProperties"], root, f"{where}/{name}")
