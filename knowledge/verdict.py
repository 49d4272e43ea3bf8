"""Decide whether an answer may be shown, from evidence of our own and not the model's word alone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.facts import facts, names
from knowledge.phrasing import asks_for, speaks_of
from knowledge.proof import Proof, Quote
from knowledge.types import Check

_CURRENCY = (
    r"(?-i:(?:NOK|SEK|DKK|ISK|USD|EUR|GBP|CHF|JPY|CNY|RMB|KZT|RUB|PLN|CZK|CAD|AUD|NZD|SGD|HKD|INR|BRL|ZAR|AED)\b)"
)
_PRICED = r"\b(?:fees?|price|amounts?|costs?|rent|charges?|salary|royalt\w+|compensation|consideration|cap|liability)\b"
_MONEY = re.compile(
    r"(?i)[$€£¥]\s?\d|(?-i:\b[A-Z]{3}\s?\d)|\d\s?%|\bper ?cent\b|"
    rf"\d\s?(?:[$€£¥]|(?:thousand |million |billion )?{_CURRENCY})|"
    r"\b(?:dollars?|euros?|pounds?|francs?|kron\w+|kr|tenge|rubles?|yen|yuan|cents?)\b|"
    r"\b(?:no|free|without) (?:fee|charge|cost)|"
    # An amount may be given by what it is measured on, or by where it stands.
    r"\b(?:exceed|equals?|equal to|limited to|up to|more than|greater than)\b.{0,60}"
    r"\b(?:fees?|amounts?|sums?|price|consideration) (?:actually )?(?:paid|payable)\b|"
    rf"{_PRICED}.{{0,60}}\b(?:equals?|equal to|(?:is|are|be|as) (?:set (?:forth|out)|specified|stated|listed) in)\b|"
    rf"{_PRICED}.{{0,60}}\bmarket value\b"
)
_TIME = re.compile(
    r"(?i)\b(?:hours?|days?|weeks?|months?|years?|quarters?|anniversar\w+|dates?|time|upon|until|immediately|prior|after|"
    r"before|terminat\w+|season|perpetu\w+|indefinite(?:ly)?|forever|"
    r"(?:bi-?|semi-?)?(?:daily|weekly|monthly|quarterly|yearly|annually))\b"
)
_MOMENT = re.compile(
    r"(?i)\b(?:on|upon|at) (?:the |its |his |their |first |written )*(?:signature|signing|execution|delivery|"
    r"acceptance|closing|completion|receipt|demand|shipment|maturity|presentation|expiry)\b"
)
_EVENT = re.compile(  # A date that is given by what happens on it, to the agreement and not to something in it.
    r"(?i)\b(?:day|date|end|anniversary|conclusion|expir\w+)\b.{0,40}\b(?:of|after|following|on which)\b.{0,40}"
    r"\b(?:(?:this|the|such) (?:\w+ )?(?:agreement|contract|term)|sign\w+|signature|execut\w+|"
    r"hereof|part(?:y|ies)|above)\b|"
    r"\b(?:terminat|expir|end|continu|remain)\w*\b.{0,80}\b(?:days?|months?|years?)\b.{0,12}"
    r"\b(?:from|after|following)\b.{0,60}\bdate\b|"
    r"\b(?:takes? effect|(?:becomes?|be|is) effective|(?:comes?|enters?) into (?:force|effect))\b.{0,20}"
    r"\b(?:on|upon|at) (?:the |its )?(?:signature|signing|execution|closing|acceptance)\b"
)
_ROLE = re.compile(  # `Who is the insurer of the goods?` is answered by words that speak of an insurer.
    r"(?i)^\W*(?:and |but |so )*who(?:'s|’s| is| are| was| were) (?:the|its|their|our) (?:[\w-]+ )*?([\w-]{4,})"
    r"(?= (?:of|under|for|in|to|here|on)\b|\W*$)"
)
_BANK = r"(?:lender|bank\b(?! (?:accounts?|holidays?|days?|transfers?|details|statements?)\b))"
_ALSO = {  # Other words for a role: what ends in -or or -er has no stem that its counterpart in -ee would not share.
    "lender": _BANK, "bank": _BANK, "landlord": "(?:landlord|lessor)", "lessor": "(?:landlord|lessor)",
    "tenant": "(?:tenant|lessee)", "lessee": "(?:tenant|lessee)", "buyer": "(?:buyer|purchaser)",
    "purchaser": "(?:buyer|purchaser)", "seller": "(?:seller|vendor)", "vendor": "(?:seller|vendor)",
    "auditor": "(?:auditor|audited by)", "guarantor": "(?:guarantor|guaranteed by)",
    "insurer": "(?:insurer|insured by)",
}  # fmt: skip
_NOUN = (
    r"(?:borrower|lender|bank|buyer|purchaser|seller|vendor|supplier|customer|client|tenant|landlord|less(?:or|ee)|"
    r"licens(?:or|ee)|franchis(?:or|ee)|employ(?:er|ee)|contractor|consultant|agent|distributor|manufacturer|guarantor|"
    r"issuer|trustee|creditor|debtor|owner|insurer|insured|carrier|shipper|consignee|company|shareholder|provider|"
    r"custodian|depositor|account holder|cardholder|(?:each|either|neither|both|other|\w+ing) part(?:y|ie))s?"
)
_DUTY = (
    r"(?:pay|bear|own|keep|provide|deliver|hold|appoint|supply|cover|reimburse|retain|insure|maintain|obtain|arrange|"
    r"purchase|sell|indemnify|carry|notify)"
)
_ACTOR = re.compile(  # Who does it need not have a name: `is paid by the borrower`, `Customer shall pay`.
    rf"(?i)\b(?:by|account of|expense of|responsibility of) (?:the |an? |each |any )?{_NOUN}\b|"
    rf"(?:^|[.;:,]\s*|\b(?:and|or|that|if) )(?:the |an? |each |any )?{_NOUN} "
    rf"(?:(?:shall|will|must|may|can|is|are|has|have)\b|(?:{_DUTY}s?|carries|indemnifies)\b)|"
    r"(?-i:(?:^|[.;:]\s+)"
    r"(?!(?:Nothing|This|That|These|Those|It|They|There|All|Any|Such|No|None|What|Which)\b)[A-Z])\w+ "
    rf"(?:shall|will|must|may) {_DUTY}\b"
)
_CHANGE = re.compile(
    r"(?i)\b(?:from|compared|versus|vs|than|while|whereas|up|down|both|same|by|unchanged|respectively)\b|"
    r"\b(?:increas|decreas|grew|grow|fell|fall|drop|declin|rose|ris|higher|lower|chang|reduc|improv)\w*"
)
_SHARE = r"\d[\d.,]*\s?(?:%|per ?cent\b|(?:basis|percentage) points?\b)"
_AMOUNT = rf"(?:{_SHARE}|(?:[$€£¥]\s?|{_CURRENCY} )\d|\d[\d.,]*\s?(?:thousand|million|billion)\b)"
_CHANGED = re.compile(  # One number says how much: `grew 12%`, and not `grew to 12%`.
    r"(?i)(?:\b(?:increased|decreased|grew|grown|fell|fallen|dropped|declined|rose|risen|improved|shrank|changed|up|down)|"
    r"\b(?:increase|decrease|growth|decline|reduction|drop|rise|fall) of)"
    rf"(?: (?:by|about|approximately|nearly|almost|around|roughly|some))* {_AMOUNT}|"
    rf"{_AMOUNT},? (?:increase|decrease|growth|decline|reduction|drop|rise|higher|lower)\b"
)
_PERCENTAGE = re.compile(r"(?i)(?<!exchange )(?<!hourly )(?<!daily )\b(?:rate|margin|ratio|percentage)s?\b")
_REFERENCE = re.compile(
    r"(?i)\d\s?(?:basis points?|bps)\b|(?-i:\b(?:NIBOR|EURIBOR|SOFR|SONIA|LIBOR|STIBOR|CIBOR|Nibor|Euribor)\b)|"
    r"\b(?:prime|base)(?: lending)? rate\b"
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
    fits = not kind or gives(kind, quoted, question=question)
    if kind == "person" and (role := _ROLE.search(question)) and role[1].lower() not in _ANYBODY:
        fits = fits and _speaks_of_role(role[1].lower(), quoted)
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


def _speaks_of_role(role: str, text: str) -> bool:
    """Tell whether `text` names a role, by that word or by another for it."""
    one = role.removesuffix("s")
    words = _ALSO.get(one) or re.escape(re.sub(r"(?:ie|y)$", "", one))
    return bool(re.search(rf"(?i)\b{words}", text))


def gives(kind: str, text: str, *, question: str = "") -> bool:
    """Tell whether `text` holds a thing of that kind; the question tells a percentage from an amount."""
    stated = facts(text)
    match kind:
        case "change":
            if _PERCENTAGE.search(question) and not re.search(rf"(?i){_SHARE}", text):
                return False
            return bool(_CHANGED.search(text)) or (bool(_CHANGE.search(text)) and len(stated.numbers) > 1)
        case "money":
            return bool(_MONEY.search(text))
        case "rate":
            refers = not question or re.search(r"(?i)\b(?:interest|rate)\b", question)
            return any(number.unit == "%" for number in stated.numbers) or bool(refers and _REFERENCE.search(text))
        case "identifier":
            return bool(re.search(r"\d{4,}|\d[\d-]{5,}\d|\S@\S", text))
        case "count" | "quantity":
            return bool(stated.numbers)
        case "duration":
            return bool(_TIME.search(text))
        case "date":
            return bool(stated.dates or _EVENT.search(text))
        case "time":
            return bool(stated.dates or _TIME.search(text) or _MOMENT.search(text))
        case "person":
            return any(True for _ in names(text)) or bool(_ACTOR.search(text))
    return True
