"""List what a query may be made of: every kind of syntax node and every function by name."""

from collections.abc import Mapping

from sqlglot import exp

from knowledge.errors import RefusedSqlError

_FRAME = (
    exp.Select, exp.Union, exp.Except, exp.Intersect, exp.Subquery, exp.From, exp.Join, exp.Where, exp.Group,
    exp.Having, exp.Order, exp.Ordered, exp.Limit, exp.Offset, exp.With, exp.CTE, exp.Table, exp.TableAlias, exp.Alias,
    exp.Column, exp.Identifier, exp.Star, exp.Distinct, exp.Literal, exp.Null, exp.Boolean, exp.Paren, exp.Rollup,
    exp.Window, exp.WindowSpec, exp.Filter, exp.Tuple,
)  # fmt: skip
_OPERATORS = (
    exp.And, exp.Or, exp.Not, exp.Xor, exp.EQ, exp.NEQ, exp.NullSafeEQ, exp.NullSafeNEQ, exp.GT, exp.GTE, exp.LT,
    exp.LTE, exp.Is, exp.In, exp.Between, exp.Like, exp.Escape, exp.Exists, exp.All, exp.Any, exp.Add, exp.Sub, exp.Mul,
    exp.Div, exp.IntDiv, exp.Mod, exp.Neg, exp.Case, exp.If, exp.Interval, exp.Var, exp.DataType, exp.DataTypeParam,
    exp.Glob, exp.BitwiseAnd, exp.BitwiseOr,
)  # fmt: skip
_FUNCTIONS = (
    exp.Count, exp.Sum, exp.Avg, exp.Min, exp.Max, exp.GroupConcat, exp.RowNumber, exp.Rank, exp.DenseRank, exp.Ntile,
    exp.PercentRank, exp.CumeDist, exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue, exp.NthValue, exp.Cast,
    exp.Coalesce, exp.Nullif, exp.Abs, exp.Round, exp.Floor, exp.Ceil, exp.Sqrt, exp.Pow, exp.Sign, exp.Exp, exp.Ln,
    exp.Log, exp.Lower, exp.Upper, exp.Trim, exp.Length, exp.Substring, exp.Replace, exp.StrPosition, exp.CurrentDate,
    exp.CurrentTimestamp, exp.CurrentTime, exp.TimeToStr, exp.TsOrDsToTimestamp, exp.TsOrDsToDate, exp.JSONExtract,
    exp.JSONExtractScalar, exp.JSONPath, exp.JSONPathKey, exp.JSONPathRoot, exp.JSONPathSubscript, exp.Greatest,
    exp.Least, exp.Hex,
)  # fmt: skip
_MYSQL = (
    exp.Concat, exp.ConcatWs, exp.Left, exp.Right, exp.Reverse, exp.SubstringIndex, exp.Trunc, exp.Year, exp.Month,
    exp.Day, exp.Hour, exp.Minute, exp.Second, exp.Quarter, exp.Week, exp.WeekOfYear, exp.DayOfWeek, exp.DayOfMonth,
    exp.DayOfYear, exp.Dayname, exp.Monthname, exp.LastDay, exp.Date, exp.Time, exp.Timestamp, exp.DateAdd, exp.DateSub,
    exp.DateDiff, exp.TimestampDiff, exp.TimestampAdd, exp.Extract, exp.StrToDate, exp.UnixToTime, exp.Stddev,
    exp.StddevPop, exp.StddevSamp, exp.Variance, exp.VariancePop, exp.AnyValue, exp.Elt, exp.NumberToStr, exp.Grouping,
    exp.JSONValue, exp.Pad, exp.Repeat, exp.Space, exp.Localtime, exp.Ascii, exp.RegexpInstr,
)  # fmt: skip
_SQLITE = (exp.DPipe, exp.Date, exp.Collate, exp.Format, exp.Typeof, exp.Concat)

NODES: Mapping[str, frozenset[type[exp.Expr]]] = {
    "mysql": frozenset(_FRAME + _OPERATORS + _FUNCTIONS + _MYSQL),
    "sqlite": frozenset(_FRAME + _OPERATORS + _FUNCTIONS + _SQLITE),
}
NAMES: Mapping[str, frozenset[str]] = {
    "mysql": frozenset({
        "addtime", "field", "find_in_set", "from_days", "json_contains", "json_length", "json_unquote", "makedate",
        "microsecond", "mid", "now", "period_add", "period_diff", "regexp_instr", "sec_to_time", "sysdate",
        "time_to_sec", "timediff", "unix_timestamp", "utc_date", "weekday", "yearweek",
    }),
    "sqlite": frozenset({
        "date", "datetime", "time", "julianday", "unixepoch", "strftime", "printf", "total", "likely", "unlikely",
        "json_array_length", "json_valid",
    }),
}  # fmt: skip

