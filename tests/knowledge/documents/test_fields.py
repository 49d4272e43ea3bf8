"""What every contract has is taken out of it with the words that say so, and what it does not say is left unknown."""

import pytest

from knowledge.documents.fields import extract, read_value
from knowledge.documents.law import law_called
from knowledge.documents.title import title_and_parties
from knowledge.errors import UserError
from knowledge.types import Page
from tests.knowledge.conftest import CONTRACT

HEAD = (
    'SERVICE AGREEMENT\n\nThis Agreement is made on March 3, 2019 (the "Effective Date") by Acme Inc. and Bolt Ltd.\n\n'
)


def fields(*texts: str):
    found = extract([Page(at, text) for at, text in enumerate(texts, 1)], title="SERVICE AGREEMENT", parties=())
    return {each.name: each for each in found}


def test_a_contract_s_fields_are_found_with_their_words():
    parties = ("NORTHWIND TRADERS, INC.", "CONTOSO BANK LTD.", "Supplier", "Buyer")

    found = {each.name: each for each in extract([Page(1, CONTRACT)], title="SUPPLY AGREEMENT", parties=parties)}

    assert {name: each.value for name, each in found.items()} == {
        "title": "SUPPLY AGREEMENT",
        "kind": "supply agreement",
        "parties": "NORTHWIND TRADERS, INC.; CONTOSO BANK LTD.",
        "agreed": "2019-03-03",
        "effective": "2019-03-03",
        "expiry": "2024-03-02",
        "total": "USD 120,000",
        "law": "Florida",
    }
    flat = " ".join(CONTRACT.split())
    assert all(words.quote in flat for each in found.values() for words in each.words)
    assert all(each.words for each in found.values())


def test_an_end_that_is_told_in_years_is_reckoned_with_both_quotes():
    found = fields(HEAD, "This Agreement shall remain in force for five (5) years from the Effective Date.")

    assert found["expiry"].value == "2024-03-03"
    assert [words.page for words in found["expiry"].words] == [2, 1]


@pytest.mark.parametrize(
    "clause",
    [
        "This Agreement shall remain in force for five (5) years from the Launch Date.",
        "The term of this Agreement ends on the later of December 31, 2020 or the last delivery.",
        "The obligations of confidentiality under this Agreement continue for five years after the Effective Date.",
        "If after three years from the Effective Date no sale is made, this Agreement may be terminated.",
    ],
)
def test_an_end_that_is_not_said_stays_unknown(clause: str):
    assert "expiry" not in fields(HEAD + clause)


def test_a_contract_that_runs_until_it_is_terminated_is_open_ended():
    found = fields(HEAD + "This Agreement shall continue until terminated by either party on 60 days' written notice.")

    assert found["expiry"].value == "open-ended"
    assert found["notice"].value == "60 days"


@pytest.mark.parametrize(
    ("clause", "renewal", "notice"),
    [
        (
            "This Agreement renews automatically for successive terms of one (1) year unless 90 days' notice is given.",
            "automatically, 1 year at a time",
            "90 days",
        ),
        ("The parties may extend this Agreement for an additional year by mutual consent.", "if agreed, 1 year", None),
        (
            "Thereafter this Agreement shall continue on a month to month basis.",
            "automatically, 1 month at a time",
            None,
        ),
    ],
)
def test_how_a_contract_renews_is_told_from_how_it_may_be_renewed(clause: str, renewal: str, notice: str | None):
    found = fields(HEAD + clause)

    assert found["renewal"].value == renewal
    assert (found["notice"].value if "notice" in found else None) == notice


@pytest.mark.parametrize(
    ("clause", "law"),
    [
        (
            "This Agreement is governed by and construed in accordance with the laws of the State of New York.",
            "New York",
        ),
        ("This Agreement shall be governed by Irish law.", "Ireland"),
        ("The laws of England and Wales shall govern this Agreement.", "England and Wales"),
        ("Governing law: Norway", "Norway"),
        (
            "This Agreement shall not be governed by the laws of California but by the laws of the State of New York.",
            "New York",
        ),
        ("This Agreement is governed not by the laws of Spain but by the laws of Norway.", "Norway"),
        ("This Agreement shall not be governed by the laws of California.", None),
        ("This Agreement shall not be construed against its drafter and is governed by the laws of Ohio.", "Ohio"),
        ("Acme Inc. is a corporation organized under the laws of Delaware.", None),
        ("Supplier shall comply with all U.S. export laws in performing this Agreement.", None),
    ],
)
def test_the_law_that_governs_is_told_from_other_laws(clause: str, law: str | None):
    found = fields(HEAD + clause)

    assert (found["law"].value if "law" in found else None) == law


