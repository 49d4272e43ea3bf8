"""Look at a query's text before any parser does, and refuse what parsers disagree about."""

import re
import unicodedata

from knowledge.errors import RefusedSqlError

BYTES = 8_192
DEPTH = 40
TOKENS = 2_000

_PART = re.compile(
    r"(?P<string>'(?:[^']|'')*')"
    r'|(?P<double>"(?:[^"]|"")*")'
    r"|(?P<back>`(?:[^`]|``)*`)"
    r"|(?P<line>--[^\n]*|\#[^\n]*)"
    r"|(?P<block>/\*.*?\*/)"
    r"|(?P<word>\w+)"
    r"|(?P<space>\s+)"
    r"|(?P<other>.)",
    re.DOTALL,
)
_KINDS_IN_TEXT = frozenset("LMNPS")  # Letters, marks, numbers, punctuation and signs; no odd blanks, no controls.


def screen(sql: str) -> None:
    """Refuse a text that is too long, too deep, or holds what one database reads differently from another.

    Raises:
        RefusedSqlError: with the reason `text` or `size`.
    """
    if len(sql.encode("utf-8", errors="replace")) > BYTES:
        raise RefusedSqlError("The query is too long.", reason="size", repair="Write a much shorter query.")
    if "\\" in sql:
        raise _refused("a backslash", "Write the query without any backslash.")
    for character in sql:
        if not _is_plain(character):
            raise _refused(f"the character U+{ord(character):04X}", "Use plain letters, digits and punctuation only.")
    depth = tokens = 0
    for part in _PART.finditer(sql):
        tokens += part.lastgroup != "space"
        match part.lastgroup:
            case "line":
                if part[0].startswith("--") and part[0][2:3] not in {"", " ", "\t", "\r"}:
                    raise _refused("-- without a blank after it", "Write no comments.")
            case "block":
                if part[0][2:3] in {"!", "+"} or part[0][2:4].upper() == "M!" or "/*" in part[0][2:]:
                    raise _refused("a comment that a database may run", "Write no comments.")
            case "back":
                if not part[0].isascii() and not _is_name(part[0].strip("`")):
                    raise _refused("an unusual name", "Use the names of the schema.")
            case "word":
                if not part[0].isascii() and not _is_name(part[0]):
                    raise _refused("an unusual letter", "Use the names of the schema.")
            case "other":
                depth += {"(": 1, ")": -1}.get(part[0], 0)
                _check_sign(part[0], depth)
    if tokens > TOKENS:
        raise RefusedSqlError("The query is too long.", reason="size", repair="Write a much shorter query.")


def _check_sign(sign: str, depth: int) -> None:
    if depth > DEPTH:
        raise RefusedSqlError("The query is nested too deeply.", reason="size", repair="Write a flatter query.")
    if sign == "@":
        raise _refused("a variable", "Do not use variables (@).")
    if sign in "'\"`":
        raise RefusedSqlError("The query has a quote that is not closed.", reason="syntax", repair="Close every quote.")
    if sign in "{}":
        raise _refused("braces", "Write the query without braces.")
    if not sign.isascii():
        raise _refused(f"the sign {sign}", "Use plain punctuation.")


def _is_plain(character: str) -> bool:
    if character in " \t\r\n":
        return True
    return unicodedata.category(character)[0] in _KINDS_IN_TEXT


def _is_name(word: str) -> bool:
    """Tell whether a name is of letters that no normalisation turns into other ones."""
    return unicodedata.normalize("NFKC", word) == word


def _refused(what: str, repair: str) -> RefusedSqlError:
    return RefusedSqlError(f"The query holds {what}.", reason="text", repair=repair)
