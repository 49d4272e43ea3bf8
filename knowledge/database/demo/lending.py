"""Make up the demo bank's cards, loans, holdings, exchange rates and complaints."""

import datetime as dt
import math
import random
from collections.abc import Iterator, Sequence
from typing import Any

from knowledge.database.demo.money import EURO, MONTHS
from knowledge.database.demo.words import COMPLAINTS

Row = dict[str, Any]


def cards(chance: random.Random, today: dt.date, accounts: Sequence[Row]) -> Iterator[Row]:
    """Yield a debit card for most current accounts and a credit card for some."""
    number = 0
    for account in accounts:
        if account["kind"] != "current" or chance.random() < 0.08:
            continue
        for kind in ("debit", "credit") if chance.random() < 0.3 else ("debit",):
            number += 1
            issued = max(account["opened_on"], today - dt.timedelta(days=chance.randint(10, 1900)))
            expires = dt.date(issued.year + 4, issued.month, 28)
            gone = account["status"] in {"closed", "frozen"} or chance.random() < 0.03
            yield {
                "card_id": number,
                "account_id": account["account_id"],
                "kind": kind,
                "brand": chance.choices(("Visa", "Mastercard"), (65, 35))[0],
                "last_digits": f"{chance.randint(0, 9999):04d}",
                "status": "expired" if expires < today else "blocked" if gone else "active",
                "issued_on": issued,
                "expires_on": expires,
                "credit_limit": float(chance.choice((20_000, 40_000, 60_000, 100_000))) if kind == "credit" else None,
            }


def loans(chance: random.Random, today: dt.date, customers: Sequence[Row], products: dict[str, Row]) -> Iterator[Row]:
    """Yield loans; `outstanding` and `status` are set once the payments are known."""
    number = 0
    offers = (
        ("Green Home Loan", 0.07, 2_600_000, (240, 300, 360)), ("Home Loan", 0.12, 2_900_000, (240, 300, 360)),
        ("Consumer Loan", 0.09, 130_000, (24, 36, 60)), ("Car Loan", 0.10, 320_000, (60, 84, 96)),
    )  # fmt: skip
    for customer in customers:
        for name, share, size, terms in offers:
            product = products[name]
            if chance.random() > share:
                continue
            number += 1
            earliest = max(customer["joined_on"], product["launched_on"], today - dt.timedelta(days=365 * 9))
            span = max((today - earliest).days - 20, 1)
            euro = chance.random() < 0.04
            principal = round(size * chance.lognormvariate(0, 0.4) / (EURO if euro else 1), -2)
            yield {
                "loan_id": number,
                "customer_id": customer["customer_id"],
                "branch_id": customer["branch_id"],
                "product_id": product["product_id"],
                "currency": "EUR" if euro else "NOK",
                "principal": principal,
                "outstanding": principal,
                "interest_rate": round(product["interest_rate"] + chance.uniform(-0.008, 0.012), 4),
                "term_months": chance.choice(terms),
                "started_on": earliest + dt.timedelta(days=chance.randrange(span)),
                "status": "performing",
            }


def loan_payments(chance: random.Random, today: dt.date, granted: Sequence[Row]) -> Iterator[Row]:
    """Yield the payments of the last two years, some of them late, and settle each loan's state."""
    number = 0
    oldest = today - dt.timedelta(days=round(MONTHS * 30.44))
    for loan in granted:
        rate, months, left = loan["interest_rate"] / 12, loan["term_months"], loan["principal"]
        instalment = round(left * rate / (1 - math.pow(1 + rate, -months)), 2)
        nature = chance.choices(("good", "late", "default"), (91, 7, 2))[0]
        due = (loan["started_on"] + dt.timedelta(days=32)).replace(day=min(loan["started_on"].day, 28))
        unpaid = 0
        for _ in range(months):
            if due > today or left <= 0:
                break
            interest = round(left * rate, 2)
            part = min(round(instalment - interest, 2), left)
            recent = (today - due).days
            missed = (nature == "default" and recent < 200) or (nature == "late" and recent < 45)
            late = chance.choice((3, 9, 21, 40)) if chance.random() < (0.35 if nature == "late" else 0.03) else 0
            paid = None if missed else due + dt.timedelta(days=late)
            paid = None if paid and paid > today else paid
            left = left if paid is None else round(left - part, 2)
            unpaid += paid is None
            if due >= oldest:
                number += 1
                yield {
                    "payment_id": number,
                    "loan_id": loan["loan_id"],
                    "due_on": due,
                    "paid_on": paid,
                    "amount": round(interest + part, 2),
                    "principal_part": part,
                    "interest_part": interest,
                }
            due = (due.replace(day=1) + dt.timedelta(days=32)).replace(day=due.day)
        loan["outstanding"] = left
        loan["status"] = "repaid" if left <= 0 else "default" if unpaid > 3 else "late" if unpaid else "performing"


