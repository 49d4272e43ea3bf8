"""Tell a name in double quotes from a text: MySQL takes either for a text."""

import re

_PIECE = re.compile(r"'(?:[^']|'')*'|`[^`]*`|\"(?P<word>[^\"`]+)\"|[()]")
_TEXT_BEFORE = re.compile(r"(?i)(?:[=<>|+\-*/]|\b(?:like|in|then|else|when|between|and|or|separator|escape))\s*$")
_NAME_BEFORE = re.compile(
    r"(?i)(?:\.|\b(?:sum|avg|min|max|count)\(|\b(?:as|by|select|distinct|from|join|where|having|on|and|or|not|when))\s*$"
)
_NAME_AFTER = re.compile(r"(?i)\s*(?:[=<>.]|!=|(?:not\s+)?(?:like|in|between)\b|is\s|as\s|asc\b|desc\b)")


def backticked(sql: str) -> str:
    """Return `sql` with the double-quoted words that can only be names in backticks, which are never a text."""
    if '"' not in sql:
        return sql
    pieces = [each for each in _PIECE.finditer(sql) if each["word"]]
    depths = _depths(sql)
    names = {each["word"] for each in pieces if _is_name(sql, each, depths[each.start()])}

    def written(piece: re.Match[str]) -> str:
        word = piece["word"]
        before = sql[: piece.start()]
        named = word in names and not (_TEXT_BEFORE.search(before) and not _NAME_AFTER.match(sql, piece.end()))
        return f"`{word}`" if named else piece[0]

    return _PIECE.sub(written, sql)


def _is_name(sql: str, piece: re.Match[str], depth: int) -> bool:
    before = sql[: piece.start()]
    if _NAME_AFTER.match(sql, piece.end()) or _NAME_BEFORE.search(before):
        return not re.search(r"[=<>]\s*$", before) or sql[piece.end() : piece.end() + 1] == "."
    return depth == 0 and before.rstrip().endswith(",")


def _depths(sql: str) -> dict[int, int]:
    """Return how many brackets are open where each piece begins."""
    depth, found = 0, {}
    for piece in _PIECE.finditer(sql):
        depth += {"(": 1, ")": -1}.get(piece[0], 0)
        found[piece.start()] = depth
    return found
