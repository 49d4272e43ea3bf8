"""Charts are chosen by the result's shape and the asker's wish, and drawn without trusting a single cell."""

import io
import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from knowledge.database.chart import Chart, Series, alt, block, chart_of, draw, wished
from knowledge.database.chart_names import additive, spoken, unit_of
from knowledge.types import Table

BRANCHES = (("Oslo", 128_345_678.5), ("Bergen", 64_211_333), ("Stavanger", 51_230_000), ("Tromsø", 9_120_000))


def table(columns: str, *rows: tuple[Any, ...], cut: bool = False) -> Table:
    return Table(tuple(columns.split()), rows, cut)


def chart(columns: str, *rows: tuple[Any, ...], wish: str = "", cut: bool = False) -> Chart:
    made = chart_of(table(columns, *rows, cut=cut), wish)
    assert made is not None
    return made


def months(count: int) -> list[str]:
    return [f"{2025 + at // 12}-{at % 12 + 1:02}" for at in range(count)]


def test_amounts_by_name_are_bars_with_a_title_and_a_unit():
    made = chart("branch total_deposits_nok", *BRANCHES)

    assert (made.kind, made.title, made.unit) == ("bar", "Total deposits by branch", "NOK")
    assert made.categories == ("Oslo", "Bergen", "Stavanger", "Tromsø")


def test_names_that_rows_share_are_drawn_by_their_key():
    made = chart("customer_id full_name principal", (709, "S•", 37.5), (604, "M•", 32.0), (565, "M•", 26.0))

    assert made.categories == ("709", "604", "565")
    assert made.title == "Principal by customer id"


def test_values_over_months_are_a_line_in_order_and_a_missing_month_is_a_gap():
    made = chart("month deposits", ("2026-03", 3), ("2026-01", 1), ("2026-02", 2), ("2026-05", 5))

    assert (made.kind, made.grain) == ("line", "month")
    assert made.categories == ("2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01")
    assert made.series[0].values == (1, 2, 3, None, 5)
    assert made.notes == ("No rows for 1 month",)


@pytest.mark.parametrize(
    ("cells", "grain", "first"),
    [
        ((2024, 2025, 2026), "year", "2024-01-01"),
        (("2026-Q1", "2026-Q2", "2026-Q3"), "quarter", "2026-01-01"),
        (("Q4 2025", "Q1 2026", "Q2 2026"), "quarter", "2025-10-01"),
        (("2026-W01", "2026-W02", "2026-W03"), "week", "2025-12-29"),
        ((date(2026, 5, 1), date(2026, 5, 2), date(2026, 5, 9)), "day", "2026-05-01"),
        (("2026-05-01 09:30:00", "2026-05-01 10:30:00", "2026-05-01 11:30:00"), "minute", "2026-05-01T09:30"),
        ((date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)), "month", "2026-01-01"),
    ],
)
def test_times_are_recognised_however_a_database_writes_them(cells, grain, first):
    made = chart("year total", *((cell, 5) for cell in cells))

    assert (made.kind, made.grain, made.categories[0]) == ("line", grain, first)


def test_a_year_beside_a_month_is_one_time():
    made = chart("year month total", (2025, 11, 1), (2025, 12, 2), (2026, 1, 3))

    assert made.categories == ("2025-11-01", "2025-12-01", "2026-01-01")


def test_two_names_and_a_value_are_one_series_for_each_of_the_fewer():
    rows = [(month, city, at) for at, month in enumerate(months(4)) for city in ("Oslo", "Bergen")]

    made = chart("month city total", *rows)

    assert made.kind == "line"
    assert {each.name for each in made.series} == {"Oslo", "Bergen"}
    assert made.series[0].values == (0, 1, 2, 3)


def test_more_groups_than_an_eye_can_tell_apart_are_summed_as_others():
    rows = [(month, f"City {at}", at) for month in months(3) for at in range(9)]

    made = chart("month city total", *rows)

    assert [each.name for each in made.series] == [*(f"City {at}" for at in (8, 7, 6, 5, 4)), "Other (4)"]
    assert made.series[-1].values == (6, 6, 6)


