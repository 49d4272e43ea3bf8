"""A bank of a few rows, with rules on who may see which."""

import sqlite3
from contextlib import closing
from pathlib import Path

from knowledge.database.guard import Guard
from knowledge.database.policy import Policy, Schema
from knowledge.types import Asker

SCHEMA: Schema = {
    "branches": {"branch_id": "INTEGER", "name": "TEXT", "city": "TEXT"},
    "Customers": {
        "customer_id": "INTEGER", "full_name": "TEXT", "iban": "TEXT", "segment": "TEXT", "branch_id": "INTEGER",
        "secret": "TEXT",
    },
    "accounts": {"account_id": "INTEGER", "customer_id": "INTEGER", "balance": "REAL", "opened_on": "TEXT"},
    "staff": {"staff_id": "INTEGER", "name": "TEXT", "branch_id": "INTEGER", "salary": "REAL"},
    "order": {"select": "INTEGER", "group": "TEXT"},
}  # fmt: skip
RULES = {
    "roles": ["banker", "lawyer", "admin"],
    "tables": {
        "branches": {"see": ["banker", "lawyer", "admin"]},
        "customers": {
            "see": ["banker", "lawyer", "admin"],
            "rows": {"banker": "branch_id IN (SELECT branch_id FROM branches WHERE city = :city)"},
            "mask": {"full_name": {"as": "first", "clear": ["admin"]}, "iban": {"as": "last4", "clear": []}},
            "hide": {"secret": []},
        },
        "accounts": {
            "see": ["banker", "admin"],
            "rows": {
                "banker": "customer_id IN (SELECT c.customer_id FROM Customers c JOIN branches b "
                "ON b.branch_id = c.branch_id WHERE b.city = :city)"
            },
        },
        "staff": {"see": ["banker", "admin"], "hide": {"salary": ["admin"]}},
        "order": {"see": "*"},
    },
}
BANKER = Asker("U1", frozenset({"banker"}), {"city": "Oslo"})
ADMIN = Asker("U2", frozenset({"admin"}))


def guard(asker: Asker = BANKER, *, dialect: str = "sqlite") -> Guard:
    """Return the guard for one asker."""
    return Guard(SCHEMA, Policy.from_mapping(RULES).check_against(SCHEMA).view(asker), dialect=dialect, database="bank")


def build(path: Path) -> Path:
    """Write the bank to a file: two of its six customers belong to Oslo."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for table, columns in SCHEMA.items():
            connection.execute(
                f'CREATE TABLE "{table}" ({", ".join(f"{chr(34)}{k}{chr(34)} {v}" for k, v in columns.items())})'
            )
        connection.executemany(
            "INSERT INTO branches VALUES (?, ?, ?)",
            [(1, "Harbour", "Oslo"), (2, "Old Town", "Riga"), (3, "Fjord", "Bergen")],
        )
        connection.executemany(
            "INSERT INTO Customers VALUES (?, ?, ?, ?, ?, ?)",
            [
                (n, f"{name} OWNER{n}", f"NO93860{n}1117947", segment, branch, f"SECRET{n}")
                for n, name, segment, branch in [
                    (1, "Ann", "retail", 1), (2, "Bo", "private", 1), (3, "Cy", "retail", 2),
                    (4, "Di", "sme", 2), (5, "Ed", "retail", 3), (6, "Flo", "private", 3),
                ]
            ],
        )  # fmt: skip
        connection.executemany(
            "INSERT INTO accounts VALUES (?, ?, ?, ?)",
            [(n, 1 + n % 6, 1000.0 * (1 + n % 6) + n, f"202{n % 5}-0{1 + n % 9}-1{n % 9}") for n in range(1, 25)],
        )
        connection.executemany(
            "INSERT INTO staff VALUES (?, ?, ?, ?)", [(n, f"Clerk {n}", 1 + n % 3, 77_000.0 + n) for n in range(1, 7)]
        )
        connection.execute("INSERT INTO \"order\" VALUES (1, 'a'), (2, 'b')")
    return path
