"""Say who gains by a difference of two contracts, where a rule can tell: more notice, a lower cap, a right of one only.

What depends on more than a number or a party is left to those who read it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from knowledge.documents.amounts import money_in
from knowledge.documents.duration import Duration, durations
from knowledge.facts import facts

_SENTENCE = re.compile(r"(?<=[.;:])\s+(?=[A-Z(\"“])")
_DAYS = {"day": 1.0, "week": 7.0, "month": 30.4, "year": 365.0}
_ENDS = re.compile(r"(?i)\bterminat\w+|\bcancel\w*")
_NOTICE = re.compile(r"(?i)^[^.;]{0,40}\bnotice\b")
_NOTICE_OF = re.compile(r"(?i)\bnotice\s+(?:period\s+)?of\s+(?:at\s+least\s+|not\s+less\s+than\s+)?$")
_BREACH = re.compile(r"(?i)\b(?:breach\w*|default\w*|cur(?:e|ed|ing)|remed(?:y|ied|ies)|insolven\w+|renew\w*)\b")
_CURE = re.compile(r"(?i)\b(?:breach\w*|default\w*)\b[\s\S]*\b(?:cur(?:e|ed|ing)|remed(?:y|ied)|correct(?:ed)?)\b")
_PAY = re.compile(r"(?i)\b(?:pay(?:s|able|ments?)?|paid|due)\b")
_INVOICE = re.compile(r"(?i)\b(?:invoic\w+|receipt|billing|delivery|month[\s-]end)\b")
_LATE = re.compile(r"(?i)\b(?:interest|late\s+(?:fee|charge|payment)|overdue)\b")
_WARRANTY = re.compile(r"(?i)\bwarrant\w*\b")
_SECRET = re.compile(r"(?i)\bconfiden\w+|\bsecre\w+|\bobligations?\b")
_LIABLE = re.compile(r"(?i)\bliab\w+")
_MOST = re.compile(r"(?i)\b(?:exceed\w*|limited\s+to|maximum|capped|up\s+to|more\s+than)\b[^.;]{0,120}$")
_INSURE = re.compile(r"(?i)\binsur\w+|\bcoverage\b")
_CONVENIENCE = re.compile(
    r"(?i)\b(?:for\s+(?:its\s+)?convenience|without\s+cause|for\s+any\s+(?:or\s+no\s+)?reason|at\s+any\s+time)\b"
)
_ALL = re.compile(r"(?i)\b(?:either|each|any|both)\s+(?:of\s+the\s+)?part(?:y|ies)\b[^.;]{0,40}$")
_ONE = re.compile(
    r"\b(?:[Tt]he\s+)?(?P<who>[A-Z][\w&’'-]*(?:\s+[A-Z][\w&’'-]*){0,3}|customer|supplier|buyer|seller|bank|lender|"
    r"borrower|tenant|landlord|licensee|licensor|distributor|company)\s*$"
)
_MAY_END = re.compile(
    r"(?i)\s+(?:may|shall\s+be\s+entitled\s+to|has\s+the\s+right\s+to|can)\s+(?:\w+\s+){0,2}(?:terminate|cancel)\b"
)
Value = tuple[float, str, str]  # What it is worth, its unit or currency, and how it is written.


@dataclass(frozen=True, slots=True)
class _Rule:
    """A figure of one kind of clause: whom more of it serves, and whom less."""

    kinds: frozenset[str]
    about: str
    more: str
    less: str
    values: Callable[[str], Iterator[Value]]


def gains(kind: str, a: Sequence[str], b: Sequence[str]) -> tuple[str, ...]:
    """Return who gains where the clauses `a` and `b` of one kind differ, a sentence each; nothing where no rule tells.

    A figure counts where each side names one and no other of its sort.
    """
    told = []
    ours, theirs = ([each for text in side for each in _sentences(text)] for side in (a, b))
    for rule in _RULES:
        if kind not in rule.kinds:
            continue
        first, second = (_only({each for text in side for each in rule.values(text)}) for side in (ours, theirs))
        if first is None or second is None or first[1] != second[1] or first[0] == second[0]:
            continue
        more, less = ("first", "second") if first[0] > second[0] else ("second", "first")
        told.append(
            f"{rule.about}: {first[2]} in the first, {second[2]} in the second; "
            f"the {more} is better for {rule.more}, the {less} for {rule.less}"
        )
    if kind == "termination" and (may := _may_end(ours, theirs)):
        told.append(may)
    return tuple(told)


def _sentences(text: str) -> Iterator[str]:
    yield from _SENTENCE.split(" ".join(text.split()))


def _only(values: set[Value]) -> Value | None:
    worth = {(value, unit) for value, unit, _ in values}
    return min(values) if len(worth) == 1 else None


def _may_end(ours: Sequence[str], theirs: Sequence[str]) -> str:
    """Return who alone may end one of the contracts without a reason, where in the other both may."""
    first, second = _enders(ours), _enders(theirs)
    for side, who, other in (("first", first, second), ("second", second, first)):
        if len(who) == 1 and "" not in who and other == {""}:
            name = next(iter(who))
            both = "second" if side == "first" else "first"
            return f"ending it without a reason: only {name} may in the {side}, which it gains by; both in the {both}"
    return ""


def _enders(sentences: Sequence[str]) -> set[str]:
    """Return who may end a contract without a reason; nothing written for both parties."""
    found = set()
    for sentence in sentences:
        if not _CONVENIENCE.search(sentence) or _BREACH.search(sentence):
            continue
        for may in _MAY_END.finditer(sentence):
            before = sentence[: may.start()]
            if _ALL.search(before):
                found.add("")
            elif one := _ONE.search(before):
                found.add(one["who"])
    return found


def _period(long: Duration) -> Value:
    return (round(long.count * _DAYS[long.unit], 1), "time", str(long))


def _notice(sentence: str) -> Iterator[Value]:
    if _ENDS.search(sentence) and not _BREACH.search(sentence):
        for start, end, long in durations(sentence):
            if _NOTICE.match(sentence[end:]) or _NOTICE_OF.search(sentence[:start]):
                yield _period(long)


def _cure(sentence: str) -> Iterator[Value]:
    if _CURE.search(sentence):
        yield from (_period(long) for _, _, long in durations(sentence))


def _payment(sentence: str) -> Iterator[Value]:
    if _PAY.search(sentence) and _INVOICE.search(sentence) and not _LATE.search(sentence):
        for _, _, long in durations(sentence):
            if long.unit in {"day", "week"}:
                yield _period(long)


def _late(sentence: str) -> Iterator[Value]:
    if _LATE.search(sentence):
        for number in facts(sentence).numbers:
            if number.unit == "%":
                per = re.search(r"(?i)\b(?:per|a|each)\s+(month|year|annum|day)\b", sentence)
                unit = {"annum": "year"}.get(per[1].lower(), per[1].lower()) if per else ""
                yield (float(number.value), unit, f"{number.value.normalize():f} %{f' a {unit}' if unit else ''}")


def _warranty(sentence: str) -> Iterator[Value]:
    if _WARRANTY.search(sentence):
        yield from (_period(long) for _, _, long in durations(sentence))


def _secret(sentence: str) -> Iterator[Value]:
    if _SECRET.search(sentence):
        yield from (_period(long) for _, _, long in durations(sentence) if long.unit in {"month", "year"})


def _cap(sentence: str) -> Iterator[Value]:
    for start, _, amount in money_in(sentence):
        if _LIABLE.search(sentence) and _MOST.search(sentence[:start]):
            yield _money(amount)


def _insured(sentence: str) -> Iterator[Value]:
    if _INSURE.search(sentence):
        yield from (_money(amount) for _, _, amount in money_in(sentence))


def _money(amount: str) -> Value:
    currency, number = amount.split(" ", 1)
    return (float(number.replace(",", "")), currency, amount)


_RULES = (
    _Rule(
        frozenset({"termination", "term and renewal"}),
        "notice to end it", "who is given notice", "who wants to leave", _notice,
    ),
    _Rule(frozenset({"termination"}), "time to cure a breach", "who is in breach", "the other party", _cure),
    _Rule(frozenset({"payment"}), "time to pay", "who pays", "who is paid", _payment),
    _Rule(frozenset({"payment"}), "interest on late payment", "who is paid", "who pays", _late),
    _Rule(frozenset({"liability"}), "most that is owed", "who suffers damage", "who is liable", _cap),
    _Rule(frozenset({"warranties"}), "warranty", "who is given the warranty", "who gives it", _warranty),
    _Rule(frozenset({"confidentiality"}), "secrecy", "who discloses", "who has to keep it", _secret),
    _Rule(frozenset({"insurance"}), "insurance", "who may claim", "who has to insure", _insured),
)  # fmt: skip
