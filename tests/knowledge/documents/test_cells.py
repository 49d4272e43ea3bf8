from knowledge.documents.cells import parted, tables
from knowledge.documents.jail.marks import row_of

BALANCE = """Some prose that ends before the table begins, and says nothing of any figure that would be in it at all.
HARBOUR ROBOTICS PLC
CONSOLIDATED BALANCE SHEETS
(in millions)
August 29,
2021
August 30,
2020
CURRENT ASSETS
Cash and cash equivalents $ 11,258 $ 12,277
Receivables, net 1,803 1,550
Inventories (14,215) 12,242
Total current assets 29,505 28,120
The accompanying notes are an integral part of these statements, which nobody reads in full anyway, as is well known.
"""


def test_a_table_keeps_its_title_unit_columns_and_rows():
    (table,) = tables(BALANCE)

    assert table.title == "HARBOUR ROBOTICS PLC CONSOLIDATED BALANCE SHEETS"
    assert table.unit == "in millions"
    assert table.columns == ("August 29, 2021", "August 30, 2020")
    assert [(row.label, row.values) for row in table.rows][:3] == [
        ("Cash and cash equivalents", ("$11,258", "$12,277")),
        ("Receivables, net", ("1,803", "1,550")),
        ("Inventories", ("(14,215)", "12,242")),
    ]
    assert BALANCE[table.rows[3].start : table.rows[3].end] == "Total current assets 29,505 28,120"


def test_prose_with_numbers_is_no_table():
    assert not tables("In 2021 we paid 300 people.\nIn 2022 we paid 310.\nSection 4 applies.\nSee page 12.\n")


def test_a_list_of_contents_is_no_table():
    assert not tables("Item 1. Business 4\nItem 2. Properties 12\nItem 3. Legal Proceedings 13\nItem 4. Other 14\n")


def test_years_alone_name_columns():
    assert row_of("Years ended December 31, 2022 2021 2020") is None
    assert row_of("Net sales $ 18,992.8 $ 18,127.0") == ("Net sales", ("$18,992.8", "$18,127.0"))


def test_rows_run_together_on_one_line_are_parted_by_white_space_alone():
    line = "Net sales $ 18,992.8 $ 18,127.0 Cost of sales 12,590.6 11,678.7"

    assert parted(line).split("\n") == ["Net sales $ 18,992.8 $ 18,127.0", "Cost of sales 12,590.6 11,678.7"]
    assert parted("In 2021 Harbour and 2022 Acme agreed.") == "In 2021 Harbour and 2022 Acme agreed."


def test_cells_written_beside_the_names_of_their_columns_are_a_table():
    text = "Sheet: Results (in thousands)\nItem | 2021 | 2020\nNet sales | 2021: 1,200 | 2020: 1,000\nTaxes | 2020: 10"

    (table,) = tables(text)

    assert table.columns == ("2021", "2020")
    assert [(row.label, row.values) for row in table.rows] == [("Net sales", ("1,200", "1,000")), ("Taxes", ("", "10"))]
    assert "thousands" in table.unit
    assert text[table.rows[0].start : table.rows[0].end] == "Net sales | 2021: 1,200 | 2020: 1,000"
