"""Hold the days of a query to its question: whole days, days of another, weeks, weekends, and whose date is meant."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from sqlglot import exp

from knowledge.database.catalog import Catalog, Column
from knowledge.database.moments import week_start, weekday, weekend_of, year_quarter
from knowledge.database.names import stemmed, words
from knowledge.database.semantics import Metric
from knowledge.database.settle import aggregates, column_of, columns_in
from knowledge.database.sources import tables_of
from knowledge.database.ways import uphill

NOW = "as they stand now"  # How the change ends that leaves a period out.
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_WITHIN = re.compile(
    r"(?i)\bwithin\s+(?:the\s+)?(?:first\s+)?[\w-]+\s+(?:business\s+)?(?:day|week|month|quarter|year|hour|minute)s?\s+"
    r"(?:of|after|from|following|since)\b"
)
_ONWARD = re.compile(r"'\+\d+ \w+'")  # As SQLite moves a day.
_WEEKEND = re.compile(r"(?i)\bweekends?\b|\bsaturdays?\s+(?:and|or)\s+sundays?\b")
_WEEKEND_NUMBERS = ({0, 6}, {5, 6}, {1, 7}, {6, 7})  # However the days are numbered.
# What somebody did or became once, on a day that is an attribute: `signed up`, `hired`, `born`.
_BEGAN = re.compile(
    r"(?i)\b(?:sign(?:ed|ing)?[\s-]*ups?|join\w*|register\w*|registration|enrol\w*|hir(?:ed|ing|es?)|born|birth\w*|"
    r"open(?:ed|ing)|clos(?:ed|ing)|creat(?:ed|ion)|start(?:ed|ing)?|end(?:ed|ing)?|became|new|since|joined|left|"
    r"acquired|onboard\w*|older|younger|aged?|expir\w+|renew\w*|matur\w+|due|admitted|graduat\w+|founded|established)\b"
)
# Words of a column's name that say only that it is a day.
_OF_TIME = frozenset(stemmed("date time day at on of stamp timestamp datetime made"))
_WEEKLY = re.compile(r"(?i)\b(?:weekly|weeks?)\b")
_QUARTERLY = re.compile(r"(?i)\bquarterly\b|\b(?:by|per|each|every)\s+(?:calendar\s+)?quarter\b")
_NUMBERED = re.compile(r"(?i)\bweek\s+numbers?\b|\bnumbers?\s+of\s+(?:the|each)\s+week\b")
_OF_WEEK = re.compile(r"%[UuWVv]")
_LINES = (exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.EQ)


def hold_days(tree: exp.Expr, catalog: Catalog, question: str) -> list[str]:
    """Change the days that `tree`, whose columns are the catalogue's, asks for in place; return what changed."""
    changes: list[str] = []
    for select in list(tree.find_all(exp.Select)):
        changes += _whole_days(select, catalog)
    if _WITHIN.search(question):
        changes += _within(tree)
    if _WEEKEND.search(question):
        changes += _weekends(tree, catalog)
    for select in list(tree.find_all(exp.Select)):
        changes += _spans(select, catalog, question)
    if isinstance(tree, exp.Select) and not _BEGAN.search(question):
        changes += _whose(tree, catalog, question)
    return changes


def as_it_stands(tree: exp.Expr, catalog: Catalog, metrics: Sequence[Metric], question: str) -> list[str]:
    """Leave out, in place, the days by which `tree` narrows down what is known only as it stands now.

    The deposits of this quarter are not those of the accounts opened in it. A day that the question speaks of stays.

    Returns:
        What changed, in words.
    """
    asked = frozenset(stemmed(question))
    changes = []
    for metric in (each for each in metrics if each.level):
        for test in list(tree.find_all(*_LINES)):
            select, columns = test.find_ancestor(exp.Select), columns_in(test)
            if select is None or len(columns) != 1 or not isinstance(test.parent, exp.Where | exp.And):
                continue
            found = column_of(columns[0], tables_of(select), catalog)
            if found is None or found.kind != "date" or found.table.lower() != metric.table or _bare(found) & asked:
                continue
            _leave_out(test)
            changes.append(f"{metric.name} {NOW}")
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