# Arguments that are not nodes, or that nodes of the list may not stand in; all others are refused.
_ARGUMENTS: Mapping[type[exp.Expr], frozenset[str]] = {
    exp.Select: frozenset(
        [
            "with_",
            "expressions",
            "distinct",
            "from_",
            "joins",
            "where",
            "group",
            "having",
            "windows",
            "order",
            "limit",
            "offset",
            "kind",
        ]
    )
    - {"kind"},
    exp.Union: frozenset(["with_", "this", "expression", "distinct", "order", "limit", "offset"]),
    exp.Except: frozenset(["with_", "this", "expression", "distinct", "order", "limit", "offset"]),
    exp.Intersect: frozenset(["with_", "this", "expression", "distinct", "order", "limit", "offset"]),
    exp.Subquery: frozenset({"this", "alias"}),
    exp.Table: frozenset({"this", "alias", "db"}),
    exp.Join: frozenset({"this", "on", "side", "kind", "using"}),
    exp.With: frozenset({"expressions", "recursive"}),
    exp.CTE: frozenset({"this", "alias"}),
    exp.Group: frozenset({"expressions", "rollup"}),
    exp.Distinct: frozenset({"expressions"}),
    exp.Limit: frozenset({"expression"}),
    exp.Offset: frozenset({"expression"}),
    exp.Column: frozenset({"this", "table", "db"}),
    exp.Cast: frozenset({"this", "to"}),
    exp.Star: frozenset(),
}
_KINDS_OF_JOIN = frozenset({"", "INNER", "CROSS", "OUTER"})
_LONG = 1_000  # Characters that a filling function may make of one value.
DEEPEST = 120  # Nodes from the root to a leaf; what people ask stays under 40.


def check_nodes(tree: exp.Expr, dialect: str) -> None:
    """Refuse a tree with anything in it that is not listed.

    Raises:
        RefusedSqlError: with the reason `construct`, `function` or `size`.
    """
    pending: list[tuple[exp.Expr, int]] = [(tree, 1)]
    while pending:
        node, depth = pending.pop()
        if depth > DEEPEST:
            raise RefusedSqlError("The query is nested too deeply.", reason="size", repair="Write a flatter query.")
        _check(node, dialect)
        pending.extend((child, depth + 1) for child in node.iter_expressions())


def _check(node: exp.Expr, dialect: str) -> None:
    if isinstance(node, exp.Anonymous):
        if not isinstance(node.this, str) or node.this.lower() not in NAMES[dialect]:
            raise _function(node.name)
        return
    if type(node) not in NODES[dialect]:
        if isinstance(node, exp.Func):
            raise _function(node.sql_name() if type(node).sql_names() else type(node).__name__)
        words = type(node).__name__.lower()
        raise RefusedSqlError(
            f"The query uses something that is not allowed: {words}.",
            reason="construct",
            repair=f"Write one plain SELECT without {words}.",
        )
    known = _ARGUMENTS.get(type(node))
    if known is not None:
        for name, value in node.args.items():
            if value and name not in known:
                what = name.strip("_").replace("_", " ")
                raise RefusedSqlError(
                    f"The query uses something that is not allowed: {what}.", repair=f"Write it without {what}."
                )
    if isinstance(node, exp.Join):
        _check_join(node)
    elif isinstance(node, exp.Table) and not isinstance(node.this, exp.Identifier):
        raise RefusedSqlError("The query reads from a function.", repair="Read from the tables of the schema only.")
    elif isinstance(node, exp.Subquery) and not isinstance(node.this, exp.Query):
        raise RefusedSqlError("The query joins inside brackets.", repair="Write the joins without brackets.")
    elif isinstance(node, exp.Literal) and node.is_string and not node.this.isprintable():
        raise RefusedSqlError("The query compares with a text of several lines.", repair="Keep texts on one line.")
    elif isinstance(node, exp.Repeat | exp.Space | exp.Pad):
        _check_filling(node)


def _check_join(node: exp.Join) -> None:
    if node.method or node.kind not in _KINDS_OF_JOIN or node.side not in {"", "LEFT", "RIGHT", "FULL"}:
        raise RefusedSqlError(
            "The query uses an unusual join.", repair="Use JOIN or LEFT JOIN with an ON condition, no NATURAL JOIN."
        )


def _check_filling(node: exp.Expr) -> None:
    size = node.args.get("times") if isinstance(node, exp.Repeat) else node.args.get("expression") or node.this
    small = isinstance(size, exp.Literal) and not size.is_string and size.this.isdigit() and int(size.this) <= _LONG
    if not small or node.find_ancestor(exp.Repeat, exp.Space, exp.Pad):
        raise RefusedSqlError("The query makes very long texts.", reason="size", repair="Do not fill or repeat texts.")


def _function(name: str) -> RefusedSqlError:
    return RefusedSqlError(
        f"The query uses a function that is not allowed: {name.upper()}.",
        reason="function",
        repair=f"There is no function {name.upper()}; write it with plain functions of this database.",
    )