def test_the_most_that_is_owed_is_told_from_what_is_insured():
    capped = "The liability of Supplier shall in no event exceed EUR 2.5 million in aggregate."
    insured = "Supplier shall maintain liability insurance of not more than $1,000,000 per occurrence."

    assert fields(HEAD + capped)["cap"].value == "EUR 2,500,000"
    assert "cap" not in fields(HEAD + insured)


def test_pages_without_text_have_no_fields():
    assert fields("", " \n") == {}


def test_a_quote_ends_where_its_page_does():
    found = fields(
        HEAD, "The term of this Agreement shall begin on the Effective Date and shall", "end on May 5, 2021."
    )

    assert found["expiry"].words[0].page == 3
    assert found["expiry"].words[0].quote == "end on May 5, 2021."


@pytest.mark.parametrize(
    ("name", "written", "value"),
    [
        ("expiry", "31 December 2027", "2027-12-31"),
        ("expiry", "open ended", "open-ended"),
        ("total", "€1.5 million", "EUR 1,500,000"),
        ("law", "english law", "England and Wales"),
        ("notice", "  30  days ", "30 days"),
    ],
)
def test_a_person_s_value_is_kept_as_a_document_s_would_be(name: str, written: str, value: str):
    assert read_value(name, written) == value


@pytest.mark.parametrize(("name", "written"), [("expiry", "soon"), ("agreed", "31 February 2020"), ("cap", "a lot")])
def test_what_a_field_cannot_hold_is_said(name: str, written: str):
    with pytest.raises(UserError, match="Write one"):
        read_value(name, written)


def test_laws_go_by_many_names():
    assert law_called("the People's Republic of China") == "China"
    assert law_called("West Virginia") == "West Virginia"
    assert law_called("the moon") == ""


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("TERMS AND CONDITIONS", "terms and conditions"),
        ("SUPPORT AND REPAIR AGREEMENT", "repair agreement"),
        ("JOINT VENTURE AGREEMENT", "joint venture agreement"),
        ("ALPHA CORPORATION RESELLER AGREEMENT", "reseller agreement"),
        ("Amendment to the Supply Agreement", "supply agreement"),
    ],
)
def test_the_kind_is_made_of_whole_words(heading, kind):
    pages = [Page(1, f"{heading}\n\nThe parties agree.")]

    found = {each.name: each.value for each in extract(pages, title=heading, parties=())}

    assert found["kind"] == kind


@pytest.mark.parametrize(
    ("text", "parties"),
    [
        (
            'made between Alpha Ltd. (the "Company") and Jane Miller (the "Consultant"). She helps Gamma, LLC.',
            "Alpha Ltd.; Jane Miller",
        ),
        (
            'made between Alpha Inc. ("Alpha"), and RESELLER BETA TOOLS CORPORATION (the "Reseller").',
            "Alpha Inc.; BETA TOOLS CORPORATION",
        ),
        (
            'between Mutual Life Corporation of America ("Life") and Beta Inc. ("Agency").',
            "Mutual Life Corporation of America; Beta Inc.",
        ),
        ("between ALPHATEC AND BETA S.A. and BETA S.A. agree.", "ALPHATEC; BETA S.A."),
        ('between ALPHA GAS AND POWER COMPANY ("Power") and Beta Inc.', "ALPHA GAS AND POWER COMPANY; Beta Inc."),
        ('between Alpha Inc. ("Alpha") and whoever signs (the "Agent")', "Alpha Inc."),
    ],
)
def test_parties_go_by_their_own_names(text, parties):
    pages = [Page(1, f"SERVICE AGREEMENT\n\nThis Agreement is {text}\n")]
    title, known = title_and_parties(pages, name="x.pdf")

    found = {each.name: each.value for each in extract(pages, title=title, parties=known)}

    assert found["parties"] == parties
