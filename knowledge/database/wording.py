"""Hold a query's conditions to its question's words: ends of words, either-or, with against without, parts of one."""

import re

from sqlglot import exp

from knowledge.database.catalog import Catalog
from knowledge.database.settle import aggregates, column_of
from knowledge.database.sources import tables_of

_ENDS = re.compile(
    r"(?i)\b(?:end(?:s|ing|ed)?\s+(?:with|in|on)|suffix)\s+(?:the\s+)?(?:letters?\s+|word\s+)?[\"'“‘]?(?P<text>[\w.@-]+)"
)
_BEGINS = re.compile(
    r"(?i)\b(?:(?:start|begin|began)(?:s|ning|ing|ed)?\s+(?:with|in|on)|prefix)\s+(?:the\s+)?(?:letters?\s+|word\s+)?"
    r"[\"'“‘]?(?P<text>[\w.@-]+)"
)
# `The ratio of students in courses with exams to those in courses without.`
_OPPOSED = re.compile(
    r"(?i)\bratio\b.*\bto\b.*\b(?:without|not|non|no)\b|\bproportion\b.*\bto\b.*\bwithout\b|\bratio\b.*\bto\s+those\s+that\s+don[’']?t\b"
)
_AND_NOT = re.compile(
    r"(?i)\band\s+(?:how\s+many\s+|those\s+that\s+)?(?:(?:do|does|did|have|has|are|is|were|was)(?:\s+not|n[’']t)|without|not)\b"
)
_FRACTION = re.compile(r"(?i)\b(?:proportion|fraction|ratio)\b")
_HUNDREDTHS = re.compile(r"(?i)\bper\s?cent|%|\b(?:share|rate)\b")


def hold(tree: exp.Expr, catalog: Catalog, question: str) -> list[str]:
    """Change the conditions of `tree`, whose columns are the catalogue's, in place; return what changed, in words."""
    changes: list[str] = []
    for select in list(tree.find_all(exp.Select)):
        changes += _within(select, catalog)
        changes += _either(select)
        changes += _opposed(select, catalog, question)
    for like in list(tree.find_all(exp.Like, exp.ILike)):
        changes += _anchored(like, question)
    if _FRACTION.search(question) and not _HUNDREDTHS.search(question):
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


def _either(select: exp.Select) -> list[str]:
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
    if len(tested) != 1 or not alone or tested & others or not others:
        return []
    grouped = exp.paren(exp.or_(*(side.copy() for side in sides), wrap=False))
    where.set("this", exp.and_(grouped, *(each.copy() for each in besides), wrap=False))
    return ["either of the first, and the rest besides"]


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
    if _OPPOSED.search(question):
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