def holdings(
    chance: random.Random, today: dt.date, customers: Sequence[Row], products: dict[str, Row]
) -> Iterator[Row]:
    """Yield who holds which fund or insurance."""
    number = 0
    offers = [each for each in products.values() if each["family"] in {"fund", "insurance"}]
    for customer in customers:
        wealthy = customer["segment"] == "private"
        for product in offers:
            if chance.random() > (0.45 if wealthy else 0.13):
                continue
            number += 1
            earliest = max(customer["joined_on"], product["launched_on"])
            since = earliest + dt.timedelta(days=chance.randrange(max((today - earliest).days, 1)))
            until = customer["left_on"]
            if until is None and chance.random() < 0.12:
                until = since + dt.timedelta(days=chance.randrange(max((today - since).days, 1)))
            fund = product["family"] == "fund"
            units = round(chance.lognormvariate(5.2, 0.8) * (6 if wealthy else 1), 4)
            yield {
                "holding_id": number,
                "customer_id": customer["customer_id"],
                "product_id": product["product_id"],
                "since": since,
                "until": max(until, since) if until else None,
                "units": units if fund else None,
                "market_value": round(units * (95 + 14 * product["product_id"]), 2) if fund else None,
            }


def exchange_rates(chance: random.Random, today: dt.date) -> Iterator[Row]:
    """Yield a rate for every banking day of the last two years."""
    rates = {"EUR": 11.45, "USD": 10.55}
    for back in range(round(MONTHS * 30.44), -1, -1):
        day = today - dt.timedelta(days=back)
        for base, usual in (("EUR", 11.6), ("USD", 10.4)):
            rates[base] += chance.gauss(0, 0.035) + (usual - rates[base]) * 0.01
            if day.weekday() < 5:
                yield {"rate_date": day, "base": base, "quote": "NOK", "rate": round(rates[base], 4)}


def complaints(
    chance: random.Random, today: dt.date, customers: Sequence[Row], products: dict[str, Row]
) -> Iterator[Row]:
    """Yield what customers complained about; the outage of May stands out."""
    topics = ("fees", "card", "app", "loan", "service", "fraud")
    about = {
        "fees": "Everyday Account",
        "card": "Debit Card",
        "loan": "Home Loan",
        "fraud": "Debit Card",
        "outage": "Debit Card",
    }
    outage = dt.date(today.year if today >= dt.date(today.year, 6, 1) else today.year - 1, 5, 12)
    moments = [(today - dt.timedelta(days=chance.randint(0, 730)), "") for _ in range(620)]
    moments += [(outage + dt.timedelta(days=chance.randint(0, 18)), "outage") for _ in range(90)]
    for number, (day, forced) in enumerate(sorted(moments), 1):
        topic = forced or chance.choices(topics, (22, 18, 20, 12, 20, 8))[0]
        customer = chance.choice(customers)
        closed = day + dt.timedelta(days=round(chance.triangular(1, 70, 9)))
        severity = chance.choices(("low", "medium", "high"), (20, 40, 40) if topic == "fraud" else (50, 38, 12))[0]
        paid = chance.random() < (0.5 if topic in {"fraud", "outage"} else 0.18)
        yield {
            "complaint_id": number,
            "customer_id": customer["customer_id"],
            "branch_id": customer["branch_id"],
            "product_id": products[about[topic]]["product_id"] if topic in about else None,
            "received_on": day,
            "closed_on": closed if closed <= today and chance.random() > 0.04 else None,
            "topic": topic,
            "severity": severity,
            "compensation": float(chance.choice((200, 350, 500, 1500))) if paid else None,
            "summary": chance.choice(COMPLAINTS[topic]) if chance.random() > 0.1 else None,
        }
