"""Hold a query's conditions to its question's words: ends of words, either-or, with against without, parts of one."""

import re
from collections.abc import Sequence

from sqlglot import exp

from knowledge.database.catalog import Catalog
from knowledge.database.names import stemmed
from knowledge.database.settle import aggregates, column_of
from knowledge.database.sources import tables_of

_ENDS = re.compile(
    r"(?i)\b(?:end(?:s|ing|ed)?\s+(?:with|in|on)|suffix)\s+(?:the\s+)?(?:letters?\s+|word\s+)?[\"'“‘]?(?P<text>[\w.@-]+)"
)
_BEGINS = re.compile(
    r"(?i)\b(?:(?:start|begin|began)(?:s|ning|ing|ed)?\s+(?:with|in|on)|prefix)\s+(?:the\s+)?(?:letters?\s+|word\s+)?"
    r"[\"'“‘]?(?P<text>[\w.@-]+)"
)
# `The ratio of students in courses with exams to those in courses without`; never `to all, not counting those without`.
_OPPOSED = re.compile(
    r"(?i)\b(?:ratio\b.*\bto\b(?:(?!,|\b(?:all|every)\b).)*\b(?:without|not|non|no)|proportion\b.*\bto\b.*\bwithout|"
    r"ratio\b.*\bto\s+those\s+that\s+don[’']?t)\b(?P<denied>.*)"
)
_AND_NOT = re.compile(
    r"(?i)\band\s+(?:how\s+many\s+|those\s+that\s+)?(?:(?:do|does|did|have|has|are|is|were|was)(?:\s+not|n[’']t)|without|not)\b"
)
_FRACTION = re.compile(r"(?i)\b(?:proportion|fraction|ratio)\b")
_BOTH = re.compile(
    r"(?i),|;|\b(?:and|plus|those|ones)\b"
)  # `Overdue ones, and active ones above 8`: not either of two.
_HUNDREDTHS = re.compile(r"(?i)\bper\s?cent|%|\b(?:share|rate)\b")


def hold(tree: exp.Expr, catalog: Catalog, question: str) -> list[str]:
    """Change the conditions of `tree`, whose columns are the catalogue's, in place; return what changed, in words."""
    changes: list[str] = []
    for select in list(tree.find_all(exp.Select)):
        changes += _within(select, catalog)
        changes += _either(select, question)
        changes += _opposed(select, catalog, question)
    for like in list(tree.find_all(exp.Like, exp.ILike)):
        changes += _anchored(like, question)
    if _FRACTION.search(question) and not _HUNDREDTHS.search(question) and not _in_hundredths(tree):
        changes += _of_one(tree)
    return changes


def _within(select: exp.Select, catalog: Catalog) -> list[str]:
    """Let a list within be of its own table's key: the column of the query around it would match any row."""
    changes = []
    outer = tables_of(select)
    for test in select.find_all(exp.In):
        query = test.args.get("query")
        inner = query.this if isinstance(query, exp.Subquery) else query
        asked = test.this
        if not isinstance(inner, exp.Select) or not isinstance(asked, exp.Column) or len(inner.expressions) != 1:
            continue
        listed = inner.expressions[0]
        mine = tables_of(inner)
        if (
            not isinstance(listed, exp.Column)
            or not mine
            or not all(each in catalog.relations for each in mine.values())
        ):
            continue
        if listed.table and listed.table.lower() in mine:
            continue
        if any(catalog.find(table, listed.name) for table in mine.values()):
            continue
        ends = {(table, asked.name.lower()) for table in outer.values()}
        for key, table in mine.items():
            joins = [join for join in catalog.joins if (join.table, join.column) in ends and join.to_table == table]
            if joins and (found := catalog.find(table, joins[0].to_column)):
                inner.set("expressions", [exp.column(found.name, table=key)])
                changes.append(f"the list is of {found.full}")
                break
    return changes


def _either(select: exp.Select, question: str) -> list[str]:
    """Read `a OR b AND c` as people mean it, where a and b test one column and c another: either, and besides."""
    where = select.args.get("where")
    if where is None:
        return []
    either = where.this
    if not isinstance(either, exp.Or) or not isinstance(either.right, exp.And):
        return []
    first, *besides = list(either.right.flatten())
    sides = [*(either.left.flatten() if isinstance(either.left, exp.Or) else [either.left]), first]
    tested = {column.sql().lower() for side in sides for column in side.find_all(exp.Column)}
    others = {column.sql().lower() for each in besides for column in each.find_all(exp.Column)}
    alone = all(len(list(side.find_all(exp.Column))) == 1 for side in sides)
    if len(tested) != 1 or not alone or tested & others or not others or _apart(sides, question):
        return []
    grouped = exp.paren(exp.or_(*(side.copy() for side in sides), wrap=False))
    where.set("this", exp.and_(grouped, *(each.copy() for each in besides), wrap=False))
    return ["either of the first, and the rest besides"]


