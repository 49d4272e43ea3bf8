"""How conditions are held to the words of a question, and what is doubted for words that no condition has."""

import pytest
from sqlalchemy import create_engine, text

from knowledge.database.catalog import read_catalog
from knowledge.database.complete import complete
from knowledge.database.dialect import parse
from knowledge.database.doubt import unread
from knowledge.database.wording import hold

MADE = """
CREATE TABLE shops (shop_id INTEGER PRIMARY KEY, name TEXT, city TEXT, sold REAL, reviews INTEGER, open BOOLEAN);
CREATE TABLE sales (sale_id INTEGER PRIMARY KEY, buyer_shop INTEGER REFERENCES shops (shop_id), sold_at DATETIME,
  booked_on DATE, amount REAL);
CREATE TABLE vouchers (voucher_id INTEGER PRIMARY KEY, code TEXT)
"""


@pytest.fixture
def shops(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'shops.db'}")
    with engine.begin() as connection:
        for statement in MADE.split(";"):
            connection.execute(text(statement))
    yield read_catalog(engine)
    engine.dispose()


@pytest.mark.parametrize(
    ("question", "written", "held"),
    [
        (
            "shops whose name starts with J or ends with 'ez', in a city ending with the letter 'a'",
            "SELECT name FROM shops WHERE name LIKE 'J%' OR name LIKE '%ez%' AND city LIKE '%a%'",
            "SELECT name FROM shops WHERE (name LIKE 'J%' OR name LIKE '%ez') AND city LIKE '%a'",
        ),
        (
            "shops in Oslo, or those in Bergen that sold more than 5",
            "SELECT name FROM shops WHERE city = 'Oslo' OR (city = 'Bergen' AND sold > 5)",
            "SELECT name FROM shops WHERE city = 'Oslo' OR (city = 'Bergen' AND sold > 5)",
        ),
        (
            "shops called Ann or that sold more than 5 in Oslo",
            "SELECT name FROM shops WHERE name = 'Ann' OR sold > 5 AND city = 'Oslo'",
            "SELECT name FROM shops WHERE name = 'Ann' OR sold > 5 AND city = 'Oslo'",
        ),
        (
            "shops with an a in their name",
            "SELECT name FROM shops WHERE name LIKE '%a%'",
            "SELECT name FROM shops WHERE name LIKE '%a%'",
        ),
        (
            "How many sales did shops in Oslo make?",
            "SELECT COUNT(*) FROM sales WHERE buyer_shop IN (SELECT buyer_shop FROM shops WHERE city = 'Oslo')",
            "SELECT COUNT(*) FROM sales WHERE buyer_shop IN (SELECT shops.shop_id FROM shops WHERE city = 'Oslo')",
        ),
        (
            "How many shops made no sale?",
            "SELECT COUNT(*) FROM shops WHERE NOT shop_id IN (SELECT buyer_shop FROM sales)",
            "SELECT COUNT(*) FROM shops WHERE NOT shop_id IN (SELECT buyer_shop FROM sales)",
        ),
        (
            "What is the ratio of what shops with reviews sold to what shops without reviews sold?",
            "SELECT CAST(SUM(CASE WHEN reviews > 0 THEN sold ELSE 0 END) AS REAL) / SUM(sold) FROM shops",
            (
                "SELECT CAST(SUM(CASE WHEN reviews > 0 THEN sold ELSE 0 END) AS REAL) / "
                "SUM(CASE WHEN NOT (reviews > 0) THEN sold ELSE 0 END) FROM shops"
            ),
        ),
        (
            "What is the ratio of shops with reviews to all shops?",
            "SELECT CAST(SUM(CASE WHEN reviews > 0 THEN 1 ELSE 0 END) AS REAL) / COUNT(*) FROM shops",
            "SELECT CAST(SUM(CASE WHEN reviews > 0 THEN 1 ELSE 0 END) AS REAL) / COUNT(*) FROM shops",
        ),
        (
            "How many shops are open and how many are not?",
            "SELECT SUM(open) AS opened, SUM(open) AS closed FROM shops",
            "SELECT SUM(open) AS opened, SUM(CASE WHEN open = 0 THEN 1 ELSE 0 END) AS closed FROM shops",
        ),
        (
            "What proportion of shops is open?",
            "SELECT CAST(SUM(open) * 100.0 AS REAL) / COUNT(*) AS proportion FROM shops",
            "SELECT CAST(SUM(open) AS REAL) / COUNT(*) AS proportion FROM shops",
        ),
        (
            "What percentage of shops is open, as a ratio?",
            "SELECT 100.0 * SUM(open) / COUNT(*) AS percentage FROM shops",
            "SELECT CAST(100.0 * SUM(open) AS REAL) / COUNT(*) AS percentage FROM shops",
        ),
        (  # What is not counted is in no part of the ratio.
            "What is the ratio of shops that sold to all shops, not counting those in Oslo?",
            "SELECT CAST(SUM(CASE WHEN sold > 0 THEN 1 ELSE 0 END) AS REAL) / COUNT(*) FROM shops WHERE city <> 'Oslo'",
            "SELECT CAST(SUM(CASE WHEN sold > 0 THEN 1 ELSE 0 END) AS REAL) / COUNT(*) FROM shops WHERE city <> 'Oslo'",
        ),
        (
            "What is the ratio of shops that sold to shops that are not in Oslo?",
            "SELECT CAST(SUM(CASE WHEN sold > 0 THEN 1 ELSE 0 END) AS REAL) / COUNT(*) FROM shops WHERE city <> 'Oslo'",
            "SELECT CAST(SUM(CASE WHEN sold > 0 THEN 1 ELSE 0 END) AS REAL) / COUNT(*) FROM shops WHERE city <> 'Oslo'",
        ),
        (  # Forty is of a hundred.
            "In which cities is the ratio of open shops above 40?",
            "SELECT city FROM shops GROUP BY city HAVING SUM(open) * 100.0 / COUNT(*) > 40",
            "SELECT city FROM shops GROUP BY city HAVING CAST(SUM(open) * 100.0 AS REAL) / COUNT(*) > 40",
        ),
        (
            "In which cities is the ratio of open shops above 40?",
            "SELECT city, SUM(open) * 100.0 / COUNT(*) AS ratio FROM shops GROUP BY city HAVING ratio > 40",
            (
                "SELECT city, CAST(SUM(open) * 100.0 AS REAL) / COUNT(*) AS ratio FROM shops GROUP BY city "
                "HAVING ratio > 40"
            ),
        ),
        (  # The rest is of the second alone.
            "All shops in Oslo, and the ones in Bergen that sold more than 5",
            "SELECT name FROM shops WHERE city = 'Oslo' OR city = 'Bergen' AND sold > 5",
            "SELECT name FROM shops WHERE city = 'Oslo' OR city = 'Bergen' AND sold > 5",
        ),
        (
            "Which shops in Oslo or Bergen sold more than 5?",
            "SELECT name FROM shops WHERE city = 'Oslo' OR city = 'Bergen' AND sold > 5",
            "SELECT name FROM shops WHERE (city = 'Oslo' OR city = 'Bergen') AND sold > 5",
        ),
    ],
)
def test_a_condition_says_what_the_question_says(shops, question, written, held):
    tree = parse(written, shops.dialect)

    before = tree.sql(shops.dialect)
    changes = hold(tree, shops, question)

    assert tree.sql(shops.dialect) == held
    assert bool(changes) is (before != held)


