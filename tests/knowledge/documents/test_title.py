import pytest

from knowledge.documents.title import title_and_parties
from knowledge.types import Page


def found(text, name="file.pdf"):
    return title_and_parties([Page(1, text)], name=name)


def test_the_title_is_the_heading_that_says_what_it_is():
    title, _ = found("Exhibit 10.26\nAGENCY AGREEMENT\nTHIS AGENCY AGREEMENT, dated November 9, 2005, is made.")

    assert title == "AGENCY AGREEMENT"


def test_the_parties_stand_after_between_with_their_short_names():
    _, parties = found(
        'This Agreement is entered into by and between Calm.com, Inc., a Delaware corporation ("Calm"), and '
        'XpresSpa Group, Inc. (the "XPSA").'
    )

    assert {"Calm.com, Inc.", "Calm", "XpresSpa Group, Inc.", "XPSA"} <= set(parties)


def test_a_file_without_a_heading_is_called_by_its_name():
    assert found("Dear all, the numbers are fine.", "board_letter 2026.pdf")[0] == "board letter 2026"


@pytest.mark.parametrize("text", ["", "between", "between and (“”) Inc."])
def test_strange_openings_do_no_harm(text):
    assert found(text, "x.pdf")[0]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("P.O. BOX 12, PHONE 555 / 010-0000 Contract No. 9\nHAULAGE CONTRACT\n", "HAULAGE CONTRACT"),
        ("DRAFT (North) 3/4/01 (Rev 2) SUPPORT AND REPAIR AGREEMENT\n", "SUPPORT AND REPAIR AGREEMENT"),
        ("MARCH 1, 2003, RATE A AGREEMENT\n", "RATE A AGREEMENT"),
        ("Supply Agreement Confidential\n", "Supply Agreement"),
        ("AMENDED AND RESTATED\nSUPPLY AGREEMENT\n", "AMENDED AND RESTATED SUPPLY AGREEMENT"),
        ("LICENSING AND\nSUPPLY AGREEMENT\n", "LICENSING AND SUPPLY AGREEMENT"),
        ("ALPHA INC. AND\nSUPPLY AGREEMENT\n", "SUPPLY AGREEMENT"),
        ("CONFIDENTIALITY AGREEMENT\n", "CONFIDENTIALITY AGREEMENT"),
    ],
)
def test_a_title_is_whole_and_bears_nothing_else(text, title):
    assert found(text)[0] == title


def test_where_a_copy_was_taken_from_is_no_party():
    _, parties = found(
        "SUPPLY AGREEMENT\nby and between\nALPHA INC.\nand\nBETA CORP.\nSource: GAMMA INC, 10-K, 3/5/2024\n"
    )

    assert parties == ("ALPHA INC.", "BETA CORP.")


def test_a_name_that_differs_by_its_stops_only_is_there_once():
    _, parties = found("SUPPLY AGREEMENT\nbetween ALPHA, INC. and Beta Corp. and Alpha Inc. agree")

    assert parties == ("ALPHA, INC.", "Beta Corp.")


def test_companies_of_the_contents_and_the_recitals_are_no_parties():
    _, parties = found(
        "Supply agreement: ALPHA INC.\nBETA CORP.\nTABLE OF CONTENTS\nGeneral 7 Certain Gamma Holdings\n"
        "WHEREAS Delta Ltd. asks"
    )

    assert parties == ("ALPHA INC.", "BETA CORP.")
