"""Hold the days of a query to its question: whole days, days of another, weeks, weekends."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from sqlglot import exp

from knowledge.database.catalog import Catalog
from knowledge.database.moments import is_day, week_start, weekday, weekend_of, year_quarter
from knowledge.database.periods import Period
from knowledge.database.settle import aggregates, column_of
from knowledge.database.sources import tables_of
from knowledge.database.whose import move_days

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_WITHIN = re.compile(
    r"(?i)\bwithin\s+(?:the\s+)?(?:first\s+)?[\w-]+\s+(?:business\s+)?(?:day|week|month|quarter|year|hour|minute)s?\s+"
    r"(?:of|after|from|following|since)\b"
)
# `Not within`, `and how many later`: a bound below is meant.
_LATER = re.compile(
    r"(?i)\b(?:not|never|no|without|except|later|longer|beyond|late|(?:more|longer|later|other)\s+than)\b|n['’]t\b"
)
_ONWARD = re.compile(r"'\+\d+ \w+'")  # As SQLite moves a day.
_WEEKEND = re.compile(r"(?i)\bweekends?\b|\bsaturdays?\s+(?:and|or)\s+sundays?\b")
_WEEKEND_NUMBERS = ({0, 6}, {5, 6}, {1, 7}, {6, 7})  # However the days are numbered.
_WEEKLY = re.compile(r"(?i)\bweekly\b|\b(?<!day of the )(?<!days of the )weeks?\b")
_QUARTERLY = re.compile(r"(?i)\bquarterly\b|\b(?:by|per|each|every)\s+(?:calendar\s+)?quarter\b")
_BY_FIRST = re.compile(
    r"(?i)\bfirst\s+(?:date|day)s?\s+(?:in|of)\b|\b(?:start|beginning)\s+of\s+(?:the|each)\s+quarter\b"
)
_NUMBERED = re.compile(r"(?i)\bweek\s+numbers?\b|\bnumbers?\s+of\s+(?:the|each)\s+week\b")
_OF_WEEK = re.compile(r"%[UuWVv]")
_LINES = (exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.EQ)


def hold_days(tree: exp.Expr, catalog: Catalog, question: str, spoken: Sequence[Period] = ()) -> list[str]:
    """Change the days that `tree`, whose columns are the catalogue's, asks for in place; return what changed.

    Its question speaks of the periods `spoken`.
    """
    changes: list[str] = []
    for select in list(tree.find_all(exp.Select)):
        changes += _whole_days(select, catalog)
        changes += _inner_days(select, catalog)
    if _WITHIN.search(question):
        changes += _within(tree, outside=bool(_LATER.search(question)))
    if _WEEKEND.search(question):
        changes += _weekends(tree, catalog)
    for select in list(tree.find_all(exp.Select)):
        changes += _spans(select, catalog, question)
    if isinstance(tree, exp.Select):
        changes += move_days(tree, catalog, question, spoken)
    return changes


def _whole_days(select: exp.Select, catalog: Catalog) -> list[str]:
    """Take a day for all its moments, where a column has the time of day too."""
    changes = []
    tables = tables_of(select)
    for test in list(select.find_all(exp.EQ)):
        column, literal = test.this, test.expression
        if test.find_ancestor(exp.Select) is not select or not isinstance(column, exp.Column):
            continue
        found = column_of(column, tables, catalog)
        said = literal.name if isinstance(literal, exp.Literal) and literal.is_string else ""
        if found is None or found.kind != "date" or not _DAY.fullmatch(said):
            continue
        if not re.search(r"(?i)datetime|timestamp", found.type):
            continue
        try:
            after = date.fromisoformat(said) + timedelta(days=1)
        except ValueError:
            continue
        since = exp.GTE(this=column.copy(), expression=literal.copy())
        until = exp.LT(this=column.copy(), expression=exp.Literal.string(after.isoformat()))
        test.replace(exp.paren(exp.and_(since, until)))
        changes.append(f"all of {said}")
    return changes


def _inner_days(select: exp.Select, catalog: Catalog) -> list[str]:
    """Bound the day whose latest or first a query within looks for, where it bounds one of the query around it.

    That bound would be the same for all of the rows within, so it could choose none of them.
    """
    shown = select.expressions[0].unalias() if len(select.expressions) == 1 else None
    if select.parent_select is None or not isinstance(shown, exp.Max | exp.Min) or "where" not in select.args:
        return []
    tables = tables_of(select)
    own = column_of(shown.this, tables, catalog) if isinstance(shown.this, exp.Column) else None
    if own is None or own.kind != "date":
        return []
    changes = []
    for test in select.args["where"].find_all(*_LINES):
        column = test.this
        if test.find_ancestor(exp.Select) is not select or not isinstance(column, exp.Column):
            continue
        around = column_of(column, tables_of(select.parent_select), catalog)
        outside = column.table.lower() not in tables and (column.table or column_of(column, tables, catalog) is None)
        fixed = not any(side.find(exp.Column) for side in list(test.iter_expressions())[1:])
        if outside and fixed and around is not None and around.kind == "date":
            column.replace(shown.this.copy())
            changes.append(f"the days are those of {own.full}")
    return changes[:1]


def _within(tree: exp.Expr, *, outside: bool) -> list[str]:
    """Bound `within ten days after` on both sides: not before the day, and not later than ten days after it.

    A bound below is taken for one above where nothing shows that it is meant: the question does not speak of those
    `outside`, and no other case stands beside it.
    """
    changes: list[str] = []
    for test in list(tree.find_all(exp.GTE, exp.GT, exp.LTE, exp.LT)):
        later, moved = test.this, test.expression
        began = _moved_on(moved)
        if began is None or not isinstance(later, exp.Column) or later.sql() == began.sql():
            continue
        select = test.find_ancestor(exp.Select)
        within = test.find_ancestor(exp.Not, exp.Select)
        if select is None or isinstance(within, exp.Not):
            continue
        below = isinstance(test, exp.GTE | exp.GT)
        if below and (outside or not isinstance(test.find_ancestor(exp.Or, exp.Case, exp.If, exp.Select), exp.Select)):
            continue
        if not below and _compared(select, later, began, test):
            continue
        test.replace(exp.Between(this=later.copy(), low=began.copy(), high=moved.copy()))
        changes.append(f"{later.name} from {began.name} on, and no later than was asked")
    return changes


def _moved_on(node: exp.Expr) -> exp.Column | None:
    """Return the column whose day an expression moves forward by a fixed time."""
    columns = list(node.find_all(exp.Column))
    if len(columns) != 1:
        return None
    onward = isinstance(node, exp.DateAdd) or (isinstance(node, exp.Add) and isinstance(node.expression, exp.Interval))
    called = isinstance(node, exp.Anonymous) and node.name.upper() in {"DATE", "DATETIME"}
    return columns[0] if onward or (called and _ONWARD.search(node.sql("sqlite"))) else None


def _compared(select: exp.Select, one: exp.Column, other: exp.Column, besides: exp.Expr) -> bool:
    """Tell whether a query sets two columns against each other in another condition too."""
    both = {one.sql().lower(), other.sql().lower()}
    tests = (each for each in select.find_all(*_LINES) if each is not besides)
    return any({column.sql().lower() for column in each.find_all(exp.Column)} == both for each in tests)


def _weekends(tree: exp.Expr, catalog: Catalog) -> list[str]:
    """Give a weekend the numbers of the function that tells the day of the week, and have it be that function."""
    changes = []
    lists = list(tree.find_all(exp.In))
    told = [each.find_ancestor(exp.Select) for each in tree.find_all(exp.In, *_LINES) if weekend_of(each.this)]
    for test in lists:
        said = {int(each.name) for each in test.expressions if isinstance(each, exp.Literal) and each.name.isdigit()}
        columns = list(test.this.find_all(exp.Column))
        if said not in _WEEKEND_NUMBERS or len(test.expressions) != 2 or len(columns) != 1:
            continue
        wanted = weekend_of(test.this)
        written = test.expressions[0].is_string
        if not wanted:  # The day of the month, say, or of nothing.
            select = test.find_ancestor(exp.Select)
            found = column_of(columns[0], tables_of(select), catalog) if select is not None else None
            if found is None or found.kind != "date" or not is_day(test.this) or any(each is select for each in told):
                continue
            test.set("this", weekday(columns[0], catalog.dialect))
            wanted, written = weekend_of(test.this), False
        elif said == set(wanted):
            continue
        make = exp.Literal.string if written else exp.Literal.number
        test.set("expressions", [make(each) for each in wanted])
        changes.append("a weekend is Saturday and Sunday")
    return changes


def _spans(select: exp.Select, catalog: Catalog, question: str) -> list[str]:
    """Call a week by its Monday and a quarter by its year too: their numbers alone begin anew each year."""
    changes = []
    tables = tables_of(select)
    weekly = _WEEKLY.search(question) and not _NUMBERED.search(question)
    quarterly = _QUARTERLY.search(question) and not _BY_FIRST.search(question)
    for shown in list(select.expressions):
        made = shown.unalias()
        columns = {each.sql().lower(): each for each in made.find_all(exp.Column)}
        if len(columns) != 1 or aggregates(made) or made.find(exp.Select):
            continue
        column = next(iter(columns.values()))
        found = column_of(column, tables, catalog)
        if found is None or found.kind != "date":
            continue
        week, quarter = weekly and _is_week(shown), quarterly and _is_quarter(made)
        if not (week or quarter) or _reckoned_with(select, shown.alias):
            continue
        if week:
            _put(select, shown, week_start(column, catalog.dialect), "week")
            changes.append("each week by its Monday")
        else:
            _put(select, shown, year_quarter(column, catalog.dialect), "quarter")
            changes.append("each quarter with its year")
    return changes


def _reckoned_with(select: exp.Select, alias: str) -> bool:
    """Tell whether what a query shows is compared or reckoned with, so that it has to stay the number it is."""
    if select.parent is not None and not isinstance(select.parent, exp.CTE | exp.Union):
        derived = isinstance(select.parent, exp.Subquery) and isinstance(select.parent.parent, exp.From | exp.Join)
        if not derived:
            return True  # A value or a list in a condition.
    uses = (each for each in select.root().find_all(exp.Column) if alias and each.name.lower() == alias.lower())
    return any(each.find_ancestor(exp.Binary, exp.In, exp.Between) for each in uses)


def _put(select: exp.Select, shown: exp.Expr, instead: exp.Expr, called: str) -> None:
    """Show something else, and group and order by it where the query does by what it showed.

    What a query within shows is known by its name to the one around it.
    """
    was, names = shown.unalias().sql(), {shown.alias.lower(), called} - {""}
    called = shown.alias if shown.alias and select.parent is not None else called
    for clause in filter(None, (select.args.get("group"), select.args.get("order"))):
        for each in clause.expressions:
            term = each.this if isinstance(each, exp.Ordered) else each
            if term.sql() == was or (isinstance(term, exp.Column) and not term.table and term.name.lower() in names):
                term.replace(instead.copy())
    for window in (each for other in select.expressions if other is not shown for each in other.find_all(exp.Window)):
        for each in [each for each in window.find_all(type(shown.unalias())) if each.sql() == was]:
            each.replace(instead.copy())
    shown.replace(exp.alias_(instead, called))


def _is_quarter(made: exp.Expr) -> bool:
    """Tell whether an expression is a quarter's number, alone or beside its year."""
    thirds = [each for each in made.find_all(exp.Div) if each.expression.name == "3"]  # As SQLite counts quarters.
    months = (shape for each in thirds for shape in each.find_all(exp.TimeToStr))
    return bool(made.find(exp.Quarter)) or any(each.text("format") == "%m" for each in months)


def _is_week(shown: exp.Expr) -> bool:
    """Tell whether what is shown is a day's week by its number, or is called a week and is the day itself."""
    made = shown.unalias()
    shapes = [each.text("format") for each in made.find_all(exp.TimeToStr)]
    if any(_OF_WEEK.search(each) for each in shapes) or made.find(exp.Week, exp.WeekOfYear):
        return True
    if any(each.name.upper() in {"WEEK", "YEARWEEK"} for each in made.find_all(exp.Anonymous)):
        return True
    day = isinstance(made, exp.Column | exp.Date | exp.TsOrDsToDate) or shapes == ["%Y-%m-%d"]
    return day and "week" in shown.alias.lower() and not made.find(exp.Mod)
