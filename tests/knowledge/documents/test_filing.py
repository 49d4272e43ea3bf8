import pytest

from knowledge.documents.filing import filing
from knowledge.documents.fiscal import subject, written_out
from knowledge.documents.resolve import Naming, resolve

COVER = """UNITED STATES
FORM 10-K
For the fiscal year ended August 29, 2021
Commission file number 0-20355
Harbour Robotics Corporation
(Exact name of registrant as specified in its charter)
"""


def test_a_report_is_called_by_its_cover():
    assert filing(COVER).title == (
        "Harbour Robotics Corporation annual report (10-K) for the period ended August 29, 2021"
    )


def test_a_press_release_is_told_by_its_listing():
    found = filing("RESULTS RISE\nOslo - April 25, 2023 - Acme Foods, Inc. (NASDAQ: ACM) today reported results")

    assert found.title == "Acme Foods, Inc. announcement of April 25, 2023"


def test_a_contract_is_no_report():
    assert filing("LOAN AGREEMENT\nThis agreement is made by and between Fjordbank ASA and Acme.") is None


def test_fiscal_years_are_written_out():
    assert written_out("FY22 capex") == "fiscal 2022 capex"
    assert written_out("As of FY2023Q1, why") == "As of fiscal 2023 Q1, why"
    assert "2023" in written_out("in Q2'2023").split()


def test_how_to_answer_is_no_part_of_what_is_asked():
    asked = "What is the capex? Respond to the question as an analyst. Round your answer to two places."

    assert subject(asked) == "What is the capex?"
    assert subject("Give a response.") == "Give a response."


@pytest.mark.parametrize(
    "manner",
    [
        "Please state answer in USD millions.",
        "If the margin is not a useful metric for such a company, then please state that and explain why.",
        "If restructuring costs are not explicitly outlined then state 0.",
    ],
)
def test_sentences_about_the_answer_are_no_part_of_what_is_asked(manner):
    assert subject(f"What is the margin? {manner}") == "What is the margin?"
    assert subject(f"What is the margin; {manner[:1].lower()}{manner[1:]}").startswith("What is the margin;")


def test_what_is_asked_of_two_documents_in_one_breath_stays():
    asked = "What is the fee? If a party is late, how much interest does it pay?"
    assert subject(asked) == asked


def naming(number: int, company: str, year: int) -> Naming:
    title = f"{company} annual report (10-K) for the period ended May 31, {year}"
    return Naming.of(number, title=title, parties=(company,), names=(f"{company}_{year}_10K.pdf",), opening="sales")


def test_every_report_of_a_company_is_meant_and_those_of_the_year_come_first():
    known = [naming(1, "American Express", 2021), naming(2, "American Express", 2022), naming(3, "Acme Foods", 2022)]

    named = resolve("What was AMEX's tax rate in FY2022?", known)

    assert set(named.chosen()) == {1, 2}
    assert named.timely & set(named.chosen()) == {2}
