"""A question is read without the words that only say how its result is drawn."""

import pytest

from knowledge.database.thread import undrawn


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("Total deposits by branch this quarter, as a chart", "Total deposits by branch this quarter"),
        ("Show me a line chart of new customers per month", "new customers per month"),
        ("plot deposits by month", "deposits by month"),
        ("What is the credit line of customers in Oslo?", "What is the credit line of customers in Oslo?"),
        ("as a line", "as a line"),
    ],
)
def test_how_a_result_is_drawn_is_no_part_of_the_question(said, asked):
    assert undrawn(said) == asked
