"""Refuse tables and charts that Slack would refuse."""

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
Fault = tuple[str, str]
COLUMNS = 20
DATA_ROWS = 101
CELL_CHARACTERS = 10_000  # All cells of one table together.
CHART_TITLE = 50
AXIS_LABEL = 50
POINT_LABEL = 20
SERIES = 6
CATEGORIES = 20
_CELLS = ("raw_text", "raw_number", "rich_text")


def table_faults(block: Json, where: str) -> Iterator[Fault]:
    """Yield what is wrong with a `table` or `data_table` whose rows are lists."""
    rows = block.get("rows") or []
    rich = block["type"] == "data_table"
    for index, row in enumerate(rows):
        if not isinstance(row, list) or not 0 < len(row) <= COLUMNS:
            yield f"{where}/rows/{index}", f"must have 1 to {COLUMNS} cells"
            continue
        for column, cell in enumerate(row):
            yield from _cell_faults(cell, f"{where}/rows/{index}/{column}", header=rich and index == 0)
    if sum(len(_words(cell)) for row in rows for cell in row) > CELL_CHARACTERS:
        yield f"{where}/rows", f"must hold less than {CELL_CHARACTERS + 1} characters"
    if rich:
        yield from _data_table_faults(block, where)


def _cell_faults(cell: Any, where: str, *, header: bool) -> Iterator[Fault]:
    if not isinstance(cell, dict) or cell.get("type") not in _CELLS:
        yield where, f"must be one of: {', '.join(_CELLS)}"
    elif header and cell["type"] == "rich_text":
        yield where, "must be plain in the first row"
    elif cell["type"] == "raw_text" and not cell.get("text"):
        yield f"{where}/text", "must be more than 0 characters"
    elif cell["type"] == "raw_number" and not _is_number(cell.get("value")):
        yield f"{where}/value", "must be a number"


def _data_table_faults(block: Json, where: str) -> Iterator[Fault]:
    rows = block.get("rows") or []
    if not isinstance(block.get("caption"), str) or not block["caption"]:
        yield f"{where}/caption", "missing required field: caption"
    if not 2 <= len(rows) <= DATA_ROWS:
        yield f"{where}/rows", f"must have 2 to {DATA_ROWS} rows"
    if len({len(row) for row in rows}) > 1:
        yield f"{where}/rows", "must all have the same length"
    size = block.get("page_size", 5)
    if not isinstance(size, int) or not 1 <= size <= 100:
        yield f"{where}/page_size", "must be 1 to 100"
    column = block.get("row_header_column_index", 0)
    if not isinstance(column, int) or not 0 <= column < max((len(row) for row in rows), default=1):
        yield f"{where}/row_header_column_index", "must be one of the columns"


def chart_faults(block: Json, where: str) -> Iterator[Fault]:
    """Yield what is wrong with a `data_visualization`."""
    title, chart = block.get("title"), block.get("chart")
    if not isinstance(title, str) or not 0 < len(title) <= CHART_TITLE:
        yield f"{where}/title", f"must be 1 to {CHART_TITLE} characters"
    if not isinstance(chart, dict) or chart.get("type") not in ("pie", "bar", "line", "area"):
        yield f"{where}/chart/type", "must be one of: pie, bar, line, area"
    elif chart["type"] == "pie":
        yield from _pie_faults(chart, f"{where}/chart/segments")
    else:
        yield from _series_faults(chart, f"{where}/chart")


def _pie_faults(chart: Json, where: str) -> Iterator[Fault]:
    segments = chart.get("segments")
    if not isinstance(segments, list) or not 0 < len(segments) <= SERIES:
        yield where, f"must have 1 to {SERIES} items"
        return
    for index, segment in enumerate(segments):
        yield from _point_faults(segment, f"{where}/{index}", positive=True)


def _series_faults(chart: Json, where: str) -> Iterator[Fault]:
    axis = chart.get("axis_config")
    axis = axis if isinstance(axis, dict) else {}
    categories = axis.get("categories")
    if not isinstance(categories, list) or not 0 < len(categories) <= CATEGORIES:
        yield f"{where}/axis_config/categories", f"must have 1 to {CATEGORIES} items"
        return
    for name in ("x_label", "y_label"):
        if len(str(axis.get(name) or "")) > AXIS_LABEL:
            yield f"{where}/axis_config/{name}", f"must be less than {AXIS_LABEL + 1} characters"
    series = chart.get("series")
    if not isinstance(series, list) or not 0 < len(series) <= SERIES:
        yield f"{where}/series", f"must have 1 to {SERIES} items"
        return
    names = [each.get("name") for each in series if isinstance(each, dict)]
    if len(set(map(str, names))) != len(series) or not all(isinstance(name, str) and name for name in names):
        yield f"{where}/series", "must have different names"
    for index, each in enumerate(series):
        data = each.get("data") if isinstance(each, dict) else None
        labels = [point.get("label") for point in data if isinstance(point, dict)] if isinstance(data, list) else None
        if labels != categories:
            yield f"{where}/series/{index}/data", "must have the labels of axis_config.categories"
            continue
        for place, point in enumerate(data or ()):
            yield from _point_faults(point, f"{where}/series/{index}/data/{place}")


def _point_faults(point: Any, where: str, *, positive: bool = False) -> Iterator[Fault]:
    label, value = (point.get("label"), point.get("value")) if isinstance(point, dict) else (None, None)
    if not isinstance(label, str) or not 0 < len(label) <= POINT_LABEL:
        yield f"{where}/label", f"must be 1 to {POINT_LABEL} characters"
    if not _is_number(value) or (positive and value <= 0):  # type: ignore[operator]
        yield f"{where}/value", "must be a number" + (" above 0" if positive else "")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(_words(each) for name, each in value.items() if name in ("text", "elements", "url"))
    if isinstance(value, list):
        return "".join(map(_words, value))
    return value if isinstance(value, str) else ""
