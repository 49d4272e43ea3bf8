"""Tell whose days a query asks for: those of what is totalled, of what it belongs to, or none that are known."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from sqlglot import exp

from knowledge.database.catalog import Catalog, Column, Relation
from knowledge.database.event_days import bare, events, is_born, leave_out, said_by
from knowledge.database.names import stemmed, words
from knowledge.database.periods import Period, periods
from knowledge.database.semantics import Metric
from knowledge.database.settle import aggregates, column_of, columns_in
from knowledge.database.sources import tables_of
from knowledge.database.ways import uphill

NOW = "as they stand now"  # How the change ends that leaves a period out.
_TESTS = (exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.EQ)
# What somebody did or became once, on a day that is an attribute: `signed up`, `hired`, `born`.
_BEGAN = re.compile(
    r"(?i)\b(?:sign(?:ed|ing)?[\s-]*ups?|join\w*|register\w*|registration|enrol\w*|hir(?:ed|ing|es?)|born|birth\w*|"
    r"(?:open|clos)(?:ed|ing)(?!\s+(?:price|balance|rate|level|value|quote|figure)s?\b)|creat(?:ed|ion)|start(?:ed|ing)?|end(?:ed|ing)?|became|new|since|joined|left|"
    r"acquired|onboard\w*|older|younger|aged?|expir\w+|renew\w*|matur\w+|due|admitted|graduat\w+|founded|established)\b"
)
_NEW = re.compile(r"(?i)\bnew(?:ly|est)?\b")
# What is done in a sale, a payment.
_VERBS = {"sold": "sale", "paid": "payment", "bought": "purchase", "lent": "loan", "sent": "transfer"}
_NEAR = re.compile(r"(?i)^(?:in\s+the\s+|over\s+the\s+)?(?:last|past|previous|this|current|today|yesterday)\b")
_EACH = re.compile(
    r"(?i)\b(?:by|per|each|every)\s+(?:calendar\s+)?(?:day|week|month|quarter|year)\b|\b(?:dai|week|month|quarter|year|annual)ly\b"
)
# What was done with a thing, or what it did, in a day; what was `held` or `served` went on.
_DONE = re.compile(
    r"(?i)\b(?P<thing>[a-z]+)\s+(?P<helped>(?:(?:who|that|which|we|they|have|has|had|was|were|been|first|newly|just)\s+)*)"
    r"(?!(?:need|owed|owned|served|existed|lived|stayed|remained|used|managed|based)\b)"
    r"(?:[a-z]{2,}ed|came|come|went|won|lost|got|bought|sold|brought|made|built|sent|paid|lent|spent|given|taken|"
    r"written|chosen|began|begun|became|left|moved)\b"
)
# What may stand between that and the day: `granted to retail customers in 2024`.
_UNTIL = re.compile(
    r"(?i)\s*(?:(?:out|up|off|away|back|over|again)\b\s*)?"
    r"(?:(?:to|by|for|from|with|at|in|on|of|as|under|during|within|over)\b(?:\s+[\w'-]+){0,3}\s*)?"
)
_PERFECT = re.compile(r"(?i)\b(?:have|has|had)\s+(?:[a-z]+\s+)?$")
_RELATIVE = re.compile(r"(?i)\b(?:who|that|which|we|they)\b")
_PEOPLE = frozenset({"people", "those", "staff", "children", "men", "women"})
_ANY_DAY = date(1900, 1, 1)
_TODAY = re.compile(r"(?i)'now'|\bCURRENT_(?:DATE|TIMESTAMP)\b|\b(?:CURDATE|NOW|SYSDATE)\(\)")
_MOVED = re.compile(
    r"(?i)'[+-]?(?P<count>\d+) (?P<unit>day|week|month|year)s?'|"
    r"\bINTERVAL\s+\W*(?P<number>\d+)\W*(?P<of>day|week|month|quarter|year)"
)
_UNITS = {"day": (1, "day"), "week": (7, "day"), "month": (1, "month"), "quarter": (3, "month"), "year": (12, "month")}


def move_days(tree: exp.Select, catalog: Catalog, question: str, spoken: Sequence[Period]) -> list[str]:
    """Ask the date of what is totalled, in place, where `tree` asks for one that is an attribute of something else.

    `Sales in the past 30 days` are not those of people hired in the past 30 days, but `sales to customers recruited in
    2024` are those of such customers; and only a period that is spoken of is that of the total.

    Returns:
        What changed, in words.
    """
    if _BEGAN.search(question):
        return []
    asked = frozenset(stemmed(question))
    strays: list[tuple[exp.Expr, Column]] = []
    dated: set[str] = set()
    for test, found in _dated(tree, catalog):
        if not asked.isdisjoint(said_by(found, catalog)):
            dated.add(found.table.lower())
        else:
            strays.append((test, found))
    totalled = _totalled(tree, catalog, asked) - dated
    if len(totalled) != 1:
        return []
    total = catalog.relations[next(iter(totalled))]
    key, own = next((key, event) for key, event in events(tree, catalog) if event.table.lower() in totalled)
    strays = [(stray, found) for stray, found in strays if found.full != own.full]
    for stray, found in strays:
        period = _period_of(stray, _said(question, spoken), catalog.dialect)
        if period is None or not isinstance(stray.parent, exp.Where | exp.And):
            return []
        if not _belongs(found, total, catalog, period) and not _apart(stray, found, catalog, asked):
            return []
        if _is_told_apart(question, period, catalog, total, found):
            return []
    changed = _move_parts(tree, catalog, exp.column(own.name, table=key), {found.full for _, found in strays})
    if _EACH.search(question) and not strays:
        others = {each.full for _, each in _parts(tree, catalog) if asked.isdisjoint(said_by(each, catalog))}
        born = {each for each in others if is_born(catalog.find(*each.split(".", 1)))}
        above = {
            each
            for each in others
            if each.split(".")[0].lower() in uphill(catalog, total.name.lower()).keys() - {total.name.lower()}
        }
        changed |= _move_parts(tree, catalog, exp.column(own.name, table=key), (born | above) - {own.full})
    for stray, _ in strays:
        moved = stray.copy()
        columns_in(moved)[0].replace(exp.column(own.name, table=key))
        leave_out(stray)
        tree.where(moved, copy=False)
    return [f"the days are those of {own.full}"] if strays or changed else []


def _dated(tree: exp.Select, catalog: Catalog) -> Iterator[tuple[exp.Expr, Column]]:
    """Yield the conditions that bound a day, each with its column."""
    for test in tree.find_all(*_TESTS):
        within = test.find_ancestor(exp.Select)
        if within is None or test.find_ancestor(exp.Where) is None or not isinstance(test.this, exp.Column):
            continue
        found = column_of(test.this, tables_of(within), catalog)
        if found is not None and found.kind == "date" and len(columns_in(test)) == 1:
            yield test, found


def _belongs(found: Column, total: Relation, catalog: Catalog, period: Period) -> bool:
    """Tell whether a day is an attribute of what a row that is totalled belongs to, or one that nobody means."""
    above = uphill(catalog, total.name.lower()).keys() - {total.name.lower()}
    if is_born(found):  # Nobody who has an account was born last month.
        return bool(_NEAR.search(period.said)) and found.table.lower() in {*above, total.name.lower()}
    return found.table.lower() in above


def _apart(test: exp.Expr, found: Column, catalog: Catalog, asked: frozenset[str]) -> bool:
    """Tell whether a condition stands in a query within that reads a table of which nobody spoke."""
    within = test.find_ancestor(exp.Exists, exp.In)
    relation = catalog.relations.get(found.table.lower())
    return within is not None and relation is not None and _heads(relation).isdisjoint(asked)


def _parts(tree: exp.Select, catalog: Catalog) -> list[tuple[exp.Column, Column]]:
    """Return the days by whose months, years or weeks a query is grouped: where each stands, and its column."""
    found: list[tuple[exp.Column, Column]] = []
    tables = tables_of(tree)
    if not tree.args.get("group"):
        return found
    clauses = [*tree.expressions, *tree.args["group"].expressions]
    clauses += tree.args["order"].expressions if tree.args.get("order") else []
    for clause in clauses:
        columns = columns_in(clause)
        if len(columns) != 1 or aggregates(clause) or isinstance(clause.unalias(), exp.Column | exp.Ordered):
            continue
        of = column_of(columns[0], tables, catalog)
        if of is not None and of.kind == "date":
            found.append((columns[0], of))
    return found


def _move_parts(tree: exp.Select, catalog: Catalog, own: exp.Column, strays: set[str]) -> bool:
    """Group by the months of another day, in place; return whether any was moved."""
    places = [column for column, of in _parts(tree, catalog) if of.full in strays]
    for each in places:
        each.replace(own.copy())
    return bool(places)


def as_it_stands(
    tree: exp.Expr, catalog: Catalog, metrics: Sequence[Metric], question: str, spoken: Sequence[Period]
) -> list[str]:
    """Leave out, in place, the period by which `tree` narrows down what is known only as it stands now.

    The deposits of this quarter are not those of the accounts opened in it. A day of which the question speaks stays,
    and so do the days when things came to be that are told apart by it: `customers who came in 2024`.

    Returns:
        What changed, in words.
    """
    asked = frozenset(stemmed(question))
    said = _said(question, spoken)
    changes = []
    for metric in (each for each in metrics if each.level and not _NEW.search(question)):
        own = _heads(catalog.relations.get(metric.table))
        for test in list(tree.find_all(*_TESTS)):
            select, columns = test.find_ancestor(exp.Select), columns_in(test)
            if select is None or len(columns) != 1 or not isinstance(test.parent, exp.Where | exp.And):
                continue
            found = column_of(columns[0], tables_of(select), catalog)
            if found is None or found.table.lower() != metric.table or bare(found, catalog) & asked:
                continue
            if found not in (event for _, event in events(select, catalog)):
                continue
            period = _period_of(test, said, catalog.dialect)
            if period is None or any(_is_thing(each["thing"], own) for each in _done(question, period)):
                continue
            leave_out(test)
            changes.append(f"{metric.name} {NOW}")
    return changes


def _said(question: str, spoken: Sequence[Period]) -> list[Period]:
    """Return the periods that a question speaks of; those counted back from today are told without knowing today."""
    back = [each for each in periods(question, _ANY_DAY) if each.from_today is not None]
    return [*spoken, *(replace(each, start=None, end=None) for each in back)]


def _period_of(test: exp.Expr, said: Sequence[Period], dialect: str) -> Period | None:
    """Return the first of some periods by whose days a condition bounds a column."""
    sides = [each for each in test.iter_expressions() if not each.find(exp.Column)]
    if not sides or any(each.find(exp.Select) for each in sides):
        return None
    whole = isinstance(test.this, exp.Column | exp.Date | exp.TsOrDsToDate)
    written = [each.sql(dialect) for each in sides]
    return next((each for each in said if all(_bounds(each, side, whole=whole) for side in written)), None)


def _bounds(period: Period, written: str, *, whole: bool) -> bool:
    """Tell whether a period begins or ends on a day as SQL has it: `whole`, or a part such as its year."""
    if _TODAY.search(written):
        moved = {
            (int(each["count"] or each["number"]) * count, of)
            for each in _MOVED.finditer(written)
            for count, of in [_UNITS[(each["unit"] or each["of"]).lower()]]
        }
        # The first day of this quarter is counted from today too, and the last of an open period is tomorrow.
        return moved <= ({period.from_today, (1, "day")} if period.from_today else set(_UNITS.values()))
    start, text = period.start, written.strip("'")
    if start is None:
        return False
    last = period.end - timedelta(days=1) if period.end else start
    if not whole:
        parts = {(each.isoformat()[:7], each.year, each.month, (each.month + 2) // 3) for each in (start, last)}
        return text.lstrip("0") in {str(part) for each in parts for part in each}
    day = re.search(r"\d{4}-\d\d-\d\d", written)
    if day is None:
        return False
    if period.end is None:
        return day[0] >= start.isoformat()
    return day[0] in {each.isoformat() for each in (start, last, period.end)}


def _is_told_apart(question: str, period: Period, catalog: Catalog, total: Relation, other: Column) -> bool:
    """Tell whether what is totalled is told apart by what was done with something else in a period."""
    joined = {each.column for each in catalog.joins if each.table == total.name.lower()}
    figures = [each for each in total.columns.values() if each.kind == "number" and not each.key]
    own = _heads(total).union(*(stemmed(words(each.name)) for each in figures if each.name.lower() not in joined))
    others = _heads(catalog.relations.get(other.table.lower()))
    for done in _done(question, period):
        had = _PERFECT.search(question[: done.start()]) or re.search(r"(?i)\bha(?:ve|s|d)\b", done["helped"])
        if had and not _RELATIVE.search(done["helped"]):
            continue  # `How much have customers paid in 2024`.
        verb = done[0].split()[-1].lower()
        if _is_thing(_VERBS.get(verb, verb), _heads(total)):
            continue  # `Cars sold in 2024` are told apart by nothing but the sales that are counted.
        thing = done["thing"].lower()
        if not _is_thing(thing, own) and (_is_thing(thing, others) or thing in _PEOPLE or re.search("[^s]s$", thing)):
            return True
    return False


def _done(question: str, period: Period) -> Iterator[re.Match[str]]:
    """Yield what a question says was done in a period: the words right before it."""
    for place in re.finditer(re.escape(period.said), question):
        before = question[: place.start()]
        *_, last = [None, *_DONE.finditer(before)]
        if last is not None and _UNTIL.fullmatch(before, last.end()):
            yield last


def _is_thing(word: str, heads: frozenset[str]) -> bool:
    return not heads.isdisjoint(stemmed(word))


def _heads(relation: Relation | None) -> frozenset[str]:
    """Return the nouns by which a table's rows are called: of `loan payments` the payments."""
    called = [stemmed(words(relation.name)), *map(stemmed, relation.words)] if relation is not None else []
    return frozenset(each[-1] for each in called if each)


def _totalled(tree: exp.Select, catalog: Catalog, asked: frozenset[str]) -> set[str]:
    """Return the tables with a day of their own whose rows a query totals."""
    tables = tables_of(tree)
    totals = [each for each in tree.expressions if aggregates(each)]
    columns = [column_of(column, tables, catalog) for each in totals for column in columns_in(each)]
    taken = {each.table.lower() for each in columns if each is not None}
    if totals and not all(columns_in(each) for each in totals):  # COUNT(*) counts what the question names.
        taken |= {table for table in tables.values() if len(tables) == 1 or asked & set(stemmed(words(table)))}
    return taken & {event.table.lower() for _, event in events(tree, catalog)}
