"""Data sheets become one table: attributes matched by their names, units brought into line, differences marked."""

import pytest

from knowledge.documents.comparing import Comparer
from knowledge.documents.quantity import quantity, written_in
from knowledge.documents.sheet import sheets
from knowledge.documents.sheet_report import sheet_report
from knowledge.documents.sheets import compare_sheets
from knowledge.types import PUBLIC, Audience, Document, Page, Question
from tests.knowledge.documents.conftest import LOAN

HERE = Audience(frozenset({PUBLIC, "C1"}))
PRESS_A = """Press A

Net weight: 1,250 kg
Rated power: 5.5 kW
Dimensions (L x W x H): 1200 x 800 x 600 mm
Max. speed 40 rpm
Length: 120 cm
Price: EUR 1,500
Colour: Red
Warranty: 2 years
"""
PRESS_B = """| Attribute | Value |
|---|---|
| Weight | 1.25 t |
| Rated power | 10 hp |
| Dimensions (L x W x H) | 1.2 x 0.8 x 0.6 m |
| Maximum speed | 40 rpm |
| Width | 120 cm |
| Price | USD 1,500 |
| Color | red <b>matt</b> |
| Guarantee | 24 months |
| Noise | 62 dB |
"""
MATRIX = "Attribute | M1 | M2\n" + "".join(
    f"{name} | M1: {one} | M2: {two}\n"
    for name, one, two in (("Weight", "900 kg", "950 kg"), ("Rated power", "4 kW", "5 kW"), ("Colour", "red", "blue"),
                           ("Voltage", "400 V", "400 V"))
)  # fmt: skip


def sheet(name, text):
    return sheets(Document(name, name, name, (), 1), (Page(1, text),))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1,250 kg", "1.25 t"),
        ("1200 x 800 x 600 mm", "1.2 x 0.8 x 0.6 m"),
        ("12 in", "304.8 mm"),
        ("5.5 kW", "5500 W"),
        ("10 hp", "7.46 kW"),
        ("10–20 mm", "1 to 2 cm"),
        ("-4 °F", "-20 °C"),
        ("12 %", "12 percent"),
        ("EUR 1,500", "€1500"),
    ],
)
def test_a_quantity_is_the_same_in_other_units(one, other):
    assert quantity(one).same(quantity(other))


@pytest.mark.parametrize(("one", "other"), [("EUR 1,500", "USD 1,500"), ("5 MW", "5 mW"), ("3 kg", "3 m"), ("4", "5")])
def test_money_is_not_converted_and_units_are_not_mixed(one, other):
    assert not quantity(one).same(quantity(other))


@pytest.mark.parametrize("text", ["red", "IP65", "400 V / 50 Hz", "3 kg/h", "2.50 % a year", "call +47 22 00 00"])
def test_what_is_no_one_quantity_is_left_as_text(text):
    assert quantity(text) is None


def test_a_quantity_is_written_in_the_unit_of_another():
    assert written_in(quantity("0.5 t"), "kg") == "500 kg"
    assert written_in(quantity("1.2 x 0.8 m"), "mm") == "1,200 × 800 mm"
    assert written_in(quantity("EUR 5"), "USD") == ""


def test_two_sheets_become_one_table_with_units_in_line_and_differences_marked(embeddings):
    table = compare_sheets([*sheet("a.txt", PRESS_A), *sheet("b.md", PRESS_B)], embeddings)

    rows = {row.name: ([cell and cell.shown for cell in row.cells], row.mark) for row in table.rows}
    assert rows == {
        "Net weight": (["1,250 kg", "1.25 t (= 1,250 kg)"], "same"),
        "Rated power": (["5.5 kW", "10 hp (= 7.457 kW)"], "differs"),
        "Dimensions (L x W x H)": (["1200 x 800 x 600 mm", "1.2 x 0.8 x 0.6 m (= 1,200 × 800 × 600 mm)"], "same"),
        "Max. speed": (["40 rpm", "40 rpm"], "same"),
        "Length": (["120 cm", None], "not in all"),
        "Price": (["EUR 1,500", "USD 1,500"], "differs"),
        "Colour": (["Red", "red <b>matt</b>"], "differs"),
        "Warranty": (["2 years", "24 months (= 2 years)"], "same"),
        "Width": ([None, "120 cm"], "not in all"),
        "Noise": ([None, "62 dB"], "not in all"),
    }


def test_a_matrix_has_a_column_for_each_of_its_products(embeddings):
    table = compare_sheets([*sheet("m.csv", MATRIX), *sheet("a.txt", PRESS_A)], embeddings)

    assert [each.called for each in table.sheets] == ["M1 (m.csv)", "M2 (m.csv)", "a.txt"]
    weight = next(row for row in table.rows if row.name == "Weight")
    assert [cell.shown for cell in weight.cells] == ["900 kg", "950 kg", "1,250 kg"]


def test_units_in_names_and_in_columns_of_their_own_count():
    rows = [("Weight (kg)", "12", ""), ("Height", "3", "m"), ("Power", "4", "kW"), ("Colour", "red", "")]
    text = "".join(f"{name} | Value: {value}{f' | Unit: {unit}' if unit else ''}\n" for name, value, unit in rows)

    (found,) = sheet("a.csv", text)

    assert [(each.name, each.value) for each in found.attributes] == [
        ("Weight", "12 kg"), ("Height", "3 m"), ("Power", "4 kW"), ("Colour", "red"),
    ]  # fmt: skip


def test_a_contract_is_no_data_sheet():
    assert sheet("loan.txt", LOAN) == ()


def test_nothing_in_a_sheet_can_change_the_report(embeddings):
    page = sheet_report(compare_sheets([*sheet("a.txt", PRESS_A), *sheet("<i>b</i>.md", PRESS_B)], embeddings))

    assert "<b>matt" not in page
    assert "<i>b" not in page
    assert "&lt;b&gt;matt" in page
    assert "default-src 'none'" in page


def test_several_sheets_are_compared_by_name_or_in_their_thread_with_words_from_each(library, embeddings, ingest):
    for name, text in (("alpha.txt", PRESS_A), ("beta.md", PRESS_B), ("matrix.txt", MATRIX)):
        ingest(name, text, "C1")
    comparer = Comparer(library, embeddings)
    focus = tuple(each.id for each in library.documents(HERE))

    for question in (
        Question("compare alpha.txt, beta.md and matrix.txt", HERE),
        Question("compare these", HERE, focus=focus),
    ):
        answer = comparer.answer(question)

        assert answer is not None
        assert answer.route == "compare"
        assert answer.table.columns == (
            "Attribute",
            "alpha.txt",
            "beta.md",
            "M1 (matrix.txt)",
            "M2 (matrix.txt)",
            "Difference",
        )
        assert {each.document for each in answer.citations} == {"alpha.txt", "beta.md", "matrix.txt"}
        for each in answer.citations:
            assert each.quote in " ".join(library.page_text(each.document_id, each.page).split())
        assert "Rated power" in answer.text
        assert "<table>" in comparer.html(answer, HERE)
        assert comparer.html(answer, Audience()) is None
    assert comparer.answer(Question("compare alpha.txt, beta.md and matrix.txt", Audience())) is None
