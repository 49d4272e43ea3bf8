"""Who gains by what two contracts say differently."""

import pytest

from knowledge.documents.gains import gains

NOTICE = "Either party may terminate this Agreement for convenience upon {} written notice."


@pytest.mark.parametrize(
    ("kind", "first", "second", "told"),
    [
        (
            "termination",
            NOTICE.format("ninety (90) days"),
            NOTICE.format("one month's"),
            (
                "notice to end it: 90 days in the first, 1 month in the second; "
                "the first is better for who is given notice, the second for who wants to leave"
            ),
        ),
        (
            "termination",
            "A party may terminate if the other is in breach and does not cure it within 10 days of notice.",
            "A party may terminate if the other is in breach and does not cure it within 30 days of notice.",
            (
                "time to cure a breach: 10 days in the first, 30 days in the second; "
                "the second is better for who is in breach, the first for the other party"
            ),
        ),
        (
            "payment",
            "Invoices are due within thirty (30) days of receipt.",
            "The customer shall pay each invoice within 60 days.",
            (
                "time to pay: 30 days in the first, 60 days in the second; "
                "the second is better for who pays, the first for who is paid"
            ),
        ),
        (
            "payment",
            "Late payments bear interest of 1.5% per month.",
            "Late payments bear interest of 1% per month.",
            (
                "interest on late payment: 1.5 % a month in the first, 1 % a month in the second; "
                "the first is better for who is paid, the second for who pays"
            ),
        ),
        (
            "liability",
            "In no event shall the liability of the supplier exceed $1,000,000.",
            "The supplier's liability is limited to $250,000.",
            (
                "most that is owed: USD 1,000,000 in the first, USD 250,000 in the second; "
                "the first is better for who suffers damage, the second for who is liable"
            ),
        ),
        (
            "termination",
            NOTICE.format("thirty days"),
            "The Supplier may terminate this Agreement at any time without cause.",
            "ending it without a reason: only Supplier may in the second, which it gains by; both in the first",
        ),
    ],
)
def test_who_gains_is_told_where_a_figure_or_a_party_decides_it(kind, first, second, told):
    assert gains(kind, [first], [second]) == (told,)


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        ("termination", NOTICE.format("30 days"), NOTICE.format("thirty (30) days")),
        ("termination", NOTICE.format("30 days"), "This Agreement ends on the last delivery."),
        (  # Several figures of a sort: which of them is the one that counts is for people to say.
            "payment",
            "Invoices are due within 30 days of receipt. Invoices of freight are due within 10 days of receipt.",
            "The customer shall pay each invoice within 60 days.",
        ),
        ("liability", "Its liability shall not exceed $1,000,000.", "Its liability shall not exceed EUR 500,000."),
        (
            "payment",
            "Late payments bear interest of 1.5% per month.",
            "Late payments bear interest of 12% per year.",
        ),
        ("governing law", "Governed by the laws of Norway.", "Governed by the laws of Sweden."),
    ],
)
def test_nothing_is_said_where_no_rule_can_tell(kind, first, second):
    assert gains(kind, [first], [second]) == ()