@pytest.mark.parametrize(
    ("question", "written", "completed"),
    [
        (
            "What is the ratio of sold to reviews for each shop?",
            "SELECT CAST(sold AS REAL) / reviews AS ratio FROM shops",
            "SELECT shops.name, CAST(sold AS REAL) / reviews AS ratio FROM shops",
        ),
        (
            "How does sold by reviews vary across different shops?",
            "SELECT shop_id, CAST(sold AS REAL) / reviews AS ratio FROM shops",
            "SELECT shop_id, CAST(sold AS REAL) / reviews AS ratio FROM shops",
        ),
        (
            "What was sold in each city by reviews of shops?",
            "SELECT CAST(sold AS REAL) / reviews AS ratio FROM shops",
            "SELECT CAST(sold AS REAL) / reviews AS ratio FROM shops",
        ),
    ],
)
def test_a_figure_for_each_thing_says_of_which(shops, question, written, completed):
    tree = parse(written, shops.dialect)

    complete(tree, shops, question)

    assert tree.sql(shops.dialect) == completed


def test_what_is_asked_for_in_each_year_of_things_named_by_is_grouped(catalog):
    tree = parse("SELECT AVG(balance) AS average FROM accounts", catalog.dialect)

    complete(tree, catalog, "What is the average balance held by customers in each currency?")

    assert tree.sql(catalog.dialect) == (
        "SELECT accounts.currency, AVG(balance) AS average FROM accounts GROUP BY accounts.currency"
    )


@pytest.mark.parametrize(
    ("question", "written", "left"),
    [
        ("Which shops took vouchers?", "SELECT name FROM shops", ("vouchers",)),
        ("Which shops took a voucher?", "SELECT name FROM shops", ("vouchers",)),
        ("Which voucher codes are there?", "SELECT code FROM vouchers", ()),
        ("Which shop sold most?", "SELECT buyer_shop FROM sales ORDER BY amount DESC LIMIT 1", ()),
        ("How much was sold?", "SELECT SUM(sold) FROM shops", ()),
    ],
)
def test_a_table_that_is_spoken_of_and_not_read_is_told(shops, question, written, left):
    assert unread(parse(written, shops.dialect), shops, question) == left
