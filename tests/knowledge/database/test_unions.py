"""How queries that a model strings together become one."""

import pytest

from knowledge.database.dialect import parse
from knowledge.database.unions import merge_unions


def merged(sql):
    return merge_unions(parse(sql, "sqlite")).sql("sqlite")


def test_the_same_total_for_several_values_is_one_grouped_query():
    assert merged(
        "SELECT COUNT(*) AS oslo FROM customers WHERE city = 'Oslo' AND age > 30 "
        "UNION ALL SELECT COUNT(*) FROM customers WHERE city = 'Bergen' AND age > 30"
    ) == ("SELECT city, COUNT(*) AS total FROM customers WHERE city IN ('Oslo', 'Bergen') AND age > 30 GROUP BY city")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT COUNT(*) FROM customers WHERE city = 'Oslo' UNION SELECT COUNT(*) FROM branches WHERE city = 'Bergen'",
        "SELECT COUNT(*) FROM customers UNION SELECT COUNT(*) FROM customers WHERE city = 'Bergen'",
        "SELECT COUNT(*) FROM a WHERE x = '1' AND y > 2 UNION SELECT COUNT(*) FROM a WHERE x = '2' AND y > 3",
        "SELECT name FROM a WHERE x = '1' UNION SELECT name FROM a WHERE x = '2'",
        "SELECT COUNT(*) FROM a WHERE x = '1' UNION SELECT SUM(y) FROM a WHERE x = '2'",
    ],
)
def test_other_unions_stay(sql):
    assert merged(sql) == sql
