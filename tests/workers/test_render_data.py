"""An answer from the bank's data, as Slack shows it."""

import csv
import io
import json

import pytest

from bot.workspace.limits import check_blocks
from knowledge.database.chart import chart_of
from knowledge.types import Answer, Check, Choice, Table
from workers.render import render
from workers.render_data import as_csv, is_cut, shown_rows, simpler, words_of

BRANCHES = Table(("city", "deposits"), (("Oslo", 1_250_000.5), ("Bergen", 98_000.0), ("=HYPERLINK(1)", None)))
ID = "0123456789abcdef"


def answer(**values):
    given = {"text": "Oslo holds most.", "route": "data", "sql": "SELECT 1", "table": BRANCHES, **values}
    return {"type": "answer", **Answer(**given).to_json()}


def blocks_of(reply, kind=""):
    found = [block for message in render(reply, ID) for block in message.blocks]
    for message in render(reply, ID):
        check_blocks(message.blocks)  # What Slack takes, as the strict workspace knows it.
    return [block for block in found if block["type"] == kind] if kind else found


def long(rows, columns=2):
    return Table(tuple(f"c{n}" for n in range(columns)), tuple((f"name {n}", *range(columns - 1)) for n in range(rows)))


def test_rows_are_a_table_with_numbers_on_the_right():
    (table,) = blocks_of(answer(), "table")

    texts = [[cell["text"] for cell in row] for row in table["rows"]]
    assert texts == [["city", "deposits"], ["Oslo", "1,250,000.50"], ["Bergen", "98,000.00"], ["=HYPERLINK(1)", "—"]]
    assert [each["align"] for each in table["column_settings"]] == ["left", "right"]


def test_many_rows_are_leafed_through_and_the_rest_is_in_a_file():
    (table,) = blocks_of(answer(table=long(500)), "data_table")

    assert len(table["rows"]) == 100
    assert table["rows"][1][1] == {"type": "raw_number", "value": 0, "text": "0"}
    assert is_cut(long(500))
    assert not is_cut(long(50))
    assert "500 rows, all of them in the file below" in json.dumps(blocks_of(answer(table=long(500))))


@pytest.mark.parametrize(
    "table",
    [long(99, 20), long(1000, 40), Table(("t",), (("x" * 5000,), ("y" * 5000,))), Table(("a",), ((" ",), (None,)))],
    ids=["wide", "huge", "long cells", "empty cells"],
)
def test_whatever_the_result_slack_takes_it(table):
    assert blocks_of(answer(table=table))
    for message in render(answer(table=table), ID):
        check_blocks(simpler(message.blocks))


def test_rows_filters_meaning_age_and_who_verified_it_are_said():
    shown = json.dumps(
        blocks_of(
            answer(
                table=Table(("n",), ((1,), (2,)), cut=True),
                filters=("city is Oslo", "closed accounts left out"),
                definitions=("deposits: the sum of booked balances",),
                as_of="21 Nov 2026",
                verified="U0ADA00001",
                verified_on="2026-11-20",
                checks=(Check("numbers", passed=True),),
            )
        )
    )

    for words in (
        "The first 2 rows; there are more",
        "city is Oslo; closed accounts left out",
        "deposits: the sum of booked balances",
        "Data as of 21 Nov 2026",
        "Verified by <@U0ADA00001> on 2026-11-20",
        "Numbers checked against the result",
    ):
        assert words in shown


@pytest.mark.parametrize("who", ["<!channel>", "U0ADA00001>", "ada|<@U1>", "https://evil.example"])
def test_whoever_is_no_person_of_slack_s_calls_nobody(who):
    shown = json.dumps(blocks_of(answer(verified=who, verified_on="2026-11-20")))

    assert "<" not in shown
    assert "Verified by" in shown


def test_an_answer_says_that_its_verified_query_has_gone_stale():
    shown = json.dumps(blocks_of(answer(outdated="2026-11-20")))

    assert "approved on 2026-11-20" in shown
    assert "have changed since" in shown
    assert "white_check_mark" not in shown


def test_one_value_needs_no_table_and_no_chart():
    shown = blocks_of(answer(table=Table(("n",), ((42,),))))

    assert not [block for block in shown if block["type"] in ("table", "data_table")]
    assert "chart_bar" not in json.dumps(shown)
    assert '"sql"' in json.dumps(shown)


def test_a_chart_is_drawn_by_slack_and_left_to_a_picture_where_it_cannot():
    table = Table(("city", "deposits"), (("Oslo", 3.0), ("Bergen", 2.0)))
    shown = blocks_of(answer(table=table, chart=chart_of(table, "as a bar chart").to_json()))

    (drawn,) = [block for block in shown if block["type"] == "data_visualization"]
    assert drawn["chart"]["type"] == "bar"
    assert not [block for block in simpler(shown) if block["type"] in ("data_visualization", "data_table")]


def test_the_buttons_name_the_request_and_a_choice_asks_back():
    shown = blocks_of(answer(choices=(Choice("Calendar", "…by calendar quarter?"), Choice("Fiscal", "…by fiscal?"))))

    choose, look = [block["elements"] for block in shown if block["type"] == "actions"]
    assert [(each["action_id"], each["value"]) for each in choose] == [
        ("choose_0", f"{ID}:0"), ("choose_1", f"{ID}:1"),
    ]  # fmt: skip
    assert [each["action_id"] for each in look] == [
        "sql", "chart_bar", "chart_line", "chart_pie", "chart_table", "correct",
    ]  # fmt: skip


def test_what_cells_say_links_and_calls_nobody():
    evil = "<!channel> <@U1> https://evil.example/?s=1"
    reply = answer(
        text=evil, table=Table((evil, "n"), ((evil, 1),)), filters=(evil,), definitions=(evil,), as_of=evil,
        verified=evil,
    )  # fmt: skip
    shown = blocks_of(reply)

    formatted = json.dumps([block for block in shown if block["type"] not in ("table", "data_table")])
    assert "<!" not in formatted
    assert "<@" not in formatted
    assert "https://" not in formatted
    (table,) = [block for block in shown if block["type"] == "table"]
    assert {cell["type"] for row in table["rows"] for cell in row} == {"raw_text"}, "raw text is never a link"


def test_in_a_spreadsheet_no_cell_is_a_formula():
    rows = list(csv.reader(io.StringIO(as_csv(BRANCHES).decode("utf-8-sig"))))

    assert rows == [["city", "deposits"], ["Oslo", "1250000.5"], ["Bergen", "98000.0"], ["'=HYPERLINK(1)", ""]]


@pytest.mark.parametrize(
    ("value", "column", "words"),
    [
        (2026, "year", "2026"), (1234567, "total", "1,234,567"), (1234567, "customer_id", "1234567"), (None, "", "—"),
        (True, "", "yes"), (0.001234, "", "0.001234"), (0.02353, "", "0.02353"), (0.0, "", "0.00"),
        (-12345.678, "", "-12,345.68"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_people_read_them(value, column, words):
    assert words_of(value, column) == words


def test_the_rows_of_a_message_have_room():
    assert 10 < len(shown_rows(Table(("t",), (("word " * 20,),) * 1000))) < 99
    assert len(shown_rows(long(1000, 2))) == 99


def test_what_generated_code_worked_out_says_so_and_shows_its_code():
    shown = str(blocks_of(answer(text="It is *<!channel>* 7.", code="result = 7", table=None)))

    assert "Worked out by generated code, not by a checked query" in shown
    assert "checked against" not in shown
    assert "Show code" in shown
    assert "<!channel>" not in shown