def _within(tree: exp.Expr) -> list[str]:
    """Bound `within ten days after` on both sides: not before the day, and not later than ten days after it."""
    changes = []
    for test in list(tree.find_all(exp.GTE, exp.GT, exp.LTE, exp.LT)):
        later, moved = test.this, test.expression
        began = _moved_on(moved)
        if began is None or not isinstance(later, exp.Column) or later.sql() == began.sql():
            continue
        select = test.find_ancestor(exp.Select)
        if isinstance(test, exp.LTE | exp.LT) and (select is None or _compared(select, later, began, test)):
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
    for test in list(tree.find_all(exp.In)):
        said = {int(each.name) for each in test.expressions if isinstance(each, exp.Literal) and each.name.isdigit()}
        columns = list(test.this.find_all(exp.Column))
        if said not in _WEEKEND_NUMBERS or len(test.expressions) != 2 or len(columns) != 1:
            continue
        wanted = weekend_of(test.this)
        written = test.expressions[0].is_string
        if not wanted:  # The day of the month, say, or of nothing.
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
    quarterly = _QUARTERLY.search(question)
    for shown in list(select.expressions):
        made = shown.unalias()
        columns = {each.sql().lower(): each for each in made.find_all(exp.Column)}
        if len(columns) != 1 or aggregates(made) or made.find(exp.Select):
            continue
        column = next(iter(columns.values()))
        found = column_of(column, tables, catalog)
        if found is None or found.kind != "date":
            continue
        if weekly and _is_week(shown):
            _put(select, shown, week_start(column, catalog.dialect), "week")
            changes.append("each week by its Monday")
        elif quarterly and _is_quarter(made):
            _put(select, shown, year_quarter(column, catalog.dialect), "quarter")
            changes.append("each quarter with its year")
    return changes


def _put(select: exp.Select, shown: exp.Expr, instead: exp.Expr, called: str) -> None:
    """Show something else, and group and order by it where the query does by what it showed."""
    was, names = shown.unalias().sql(), {shown.alias.lower(), called} - {""}
    for clause in filter(None, (select.args.get("group"), select.args.get("order"))):
        for each in clause.expressions:
            term = each.this if isinstance(each, exp.Ordered) else each
            if term.sql() == was or (isinstance(term, exp.Column) and not term.table and term.name.lower() in names):
                term.replace(instead.copy())
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


def _whose(tree: exp.Select, catalog: Catalog, question: str) -> list[str]:
    """Ask the date of what is totalled, where a query asks for one that is an attribute of something else.

    `Sales in the past 30 days` are not those of people hired in the past 30 days.
    """
    asked = frozenset(stemmed(question))
    strays: list[tuple[exp.Expr, str]] = []
    dated: set[str] = set()
    for test in tree.find_all(*_LINES):
        within = test.find_ancestor(exp.Select)
        if within is None or test.find_ancestor(exp.Where) is None or not isinstance(test.this, exp.Column):
            continue
        found = column_of(test.this, tables_of(within), catalog)
        if found is None or found.kind != "date" or len(columns_in(test)) != 1:
            continue
        if asked.isdisjoint(_bare(found)):
            strays.append((test, found.table.lower()))
        else:
            dated.add(found.table.lower())
    totalled = _totalled(tree, catalog, asked) - dated
    if not strays or len(totalled) != 1:
        return []
    above = uphill(catalog, next(iter(totalled))).keys() - totalled  # What each row belongs to, so an attribute of it.
    if not all(table in above for _, table in strays):
        return []
    if any(not isinstance(test.parent, exp.Where | exp.And) for test, _ in strays):
        return []
    key, own = next((key, event) for key, event in _events(tree, catalog) if event.table.lower() in totalled)
    for stray, _ in strays:
        moved = stray.copy()
        moved.this.replace(exp.column(own.name, table=key))
        _leave_out(stray)
        tree.where(moved, copy=False)
    return [f"the days are those of {own.full}"]


def _totalled(tree: exp.Select, catalog: Catalog, asked: frozenset[str]) -> set[str]:
    """Return the tables with a day of their own whose rows a query totals."""
    tables = tables_of(tree)
    totals = [each for each in tree.expressions if aggregates(each)]
    columns = [column_of(column, tables, catalog) for each in totals for column in columns_in(each)]
    taken = {each.table.lower() for each in columns if each is not None}
    if totals and not all(columns_in(each) for each in totals):  # COUNT(*) counts what the question names.
        taken |= {table for table in tables.values() if len(tables) == 1 or asked & set(stemmed(words(table)))}
    return taken & {event.table.lower() for _, event in _events(tree, catalog)}


def _events(tree: exp.Select, catalog: Catalog) -> Iterator[tuple[str, Column]]:
    """Yield the day on which each row of a table that is read came to be, with the table's name in the query."""
    for key, table in tables_of(tree).items():
        relation = catalog.relations.get(table)
        if relation is None:
            continue
        dates = [each for each in relation.columns.values() if each.kind == "date"]
        named = [each for each in dates if each.name == relation.date]
        own = set(stemmed(words(relation.name)))
        named = named or [each for each in dates if _bare(each) <= own]
        if len(named) == 1:
            yield key, named[0]


def _bare(column: Column) -> set[str]:
    return set(stemmed(words(column.name))) - _OF_TIME


def _leave_out(test: exp.Expr) -> None:
    """Take one of several conditions, or the only one, out of its query."""
    parent = test.parent
    if isinstance(parent, exp.And):
        parent.replace(parent.right if test is parent.left else parent.left)
    elif isinstance(parent, exp.Where) and isinstance(parent.parent, exp.Select):
        parent.parent.set("where", None)
