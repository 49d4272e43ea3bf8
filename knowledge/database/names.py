"""Cut names and questions into the same words, so that `custJoinDate` and "joining date of customers" meet."""

import re
from collections.abc import Iterable
from functools import lru_cache

from knowledge.documents.words import stems

# What people who name columns leave out; the trade's, not one database's.
SHORT = {
    "acct": "account", "addr": "address", "amt": "amount", "appr": "approval", "avg": "average", "bal": "balance",
    "ccy": "currency", "cnt": "count", "cat": "category", "cd": "code", "comp": "company", "curr": "currency",
    "cust": "customer", "dept": "department", "desc": "description", "diag": "diagnosis", "div": "division",
    "doc": "doctor", "dob": "birth date", "dos": "dose", "dst": "destination", "dt": "date", "dttm": "date time",
    "emp": "employee", "freq": "frequency", "hrs": "hours", "img": "image", "ins": "insurance", "inv": "invoice",
    "lang": "language", "lat": "latitude", "lon": "longitude", "loc": "location", "max": "maximum",
    "mfr": "manufacturer", "mgr": "manager", "min": "minimum",
    "mths": "months", "nbr": "number", "no": "number", "num": "number",
    "org": "organization", "pct": "percent", "perc": "percent", "pos": "position", "prod": "product", "qty": "quantity",
    "reg": "registration", "ref": "reference", "spec": "specialty", "src": "source", "stat": "status", "tel": "phone",
    "temp": "temperature", "ts": "time", "tm": "time", "tot": "total", "txn": "transaction", "tx": "transaction",
    "trx": "transaction", "usr": "user", "val": "value", "yr": "year", "zip": "zip postal",
}  # fmt: skip
KEYS = frozenset({"id", "key", "code", "no", "num", "number", "uuid", "symbol", "name"})
# What is to be counted: `how many courses`, `the number of open accounts`.
NUMBER_OF = re.compile(r"(?i)\b(?:(?:total )?(?:number|count) of|how many)\s+(?P<what>(?:[a-z]+\s+){0,2}[a-z]+)")
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


@lru_cache(maxsize=50_000)
def parts(name: str) -> tuple[str, ...]:
    """Return the words of a column's or table's name, in lower case, as they are written."""
    return tuple(each.lower() for each in _PARTS.findall(name))


@lru_cache(maxsize=50_000)
def words(name: str) -> str:
    """Return a name as a person would say it: `sbTxAmt` is "sb transaction amount"."""
    return " ".join(SHORT.get(each, each) for each in parts(name))


@lru_cache(maxsize=50_000)
def stemmed(text: str) -> tuple[str, ...]:
    """Return the stems of a text in order."""
    return tuple(stems(text))


def singular(word: str) -> str:
    """Return a table's word in the singular, roughly: only compared, never shown."""
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def common_prefix(names: Iterable[str]) -> str:
    """Return the word with which all the names begin, such as a system's mark; else nothing."""
    cut = [parts(name) for name in names]
    firsts = {each[0] for each in cut if each}
    return firsts.pop() if len(firsts) == 1 and len(cut) > 2 and all(len(each) > 1 for each in cut) else ""