def test_sums_of_many_names_keep_the_largest_and_one_bar_for_the_others():
    made = chart("merchant total", *((f"Merchant {at}", 100 + at) for at in range(16)))

    assert len(made.categories) == 15
    assert made.categories[0] == "Merchant 15"
    assert made.categories[-1] == "Other (2)"
    assert sum(value or 0 for value in made.series[0].values) == sum(100 + at for at in range(16))
    assert made.horizontal


def test_averages_are_never_added_up_as_others():
    made = chart("customer avg_balance", *((f"Customer {at}", at) for at in range(20)))

    assert len(made.categories) == 15
    assert made.notes == ("The 15 largest of 20",)


def test_others_that_would_dwarf_the_rest_are_told_and_not_drawn():
    made = chart("merchant total", *((f"Merchant {at}", 10) for at in range(100)))

    assert len(made.categories) == 14
    assert made.notes == ("The 14 largest of 100; the others together: 860",)


def test_age_bands_and_weekdays_keep_their_own_order():
    bands = chart("age_band customers", ("18-25", 120), ("26-35", 340), ("36-50", 90))
    days = chart("weekday payments", ("Mon", 3), ("Tue", 9), ("Wed", 1))

    assert bands.categories == ("18-25", "26-35", "36-50")
    assert days.categories == ("Mon", "Tue", "Wed")


@pytest.mark.parametrize(
    ("wish", "kind"),
    [
        ("as a line", "line"),
        ("and now as a line chart please", "line"),
        ("Einlagen je Filiale als Balkendiagramm", "bar"),
        ("als Linie", "line"),
        ("zeig es als Tortendiagramm", "pie"),
        ("como gráfico de barras", "bar"),
        ("en un gráfico circular", "pie"),
        ("como líneas", "line"),
        ("画成饼图", "pie"),
        ("用折线图显示", "line"),
        ("柱状图", "bar"),
        ("pie", "pie"),
        ("bars please", "bar"),
        ("as an area chart", "area"),
        ("as a scatter plot", "scatter"),
        ("make it a pie", "pie"),
        ("Show it as a pie. How many are there?", "pie"),
        ("as a table", "table"),
        ("als Tabelle", "table"),
        ("show a histogram of balances", "histogram"),
    ],
)
def test_a_wish_is_heard_in_four_languages(wish, kind):
    assert wished(wish).kind == kind


@pytest.mark.parametrize(
    "text",
    [
        "What credit lines does Contoso have?",
        "total by product line",
        "customers in the Bar district",
        "What is in the area of Oslo?",
        "Which tables do you know?",
        "How many people work at Pie Bakery AS?",
        "deposits by branch as a chart",
    ],
)
def test_a_trades_own_words_are_no_wish(text):
    assert wished(text).kind == ""


def test_the_wish_decides_the_kind_and_a_table_is_no_chart():
    assert chart("branch total", *BRANCHES, wish="as a pie").kind == "pie"
    assert chart("branch total", *BRANCHES, wish="as a line").kind == "line"
    assert chart_of(table("branch total", *BRANCHES), "as a table") is None


def test_what_is_no_whole_is_not_cut_like_a_pie():
    made = chart("branch net_flow", ("Oslo", 5), ("Bergen", -3), wish="as a pie")

    assert made.kind == "bar"
    assert "pie" in made.notes[0]


def test_the_measure_spoken_of_is_drawn_and_one_of_another_size_is_left_to_the_table():
    rows = (("Oslo", 120, 128_000_000), ("Bergen", 80, 64_000_000))

    made = chart("branch customers total_deposits", *rows, wish="total deposits by branch")

    assert [each.name for each in made.series] == ["Total deposits"]


def test_one_currency_for_all_rows_is_the_unit():
    made = chart("branch currency total", ("Oslo", "NOK", 5), ("Bergen", "NOK", 3))

    assert made.unit == "NOK"
    assert len(made.series) == 1


def test_two_currencies_are_never_mixed_in_one_bar():
    made = chart("branch currency total", ("Oslo", "NOK", 5), ("Oslo", "EUR", 4), ("Bergen", "NOK", 3))

    assert {each.name for each in made.series} == {"NOK", "EUR"}


