"""Numbers, dates and names, however they are written."""

from decimal import Decimal

import pytest

from knowledge.facts import Date, facts, missing, unknown_names


def values(text: str) -> set[Decimal]:
    return {number.value for number in facts(text).numbers}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("within five (5) business days", {5}),
        ("sixty-five (65) days", {65}),
        ("a fee of $1.00 (one dollar)", {1}),
        ("One Million Dollars ($1,000,000)", {1_000_000}),
        ("one hundred and twenty thousand", {120_000}),
        ("$1.2 million", {1_200_000}),
        ("CHF 1'234.50", {Decimal("1234.5")}),
        ("1,5 %", {Decimal("1.5")}),
        ("the fifth anniversary", {5}),
        ("no numbers at all", set()),
    ],
)
def test_numbers_are_read_in_digits_and_in_words(text, wanted):
    assert values(text) == wanted


@pytest.mark.parametrize(
    "text",
    ["July 1, 1997", "1 July 1997", "1st of July 1997", "1997-07-01", "7/1/1997", "1997年7月1日", "1 de julio de 1997"],
)
def test_dates_are_read_in_many_spellings(text):
    assert facts(text).dates == (Date(1997, 7, 1),)
    assert facts(text).numbers == ()


@pytest.mark.parametrize(
    ("said", "page"),
    [
        ("65 days", "sixty-five days"),
        ("five business days", "within 5 business days"),
        ("$1.2 million", "USD 1,234,567"),
        ("about 1,200", "1,234"),
        ("1.5% a month", "1.5 per cent per month"),
        ("$24,000 on July 1 of 1997 and 1998", "$24,000 on July 1, 1997 and July 1, 1998"),
        ("in 1997", "on July 1, 1997"),
        ("one of the parties", "either party"),
    ],
)
def test_the_same_fact_in_other_words_is_stated(said, page):
    assert missing(facts(said), facts(page)) == []


@pytest.mark.parametrize(
    ("said", "page"),
    [
        ("60 days", "sixty-five days"),
        ("$1.3 million", "USD 1,234,567"),
        ("1,200", "1,234"),
        ("5%", "five days"),
        ("July 2, 1997", "July 1, 1997 and June 2, 1997"),
        ("July 1, 1999", "July 1, 1997"),
        ("the fifth anniversary", "the sixth anniversary"),
    ],
)
def test_another_fact_is_not_stated(said, page):
    assert missing(facts(said), facts(page))


def test_names_that_stand_nowhere_are_found():
    assert unknown_names("The buyer is Acme and the seller is Contoso.", "Contoso Bank Ltd.") == ["Acme"]
    assert unknown_names("Yes, the Contoso’s board decides.", "Contoso Bank Ltd.") == []
