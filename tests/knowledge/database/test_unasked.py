"""Which joined tables are left out of a query, and which were to choose or to count rows."""

import pytest
from sqlalchemy import create_engine, text

from knowledge.database.catalog import read_catalog
from knowledge.database.dialect import parse
from knowledge.database.trim import trim

MADE = """
CREATE TABLE staff (staff_id INTEGER PRIMARY KEY, name TEXT, manager_id INTEGER REFERENCES staff (staff_id));
CREATE TABLE clients (client_id INTEGER PRIMARY KEY, full_name TEXT, segment TEXT,
  adviser_id INTEGER REFERENCES staff (staff_id));
CREATE TABLE loans (loan_id INTEGER PRIMARY KEY, client_id INTEGER REFERENCES clients (client_id), outstanding REAL);
CREATE TABLE calls (call_id INTEGER PRIMARY KEY, client_id INTEGER REFERENCES clients (client_id))
"""


@pytest.fixture
def lender(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'lender.db'}")
    with engine.begin() as connection:
        for statement in MADE.split(";"):
            connection.execute(text(statement))
    yield read_catalog(engine)
    engine.dispose()


@pytest.mark.parametrize(
    ("sql", "question"),
    [
        (  # The condition is in the ON.
            (
                "SELECT DISTINCT c.full_name FROM clients AS c "
                "JOIN loans AS l ON l.client_id = c.client_id AND l.outstanding > 0"
            ),
            "Which clients owe us?",
        ),
        (  # A verb says what no table does.
            "SELECT COUNT(DISTINCT c.client_id) AS n FROM clients AS c JOIN loans AS l ON l.client_id = c.client_id",
            "How many clients borrowed?",
        ),
        (
            "SELECT DISTINCT m.name AS staff FROM staff AS m JOIN staff AS s ON s.manager_id = m.staff_id",
            "Who are the managers?",
        ),
        (  # The advances that are counted are rows of the table that is not named.
            (
                "SELECT c.segment, COUNT(*) AS n FROM clients AS c JOIN loans AS l ON l.client_id = c.client_id "
                "GROUP BY c.segment"
            ),
            "Number of advances by client segment",
        ),
        (
            (
                "SELECT c.segment, COUNT(*) AS n FROM clients AS c LEFT JOIN loans AS l ON l.client_id = c.client_id "
                "GROUP BY c.segment"
            ),
            "Number of advances by client segment",
        ),
    ],
)
def test_a_join_that_chooses_or_counts_rows_stays(lender, sql, question):
    tree = parse(sql, lender.dialect)

    trim(tree, lender, question)

    assert tree.sql(lender.dialect) == sql


@pytest.mark.parametrize(
    ("written", "question", "wanted"),
    [
        (  # Who has none is no answer.
            "SELECT COUNT(*) AS n FROM clients AS c JOIN staff AS s ON s.staff_id = c.adviser_id",
            "How many clients have an adviser?",
            "SELECT COUNT(*) AS n FROM clients AS c WHERE NOT c.adviser_id IS NULL",
        ),
        (
            "SELECT COUNT(*) AS n FROM clients AS c JOIN staff AS s ON s.staff_id = c.adviser_id",
            "How many clients are looked after?",
            "SELECT COUNT(*) AS n FROM clients AS c WHERE NOT c.adviser_id IS NULL",
        ),
        (
            "SELECT COUNT(*) AS n FROM clients AS c LEFT JOIN staff AS s ON s.staff_id = c.adviser_id",
            "How many clients are looked after?",
            "SELECT COUNT(*) AS n FROM clients AS c",
        ),
        (  # A test of the key is one already.
            "SELECT COUNT(*) AS n FROM clients AS c JOIN staff AS s ON s.staff_id = c.adviser_id WHERE s.staff_id = 7",
            "How many clients has adviser 7?",
            "SELECT COUNT(*) AS n FROM clients AS c WHERE c.adviser_id = 7",
        ),
        (
            "SELECT COUNT(*) AS n FROM clients AS c JOIN staff AS s ON s.staff_id = c.adviser_id",
            "How many clients are there?",
            "SELECT COUNT(*) AS n FROM clients AS c",
        ),
        (
            (
                "SELECT SUM(l.outstanding) AS total FROM loans AS l JOIN clients AS c ON c.client_id = l.client_id "
                "JOIN staff AS s ON s.staff_id = c.adviser_id"
            ),
            "What is outstanding in total?",
            "SELECT SUM(l.outstanding) AS total FROM loans AS l",
        ),
    ],
)
def test_a_table_to_which_each_row_points_is_left_out_with_no_row_more(lender, written, question, wanted):
    tree = parse(written, lender.dialect)

    trim(tree, lender, question)

    assert tree.sql(lender.dialect) == wanted


def test_what_another_table_may_explain_keeps_no_further_one(lender):
    read = (
        "SELECT c.full_name AS client, AVG(l.outstanding) AS owed FROM clients AS c "
        "JOIN loans AS l ON l.client_id = c.client_id"
    )
    tree = parse(f"{read} JOIN calls AS k ON k.client_id = c.client_id GROUP BY c.full_name", lender.dialect)

    trim(tree, lender, "What is the average outstanding of each client who borrowed?")

    assert tree.sql(lender.dialect) == f"{read} GROUP BY c.full_name"
