"""How a question's spelling is mended."""

import pytest

from knowledge.spelling import respelled

CONTRACT = [
    "The Initial Term renews by extension for 12 months.",
    "Insurance: limits of liability of at least One Million Dollars.",
    "The Licensor of Hydron contracts with the employee.",
]


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("how to stop the auto extention", "how to stop the auto extension"),
        ("insurnace limits for both sides?", "insurance limits for both sides?"),
        ("what is the liabilty cap", "what is the liability cap"),
        ("which rebatte do we get", "which rebate do we get"),
    ],
)
def test_a_slip_of_the_fingers_is_mended(asked, meant):
    assert respelled(asked, CONTRACT) == meant


@pytest.mark.parametrize(
    "asked",
    [
        "who is the contact?",  # Not the contracts of which the document speaks.
        "who is the employer?",
        "can hydron assign it",
        "does the licensor indemnify Kandinsky?",
        "wann endet der vertrag?",
    ],
)
def test_a_word_that_is_one_stays(asked):
    assert respelled(asked, CONTRACT) == asked