def _apart(sides: Sequence[exp.Expr], question: str) -> bool:
    """Tell whether the question sets the last of some tests apart from the one before, by more than an `or`."""
    said = [literal.name.strip("%").casefold() for side in sides for literal in side.find_all(exp.Literal)]
    asked = question.casefold()
    if len(said) < 2 or not all(said) or not (ends := re.search(rf"(?<!\w){re.escape(said[-1])}", asked)):
        return False
    before = [found.end() for found in re.finditer(rf"(?<!\w){re.escape(said[-2])}", asked[: ends.start()])]
    return bool(before) and _BOTH.search(asked[before[-1] : ends.start()]) is not None


def _anchored(like: exp.Expr, question: str) -> list[str]:
    """Anchor a pattern where the question says that a word begins or ends so."""
    pattern = like.expression
    if not isinstance(pattern, exp.Literal) or not pattern.is_string:
        return []
    bare = pattern.name.strip("%")
    if not bare or "%" in bare:
        return []
    begins, ends = ({match["text"].casefold() for match in form.finditer(question)} for form in (_BEGINS, _ENDS))
    starting, ending = bare.casefold() in begins, bare.casefold() in ends
    wanted = f"{bare}%" if starting and not ending else f"%{bare}" if ending and not starting else pattern.name
    if wanted == pattern.name:
        return []
    pattern.set("this", wanted)
    return [f"“{bare}” stands at the {'beginning' if starting else 'end'}"]


def _opposed(select: exp.Select, catalog: Catalog, question: str) -> list[str]:
    """Count under the opposite condition what the question sets against those that fulfil it."""
    if (said := _OPPOSED.search(question)) and not _heeded(select, said["denied"]):
        for each in select.expressions:
            division = each.find(exp.Div)
            if division is None:
                continue
            above, below = division.this.find(exp.Sum, exp.Count), division.expression.find(exp.Sum, exp.Count)
            if above is None or below is None or below.find(exp.Case, exp.Where) or select.find(exp.Union):
                continue
            opposite = _opposite(above, catalog, select)
            if opposite is not None:
                below.replace(opposite)
                return ["set against those that do not"]
    twins = [each for each in select.expressions if aggregates(each)]
    if len(twins) == 2 and _AND_NOT.search(question):
        first, second = (each.unalias() for each in twins)
        opposite = _opposite(first, catalog, select) if first.sql().lower() == second.sql().lower() else None
        if opposite is not None:
            second.replace(opposite)
            return ["the second are those that do not"]
    return []


def _heeded(select: exp.Select, denied: str) -> bool:
    """Tell whether the query leaves out by a condition on all its rows what the question denies."""
    where = select.args.get("where")
    tests = [*where.find_all(exp.NEQ, exp.Not)] if where else []
    values = [each for test in tests for each in test.find_all(exp.Literal) if each.is_string]
    return any(set(stemmed(each.name)) & set(stemmed(denied)) for each in values)


def _opposite(total: exp.Expr, catalog: Catalog, select: exp.Select) -> exp.Expr | None:
    """Return a conditional total under the opposite condition; None where it has no condition."""
    case = total.this if isinstance(total, exp.Sum | exp.Count) else None
    if isinstance(case, exp.Case) and len(case.args["ifs"]) == 1 and case.this is None:
        opposite = total.copy()
        branch = opposite.this.args["ifs"][0]
        branch.set("this", exp.not_(exp.paren(branch.this.copy())))
        return opposite
    if not isinstance(total, exp.Sum) or not isinstance(case, exp.Column):
        return None
    column = column_of(case, tables_of(select), catalog)
    if column is not None and column.kind == "boolean":
        no = exp.EQ(this=case.copy(), expression=exp.Literal.number(0))
        return exp.Sum(this=exp.Case().when(no, exp.Literal.number(1)).else_(exp.Literal.number(0)))
    return None


def _of_one(tree: exp.Expr) -> list[str]:
    """Leave a proportion a part of one, where nobody asked for hundredths."""
    changes = []
    for times in list(tree.find_all(exp.Mul)):
        sides = [each.name if isinstance(each, exp.Literal) else "" for each in (times.left, times.right)]
        hundred = next((at for at, each in enumerate(sides) if each in {"100", "100.0"}), None)
        if hundred is None or not (times.find(exp.Div) or times.find_ancestor(exp.Div)):
            continue
        times.replace((times.right if hundred == 0 else times.left).copy())
        changes.append("a proportion is a part of one")
    return changes


def _in_hundredths(tree: exp.Expr) -> bool:
    """Tell whether a proportion is compared, by itself or by its name, with a number that no part of one reaches."""
    called = {each.alias.lower() for each in tree.find_all(exp.Alias) if each.find(exp.Mul) and each.this.find(exp.Div)}
    for test in tree.find_all(exp.GT, exp.GTE, exp.LT, exp.LTE, exp.EQ, exp.NEQ, exp.Between):
        bounds = [test.args.get(each) for each in ("this", "expression", "low", "high")]
        numbers = [float(each.name) for each in bounds if isinstance(each, exp.Literal) and each.is_number]
        if not any(each > 1 for each in numbers):
            continue
        tested = [each for each in bounds if each is not None and not isinstance(each, exp.Literal)]
        if any(each.find(exp.Div) and each.find(exp.Mul) for each in tested):
            return True
        if any(column.name.lower() in called for each in tested for column in each.find_all(exp.Column)):
            return True
    return False
