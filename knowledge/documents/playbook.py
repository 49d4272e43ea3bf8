"""Check a contract against the bank's playbook: what must stand in it, what must not, with the words that prove it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from knowledge.documents.clauses import Clause, kinds
from knowledge.errors import UserError

TABLE = Path(__file__).with_name("playbook.yaml")
BEFORE, AFTER = 90, 160  # Characters of a quote around the words that decided.
MOST = 3  # Quotes that prove one rule.

Status = Literal["met", "missing", "forbidden"]


@dataclass(frozen=True, slots=True)
class Rule:
    """What the bank wants: one of `required` stands in a contract, or none of `forbidden` does."""

    id: str
    name: str
    required: tuple[re.Pattern[str], ...] = ()
    forbidden: tuple[re.Pattern[str], ...] = ()
    kinds: tuple[str, ...] = ()
    preferred: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The words of a clause that decide a rule; they stand on its page, or go over to the next."""

    clause: Clause
    quote: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one rule: `missing` has no evidence, `met` has none where nothing forbidden was found."""

    rule: Rule
    status: Status
    evidence: tuple[Evidence, ...] = ()


def read_playbook(path: Path = TABLE) -> tuple[Rule, ...]:
    """Return the rules of a playbook.

    Raises:
        UserError: the file is none; the message says where.
    """
    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UserError(f"The playbook {path} cannot be read: {error}") from error
    if not isinstance(rows, list):
        raise UserError(f"The playbook {path} is not a list of rules.")
    rules = tuple(_rule(row, number, path) for number, row in enumerate(rows, 1))
    if twice := {rule.id for rule in rules if sum(rule.id == other.id for other in rules) > 1}:
        raise UserError(f"The playbook {path} has two rules called {', '.join(sorted(twice))}.")
    return rules


def check(found: Sequence[Clause], rules: Iterable[Rule]) -> tuple[Finding, ...]:
    """Return what comes of each rule for a contract of these clauses."""
    return tuple(_check(found, rule) for rule in rules)


def _check(found: Sequence[Clause], rule: Rule) -> Finding:
    inside = [each for each in found if not rule.kinds or each.kind in rule.kinds]
    if bad := _evidence(inside, rule.forbidden):
        return Finding(rule, "forbidden", bad)
    if not rule.required:
        return Finding(rule, "met")
    good = _evidence(inside, rule.required)
    return Finding(rule, "met" if good else "missing", good)


def _evidence(inside: Iterable[Clause], patterns: Sequence[re.Pattern[str]]) -> tuple[Evidence, ...]:
    proofs = []
    for clause in inside:
        text = " ".join(clause.text.split())
        match = next((match for pattern in patterns if (match := pattern.search(text))), None)
        if match:
            proofs.append(Evidence(clause, _around(text, match.start(), match.end())))
    return tuple(proofs[:MOST])


def _around(text: str, start: int, end: int) -> str:
    """Return the sentence around some words, or as much of it as is short enough."""
    first = (
        max(text.rfind(". ", 0, start) + 2, start - BEFORE)
        if text.rfind(". ", 0, start) >= 0
        else max(0, start - BEFORE)
    )
    stop = text.find(". ", end)
    last = min(len(text) if stop < 0 else stop + 1, end + AFTER)
    while 0 < first < start and text[first - 1] != " ":
        first += 1
    while end < last < len(text) and text[last] != " ":
        last -= 1
    return text[first:last].strip()


def _rule(row: Any, number: int, path: Path) -> Rule:
    where = f"rule {number} of the playbook {path}"
    if not isinstance(row, dict) or not all(isinstance(row.get(name), str) for name in ("id", "name")):
        raise UserError(f"In {where} there is no id or no name.")
    unknown = set(row) - set(Rule.__dataclass_fields__)
    wrong = set(row.get("kinds", ())) - set(kinds())
    if unknown or wrong:
        raise UserError(f"In {where} nobody knows {', '.join(sorted(map(str, unknown | wrong)))}.")
    if not row.get("required") and not row.get("forbidden"):
        raise UserError(f"In {where} nothing is required and nothing forbidden.")
    try:
        required, forbidden = (
            tuple(re.compile(each, re.IGNORECASE) for each in row.get(name) or ()) for name in ("required", "forbidden")
        )
    except (re.error, TypeError) as error:
        raise UserError(f"In {where} a pattern is wrong: {error}") from error
    return Rule(
        row["id"],
        row["name"],
        required,
        forbidden,
        tuple(row.get("kinds") or ()),
        row.get("preferred", ""),
        row.get("why", ""),
    )
