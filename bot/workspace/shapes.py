"""Compare the shape of what the workspace says, keys and types, with a published sample of what Slack says."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_ID = re.compile(r"[A-Z]{1,2}[0-9A-Z]{7,}|\d{6,}\.\d+|")


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where a shape is not the sample's: `unknown key`, or `wrong type`."""

    kind: str
    where: str


def differences(value: Any, sample: Any, where: str = "") -> Iterator[Difference]:
    """Yield what `value` has that `sample`, in which every field is filled in, has not.

    Nothing is said of null, which stands for any type, nor of what the sample leaves open: an empty object or list.
    """
    if value is None or sample is None:
        return
    if _type(value) != _type(sample):
        yield Difference("wrong type", f"{where}: {_type(value)}, not {_type(sample)}")
    elif isinstance(value, dict):
        yield from _of_object(value, sample, where)
    elif isinstance(value, list) and sample:
        for index, each in enumerate(value):
            yield from _of_item(each, sample, f"{where}[{index}]")


def _of_object(value: dict[str, Any], sample: dict[str, Any], where: str) -> Iterator[Difference]:
    if not sample:
        return
    if all(_ID.fullmatch(key) for key in sample):
        # The keys are ids, so that one value stands for all.
        pattern = next(iter(sample.values()))
        for key, each in value.items():
            yield from differences(each, pattern, f"{where}.{key}")
        return
    for key, each in value.items():
        if key not in sample:
            yield Difference("unknown key", f"{where}.{key}")
        else:
            yield from differences(each, sample[key], f"{where}.{key}")


def _of_item(value: Any, sample: list[Any], where: str) -> Iterator[Difference]:
    """Compare with the item of the same `type`; one that the samples do not know yet is not judged."""
    if isinstance(value, dict) and "type" in value:
        alike = [each for each in sample if isinstance(each, dict) and each.get("type") == value["type"]]
        if not alike and any(isinstance(each, dict) and each.get("type") for each in sample):
            return
        sample = alike or sample
    yield from min((list(differences(value, each, where)) for each in sample), key=len)


def _type(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    names = {dict: "object", list: "array", str: "string", int: "number", float: "number"}
    return names[type(value)]
