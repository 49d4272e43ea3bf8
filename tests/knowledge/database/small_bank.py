"""A small bank to ask questions of, its meaning written down."""

from pathlib import Path

from sqlalchemy import create_engine, text

STATEMENTS = """
CREATE TABLE branches (branch_id INTEGER PRIMARY KEY, name TEXT /* what it is called */, city TEXT /* where it is */);
CREATE TABLE customers (customer_id INTEGER PRIMARY KEY, branch_id INTEGER REFERENCES branches (branch_id),
  full_name TEXT, segment TEXT /* retail, private or business */, secret_score INTEGER, joined_on DATE);
CREATE TABLE accounts (account_id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (customer_id),
  currency TEXT, balance REAL, status TEXT, opened_on DATE);
INSERT INTO branches VALUES (1, 'Harbour', 'Oslo'), (2, 'Hill', 'Bergen');
INSERT INTO customers VALUES (1, 1, 'Ada Berg', 'retail', 10, '2024-01-05'),
  (2, 1, 'Ola Dahl', 'business', 20, '2025-03-01'),
  (3, 2, 'Eva Lie', 'retail', 30, '2025-10-12');
INSERT INTO accounts VALUES (1, 1, 'NOK', 100.5, 'open', '2024-01-05'), (2, 2, 'NOK', 2000, 'open', '2025-03-01'),
  (3, 3, 'EUR', 50, 'closed', '2025-10-12'), (4, 1, 'NOK', 900, 'open', '2025-11-01')
"""
SEMANTICS = """
fiscal_year_starts_in: 7
tables:
  accounts:
    date: opened_on
    fresh: opened_on
    columns: {balance: {words: [deposits], unit: NOK}}
  customers: {words: [clients], columns: {full_name: {tags: [pii]}}}
metrics:
  total deposits:
    {table: accounts, sql: SUM(accounts.balance), where: "accounts.status <> 'closed'", note: open accounts}
ambiguous:
  last quarter:
    words: [last quarter]
    question: Which quarter?
    readings: {Calendar: the last calendar quarter, Fiscal: the last fiscal quarter}
    unless: [calendar quarter, fiscal quarter]
"""
RULES = {
    "roles": ["banker", "admin"],
    "tables": {
        "branches": {"see": "*"},
        "customers": {
            "see": ["banker", "admin"],
            "hide": {"secret_score": ["admin"]},
            "mask": {"full_name": {"as": "first", "clear": ["admin"]}},
        },
        "accounts": {
            "see": ["banker", "admin"],
            "rows": {"banker": "currency = 'NOK'"},
        },
    },
}


def make(folder: Path) -> str:
    """Make the bank in `folder` and return its URL; the semantic file lies beside it."""
    url = f"sqlite:///{folder / 'bank.db'}"
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in STATEMENTS.split(";"):
            connection.execute(text(statement))
    engine.dispose()
    (folder / "semantics.yaml").write_text(SEMANTICS, encoding="utf-8")
    return url
