"""What the guard lets through, what it refuses, and what it says."""

# ruff: noqa: S608 - queries are what is tested here.

import sqlite3

import pytest

from knowledge.errors import RefusedSqlError
from tests.knowledge.database.bank import ADMIN, BANKER, build, guard


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    """Return a function that runs a query as someone and returns its rows."""
    connection = sqlite3.connect(build(tmp_path_factory.mktemp("bank") / "bank.db"))

    def rows(sql, asker=BANKER):
        return connection.execute(guard(asker).check(sql).sql).fetchall()

    yield rows
    connection.close()


def refusal(sql, asker=BANKER, dialect="sqlite") -> RefusedSqlError:
    with pytest.raises(RefusedSqlError) as caught:
        guard(asker, dialect=dialect).check(sql)
    return caught.value


def test_the_rows_of_other_branches_are_not_seen(rows):
    assert rows("SELECT COUNT(*) FROM customers") == [(2,)]
    assert rows("SELECT COUNT(*) FROM customers", ADMIN) == [(6,)]
    assert rows("SELECT SUM(balance) > 0, COUNT(*) FROM accounts a JOIN customers c USING (customer_id)") == [(1, 8)]


def test_masked_columns_come_back_masked(rows):
    assert rows("SELECT full_name, iban FROM customers ORDER BY customer_id") == [
        ("A***", "***7947"),
        ("B***", "***7947"),
    ]
    assert rows("SELECT full_name FROM customers WHERE customer_id = 1", ADMIN) == [("Ann OWNER1",)]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT customer_id FROM customers WHERE full_name LIKE 'A%'",
        "SELECT UPPER(full_name) FROM customers",
        "SELECT MIN(full_name) FROM customers",
        "SELECT COUNT(DISTINCT full_name) FROM customers",
        "SELECT DISTINCT full_name FROM customers",
        "SELECT COUNT(*) FROM customers GROUP BY full_name",
        "SELECT customer_id, full_name FROM customers ORDER BY full_name",
        "SELECT customer_id, full_name AS n FROM customers ORDER BY n",
        "SELECT customer_id, full_name FROM customers ORDER BY 2",
        "SELECT full_name, COUNT(*) FROM customers GROUP BY 1",
        "SELECT x.n FROM (SELECT full_name AS n FROM customers) x WHERE x.n = 'Ann'",
        "WITH x AS (SELECT iban AS n, customer_id FROM customers) SELECT customer_id FROM x WHERE n > 'a'",
        "SELECT s.name FROM staff s JOIN customers c ON c.full_name = s.name",
        "SELECT branch_id FROM branches ORDER BY (SELECT full_name FROM customers LIMIT 1)",
        "SELECT customer_id FROM customers WHERE 'Ann' IN (SELECT full_name FROM customers)",
        "SELECT full_name FROM customers UNION SELECT name FROM staff",
        "SELECT name FROM staff INTERSECT SELECT full_name FROM customers",
        "SELECT ROW_NUMBER() OVER (ORDER BY full_name) FROM customers",
        "SELECT COUNT(*) OVER (PARTITION BY iban) FROM customers",
        "SELECT CASE WHEN full_name > 'B' THEN 1 END FROM customers",
        "SELECT branch_id FROM branches b WHERE EXISTS (SELECT 1 FROM customers c WHERE c.iban LIKE b.name)",
        "SELECT (SELECT c.full_name) FROM customers c",
        "SELECT COUNT(*) FILTER (WHERE full_name = 'x') FROM customers",
        "WITH RECURSIVE x AS (SELECT iban AS n FROM customers UNION ALL SELECT n FROM x WHERE n > 1) SELECT 1 FROM x",
    ],
)
def test_a_masked_column_is_neither_compared_nor_computed_with(sql):
    assert refusal(sql).reason == "masked"


