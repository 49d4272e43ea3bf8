"""Make up the demo bank's branches, staff, customers and products."""

import datetime as dt
import json
import random
from collections.abc import Iterator
from typing import Any

from knowledge.database.demo.words import (
    BRANCHES,
    FIRST_NAMES,
    JOBS,
    PRODUCTS,
    REGIONS,
    SHOP_KINDS,
    SHOP_NAMES,
    SHOPPING,
    SURNAMES,
    TRADES,
)

Row = dict[str, Any]
CUSTOMERS = 850


def branches(today: dt.date) -> Iterator[Row]:
    """Yield the branches; one of them was closed last year."""
    for number, (name, city, year, weight) in enumerate(BRANCHES, 1):
        yield {
            "branch_id": number,
            "name": name,
            "city": city,
            "region": REGIONS[city],
            "opened_on": dt.date(year, 1 + number % 12, 3 + number),
            "closed_on": None if weight else dt.date(today.year - 1, 3, 31),
        }


def staff(chance: random.Random, today: dt.date) -> Iterator[Row]:
    """Yield the employees of each branch, its manager first."""
    number = 0
    for branch, (_, _, year, weight) in enumerate(BRANCHES, 1):
        manager: int | None = None
        for place in range(max(weight, 4)):
            number += 1
            title, pay = JOBS[0] if place == 0 else chance.choice(JOBS[1:])
            hired = dt.date(
                chance.randint(max(year, 2005), today.year - 1), chance.randint(1, 12), chance.randint(1, 28)
            )
            years = (today - hired).days // 365
            left = None
            if not weight:
                left = dt.date(today.year - 1, 3, 31)
            elif place and chance.random() < 0.1:
                left = min(hired + dt.timedelta(days=chance.randint(200, 1500)), today - dt.timedelta(days=10))
            name, surname = chance.choice(FIRST_NAMES), chance.choice(SURNAMES)
            yield {
                "staff_id": number,
                "branch_id": branch,
                "manager_id": manager,
                "full_name": f"{name} {surname}",
                "job_title": title,
                "email": f"{name}.{surname}{number}@fjordbank.example".lower(),
                "hired_on": min(hired, left) if left else hired,
                "left_on": left,
                "salary": round(pay * chance.uniform(0.92, 1.08) * (1 + 0.012 * min(years, 20)), -3),
            }
            manager = manager or number


def customers(
    chance: random.Random, today: dt.date, advisers: dict[int, list[int]], *, count: int = CUSTOMERS
) -> Iterator[Row]:
    """Yield `count` customers by branch, with the gaps that real records have."""
    weights = [weight for *_, weight in BRANCHES]
    for number in range(1, count + 1):
        branch = chance.choices(range(1, len(BRANCHES) + 1), weights)[0]
        segment = chance.choices(("retail", "private", "business"), (78, 9, 13))[0]
        name = f"{chance.choice(FIRST_NAMES)} {chance.choice(SURNAMES)}"
        if segment == "business":
            name = f"{chance.choice(SURNAMES)} {chance.choice(TRADES)} AS"
        joined = today - dt.timedelta(days=round(chance.triangular(40, 6000, 900)))
        left = None
        if chance.random() < 0.06:
            left = min(joined + dt.timedelta(days=chance.randint(120, 2500)), today - dt.timedelta(days=5))
        born = None
        if segment != "business" and chance.random() > 0.02:
            born = today - dt.timedelta(days=round(chance.triangular(18, 90, 40) * 365.25))
        advised = segment != "retail" or chance.random() < 0.15
        yield {
            "customer_id": number,
            "branch_id": branch,
            "adviser_id": chance.choice(advisers[branch]) if advised and advisers.get(branch) else None,
            "full_name": name,
            "national_id": "".join(str(chance.randint(0, 9)) for _ in range(9 if segment == "business" else 11)),
            "birth_date": born,
            "phone": f"+47 9{chance.randint(1_000_000, 9_999_999)}" if chance.random() > 0.05 else None,
            "email": f"kunde{number}@post.example" if chance.random() > 0.08 else None,
            "city": BRANCHES[branch - 1][1] if chance.random() > 0.03 else None,
            "segment": segment,
            "joined_on": joined,
            "left_on": left,
            "risk_score": min(100, max(1, round(chance.gauss(34, 18)))) if chance.random() > 0.04 else None,
        }


def products() -> Iterator[Row]:
    """Yield what the bank sells."""
    for number, (name, family, fee, rate, launched, withdrawn, attributes) in enumerate(PRODUCTS, 1):
        yield {
            "product_id": number,
            "name": name,
            "family": family,
            "monthly_fee": float(fee),
            "interest_rate": rate,
            "launched_on": dt.date(launched, 3, 1),
            "withdrawn_on": withdrawn and dt.date(withdrawn, 12, 31),
            "attributes": attributes and json.dumps(attributes),
        }


def merchants(chance: random.Random) -> Iterator[Row]:
    """Yield the shops of every kind, some of them online or abroad."""
    number = 0
    cities = list(REGIONS)
    for category, shops, *_ in SHOPPING:
        for name in chance.sample(SHOP_NAMES, shops):
            number += 1
            online = chance.random() < 0.2
            yield {
                "merchant_id": number,
                "name": f"{name} {SHOP_KINDS[category]}{' Nett' if online else ''}",
                "category": category,
                "city": None if online else chance.choice(cities),
                "country": chance.choice(("SE", "DK", "DE")) if online and chance.random() < 0.4 else "NO",
            }