@pytest.mark.parametrize(
    "rows",
    [(), (("Oslo", 5),), (("Oslo", None), ("Bergen", None)), (("Oslo", "big"), ("Bergen", "small"))],
)
def test_nothing_is_drawn_where_a_chart_would_show_nothing(rows):
    assert chart_of(table("branch total", *rows), "as a chart") is None


def test_a_cut_result_says_so():
    made = chart("branch total", *BRANCHES, cut=True)

    assert made.notes == ("Of the first 4 rows only",)


def test_identifiers_are_names_and_not_amounts():
    assert chart_of(table("account_id", (4711,), (4712,), (4713,)), "chart") is None
    made = chart("account_id balance", (4711, 5.0), (4712, 7.0))
    assert made.categories == ("4711", "4712")


def test_numbers_alone_are_points_or_a_distribution():
    points = chart("age balance", *((20 + at, at * 100) for at in range(30)))
    counts = chart("balance", *((float(at),) for at in range(100)), wish="chart")

    assert points.kind == "scatter"
    assert sum(value or 0 for value in counts.series[0].values) == 100
    assert counts.title == "Distribution of balance"


def test_decimals_count_as_numbers_however_the_driver_returns_them():
    made = chart("branch total", ("Oslo", Decimal("12.50")), ("Bergen", "7.25"))

    assert made.series[0].values == (12.5, 7.25)


@pytest.mark.parametrize(
    ("name", "words", "unit", "adds"),
    [
        ("SUM(amount)", "Total amount", "", True),
        ("COUNT(*)", "Count", "", True),
        ("avg(t.balance)", "Average balance", "", False),
        ("total_deposits_nok", "Total deposits", "NOK", True),
        ("balance (EUR)", "Balance", "EUR", True),
        ("interest_rate_pct", "Interest rate", "%", False),
        ("durchschnittlicher_saldo", "Durchschnittlicher saldo", "", False),
        ("age", "Age", "", False),
    ],
)
def test_a_columns_name_says_what_it_holds(name, words, unit, adds):
    assert (spoken(name), unit_of(name, {}), additive(name)) == (words, unit, adds)


def test_units_may_be_given():
    made = chart_of(table("branch balance", *BRANCHES), units={"Balance": "SEK"})

    assert made is not None
    assert made.unit == "SEK"


def test_the_alternative_text_tells_what_the_picture_shows():
    course = alt(chart("month deposits_nok", ("2026-01", 1000), ("2026-02", 3000), ("2026-03", 2000)))
    shares = alt(chart("branch total", ("Oslo", 3), ("Bergen", 1), wish="as a pie"))

    assert "from 1,000 NOK (Jan 2026) to 2,000 NOK (Mar 2026); highest 3,000 NOK (Feb 2026)" in course
    assert "Oslo 3 (75%), Bergen 1 (25%)" in shares


def test_the_native_block_keeps_slacks_limits():
    many = chart(
        "branch_with_a_very_long_name_indeed total", *((f"The branch by the sea at number {at}", 9) for at in range(12))
    )

    made = block(many)

    assert made is not None
    labels = made["chart"]["axis_config"]["categories"]
    assert max(map(len, labels)) <= 20
    assert len(set(labels)) == len(labels)
    assert [point["label"] for point in made["chart"]["series"][0]["data"]] == labels
    assert len(made["title"]) <= 50


@pytest.mark.parametrize(
    "made",
    [
        Chart("line", "Gap", ("a", "b"), (Series("s", (1.0, None)),)),
        Chart("bar", "Many", tuple(map(str, range(30))), (Series("s", (1.0,) * 30),)),
        Chart("scatter", "Points", ("a",), (Series("x", (1.0,)), Series("y", (1.0,)))),
        Chart("bar", "Stack", ("a",), (Series("s", (1.0,)), Series("t", (1.0,))), stacked=True),
    ],
)
def test_what_slack_cannot_draw_is_left_to_the_picture(made):
    assert block(made) is None


@pytest.mark.parametrize(
    "data", [{}, {"kind": "bar"}, {"kind": "spiral", "title": "", "categories": ["a"], "series": [], "notes": []}]
)
def test_a_broken_specification_is_refused(data):
    with pytest.raises(ValueError, match="chart"):
        Chart.from_json(data)


