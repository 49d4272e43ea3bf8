"""Whatever shape a query has, it shows no row and no value that its asker may not see."""

# ruff: noqa: S608 - queries are what is tested here.

import sqlite3

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.errors import RefusedSqlError
from tests.knowledge.database.bank import BANKER, SCHEMA, build, guard

SHAPES = 1_200
COLUMNS = {table.lower(): list(columns) for table, columns in SCHEMA.items() if table != "order"}
# Everything of customers 3 to 6, of their accounts, all secrets, salaries, full names and account numbers.
FORBIDDEN = (
    *(f"OWNER{n}" for n in range(1, 7)),
    *(f"SECRET{n}" for n in range(1, 7)),
    *(f"NO93860{n}" for n in range(1, 7)),
    "Cy", "Di", "Ed", "Flo", "7700",
)  # fmt: skip
OTHERS_BALANCES = {1000.0 * (1 + n % 6) + n for n in range(1, 25) if 1 + n % 6 > 2}

table = st.sampled_from(sorted(COLUMNS))
number = st.integers(0, 7)


@st.composite
def source(draw, depth=0):
    """Draw what may stand in FROM, with its alias and columns."""
    kind = draw(st.integers(0, 5 if depth < 2 else 2))
    alias = f"t{draw(st.integers(0, 10_000))}"
    if kind <= 2:
        name = draw(table)
        return f"{draw(st.sampled_from([name, name.upper(), name.title()]))} {alias}", alias, COLUMNS[name]
    inner, names = draw(query(depth + 1))
    return f"({inner}) AS {alias}", alias, names


@st.composite
def value(draw, alias, columns):
    """Draw an expression over one source."""
    column = draw(st.sampled_from(columns))
    named = draw(st.sampled_from([f"{alias}.{column}", f'{alias}."{column}"', column]))
    form = draw(st.integers(0, 13))
    return {
        6: f"COUNT({named})",
        7: f"MAX({named})",
        8: f"UPPER({named})",
        9: f"COALESCE({named}, 'none')",
        10: f"CASE WHEN {named} > 'C' THEN {named} END",
        11: f"SUBSTR({named}, 1, 9)",
        12: f"MIN({named}) OVER (PARTITION BY {named})",
        13: f"(SELECT MAX(z.{column}) FROM (SELECT {named} AS {column}) z)",
    }.get(form, named)


@st.composite
def condition(draw, alias, columns):
    """Draw a condition over one source."""
    column = f"{alias}.{draw(st.sampled_from(columns))}"
    inner = draw(table)
    other = draw(st.sampled_from(COLUMNS[inner]))
    return draw(
        st.sampled_from(
            [
                f"{column} IS NOT NULL",
                f"{column} > {draw(number)}",
                f"{column} LIKE '%{draw(st.sampled_from('aeo1'))}%'",
                f"1 = 1 OR {column} = ''",
                f"{column} IN (SELECT {other} FROM {inner})",
                f"EXISTS (SELECT 1 FROM {inner} i WHERE i.{other} = {column})",
                f"NOT {column} BETWEEN {draw(number)} AND {draw(number)}",
            ]
        )
    )


@st.composite
def query(draw, depth=0):
    """Draw a SELECT with the names of its columns."""
    text, alias, columns = draw(source(depth))
    joins = ""
    if draw(st.booleans()):
        other, second, theirs = draw(source(depth + 1))
        how = draw(st.sampled_from(["JOIN", "LEFT JOIN", "CROSS JOIN", "RIGHT JOIN", ","]))
        left, right = draw(st.sampled_from(columns)), draw(st.sampled_from(theirs))
        on = "" if how in {"CROSS JOIN", ","} else f" ON {alias}.{left} = {second}.{right}"
        joins = f" {how} {other}{on}"
        if draw(st.booleans()):
            alias, columns = second, theirs
    if draw(st.integers(0, 6)) == 0:
        names, shown = columns, draw(st.sampled_from(["*", f"{alias}.*"]))
    else:
        values = draw(st.lists(value(alias, columns), min_size=1, max_size=3))
        names = [f"c{at}" for at in range(len(values))]
        shown = ", ".join(f"{each} AS {name}" for each, name in zip(values, names, strict=True))
    text = f"SELECT {draw(st.sampled_from(['', '', '', 'DISTINCT ']))}{shown} FROM {text}{joins}"
    if draw(st.booleans()):
        text += f" WHERE {draw(condition(alias, columns))}"
    if draw(st.integers(0, 3)) == 0:
        text += f" GROUP BY {alias}.{draw(st.sampled_from(columns))}"
    if draw(st.integers(0, 4)) == 0:
        text += f" ORDER BY {draw(st.sampled_from(['1', f'{alias}.{columns[0]}']))}"
    if depth == 0:
        wrapping = draw(st.integers(0, 4))
        if wrapping == 3 and shown[-1] != "*":
            text = f"WITH part AS ({text}) SELECT {', '.join(names)} FROM part"
        elif wrapping == 4 and shown[-1] != "*" and "ORDER BY" not in text:
            text += f" UNION ALL SELECT {', '.join(['branch_id'] * len(names))} FROM branches"
    return text, names


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    connection = sqlite3.connect(build(tmp_path_factory.mktemp("bank") / "bank.db"))
    yield connection
    connection.close()


def test_no_shape_of_query_shows_what_its_asker_may_not_see(bank):
    checking = guard(BANKER)
    seen = {"shapes": 0, "ran": 0, "refused": 0}

    @settings(
        max_examples=SHAPES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(query())
    def holds(drawn):
        seen["shapes"] += 1
        try:
            checked = checking.check(drawn[0])
        except RefusedSqlError:
            seen["refused"] += 1
            return
        try:
            rows = bank.execute(checked.sql).fetchmany(1001)
        except sqlite3.OperationalError:
            return  # As SQLite would have said of the query itself.
        seen["ran"] += 1
        for row in rows:
            for cell in row:
                words = str(cell)
                assert not any(each.lower() in words.lower() for each in FORBIDDEN), (drawn[0], checked.sql, words)
                assert cell not in OTHERS_BALANCES, (drawn[0], checked.sql, cell)

    holds()

    assert seen["shapes"] >= 1_000
    assert seen["ran"] >= 200
    assert seen["refused"] >= 200
