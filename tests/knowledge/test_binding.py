"""A number belongs to the thing that stands beside it."""

import pytest

from knowledge.binding import misbound

FEES = "Such fee shall be $100 per hour for programming time and $150 per hour computer processing time."
CURE = (
    "The breaching party will have thirty (30) days from receipt of notice to cure such breach, except for nonpayment "
    "by Customer, which must be cured within seven (7) business days from receipt of notice."
)
CAP = "up to the greater of $100,000 or the charges paid by Customer in the twelve (12) months before the claim"


@pytest.mark.parametrize(
    ("said", "question", "quote"),
    [
        ("It costs $150 per hour.", "What does an hour of programming time cost?", FEES),
        ("It costs $100 per hour.", "What does an hour of computer processing cost?", FEES),
        ("Seven business days.", "How long does a party have to cure a material breach?", CURE),
    ],
)
def test_a_number_given_for_another_thing_is_found_out(said, question, quote):
    assert misbound(said, question, quote)


@pytest.mark.parametrize(
    ("said", "question", "quote"),
    [
        ("It costs $100 per hour.", "What does an hour of programming time cost?", FEES),
        ("$100 for programming, $150 for computers.", "What do programming and computer time cost?", FEES),
        ("Thirty days.", "How long does a party have to cure a material breach?", CURE),
        ("Seven days.", "How long does the customer have to cure nonpayment?", CURE),
        ("$100,000 or the charges of twelve months.", "What is the cap on the customer's liability?", CAP),
        ("30 days.", "How much notice must be given?", "on thirty days' notice"),
    ],
)
def test_a_number_given_for_the_thing_asked_about_is_left_alone(said, question, quote):
    assert misbound(said, question, quote) == []
