"""By what the totals of a query are grouped."""

import pytest
from sqlalchemy import create_engine, text

from knowledge.database.catalog import read_catalog
from knowledge.database.dialect import parse
from knowledge.database.grouping import group_totals

MADE = """
CREATE TABLE letters (letter_id INTEGER PRIMARY KEY, email TEXT, kind TEXT, sent_on DATE);
INSERT INTO letters VALUES (1, NULL, 'reminder', '2025-01-02'), (2, NULL, 'reminder', '2025-01-03'),
  (3, NULL, 'notice', '2025-02-02'), (4, NULL, 'notice', '2025-02-03')
"""


@pytest.fixture
def post(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'post.db'}")
    with engine.begin() as connection:
        for statement in MADE.split(";"):
            connection.execute(text(statement))
    yield read_catalog(engine)
    engine.dispose()


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("How many letters are due by month end?", "SELECT COUNT(*) AS n FROM letters"),
        ("How many letters go out by year-end?", "SELECT COUNT(*) AS n FROM letters"),
        ("How many letters went out by month 6 of 2025?", "SELECT COUNT(*) AS n FROM letters"),
        (
            "What is the average number of letters of each kind?",
            "SELECT CAST(COUNT(*) AS REAL) / COUNT(DISTINCT kind) AS n FROM letters",
        ),
        (
            "What is the average number of letters in each month?",
            "SELECT CAST(COUNT(*) AS REAL) / COUNT(DISTINCT STRFTIME('%Y-%m', sent_on)) AS n FROM letters",
        ),
        ("How many letters were sent by email?", "SELECT COUNT(*) AS n FROM letters"),
        (
            "How many letters went out by kind reminder?",
            "SELECT COUNT(*) AS n FROM letters WHERE LOWER(kind) = 'reminder'",
        ),
    ],
)
def test_one_figure_stays_one(post, question, sql):
    tree = parse(sql, "sqlite")

    group_totals(tree, post, question)

    assert tree.sql("sqlite") == sql


@pytest.mark.parametrize(
    ("question", "figure", "by"),
    [
        ("How many letters were sent by kind?", "COUNT(*)", "letters.kind"),
        ("How many letters were sent by month?", "COUNT(*)", "STRFTIME('%Y-%m', letters.sent_on)"),
        ("When was the last letter sent in each month?", "MAX(sent_on)", "STRFTIME('%Y-%m', letters.sent_on)"),
    ],
)
def test_a_total_for_each_is_grouped(post, question, figure, by):
    tree = parse(f"SELECT {figure} AS n FROM letters", "sqlite")  # noqa: S608

    group_totals(tree, post, question)

    assert tree.sql("sqlite").endswith(f", {figure} AS n FROM letters GROUP BY {by}")
