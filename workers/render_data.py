"""Show an answer from the bank's data: chart, table, what was counted, and buttons to go on with."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

from knowledge.database.chart_block import block as chart_block
from knowledge.database.chart_spec import Chart
from knowledge.types import Answer, Table
from workers.blocks import Block, actions, button, context, cut, inline, person

ROWS = 99  # Slack takes a hundred, with the head.
COLUMNS = 20
CELL = 120
CHARACTERS = 6000  # Of a table's cells; Slack takes ten thousand, and about thirteen of all blocks.
PAGE = 10  # Longer tables are leafed through and sorted.
OUTDATED = (
    "A verified query for this question exists, approved on {day}; but the tables that it reads, or their definitions, "
    "have changed since. It is not used, and waits for another review."
)
WISHES = {"bar": "Bar", "line": "Line", "pie": "Pie", "table": "Table"}

_HIDDEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\x00-\x08\x0b-\x1f]")
_NAMES_OF_KEYS = re.compile(r"(?i)(?:^|_)(?:id|no|nr|number|year|code|zip|iban|account)$")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def data_blocks(answer: Answer) -> list[Block]:
    """Return what stands below the words of an answer from the bank's data."""
    chart = chart_of_answer(answer)
    drawn = chart_block(chart) if chart else None
    blocks = [drawn] if drawn else []
    if answer.table and answer.table.rows and not _is_one_value(answer.table):
        blocks.append(table_block(answer.table, caption=chart.title if chart else "Result"))
    notes = [_rows_note(answer.table)] if answer.table else []
    notes += [f"Data as of {inline(answer.as_of, 60)}"] if answer.as_of else []
    notes += [f":white_check_mark: {_verified(answer)}"] if answer.verified else []
    blocks += [context("  ·  ".join(notes))] if notes else []
    blocks += [context(line) for line in _small_print(answer)]
    return blocks


def data_buttons(answer: Answer, request_id: str) -> list[Block]:
    """Return the buttons under an answer: those that answer its question back, and those that look closer."""
    blocks = []
    if answer.choices:
        chosen = [button(each.label, f"choose_{n}", f"{request_id}:{n}") for n, each in enumerate(answer.choices[:5])]
        blocks.append(actions(*chosen))
    if answer.sql and not answer.refused:
        look = [button("Show code" if answer.code else "Show SQL", "sql", request_id)]
        look += chart_buttons(answer.table, request_id)
        blocks.append(actions(*look, button("Correct this", "correct", request_id)))
    if answer.listed:
        blocks.append(actions(button("Correct a field", "amend", request_id)))
    return blocks


def chart_buttons(table: Table | None, request_id: str) -> list[Block]:
    """Return the buttons that draw the rows in another way."""
    if table is None or len(table.rows) < 2 or len(table.columns) < 2:
        return []
    return wish_buttons(request_id)


def wish_buttons(request_id: str) -> list[Block]:
    """Return one button for each way to draw."""
    return [button(label, f"chart_{wish}", f"{request_id}:{wish}") for wish, label in WISHES.items()]


def chart_of_answer(answer: Answer) -> Chart | None:
    """Return the chart that an answer carries."""
    return Chart.from_json(answer.chart) if answer.chart else None


def table_block(table: Table, *, caption: str) -> Block:
    """Return the rows as a table of Slack's, as many as it takes."""
    shown = shown_rows(table)
    columns = table.columns[:COLUMNS]
    head = [_raw(name) for name in columns]
    if len(shown) > PAGE:
        rows = [[_cell(value, name) for value, name in zip(row, columns, strict=False)] for row in shown]
        return {"type": "data_table", "caption": cut(caption, 100), "page_size": PAGE, "rows": [head, *rows]}
    rows = [[_raw(words_of(value, name)) for value, name in zip(row, columns, strict=False)] for row in shown]
    aligned = [{"align": "right" if _is_number_column(shown, at) else "left"} for at in range(len(columns))]
    return {"type": "table", "rows": [head, *rows], "column_settings": aligned}


