"""When a question speaks of, in days."""

import datetime as dt

import pytest

from knowledge.database.periods import periods
from knowledge.database.thread import follows, only_draws

TODAY = dt.date(2025, 11, 22)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("sales in the last 30 days", "2025-10-23", None),
        ("in the past 3 months", "2025-08-22", None),
        ("over the past two weeks", "2025-11-08", None),
        ("deposits last month", "2025-10-01", "2025-11-01"),
        ("deposits last week", "2025-11-10", "2025-11-17"),
        ("the last calendar quarter", "2025-07-01", "2025-10-01"),
        ("the last fiscal quarter", "2025-07-01", "2025-10-01"),
        ("the last fiscal year", "2024-07-01", "2025-07-01"),
        ("this year", "2025-01-01", None),
        ("this fiscal year", "2025-07-01", None),
        ("year to date", "2025-01-01", None),
        ("in Q2 2024", "2024-04-01", "2024-07-01"),
        ("the first quarter of 2023", "2023-01-01", "2023-04-01"),
        ("in May", "2025-05-01", "2025-06-01"),
        ("in December", "2024-12-01", "2025-01-01"),
        ("for March 2023", "2023-03-01", "2023-04-01"),
        ("opened in 2023", "2023-01-01", "2024-01-01"),
        ("yesterday", "2025-11-21", "2025-11-22"),
    ],
)
def test_a_period_is_understood(text, start, end):
    (found,) = periods(text, TODAY, fiscal_start=7)

    assert found.start.isoformat() == start
    assert (found.end.isoformat() if found.end else None) == end


@pytest.mark.parametrize("text", ["how many accounts", "the last customer", "May I see it?", "this customer"])
def test_no_period_is_made_up(text):
    assert periods(text, TODAY) == []


@pytest.mark.parametrize("text", ["and only for Oslo?", "what about Bergen", "why so low in May?", "sort it by name"])
def test_a_follow_up_is_seen(text):
    assert follows(text)


@pytest.mark.parametrize(
    "text", ["as a line", "show it as a pie chart please", "bar chart", "now draw that as a table"]
)
def test_a_wish_for_another_form_is_seen(text):
    assert only_draws(text)


@pytest.mark.parametrize("text", ["How many customers joined this year?", "Which branch has most deposits as a chart?"])
def test_a_new_question_is_neither(text):
    assert not follows(text)
    assert not only_draws(text)
