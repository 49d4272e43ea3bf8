"""The demo bank is the same everywhere and adds up."""

import datetime as dt
import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import create_engine, inspect

from knowledge.database.demo import POLICY
from knowledge.database.demo.build import build
from knowledge.database.guard import Guard
from knowledge.database.policy import Policy
from knowledge.errors import RefusedSqlError
from knowledge.types import Asker

TODAY = dt.date(2026, 11, 20)


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    """Return a connection to a small bank."""
    path = tmp_path_factory.mktemp("demo") / "bank.db"
    engine = create_engine(f"sqlite:///{path}")
    build(engine, today=TODAY, customers=60)
    engine.dispose()
    with closing(sqlite3.connect(path)) as connection:
        yield connection


def one(bank, sql):
    return bank.execute(sql).fetchone()[0]


def test_every_balance_is_the_sum_of_what_was_booked(bank):
    assert one(
        bank,
        "SELECT COUNT(*) FROM accounts a WHERE ABS(booked_balance - "
        "(SELECT COALESCE(SUM(amount), 0) FROM transactions t WHERE t.account_id = a.account_id)) > 0.005",
    ) == 0  # fmt: skip


def test_no_row_refers_to_one_that_is_not_there(bank):
    assert bank.execute("PRAGMA foreign_key_check").fetchall() == []


def test_bookings_cover_two_years_up_to_today(bank):
    assert one(bank, "SELECT MIN(booked_at) FROM transactions")[:7] == "2024-11"
    assert one(bank, "SELECT MAX(booked_at) FROM transactions")[:10] == "2026-11-20"
    assert one(bank, "SELECT COUNT(DISTINCT STRFTIME('%Y-%m', booked_at)) FROM transactions") == 25


def test_nothing_happens_before_its_beginning_or_after_today(bank):
    assert one(bank, "SELECT COUNT(*) FROM accounts WHERE closed_on < opened_on OR opened_on > '2026-11-20'") == 0
    assert one(bank, "SELECT COUNT(*) FROM loan_payments WHERE paid_on > '2026-11-20'") == 0
    assert one(bank, "SELECT COUNT(*) FROM holdings WHERE until < since") == 0


def test_it_has_the_dirt_of_real_data(bank):
    assert one(bank, "SELECT COUNT(*) FROM customers WHERE phone IS NULL OR email IS NULL OR risk_score IS NULL") > 0
    assert one(bank, "SELECT COUNT(*) FROM accounts WHERE status = 'closed' AND closed_on IS NOT NULL") > 0
    assert one(bank, "SELECT COUNT(DISTINCT currency) FROM accounts") == 2
    assert one(bank, "SELECT COUNT(*) FROM branches WHERE closed_on IS NOT NULL") == 1


def test_the_outage_of_may_shows(bank):
    by_month = dict(
        bank.execute(
            "SELECT STRFTIME('%Y-%m', booked_at), COUNT(*) FROM transactions WHERE kind = 'card' GROUP BY 1"
        ).fetchall()
    )

    assert by_month["2026-05"] < 0.85 * min(by_month["2026-04"], by_month["2026-06"])


def test_the_same_day_makes_the_same_bank_and_another_day_another(tmp_path):
    def text(name, today):
        engine = create_engine(f"sqlite:///{tmp_path / name}")
        build(engine, today=today, customers=8)
        engine.dispose()
        with closing(sqlite3.connect(tmp_path / name)) as connection:
            return "\n".join(connection.iterdump())

    assert text("one.db", TODAY) == text("two.db", TODAY)
    assert text("one.db", TODAY) != text("three.db", dt.date(2026, 11, 21))


def test_building_again_starts_afresh(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'bank.db'}")
    first = build(engine, today=TODAY, customers=5)

    assert build(engine, today=TODAY, customers=5) == first
    engine.dispose()


def test_tables_and_columns_say_what_they_hold(bank):
    for (made,) in bank.execute(
        "SELECT sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    ).fetchall():
        head, *lines = made.split("\n")
        assert "/* " in head
        columns = [
            line for line in lines if line.startswith("\t") and not line.strip().startswith(("PRIMARY", "FOREIGN"))
        ]
        assert all("/* " in line for line in columns), made


@pytest.fixture(scope="module")
def schema(bank):
    engine = create_engine("sqlite://", creator=lambda: bank)
    look = inspect(engine)
    return {
        table: {each["name"]: str(each["type"]) for each in look.get_columns(table)} for table in look.get_table_names()
    }


@pytest.mark.parametrize(
    ("role", "sql", "reason"),
    [
        ("banker", "SELECT salary FROM staff", "column"),
        ("banker", "SELECT customer_id FROM customers WHERE full_name = 'Anna Berg'", "masked"),
        ("banker", "SELECT customer_id FROM accounts ORDER BY iban", "masked"),
        ("admin", "SELECT customer_id FROM customers WHERE national_id = '1'", "masked"),
        ("lawyer", "SELECT COUNT(*) FROM transactions", "table"),
        ("guest", "SELECT COUNT(*) FROM customers", "table"),
        ("", "SELECT COUNT(*) FROM branches", "table"),
    ],
)
def test_its_policy_keeps_from_each_role_what_is_not_theirs(schema, role, sql, reason):
    policy = Policy.load(POLICY).check_against(schema)

    with pytest.raises(RefusedSqlError) as caught:
        Guard(schema, policy.view(Asker("U1", frozenset({role} - {""}))), dialect="sqlite").check(sql)
    assert caught.value.reason == reason


def test_its_policy_shows_names_and_numbers_masked(bank, schema):
    view = Policy.load(POLICY).check_against(schema).view(Asker("U1", frozenset({"banker"})))
    checked = Guard(schema, view, dialect="sqlite").check(
        "SELECT full_name, phone, national_id, iban FROM customers JOIN accounts USING (customer_id)"
    )

    for name, phone, number, iban in bank.execute(checked.sql).fetchall():
        assert len(name) == 4
        assert name.endswith("***")
        assert phone in {"***", None}
        assert number == "***"
        assert iban.startswith("***")
        assert len(iban) == 7
