"""What decides whether an answer is shown."""

import pytest

from knowledge.verdict import gives


@pytest.mark.parametrize(
    ("kind", "text", "given"),
    [
        ("change", "The effective tax rate was 21.6% in 2022 and 24.6% in 2021, a reduction of three points.", True),
        ("change", "Sales grew from $19 million to $24 million.", True),
        ("change", "The effective tax rate was 21.6%.", False),
        ("money", "The fee is $5,000 a month.", True),
        ("money", "The fee is agreed each month.", False),
        ("duration", "within thirty days", True),
        ("date", "this Agreement shall terminate one (1) year from the Rig Release Date", True),
        ("date", "The goods are paid for thirty days after delivery.", False),
        ("person", "as agreed between them", False),
    ],
)
def test_an_answer_is_of_the_kind_that_is_asked_for(kind, text, given):
    assert gives(kind, text) is given
