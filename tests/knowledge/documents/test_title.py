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
