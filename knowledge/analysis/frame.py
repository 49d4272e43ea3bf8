"""Put a result's rows as Arrow, with names that code can be written with."""

import io
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

import nanoarrow as na
from nanoarrow import ipc
from nanoarrow.c_array import c_array_from_buffers

from knowledge.types import Table

NAME = 40
WHOLE = 2**63


def arrow(table: Table) -> bytes:
    """Return the rows as one Arrow stream; every column has one type."""
    names = names_of(table.columns)
    columns = [[row[at] for row in table.rows] for at in range(len(names))]
    types = [_type(cells) for cells in columns]
    children = [
        na.c_array([_as(each, kind) for each in cells], kind) for cells, kind in zip(columns, types, strict=True)
    ]
    rows = c_array_from_buffers(
        na.struct(dict(zip(names, types, strict=True))), len(table.rows), [None], children=children
    )
    stream = io.BytesIO()
    with ipc.StreamWriter.from_writable(stream) as writer:
        writer.write_stream(na.Array(rows))
    return stream.getvalue()


def names_of(columns: Sequence[str]) -> tuple[str, ...]:
    """Return a plain name for each column, no two alike."""
    names: list[str] = []
    for number, column in enumerate(columns, 1):
        bare = unicodedata.normalize("NFKD", column).encode("ascii", "ignore").decode().lower()
        name = re.sub(r"\W+", "_", bare).strip("_")[:NAME]
        name = name if name and not name[0].isdigit() else f"column_{number}"
        names.append(name if name not in names else f"{name}_{number}")
    return tuple(names)


def _type(cells: Sequence[Any]) -> Any:
    kinds = {type(each) for each in cells if each is not None}
    if kinds == {bool}:
        return na.bool_()
    if kinds == {int} and all(each is None or -WHOLE <= each < WHOLE for each in cells):
        return na.int64()
    return na.float64() if kinds and kinds <= {int, float} else na.string()


def _as(value: Any, kind: Any) -> Any:
    if value is None:
        return None
    if kind == na.string():
        return str(value)
    return float(value) if kind == na.float64() else value
