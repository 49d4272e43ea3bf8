"""Make up accounts and what is booked on them: salaries, rents, shopping with its seasons, fees, interest."""

import calendar
import datetime as dt
import itertools
import random
from collections.abc import Iterator, Sequence
from typing import Any

from knowledge.database.demo.words import SHOPPING

Row = dict[str, Any]
MONTHS = 24
OUTAGE_DAYS = range(11, 21)  # In May of this past year card payments failed for ten days.
EURO = 11.6  # Roughly; what is booked in euro is smaller by as much.

_PAYDAYS = (12, 15, 20, 25)


def accounts(
    chance: random.Random, today: dt.date, customers: Sequence[Row], products: dict[str, Row]
) -> Iterator[Row]:
    """Yield one to three accounts a customer; their balances are set once everything is booked."""
    number = 0
    for customer in customers:
        company = customer["segment"] == "business"
        kinds = ["Business Current" if company else "Everyday Account"]
        kinds += ["Business Saver" if company else "Saver"] if chance.random() < (0.4 if company else 0.55) else []
        if customer["joined_on"].year < 2019 and chance.random() < 0.2:
            kinds[0] = "Classic Account"
        if chance.random() < (0.25 if company else 0.06):
            kinds.append("Business Current" if company else "Everyday Account")
        for place, name in enumerate(kinds):
            number += 1
            euro = place >= 2 or (place == 1 and "Saver" not in name)
            opened = customer["joined_on"] + dt.timedelta(days=place * chance.randint(0, 200))
            opened = min(opened, today - dt.timedelta(days=1))
            closed = customer["left_on"]
            if closed is None and place and chance.random() < 0.05:
                closed = opened + dt.timedelta(days=chance.randint(1, max(2, (today - opened).days)))
            status = "closed" if closed else chance.choices(("open", "dormant", "frozen"), (94, 4, 2))[0]
            current = products[name]["family"] == "current"
            yield {
                "account_id": number,
                "customer_id": customer["customer_id"],
                "branch_id": customer["branch_id"],
                "product_id": products[name]["product_id"],
                "iban": f"NO{chance.randint(10, 99)}9386{number:07d}",
                "kind": "current" if current else "savings",
                "currency": "EUR" if euro else "NOK",
                "status": status,
                "opened_on": opened,
                "closed_on": max(closed, opened) if closed else None,
                "booked_balance": 0.0,
                "available_balance": 0.0,
                "overdraft_limit": float(chance.choice((0, 0, 10_000, 25_000, 50_000)))
                if current and not euro
                else 0.0,
            }


