"""What every contract has is taken out of it with the words that say so, and what it does not say is left unknown."""

import pytest

from knowledge.documents.fields import extract, read_value
from knowledge.documents.law import law_called
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
    ("written", "read"),
    [
        ("EUR 1.500.000,00", "EUR 1,500,000"),
        ("€ 25.000", "EUR 25,000"),
        ("CHF 1 500 000", "CHF 1,500,000"),
        ("NOK 12\u202f500\u202f000", "NOK 12,500,000"),
        ("€1,5 million", "EUR 1,500,000"),
        ("$1.5 million", "USD 1,500,000"),
        ("$1,500.50", "USD 1,500.50"),
        ("USD 2.125", "USD 2.12"),
    ],
)
def test_an_amount_is_read_as_any_country_writes_it(written: str, read: str):
    assert read_value("cap", written) == read


@pytest.mark.parametrize(
    ("clause", "cap"),
    [
        (
            "Customer is liable for damage in excess of EUR 10,000. Its liability shall not exceed EUR 2,000,000.",
            "EUR 2,000,000",
        ),
        ("Liability shall not exceed the greater of EUR 2,000,000 and what its insurance pays.", "EUR 2,000,000"),
        ("The liability of Supplier shall not be limited to $1,000,000.", None),
        ("Supplier holds liability insurance of up to $1,000,000.", None),
    ],
)
def test_what_is_owed_at_most_is_an_upper_bound_of_liability(clause: str, cap: str | None):
    found = fields(HEAD + clause)

    assert (found["cap"].value if "cap" in found else None) == cap


@pytest.mark.parametrize(
    ("clause", "total"),
    [
        ("The total contract price is $450,000.", "USD 450,000"),
        ("Acme shall have spent at least a total amount of $900,000. The contract price is $450,000.", "USD 450,000"),
        ("For example, where the total price is $250,000, half is due.", None),
        ("Bolt may buy all shares for an aggregate purchase price of $1.", None),
    ],
)
def test_the_whole_amount_is_told_from_others(clause: str, total: str | None):
    found = fields(HEAD + clause)

    assert (found["total"].value if "total" in found else None) == total


@pytest.mark.parametrize(
    ("clause", "expiry"),
    [
        ("The term of this Agreement is twenty-four (24) months.", "2021-03-03"),
        ("This Agreement takes effect on 1 April 2020 and shall remain in force for two years.", "2022-04-01"),
        (
            "This Agreement, and the prices set out until 31 December 2024, shall remain in force until 31 March 2028.",
            "2028-03-31",
        ),
        ("This Agreement shall not terminate prior to 31 December 2025 and continues until terminated.", "open-ended"),
        ("This Agreement shall continue in effect for three (3) years, unless earlier terminated.", "2022-03-03"),
        ("The initial term of this Agreement is three (3) years from the Service Commencement Date.", None),
        ('"Launch Date" means the day when this Agreement is in effect, on or prior to August 1, 2025.', None),
    ],
)
def test_the_end_is_that_of_the_contract_itself(clause: str, expiry: str | None):
    found = fields(HEAD + clause)

    assert (found["expiry"].value if "expiry" in found else None) == expiry


@pytest.mark.parametrize(
    "clause",
    [
        "This Agreement shall not automatically renew.",
        "There is no automatic renewal of this Agreement for a further term of one year.",
        "This Agreement shall not be automatically renewed or extended.",
    ],
)
def test_a_renewal_that_is_denied_is_none(clause: str):
    assert "renewal" not in fields(HEAD + clause)


@pytest.mark.parametrize(
    ("opening", "agreed"),
    [
        ("LEASE\n\nThis Lease is made this first day of July, 2017 between Acme Inc. and Bolt Ltd.", "2017-07-01"),
        ("LEASE\n\nThis Lease is dated 03.05.2024, between Acme Inc. and Bolt Ltd.", "2024-05-03"),
        (
            "ADDENDUM\n\nAcme Inc. and Bolt Ltd. have entered into that certain Master Lease dated as of 5 May 2015.",
            None,
        ),
        ("LEASE\n\nThis Lease between Acme Inc. and Bolt Ltd. will continue through December 31, 2022.", None),
        ("LEASE\n\nbetween Acme Inc. and Bolt Ltd. Price List in effect as of January 1, 2005.", None),
    ],
)
def test_the_day_of_a_contract_is_its_own(opening: str, agreed: str | None):
    found = fields(opening)

    assert (found["agreed"].value if "agreed" in found else None) == agreed


def test_a_day_that_lies_months_from_the_effective_date_is_not_it():
    text = (
        "SALE\n\nThis Sale by Acme Inc. to Bolt Ltd. runs through October 15, 2000 (6 Months from the Effective Date)."
    )

    assert "effective" not in fields(text)


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Support and Maintenance Agreement", "maintenance agreement"),
        ("Amended and Restated Supply Agreement", "supply agreement"),
        ("Joint Venture Agreement", "joint venture agreement"),
    ],
)
def test_a_kind_is_made_of_whole_words(title: str, kind: str):
    found = {each.name: each.value for each in extract([Page(1, f"{title}\n\n{HEAD}")], title=title, parties=())}

    assert found["kind"] == kind
