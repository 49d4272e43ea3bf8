"""Put what generated code returns in plain parts, and keep the pictures that it saves."""

import base64
import io
import math
import os
from typing import Any

ROWS, COLUMNS, CELL, WORDS = 200, 20, 300, 2000
DOTS = 110
_PICTURES: dict[str, bytes] = {}


def keep_pictures() -> None:
    """Have every picture that is saved kept in memory under its path, whatever its path is."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - found once the packages are.

    def keep(figure: Any, path: Any, *_: Any, **__: Any) -> None:
        _PICTURES[os.fspath(path) if isinstance(path, str | os.PathLike) else ""] = _drawn(figure)

    Figure.savefig = keep  # type: ignore[method-assign, assignment]


def plain(kind: str, value: Any) -> dict[str, Any]:
    """Return a result of PandasAI's as what JSON can say."""
    match kind:
        case "number":
            return {"number": _cell(value)}
        case "string":
            return {"text": str(value)[:WORDS]}
        case "dataframe":
            return _table(value)
        case "chart":
            picture = _picture(value)
            return {"picture": base64.b64encode(picture).decode()} if picture else {"failed": "no chart was drawn"}
    return {"failed": f"a {kind} is no result"}


def _table(value: Any) -> dict[str, Any]:
    frame = value.to_frame() if value.ndim == 1 else value
    if any(frame.index.names) or frame.index.dtype.kind not in "iu":  # Bare numbers say nothing.
        frame = frame.reset_index()
    shown = frame.iloc[:ROWS, :COLUMNS]
    rows = [[_cell(each) for each in row] for row in shown.itertuples(index=False, name=None)]
    columns = [" ".join(map(str, each)) if isinstance(each, tuple) else str(each) for each in shown.columns]
    return {"columns": [each[:CELL] for each in columns], "rows": rows, "cut": len(frame) > ROWS}


def _cell(value: Any) -> Any:
    if hasattr(value, "item"):
        value = value.item()  # A number of numpy's.
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return str(value)[:CELL]


def _picture(path: Any) -> bytes:
    from matplotlib import pyplot as plt  # noqa: PLC0415 - found once the packages are.

    if isinstance(path, str) and path in _PICTURES:
        return _PICTURES[path]
    if plt.get_fignums():  # Drawn and not saved, or saved under another name.
        return _drawn(plt.gcf())
    return next(reversed(_PICTURES.values()), b"")


def _drawn(figure: Any) -> bytes:
    stream = io.BytesIO()
    figure.canvas.print_figure(stream, format="png", dpi=DOTS, bbox_inches="tight")
    return stream.getvalue()
