"""Decide whether an answer may be shown, from evidence of our own and not the model's word alone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.facts import facts, names
from knowledge.phrasing import asks_for, speaks_of
from knowledge.proof import Proof, Quote
from knowledge.types import Check

_MONEY = re.compile(
    r"(?i)[$€£¥]\s?\d|(?-i:\b[A-Z]{3}\s?\d)|\d\s?%|\bper ?cent\b|"
    r"\b(?:dollars?|euros?|pounds?|francs?|kron\w+|kr|tenge|rubles?|yen|yuan|cents?)\b|"
    r"\b(?:no|free|without) (?:fee|charge|cost)"
)
_TIME = re.compile(
    r"(?i)\b(?:days?|weeks?|months?|years?|quarters?|anniversar\w+|dates?|time|upon|until|immediately|prior|after|"
    r"before|terminat\w+|season)\b"
)
_EVENT = re.compile(  # A date that is given by what happens on it, to the agreement and not to something in it.
    r"(?i)\b(?:day|date|end|anniversary|conclusion|expir\w+)\b.{0,40}\b(?:of|after|following|on which)\b.{0,40}"
    r"\b(?:(?:this|the|such) (?:\w+ )?(?:agreement|contract|term)|sign\w+|signature|execut\w+|"
    r"hereof|part(?:y|ies)|above)\b|"
    r"\b(?:terminat|expir|end|continu|remain)\w*\b.{0,80}\b(?:days?|months?|years?)\b.{0,12}"
    r"\b(?:from|after|following)\b.{0,60}\bdate\b"
)
_ROLE = re.compile(  # `Who is the insurer of the goods?` is answered by words that speak of an insurer.
    r"(?i)^\W*(?:and |but |so )*who(?:'s|’s| is| are| was| were) (?:the|its|their|our) (?:[\w-]+ )*?([\w-]{4,})"
    r"(?= (?:of|under|for|in|to|here|on)\b|\W*$)"
)
_CHANGE = re.compile(
    r"(?i)\b(?:from|compared|versus|vs|than|while|whereas|up|down|both|same|by|unchanged|respectively)\b|"
    r"\b(?:increas|decreas|grew|grow|fell|fall|drop|declin|rose|ris|higher|lower|chang|reduc|improv)\w*"
)
_ANYBODY = frozenset({"parties", "party", "signatories", "people", "persons", "contact", "contacts"})
_NEAR = 300  # Characters on each side of a quote, in which the thing that is asked about is named.
_STATED = 0.35  # Below this the model itself does not believe that the passages state it.


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the answer is shown, how sure that is, and the checks that say why."""

    shown: bool
    confidence: float
    checks: tuple[Check, ...]


def judge(question: str, proofs: Sequence[Proof], *, denied: bool, stated: float, confidence: float) -> Verdict:
    """Weigh what speaks for an answer.

    Args:
        question: The question in English.
        proofs: What became of each sentence that it wrote.
        denied: The model wrote that the passages do not state it.
        stated: How likely the model finds it that they do.
        confidence: How sure the search is.
    """
    held = [proof for proof in proofs if proof.holds]
    kind = asks_for(question)
    quoted = " ".join(quote.text for proof in held for quote in proof.quotes)
    fits = not kind or gives(kind, quoted)
    if kind == "person" and (role := _ROLE.search(question)) and role[1].lower() not in _ANYBODY:
        fits = fits and bool(re.search(rf"(?i)\b{re.escape(role[1].rstrip('s'))}", quoted))
    read = " ".join(_around(quote) for proof in held for quote in proof.quotes)
    lost = sorted({each for proof in proofs for each in proof.lost})
    checks = (
        Check("stated", stated >= _STATED and not denied, f"{stated:.2f}"),
        Check("proven", bool(held), ", ".join(lost) or f"{len(held)} of {len(proofs)} sentences"),
        Check("kind", fits, kind),
        Check("concept", speaks_of(question, read), ""),
    )
    sure = stated * (0.6 + 0.4 * confidence) * (len(held) / len(proofs) if proofs else 0.0)
    return Verdict(all(check.passed for check in checks), round(sure, 3), checks)


def _around(quote: Quote) -> str:
    """Return the words that a quote stands among, and under which heading: its sentence may call the thing `it`."""
    at = max(quote.source.text.find(quote.text), 0)
    near = quote.source.text[max(at - _NEAR, 0) : at + len(quote.text) + _NEAR]
    return f"{quote.source.passage.chunk.heading} {near} {quote.text}"


def gives(kind: str, text: str) -> bool:
    """Tell whether `text` holds a thing of that kind."""
    stated = facts(text)
    match kind:
        case "change":
            return bool(_CHANGE.search(text)) and len(stated.numbers) > 1
        case "money":
            return bool(_MONEY.search(text))
        case "rate":
            return any(number.unit == "%" for number in stated.numbers)
        case "identifier":
            return bool(re.search(r"\d{4,}|\d[\d-]{5,}\d|\S@\S", text))
        case "count" | "quantity":
            return bool(stated.numbers)
        case "duration":
            return bool(_TIME.search(text))
        case "date":
            return bool(stated.dates or _EVENT.search(text))
        case "time":
            return bool(stated.dates or _TIME.search(text))
        case "person":
            return any(True for _ in names(text))
    return True
