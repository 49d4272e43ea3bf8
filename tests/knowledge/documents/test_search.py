"""How passages are ranked."""

import pytest

from knowledge.documents.search import lists_contents


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("Item 1. Business 2 Item 1A. Risk Factors 11 Item 2. Properties 24 Item 3. Proceedings 24", True),
        ("1. Definitions ...... 3 2. Supply ...... 5 3. Price and Payment ...... 5 4. Term ...... 9", True),
        ("The term is 12 months. The fee is 5,000 euros, due within 30 days of the invoice of each quarter.", False),
        ("Net sales 12 14 Cost of sales 8 9 Gross profit 4 5", False),
        ("The Supplier delivers 20 Machines in March. The Buyer pays 30 Days later.", False),
    ],
)
def test_a_list_of_contents_is_told_from_what_it_lists(text, listed):
    assert lists_contents(text) is listed