def test_a_masked_column_may_be_counted_and_passed_on(rows):
    assert rows("SELECT COUNT(full_name) FROM customers") == [(2,)]
    assert rows("SELECT n FROM (SELECT full_name AS n FROM customers WHERE customer_id = 2) x") == [("B***",)]
    assert rows("SELECT full_name FROM customers WHERE customer_id = 1 UNION ALL SELECT name FROM staff LIMIT 1") == [
        ("A***",)
    ]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT secret FROM customers",
        "SELECT * FROM customers",
        "SELECT c.* FROM customers c",
        "SELECT customer_id FROM customers ORDER BY secret",
        "SELECT COUNT(*) FROM customers GROUP BY secret",
        "SELECT 1 FROM branches WHERE EXISTS (SELECT 1 FROM customers WHERE secret = 'a')",
        "SELECT AVG(salary) FROM staff",
        'SELECT "secret" FROM customers',
        "SELECT customer_id FROM customers WHERE \"secret\" = 'SECRET1'",
        "SELECT b.name FROM branches b JOIN customers c USING (secret)",
        "SELECT rowid FROM customers",
    ],
)
def test_a_hidden_column_stays_hidden_wherever_it_stands(sql):
    assert refusal(sql).reason == "column"


def test_who_has_no_role_sees_no_table():
    assert refusal("SELECT COUNT(*) FROM accounts", asker=type(BANKER)("U9")).reason == "table"


def test_a_rule_whose_attribute_is_missing_shows_nothing():
    nowhere = type(BANKER)("U1", frozenset({"banker"}))

    assert refusal("SELECT COUNT(*) FROM customers", asker=nowhere).reason == "table"


def test_an_attribute_is_a_value_and_never_sql(rows):
    sly = type(BANKER)("U1", frozenset({"banker"}), {"city": "Oslo' OR '1'='1"})

    assert rows("SELECT COUNT(*) FROM customers", sly) == [(0,)]


def test_several_roles_see_together_what_each_sees(rows):
    both = type(BANKER)("U1", frozenset({"banker", "lawyer"}), {"city": "Oslo"})

    assert rows("SELECT COUNT(*) FROM customers", both) == [(6,)]


def test_stars_shared_columns_and_reserved_words_keep_their_meaning(rows):
    assert rows("SELECT * FROM branches ORDER BY 1 LIMIT 1") == [(1, "Harbour", "Oslo")]
    assert rows('SELECT "select", `group` FROM "order" ORDER BY `select`') == [(1, "a"), (2, "b")]
    assert rows("SELECT branch_id, COUNT(*) FROM branches JOIN staff USING (branch_id) GROUP BY branch_id") == [
        (1, 2),
        (2, 2),
        (3, 2),
    ]


def test_headings_are_as_asked(rows):
    sql = guard().check("SELECT City, COUNT(*), MAX(name) AS Latest FROM branches GROUP BY city").sql

    assert [f'AS "{name}"' in sql for name in ("City", "COUNT(*)", "Latest")] == [True, True, True]


def test_what_is_shown_has_neither_the_policy_nor_our_limit():
    checked = guard().check("select segment, count(*) from customers group by segment;")

    assert checked.asked == "SELECT\n  segment,\n  COUNT(*)\nFROM customers\nGROUP BY\n  segment"
    assert checked.tables == ("Customers",)
    assert checked.columns == ("Customers.segment",)
    assert checked.sql.endswith("LIMIT 1001")


@pytest.mark.parametrize(("limit", "kept"), [("LIMIT 5", 5), ("LIMIT 99999999999999999999", 1001), ("", 1001)])
def test_more_rows_than_may_be_shown_are_never_fetched(limit, kept):
    assert guard().check(f"SELECT name FROM branches {limit}").sql.endswith(f"LIMIT {kept}")


def test_an_unknown_column_is_told_where_it_stands():
    repair = refusal("SELECT balance FROM branches").repair

    assert "It stands in accounts" in repair
    assert "branches has branch_id, name, city" in repair


def test_a_misspelt_name_is_told_its_neighbours():
    assert "Nearest are segment" in refusal("SELECT segmnt FROM customers").repair
    assert "nearest are accounts" in refusal("SELECT 1 FROM acounts").repair


def test_a_column_of_the_other_table_is_moved_there(rows):
    checked = guard().check("SELECT a.segment FROM accounts a JOIN customers c ON a.customer_id = c.customer_id")

    assert checked.changes == ("a.segment is c.segment",)


