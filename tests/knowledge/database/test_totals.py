"""What a query totals, and how a figure that has a name is worked out."""

import pytest
from sqlalchemy import create_engine, text

from knowledge.database.catalog import read_catalog
from knowledge.database.dialect import parse
from knowledge.database.once import count_once
from knowledge.database.semantics import Metric
from knowledge.database.settle import keep_to_kind, settle_groups, settle_metrics, settle_values
from knowledge.database.values import ValueIndex

SPENDING = Metric("spending", "payments", "-SUM(payments.amount)", "", where="payments.kind = 'card'")
MADE = """
CREATE TABLE people (person_id INTEGER PRIMARY KEY, segment TEXT, city TEXT, status TEXT);
CREATE TABLE shops (shop_id INTEGER PRIMARY KEY, city TEXT, trade TEXT);
CREATE TABLE payments (payment_id INTEGER PRIMARY KEY, person_id INTEGER REFERENCES people (person_id),
  shop_id INTEGER REFERENCES shops (shop_id), kind TEXT, amount REAL);
INSERT INTO people VALUES (1, 'retail', 'Oslo', 'active'), (2, 'business', 'Bergen', 'active');
INSERT INTO shops VALUES (1, 'Oslo', 'food'), (2, 'Bergen', 'books');
INSERT INTO payments VALUES (1, 1, 1, 'card', -5), (2, 1, 2, 'card', -7), (3, 2, 1, 'salary', 90)
"""


@pytest.fixture
def town(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'town.db'}")
    with engine.begin() as connection:
        for statement in MADE.split(";"):
            connection.execute(text(statement))
    yield read_catalog(engine)
    engine.dispose()


@pytest.mark.parametrize(
    ("written", "settled"),
    [
        (
            "SELECT person_id, SUM(amount) AS s FROM payments WHERE kind = 'card' GROUP BY 1 ORDER BY SUM(amount)",
            ("SELECT person_id, -SUM(amount) AS s FROM payments WHERE kind = 'card' GROUP BY 1 ORDER BY -SUM(amount)"),
        ),
        (
            "SELECT person_id FROM payments WHERE kind = 'card' GROUP BY person_id HAVING SUM(amount) > 100",
            "SELECT person_id FROM payments WHERE kind = 'card' GROUP BY person_id HAVING -SUM(amount) > 100",
        ),
        *(
            (each, each)
            for each in (
                "SELECT person_id, -SUM(amount) FROM payments WHERE kind = 'card' GROUP BY 1 ORDER BY SUM(amount)",
                "SELECT person_id FROM payments WHERE kind = 'card' GROUP BY person_id HAVING SUM(amount) < -100",
                "SELECT SUM(amount) * -1 FROM payments WHERE kind = 'card'",
                "SELECT 0 - SUM(amount) FROM payments WHERE kind = 'card'",
                "SELECT SUM(amount) FROM payments WHERE kind = 'salary'",
            )
        ),
    ],
)
def test_a_total_takes_the_sign_of_its_definition_where_it_has_none_of_its_own(written, settled):
    tree = parse(written, "sqlite")
    settle_metrics(tree, [SPENDING])
    assert tree.sql("sqlite") == parse(settled, "sqlite").sql("sqlite")


@pytest.mark.parametrize(
    "written",
    [
        "SELECT kind, SUM(amount) AS s, RANK() OVER (ORDER BY SUM(amount) DESC) AS r FROM payments GROUP BY kind",
        "SELECT kind, SUM(SUM(amount)) OVER (ORDER BY kind) AS running, COUNT(*) AS n FROM payments GROUP BY kind",
        "SELECT payment_id, MAX(amount, 0) AS gain FROM payments",
    ],
)
def test_a_rank_a_running_total_and_the_greater_of_two_are_no_groups(written):
    tree = parse(written, "sqlite")
    assert settle_groups(tree) == []