HOSTILE = (
    r"$\frac{1}{0}$",
    r"\$5 & $6$",
    "\u202eevil",
    "x" * 400,
    "<!channel>",
    "",
    "line\nbreak\x00",
    "奥斯陆",
    "😀 $",
)


@pytest.mark.parametrize(
    "wish", ["bar", "line", "pie", "area", "horizontal bars", "as stacked bars", "as a scatter plot"]
)
def test_hostile_cells_are_drawn_as_the_text_they_are(wish):
    rows = [(cell, group, at + 1, at * 2) for at, cell in enumerate(HOSTILE) for group in HOSTILE[:3]]

    made = chart_of(Table((r"a$b$", "$$", "$sum$", "total\u202e"), tuple(rows)), wish)

    assert made is not None
    assert "\u202e" not in json.dumps(made.to_json(), ensure_ascii=False)
    with Image.open(io.BytesIO(draw(made))) as picture:
        assert picture.size[0] == 1200


def test_a_formula_in_a_title_costs_and_changes_nothing():
    shown = draw(Chart("bar", r"$\alpha$", ("a",), (Series("s", (1.0,)),)))
    formula = draw(Chart("bar", "α", ("a",), (Series("s", (1.0,)),)))

    assert shown != formula


@pytest.mark.parametrize(
    "made",
    [
        chart("branch total_nok", *BRANCHES),
        chart("day total", *((date(2026, 1, 1) + timedelta(days=at), at % 7) for at in range(200))),
        chart("branch flow", ("Oslo", 5), ("Bergen", -3), ("Tromsø", None)),
        chart("age balance", *((20 + at, at * 100) for at in range(9))),
        chart("month city total", *((m, c, 5) for m in months(20) for c in "abc"), wish="as an area chart"),
    ],
)
def test_every_shape_is_drawn_and_comes_back_from_json(made):
    again = Chart.from_json(json.loads(json.dumps(made.to_json())))

    assert again == made
    with Image.open(io.BytesIO(draw(again))) as picture:
        colours = picture.convert("RGB").getcolors(1 << 20) or []
    assert len(colours) > 3


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.decimals(allow_nan=True),
    st.dates(),
    st.datetimes(),
    st.text(max_size=30),
    st.sampled_from(["2026-01", "2026-02-30", "Q1 2026", "2026-W60", "12.5", "0012", "Mon", *HOSTILE]),
)
WISHES = st.sampled_from(
    ["", "chart", "pie", "as a line", "as stacked bars", "histogram", "as a scatter plot", "as an area chart"]
)


@given(data=st.data(), wish=WISHES, width=st.integers(1, 4))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_result_gives_a_whole_chart_or_none(data, wish, width):
    kinds = [
        data.draw(st.sampled_from([CELLS, st.integers(-9, 9), st.floats(-1e6, 1e6), st.dates(), st.text(max_size=9)]))
        for _ in range(width)
    ]
    names = data.draw(
        st.lists(
            st.sampled_from(["branch", "year", "month", "total", "avg_x", "id", "$a$", ""]),
            min_size=width,
            max_size=width,
        )
    )
    rows = data.draw(st.lists(st.tuples(*kinds), max_size=12))

    made = chart_of(Table(tuple(names), tuple(rows)), wish)

    if made:
        assert Chart.from_json(json.loads(json.dumps(made.to_json(), allow_nan=False))) == made
        assert len(alt(made)) <= 2000
        json.dumps(block(made), allow_nan=False)


@given(data=st.data(), wish=WISHES)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_any_chart_can_be_drawn(data, wish):
    rows = data.draw(st.lists(st.tuples(CELLS, st.floats(-1e12, 1e12), st.integers(0, 9)), min_size=2, max_size=9))

    made = chart_of(Table(("branch", "total", "count"), tuple(rows)), wish)

    if made:
        assert draw(made).startswith(b"\x89PNG")


def test_a_column_called_number_is_counted():
    assert chart("topic number", ("fees", 141), ("card", 121), ("app", 119)).series[0].values == (141, 121, 119)
