"""Take in, strictly, what the jailed process says that it found: it may have been made to say anything."""

import base64
import binascii
import io
import json
import math
import re
import unicodedata
import warnings
from dataclasses import dataclass
from typing import Any

from PIL import Image

from knowledge.types import Table

ROWS, COLUMNS, CELL, NAME, WORDS, CODE = 200, 20, 300, 80, 1500, 8000
PICTURE, PIXELS, LONGEST = 2_000_000, 12_000_000, 1400  # Bytes and pixels taken in, pixels of a side kept.
LARGEST = 10**15  # Whole numbers above are shown rounded.
Cell = str | int | float | bool | None


class MalformedError(Exception):
    """That is no result."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One of a number, words, a table or a picture (a PNG of our own making), and the code that worked it out."""

    number: int | float | None = None
    text: str = ""
    table: Table | None = None
    picture: bytes = b""
    code: str = ""


def parsed(line: bytes) -> dict[str, Any]:
    """Return what a line says.

    Raises:
        MalformedError: it is no object of JSON.
    """
    try:
        said = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise MalformedError from error
    if not isinstance(said, dict):
        raise MalformedError
    return said


def finding(said: dict[str, Any]) -> Finding:
    """Return what was found.

    Raises:
        MalformedError: it is none of what can be found.
    """
    match said:
        case {"number": int() | float() as number, "code": str(code)} if not isinstance(number, bool):
            return Finding(number=_number(number), code=_code(code))
        case {"text": str(text), "code": str(code)} if words(text, WORDS):
            return Finding(text=words(text, WORDS), code=_code(code))
        case {"columns": list(columns), "rows": list(rows), "cut": bool(cut), "code": str(code)}:
            return Finding(table=_table(columns, rows, cut=cut), code=_code(code))
        case {"picture": str(picture), "code": str(code)}:
            return Finding(picture=redrawn(picture), code=_code(code))
    raise MalformedError


def words(text: str, most: int) -> str:
    """Return the text cut, with no character that cannot be seen but line breaks."""
    seen = "".join(each for each in text[: 2 * most] if each == "\n" or unicodedata.category(each)[0] != "C")
    return re.sub(r"\s*\n\s*", "\n", seen).strip()[:most]


def redrawn(encoded: str) -> bytes:
    """Return a picture written anew, of nothing but its points.

    Raises:
        MalformedError: it is no PNG, or too large.
    """
    if len(encoded) > PICTURE * 4 // 3 + 4:
        raise MalformedError
    try:
        data = base64.b64decode(encoded, validate=True)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(data), formats=("PNG",)) as picture:
                if picture.width * picture.height > PIXELS or getattr(picture, "n_frames", 1) != 1:
                    raise MalformedError
                picture.verify()
            with Image.open(io.BytesIO(data), formats=("PNG",)) as picture:
                plain = Image.new("RGB", picture.size, "white")
                points = picture.convert("RGBA")
                plain.paste(points, mask=points)
    except (
        binascii.Error,
        ValueError,
        OSError,
        SyntaxError,
        MemoryError,
        Warning,
        Image.DecompressionBombError,
    ) as error:
        raise MalformedError from error
    plain.thumbnail((LONGEST, LONGEST))
    stream = io.BytesIO()
    plain.quantize(128).save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _number(value: float) -> int | float:
    try:
        rounded = float(value)
    except OverflowError as error:
        raise MalformedError from error
    if not math.isfinite(rounded):
        raise MalformedError
    return value if isinstance(value, int) and abs(value) < LARGEST else rounded


def _table(columns: list[Any], rows: list[Any], *, cut: bool) -> Table:
    if (
        not columns
        or not all(isinstance(each, str) for each in columns)
        or not all(isinstance(row, list) for row in rows)
    ):
        raise MalformedError
    names = tuple(
        words(each, NAME).replace("\n", " ") or f"column {at}" for at, each in enumerate(columns[:COLUMNS], 1)
    )
    if any(len(row) < len(names) for row in rows[:ROWS]):
        raise MalformedError
    kept = tuple(tuple(map(_cell, row[: len(names)])) for row in rows[:ROWS])
    return Table(names, kept, cut=cut or len(rows) > ROWS or len(columns) > COLUMNS)


def _cell(value: Any) -> Cell:
    match value:
        case None | bool():
            return value
        case int() | float():
            return _number(value)
        case str():
            return words(value, CELL).replace("\n", " ")
    raise MalformedError


def _code(code: str) -> str:
    return "".join(each for each in code[:CODE] if each in "\n\t" or unicodedata.category(each)[0] != "C")