def test_an_alias_is_understood_where_the_database_would_not(rows):
    assert rows("SELECT branch_id + 1 AS n, n * 2 AS m FROM branches WHERE m > 6 ORDER BY n") == [(4, 8)]


def test_a_text_in_double_quotes_is_a_text(rows):
    assert rows('SELECT branch_id FROM branches WHERE city = "Riga"') == [(2,)]


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("DELETE FROM staff", "statement"),
        ("SELECT 1; SELECT 2", "statement"),
        ("WITH x AS (SELECT 1) DELETE FROM staff", "statement"),
        ("EXPLAIN SELECT 1", "statement"),
        ("PRAGMA table_info(staff)", "statement"),
        ("", "statement"),
        (";", "statement"),
        ("SELECT", "table"),
        ("SELECT FROM WHERE", "syntax"),
        ("SELECT 1", "table"),
        ("SELECT * FROM sqlite_master", "table"),
        ("SELECT * FROM mysql.user", "table"),
        ("SELECT * FROM other.branches", "table"),
        ("WITH branches AS (SELECT 1 AS a) SELECT * FROM branches", "table"),
        ("WITH x AS (SELECT name FROM branches) SELECT name FROM staff WHERE name IN (SELECT name FROM y)", "table"),
        ("SELECT load_extension('x') FROM branches", "function"),
        ("SELECT randomblob(1000000000) FROM branches", "function"),
        ("SELECT name FROM pragma_table_info('staff')", "construct"),
        ("SELECT b.name FROM branches b, staff s", "join"),
        ("SELECT b.name FROM branches b JOIN staff s ON 1 = 1", "join"),
        ("SELECT b.name FROM branches b JOIN staff s ON b.name <> s.name", "join"),
        ("SELECT name FROM branches NATURAL JOIN staff", "construct"),
        ("WITH RECURSIVE x AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM x) SELECT n FROM x, branches", "recursion"),
        (f"SELECT {'(' * 50}1{')' * 50} FROM branches", "size"),
        (f"SELECT {'NOT ' * 900}1 FROM branches", "size"),
        (f"SELECT {'- ' * 900}1 FROM branches", "size"),
        (f"SELECT {'+'.join('1' * 900)} FROM branches", "size"),
        (f"SELECT '{'x' * 9000}' FROM branches", "size"),
        ("SELECT name FROM branches WHERE name = 'a\\'' OR 1=1 -- '", "text"),
        ("SELECT /*!50000 name */ FROM branches", "text"),
        ("SELECT /*M! name */ FROM branches", "text"),
        ("SELECT /*+ SET_VAR(max_execution_time=0) */ name FROM branches", "text"),
        ("SELECT @x FROM branches", "text"),
        ("SELECT name --1\n FROM branches", "text"),
        ("SELECT na\u200bme FROM branches", "text"),
        ("SELECT name FROM branches\u2028WHERE 1=1", "text"),
        ("SELECT name FROM ｂranches", "text"),
        ("SELECT 'a\x00' FROM branches", "text"),
        ("SELECT 'a FROM branches", "syntax"),
        ("SELECT name FROM branches LIMIT (SELECT 1)", "construct"),
        ("SELECT name FROM branches FOR UPDATE", "construct"),
    ],
)
def test_what_is_not_one_plain_select_is_refused(sql, reason):
    assert refusal(sql).reason == reason


def test_words_in_texts_are_only_words(rows):
    assert rows("SELECT name FROM branches WHERE name = '; drop table x -- @ /* sleep(1)'") == []
    assert rows("SELECT 'møte 会议' AS word FROM branches LIMIT 1") == [("møte 会议",)]


def test_mysql_is_written_so_that_both_servers_read_it():
    checked = guard(ADMIN, dialect="mysql").check(
        "SELECT c.full_name, COUNT(*) AS n FROM bank.customers c JOIN bank.accounts a ON a.customer_id = c.customer_id "
        "WHERE c.full_name REGEXP '^A' GROUP BY c.full_name ORDER BY n / 2 DESC"
    )

    assert "REGEXP_INSTR(`c`.`full_name`, '^A') > 0" in checked.sql
    assert "ORDER BY (COUNT(*)) / 2 DESC" in checked.sql
    assert "`bank`" not in checked.sql