def simpler(blocks: list[Block]) -> list[Block]:
    """Return blocks for a Slack that does not take its newest ones: tables plain, charts left to a picture."""
    return [_plain_table(each) for each in blocks if each["type"] != "data_visualization"]


def shown_rows(table: Table) -> tuple[tuple[Any, ...], ...]:
    """Return the rows that a message has room for."""
    left = CHARACTERS
    for count, row in enumerate(table.rows[:ROWS]):
        left -= sum(min(CELL, len(words_of(value))) for value in row[:COLUMNS])
        if left < 0:
            return table.rows[:count]
    return table.rows[:ROWS]


def is_cut(table: Table) -> bool:
    """Return whether a message shows less than the table."""
    return len(shown_rows(table)) < len(table.rows) or len(table.columns) > COLUMNS or any(_long_cells(table))


def as_csv(table: Table) -> bytes:
    """Return all rows for a spreadsheet, where no cell is taken for a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([_inert(name) for name in table.columns])
    writer.writerows([[_inert(value) for value in row] for row in table.rows])
    return text.getvalue().encode("utf-8-sig")  # Spreadsheets take it for UTF-8 by its mark.


def words_of(value: Any, column: str = "") -> str:
    """Return a cell as people read it."""
    if isinstance(value, bool) or value is None:
        return {None: "—", True: "yes", False: "no"}[value]
    if isinstance(value, int):
        return str(value) if abs(value) < 10_000 or _NAMES_OF_KEYS.search(column) else f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.2f}" if abs(value) >= 1 or not value else f"{value:.4g}"  # A share of 0.02353 is not 0.02.
    return _HIDDEN.sub("", str(value)).strip() or "—"


def _plain_table(block: Block) -> Block:
    if block["type"] != "data_table":
        return block
    rows = [[{"type": "raw_text", "text": cell["text"]} for cell in row] for row in block["rows"]]
    return {"type": "table", "rows": rows}


def _verified(answer: Answer) -> str:
    return f"Verified by {person(answer.verified)}" + (
        f" on {inline(answer.verified_on, 20)}" * bool(answer.verified_on)
    )


def _small_print(answer: Answer) -> Iterator[str]:
    if answer.filters:
        yield "*Counted:* " + "; ".join(inline(each, 200) for each in answer.filters)
    if answer.definitions:
        yield "*Meaning:* " + "; ".join(inline(each, 250) for each in answer.definitions)
    if answer.outdated:
        yield OUTDATED.format(day=inline(answer.outdated, 20))


def _rows_note(table: Table) -> str:
    count = len(table.rows)
    rows = "1 row" if count == 1 else f"{count:,} rows"
    if table.cut:
        return f"The first {rows}; there are more"
    if is_cut(table):
        return f"{rows}, all of them in the file below"
    return rows if count else "No rows"


def _is_one_value(table: Table) -> bool:
    return len(table.rows) == 1 and len(table.columns) == 1


def _long_cells(table: Table) -> Iterator[bool]:
    return (isinstance(value, str) and len(value) > CELL for row in table.rows for value in row)


def _is_number_column(rows: tuple[tuple[Any, ...], ...], at: int) -> bool:
    values = [row[at] for row in rows if row[at] is not None]
    return bool(values) and all(isinstance(each, int | float) for each in values)


def _cell(value: Any, column: str) -> Block:
    if isinstance(value, int | float) and not isinstance(value, bool) and value == value:  # noqa: PLR0124 - not a number
        return {"type": "raw_number", "value": value, "text": words_of(value, column)}
    return _raw(words_of(value, column))


def _raw(text: str) -> Block:
    return {"type": "raw_text", "text": cut(_HIDDEN.sub("", text).strip() or "—", CELL)}


def _inert(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
