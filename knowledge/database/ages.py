"""Hold an age that a question speaks of to the day of birth that a query asks for."""

import re
from dataclasses import dataclass

import sqlglot
from sqlglot import exp

from knowledge.database.catalog import Catalog
from knowledge.database.event_days import is_born, leave_out
from knowledge.database.settle import column_of, columns_in
from knowledge.database.sources import tables_of

_TESTS = (exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.EQ)
_N = r"(?P<{}>1[01]\d|\d\d?)(?![\d.,:/%]*\d|-\d\d-|\s*%)"
_OLD = r"(?:[\s-]*(?:years?|yrs?)[\s-]*(?:olds?|of\s+age)\b|[\s-]*(?:years|yrs)\b)"
# What follows an age, and no thing that is counted: `over 60 with a loan`, not `over 60 loans`.
_ENDS = (
    rf"(?:{_OLD}|(?=\s*(?:[,.;?!)]|$))|"
    r"(?=\s+(?:with|who|that|whose|and|or|have|has|had|hold|own|in|at|by|from|of|live|living|do|are|is|as|per)\b))"
)
_RANGE = re.compile(
    rf"(?i)\b(?:between|aged?(?:\s+(?:of|between|from))?)\s+{_N.format('low')}\s*(?:and|to|-|–)\s*{_N.format('high')}{_ENDS}|"
    rf"\b{_N.format('first')}\s*(?:to|-|–)\s*{_N.format('last')}{_OLD}"
)
_BEYOND = re.compile(
    r"(?i)\b(?:(?P<older>over|above|older\s+than|more\s+than|past|beyond)|(?P<younger>under|below|younger\s+than|less\s+than)|"
    r"(?P<least>at\s+least|no\s+younger\s+than|not\s+younger\s+than|from)|(?P<most>at\s+most|up\s+to|no\s+older\s+than|not\s+older\s+than))"
    rf"\s+(?:the\s+age\s+of\s+|age\s+|aged\s+)?{_N.format('years')}{_ENDS}"
)
_AND = re.compile(
    rf"(?i)\b{_N.format('years')}(?:{_OLD})?\s+(?:and|or)\s+(?:(?P<least>over|above|older|more|up)|(?P<most>under|below|younger|less))\b"
)
_EXACT = re.compile(rf"(?i)\b(?:aged?|is|are|turned)\s+{_N.format('years')}(?:{_OLD}|(?=\s*(?:[,.;?!)]|$)))")


@dataclass(frozen=True, slots=True)
class Age:
    """Ages spoken of: of at least `least` full years, and below `below`; `over` a birthday is a day past it."""

    least: int | None = None
    below: int | None = None
    over: int | None = None

    @property
    def said(self) -> str:
        """Return the ages in words."""
        if self.over is not None:
            return f"older than {self.over} years today"
        if self.least is None:
            return f"younger than {self.below} years today"
        return f"{self.least} years or older today" + (f", younger than {self.below}" if self.below else "")


def ages(question: str) -> list[Age]:
    """Return the ages that a question speaks of, each stretch of words once."""
    found: list[Age] = []
    rest = question
    for pattern in (_RANGE, _AND, _BEYOND, _EXACT):
        found += [_age(match.groupdict()) for match in pattern.finditer(rest)]
        rest = pattern.sub(lambda match: " " * len(match[0]), rest)
    return found


def hold_ages(tree: exp.Expr, catalog: Catalog, question: str) -> list[str]:
    """Ask for the days of birth that the one age of a question means today, in place of those in `tree`.

    A query that works out the age itself stays as it is.

    Returns:
        What changed, in words.
    """
    spoken = ages(question)
    if len(spoken) != 1:
        return []
    strays = _strays(tree, catalog)
    first = strays[0] if strays else None
    if first is None or len({each.find_ancestor(exp.Select) for each in strays}) != 1:
        return []
    if any(not isinstance(each.parent, exp.Where | exp.And) for each in strays):
        return []
    meant = _condition(columns_in(first)[0], spoken[0], catalog.dialect)
    for each in strays[1:]:
        leave_out(each)
    if isinstance(meant, exp.And) and isinstance(first.parent, exp.And):
        meant = exp.paren(meant)
    first.replace(meant)
    return [spoken[0].said]


def _strays(tree: exp.Expr, catalog: Catalog) -> list[exp.Expr]:
    """Return the conditions that set a day of birth, or its year, against fixed days."""
    found: list[exp.Expr] = []
    for test in tree.find_all(*_TESTS):
        within = test.find_ancestor(exp.Select)
        if within is None or test.find_ancestor(exp.Where) is None or len(columns_in(test)) != 1:
            continue
        sides = list(test.iter_expressions())
        column = columns_in(test)[0]
        of = column_of(column, tables_of(within), catalog)
        if not is_born(of) or any(each.find(exp.Select) for each in sides):
            continue
        worked_out = test.this.find(exp.Sub, exp.DateDiff, exp.TimestampDiff, exp.CurrentDate, exp.CurrentTimestamp)
        if worked_out is None and columns_in(test.this) and "'now'" not in test.this.sql(catalog.dialect).lower():
            found.append(test)
    return found


def _condition(born: exp.Column, age: Age, dialect: str) -> exp.Expr:
    """Return the condition on a day of birth that an age means."""

    def before(years: int) -> exp.Expr:
        moved = f"DATE('now', '-{years} years')"
        if dialect != "sqlite":
            moved = f"DATE_SUB(CURRENT_DATE, INTERVAL {years} YEAR)"
        return sqlglot.parse_one(moved, read=dialect)

    conditions: list[exp.Expr] = []
    if age.over is not None:
        conditions.append(exp.LT(this=born.copy(), expression=before(age.over)))
    if age.least is not None:
        conditions.append(exp.LTE(this=born.copy(), expression=before(age.least)))
    if age.below is not None:
        conditions.append(exp.GT(this=born.copy(), expression=before(age.below)))
    return exp.and_(*conditions)


def _age(said: dict[str, str | None]) -> Age:
    low, high = said.get("low") or said.get("first"), said.get("high") or said.get("last")
    if low and high:
        return Age(least=int(low), below=int(high) + 1)
    years = int(said["years"] or 0)
    if said.get("older"):
        return Age(over=years)
    if said.get("younger"):
        return Age(below=years)
    if said.get("most"):
        return Age(below=years + 1)
    if said.get("least"):
        return Age(least=years)
    return Age(least=years, below=years + 1)