@pytest.mark.parametrize(
    ("question", "written"),
    [
        (
            "How many card purchases did retail people make?",
            (
                "SELECT COUNT(*) FROM people AS p JOIN payments AS t ON t.person_id = p.person_id "
                "WHERE t.kind = 'card' AND p.segment = 'retail'"
            ),
        ),
        (
            "payments of retail people and of all people",
            (
                "SELECT SUM(CASE WHEN p.segment = 'retail' THEN 1 ELSE 0 END) AS retail, COUNT(*) AS n "
                "FROM payments AS t JOIN people AS p ON p.person_id = t.person_id"
            ),
        ),
    ],
)
def test_rows_that_are_counted_themselves_stay_as_they_are(town, question, written):
    tree = parse(written, "sqlite")
    before = tree.sql("sqlite")
    count_once(tree, town, question)
    assert tree.sql("sqlite") == before


@pytest.mark.parametrize(
    "written",
    [
        (
            "SELECT SUM(t.amount) FROM people AS p JOIN payments AS t ON t.person_id = p.person_id "
            "JOIN shops AS s ON s.shop_id = t.shop_id WHERE s.city = 'Bergen' AND s.trade = 'books'"
        ),
        "SELECT COUNT(*) FROM people AS p WHERE p.status = 'inactive'",
    ],
)
def test_a_value_stays_where_the_query_took_it_with_care(town, written):
    tree = parse(written, "sqlite")
    before = tree.sql("sqlite")
    settle_values(tree, town, ValueIndex(town), "How much did people spend on books in Bergen?")
    assert tree.sql("sqlite") == before


@pytest.mark.parametrize(
    ("written", "dialect", "read"),
    [
        (
            "SELECT year / 10 * 10 AS d, COUNT(*) FROM t GROUP BY year / 10 * 10",
            "mysql",
            "SELECT year DIV 10 * 10 AS d, COUNT(*) FROM t GROUP BY year DIV 10 * 10",
        ),
        ("SELECT COUNT(a) / COUNT(b) FROM t", "mysql", "SELECT COUNT(a) / COUNT(b) FROM t"),
        (
            """SELECT "city" FROM "t" WHERE "city" = "Oslo" GROUP BY "city" """,
            "sqlite",
            """SELECT "city" FROM "t" WHERE "city" = 'Oslo' GROUP BY "city\"""",
        ),
        ("SELECT GROUP_CONCAT(x, ', ') FROM t", "sqlite", "SELECT GROUP_CONCAT(x, ', ') FROM t"),
    ],
)
def test_steps_names_and_lists_are_read_as_they_are_meant(written, dialect, read):
    assert parse(written, dialect).sql(dialect) == read


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (
            "SELECT s.trade, COUNT(*) FROM shops AS s JOIN payments AS t ON t.shop_id = s.shop_id GROUP BY s.trade",
            (
                "SELECT s.trade, COUNT(*) FROM shops AS s JOIN payments AS t ON t.shop_id = s.shop_id "
                "WHERE t.kind = 'card' GROUP BY s.trade"
            ),
        ),
        (  # What is only ranked by is a figure too.
            "SELECT shop_id FROM payments GROUP BY shop_id ORDER BY SUM(amount) DESC LIMIT 5",
            (
                "SELECT shop_id FROM payments WHERE payments.kind = 'card' GROUP BY shop_id "
                "ORDER BY SUM(amount) DESC LIMIT 5"
            ),
        ),
        *(
            (each, each)
            for each in (
                "SELECT COUNT(*) AS n FROM payments WHERE payments.kind = 'salary'",
                "SELECT SUM(CASE WHEN payments.kind = 'card' THEN 1 ELSE 0 END) AS n FROM payments",
                "SELECT payment_id FROM payments",
                "SELECT COUNT(*) AS n FROM people",
            )
        ),
    ],
)
def test_a_figure_is_kept_to_the_kind_that_defines_it_where_no_other_is_asked_for(written, kept):
    tree = parse(written, "sqlite")
    keep_to_kind(tree, [SPENDING])
    assert tree.sql("sqlite") == kept