class Bookings:
    """Writes the bookings of one account after another."""

    def __init__(self, chance: random.Random, today: dt.date, shops: dict[str, list[int]]) -> None:
        self._chance = chance
        self._today = today
        self._shops = shops
        self._months = _months(today)
        self._number = 0
        self._outage = today.year if today >= dt.date(today.year, 6, 1) else today.year - 1
        self._weights = {
            month: list(itertools.accumulate(weight * seasons.get(month, 1.0) for *_, weight, seasons in SHOPPING))
            for month in range(1, 13)
        }

    def of(self, account: Row, segment: str) -> Iterator[Row]:
        """Yield what was booked on an account, oldest first within a month, and set its balances."""
        chance = self._chance
        start = max(account["opened_on"], self._months[0])
        end = account["closed_on"] or self._today
        if start > end:
            return
        scale = {"retail": 1.0, "private": 2.4, "business": 3.2}[segment] * chance.lognormvariate(0, 0.35)
        if account["currency"] == "EUR":
            scale /= EURO
        balance = 0.0
        kinds = self._saved if account["kind"] == "savings" else self._traded if segment == "business" else self._lived
        opening = round(chance.lognormvariate(10.4, 0.9) * scale * (4 if account["kind"] == "savings" else 1), 2)
        rows = [self._row(account, start, opening, "opening system", "Opening balance")]
        quiet = account["status"] == "dormant"
        pay = 37_000 * scale * chance.uniform(0.8, 1.25)
        payday = chance.choice(_PAYDAYS)
        for first in self._months:
            if not quiet and first <= end:
                rows += kinds(account, first, scale, pay, payday)
        for row in sorted(rows, key=lambda each: each["booked_at"]):
            day = row["booked_at"].date()
            if not start <= day <= end:
                continue
            after = round(balance + row["amount"], 2)
            if after < -account["overdraft_limit"] and row["kind"] != "fee":
                continue  # Declined: there was no money for it.
            balance = after
            self._number += 1
            yield {"transaction_id": self._number, **row}
        if account["status"] == "closed":
            self._number += 1
            row = self._row(account, end, -balance, "transfer branch", "Balance at closing")
            yield {"transaction_id": self._number, **row, "booked_at": dt.datetime.combine(end, dt.time(23, 59))}
            balance = 0.0
        account["booked_balance"] = balance
        reserved = round(chance.choice((0, 0, 0, 150, 480, 1200)) * min(scale, 1), 2)
        account["available_balance"] = round(balance + account["overdraft_limit"] - reserved, 2)

    def _lived(self, account: Row, first: dt.date, scale: float, pay: float, payday: int) -> list[Row]:
        chance = self._chance
        grown = pay * (1.045 if first >= dt.date(self._today.year, 5, 1) else 1.0)
        holiday = 1.35 if first.month == 6 else 1.0  # Holiday pay.
        rows = [
            self._row(account, first.replace(day=payday), grown * holiday, "salary system", "Salary"),
            self._row(account, first, -grown * 0.31, "rent web", "Rent"),
            self._row(account, self._day(first), -grown * chance.uniform(0.2, 0.42), "transfer web", "Bills"),
            self._row(account, first, -35.0 * min(scale, 1), "fee system", "Monthly fee"),
        ]
        if chance.random() < 0.5:
            rows.append(self._row(account, self._day(first), -grown * 0.08, "transfer mobile", "To savings"))
        if chance.random() < 0.25:
            rows.append(
                self._row(account, self._day(first), -round(chance.choice((200, 500, 1000)) * scale), "cash atm")
            )
        for _ in range(chance.randint(4, 10)):
            rows += self._shopping(account, first, scale)
        return rows

    def _traded(self, account: Row, first: dt.date, scale: float, pay: float, _payday: int) -> list[Row]:
        chance = self._chance
        season = {7: 0.6, 12: 1.25}.get(first.month, 1.0)
        rows = [self._row(account, first, -95.0 * min(scale, 1), "fee system", "Monthly fee")]
        for _ in range(chance.randint(2, 5)):
            paid, spent = pay * chance.uniform(0.3, 0.8) * season, -pay * chance.uniform(0.25, 0.75) * season
            rows.append(self._row(account, self._day(first), paid, "transfer web", "Invoice"))
            rows.append(self._row(account, self._day(first), spent, "transfer web", "Supplier"))
        for _ in range(chance.randint(1, 3)):
            rows += self._shopping(account, first, scale)
        return rows

    def _saved(self, account: Row, first: dt.date, scale: float, pay: float, _payday: int) -> list[Row]:
        chance = self._chance
        rows = []
        if chance.random() < 0.6:
            rows.append(self._row(account, self._day(first), pay * 0.08, "transfer mobile", "From account"))
        if chance.random() < 0.12:
            rows.append(self._row(account, self._day(first), -pay * chance.uniform(0.05, 0.3), "transfer mobile"))
        if first.month in {3, 6, 9, 12}:
            earned = chance.uniform(150, 900) * scale
            rows.append(self._row(account, first.replace(day=28), earned, "interest system", "Interest"))
        return rows

    def _shopping(self, account: Row, first: dt.date, scale: float) -> list[Row]:
        chance = self._chance
        category, _, low, high, _, seasons = chance.choices(SHOPPING, cum_weights=self._weights[first.month])[0]
        day = self._day(first)
        failed = day.year == self._outage and day.month == 5 and day.day in OUTAGE_DAYS
        if failed and chance.random() < 0.85:
            return []
        amount = chance.triangular(low, high, low * 1.6) * scale * (1.08 if day >= self._months[12] else 1.0)
        amount *= min(seasons.get(first.month, 1.0), 1.3)
        shop = chance.choice(self._shops[category])
        channel = chance.choices(("pos", "mobile", "web"), cum_weights=(70, 82, 100))[0]
        rows = [self._row(account, day, -amount, f"card {channel}")]
        if chance.random() < 0.01:
            later = day + dt.timedelta(days=chance.randint(2, 9))
            rows.append(self._row(account, later, amount, "refund web", "Refund"))
        return [{**row, "merchant_id": shop} for row in rows]

    def _day(self, first: dt.date) -> dt.date:
        return first.replace(day=1 + int(self._chance.random() * calendar.monthrange(first.year, first.month)[1]))

    def _row(self, account: Row, day: dt.date, amount: float, how: str, words: str | None = None) -> Row:
        """Return a booking; `how` is its kind and channel."""
        kind, channel = how.split()
        hour = 6 if channel == "system" else 7 + int(self._chance.random() * 15)
        if day == self._today:
            hour = hour * 6 // 22  # What is booked up to the morning: nothing that is yet to come.
        return {
            "account_id": account["account_id"],
            "booked_at": dt.datetime(day.year, day.month, day.day, hour, int(self._chance.random() * 60)),  # noqa: DTZ001
            "amount": round(amount, 2),
            "currency": account["currency"],
            "kind": kind,
            "channel": channel,
            "merchant_id": None,
            "description": words,
        }


def _months(today: dt.date) -> list[dt.date]:
    """Return the first days of the months that bookings are kept for, this one the last."""
    at = today.year * 12 + today.month - 1
    return [dt.date(each // 12, each % 12 + 1, 1) for each in range(at - MONTHS, at + 1)]
