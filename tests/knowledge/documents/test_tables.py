import pytest

from knowledge.documents.cells import told
from knowledge.documents.child import LIMITS, PageRead
from knowledge.documents.journal import Journal
from knowledge.documents.read import ReadLimits, read
from knowledge.evaluation.typeset import printed
from tests.knowledge.documents.test_read import pdf

PROSE = "The following table presents our results for the periods that are named in it (in millions):"
RESULTS = [
    ["", "", "Years Ended June 30,", ""],
    ["", "2021", "2020", "2019"],
    ["Revenue", "", "", ""],
    ["Net revenue", "$ 1,452.4", "$ 1,146.2", "$ 1,036.9"],
    ["Loss of Harbour Robotics attributable to its holders before taxes", "44.1", "(56.7)", "—"],
    ["Total", "$ 1,496.5", "$ 1,089.5", "$ 1,036.9"],
]


@pytest.fixture(scope="module", params=[True, False], ids=["ruled", "unruled"])
def reading(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("tables") / "results.pdf"
    path.write_bytes(printed([PROSE], RESULTS, header=2, ruled=request.param))
    return read(path, name="results.pdf")


def test_a_cell_is_found_by_its_label_its_header_and_its_unit(reading):
    (table,) = reading.tables

    assert table.columns == ("Years Ended June 30, 2021", "Years Ended June 30, 2020", "Years Ended June 30, 2019")
    assert table.unit == "in millions"
    assert table.page == 1
    assert {row.label: row.values for row in table.rows if any(row.values)} == {
        "Net revenue": ("$1,452.4", "$1,146.2", "$1,036.9"),
        "Loss of Harbour Robotics attributable to its holders before taxes": ("44.1", "(56.7)", "—"),
        "Total": ("$1,496.5", "$1,089.5", "$1,036.9"),
    }


@pytest.mark.parametrize("ruled", [True, False], ids=["ruled", "unruled"])
@pytest.mark.parametrize(
    ("rows", "header", "columns"),
    [
        (  # In what the amounts are stands under the years.
            [
                ["", "2019", "2018"],
                ["", "US$000", "US$000"],
                ["Office rent", "4,339", "3,538"],
                ["Equipment", "112", "216"],
                ["Motor vehicle", "51", "96"],
            ],
            2,
            ("2019 US$000", "2018 US$000"),
        ),
        (  # Headings that reach far over narrow figures, and to the left of them.
            [
                ["", "December 29, 2019", "December 30, 2018"],
                ["Raw material", "$22", "$19"],
                ["Work in process", "123", "229"],
                ["Finished goods", "66", "771"],
            ],
            1,
            ("December 29, 2019", "December 30, 2018"),
        ),
        (
            [
                ["Contractual Obligations", "Less Than 1 Year", "2-5 Years", "Total"],
                ["Operating Lease Obligations", "$773", "$2,055", "$2,828"],
                ["Future commitment", "650", "—", "650"],
                ["Total", "$1,423", "$2,055", "$3,478"],
            ],
            1,
            ("Less Than 1 Year", "2-5 Years", "Total"),
        ),
    ],
)
def test_every_column_has_its_whole_heading(tmp_path, rows, header, columns, ruled):
    path = tmp_path / "table.pdf"
    path.write_bytes(printed([PROSE], rows, header=header, ruled=ruled))

    (table,) = read(path, name="table.pdf").tables

    assert table.columns == columns
    assert [row.label for row in table.rows] == [row[0] for row in rows[header:]]


def test_one_row_under_headings_is_a_table_where_rules_part_its_cells(tmp_path):
    rows = [["(Dollars in millions)", "2019", "2018"], ["Interest expense", "$2,082", "$2,025"]]
    path = tmp_path / "table.pdf"
    path.write_bytes(printed([PROSE], rows, header=1, ruled=True))

    (table,) = read(path, name="table.pdf").tables

    assert [(row.label, row.values) for row in table.rows] == [("Interest expense", ("$2,082", "$2,025"))]


def test_a_row_stands_where_the_text_has_it(reading):
    (row,) = [row for row in reading.tables[0].rows if row.label == "Net revenue"]

    words = " ".join(reading.pages[0].text[row.start : row.end].split())
    assert words == "Net revenue $ 1,452.4 $ 1,146.2 $ 1,036.9"


def test_a_page_whose_tables_are_not_found_in_time_keeps_its_text_and_is_told_of(tmp_path):
    path = tmp_path / "results.pdf"
    path.write_bytes(printed([PROSE], RESULTS, header=2, ruled=True))

    reading = read(path, name="results.pdf", limits=ReadLimits(tables_seconds=0.0))

    assert reading.untold == (1,)
    assert "Net revenue" in reading.pages[0].text
    assert not reading.failed_pages


def test_tables_found_before_a_reading_was_cut_short_are_kept(tmp_path):
    path, noted = tmp_path / "long.pdf", tmp_path / "long.jsonl"
    path.write_bytes(pdf("The first page of a long report", "The second and last page"))
    tables = told([{"title": "Sales", "unit": "", "columns": ["2021"], "rows": [["", "Sales", ["$12.5"]]]}], page=1)
    Journal(noted).add(1, PageRead("Sales $12.5 and what else was read", grid=True, tables=tables), 2)

    reading = read(path, name="long.pdf", journal=noted)

    assert reading.tables[0].columns == ("2021",)
    assert reading.tables[0].rows[0].values == ("$12.5",)


@pytest.mark.parametrize(
    "found",
    [
        "a table",
        [{"title": "Sales"}],
        [{"title": 1, "unit": "", "columns": [], "rows": []}],
        [{"title": "", "unit": "", "columns": ["2021"], "rows": [["", "Sales", ["1", "2"]]]}],
        [{"title": "", "unit": "", "columns": ["2021"], "rows": [["", "Sales", [1]]]}],
    ],
)
def test_what_a_parser_tells_is_taken_only_as_agreed(found):
    assert told(found, page=1) is None


def test_a_page_of_prose_is_not_looked_at_for_tables(tmp_path):
    path = tmp_path / "prose.pdf"
    path.write_bytes(pdf("In 2021 we paid 300 people, and in 2022 we paid 310 of them."))

    reading = read(path, name="prose.pdf", limits=LIMITS)

    assert reading.tables == ()
    assert reading.untold == ()
