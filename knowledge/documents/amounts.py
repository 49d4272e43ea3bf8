"""Find what a contract is worth in all, and the most that a party is liable for."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal

from knowledge.documents.paper import Paper
from knowledge.documents.term import Told

_SIGNS = {
    "$": "USD",
    "US$": "USD",
    "U.S.$": "USD",
    "C$": "CAD",
    "CAD$": "CAD",
    "A$": "AUD",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
}
_WORDS = {"dollar": "USD", "euro": "EUR", "pound": "GBP", "franc": "CHF", "yen": "JPY", "kroner": "NOK", "krona": "SEK"}
_CODES = "USD|EUR|GBP|CHF|JPY|CAD|AUD|NZD|SEK|NOK|DKK|CNY|RMB|HKD|SGD|INR|ZAR|BRL|MXN|PLN|CZK|HUF|ILS|AED|KRW"
_POINTS = frozenset({"USD", "GBP", "CAD", "AUD", "NZD", "HKD", "SGD", "JPY", "INR", "CNY", "ILS"})
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "bn": 10**9, "m": 10**6, "k": 10**3}
# `1,250,000.50`, `1.250.000,50`, `1 250 000`, `1,5`: groups of three, set apart as any country does.
_NUMBER = (
    r"(?:\d{1,3}(?:[,'’]\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3}){2,}(?:,\d\d?)?|\d{1,3}(?:\.\d{3})+,\d\d?|"
    r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:[.,]\d\d?)?|\d+,\d{1,2}|\d+(?:\.\d+)?)(?!\d)"
)
_SCALE = r"(?:\s?(?P<scale{0}>thousand|million|billion|bn|[mk])\b)?"
_MONEY = re.compile(
    rf"(?i)(?P<sign>U\.?S\.?\s?\$|CAD\$|[CA]\$|[$€£¥]|\b(?:{_CODES})\b)\s?(?P<number>{_NUMBER}){_SCALE.format(1)}"
    rf"|\b(?P<bare>{_NUMBER})\)?{_SCALE.format(2)}\s?\)?\s?(?P<word>(?:U\.?\s?S\.?\s+|Canadian\s+)?(?:dollars?|euros?|pounds?|francs?|yen|kroner|"
    rf"krona)|{_CODES})\b"
)
_TOTAL = re.compile(
    r"(?i)\b(?:aggregate\s+(?:amount|sum|price|purchase\s+price|consideration)|total\s+(?:\w+\s+){0,2}(?:amount|price|sum|value|"
    r"consideration|fees?|cost)|contract\s+(?:price|sum|value|amount)|purchase\s+price|principal\s+(?:amount|sum)|"
    r"loan\s+amount|facility\s+(?:amount|of)|loan\s+(?:in\s+the\s+amount\s+)?of|amount\s+of\s+the\s+(?:loan|facility))\b[^.;]{0,90}$"
)
# What names an amount that is not the whole: one of many, a bound, the price of something else.
_IN_PART = re.compile(
    r"(?i)\b(?:example|e\.g|at\s+least|less\s+than|more\s+than|minimum|exceed\w*|excess|up\s+to|warrants?|shares?|stock|"
    r"options?|threshold|reach\w*|spen[dt]\w*|insur\w+|note)\b"
)
_LIABLE = re.compile(r"(?i)\bliab(?:le|ility|ilities)\b")
_AT_MOST = re.compile(
    r"(?i)\b(?:(?P<over>exceed\w*|in\s+excess\s+of|more\s+than|greater\s+than)|(?P<limit>limited\s+to)|"
    r"maximum(?:\s+\w+){0,4}|capped\s+at|up\s+to|cap\s+of)\b[^.;]{0,120}$"
)
_NEVER = re.compile(r"(?i)\b(?:no|not|never|neither|nor|none)\b|n['’]t\b")
_INSURED = re.compile(r"(?i)\binsur\w+|\bcoverage\b|\bpremium\b")
_OF_ELSE = re.compile(r"(?i)^\s*(?:(?:of|in|for|as)\s+)?(?:\w+\s+)?(?:insur\w+|coverage|per\s+(?:share|unit))\b")
_OTHER = re.compile(r"(?i)\binsur\w+|\bcoverage\b|\bpremium\b|\bper\s+(?:share|unit)\b")


def money_in(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the amounts of a text, as `USD 120,000`, with where each begins and ends."""
    for match in _MONEY.finditer(text):
        currency = _currency(match)
        scale = (match["scale1"] or match["scale2"] or "").lower()
        value = _value(match["number"] or match["bare"], points=currency in _POINTS or bool(scale))
        value *= _SCALES.get(scale, 1)
        yield match.start(), match.end(), f"{currency} {value:{',.0f' if value == int(value) else ',.2f'}}"


def _value(written: str, *, points: bool) -> Decimal:
    """Return a number; `points` says that a point before three digits is one of decimals, as in `$1.125`."""
    digits = re.sub(r"[\s'’]", "", written)
    if re.fullmatch(r"[1-9]\d{0,2}(?:\.\d{3})+(?:,\d\d?)?", digits) and not (points and digits.count(".") == 1):
        digits = digits.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"\d+,\d\d?", digits):
        digits = digits.replace(",", ".")
    return Decimal(digits.replace(",", ""))


def _currency(match: re.Match[str]) -> str:
    said = re.sub(r"\s", "", match["sign"] or "").upper().replace("U.S", "US").replace("US.", "US")
    if said:
        return _SIGNS.get(said, said)
    word = match["word"].lower()
    if word.upper() in _CODES.split("|"):
        return word.upper()
    return "CAD" if "canadian" in word else next(code for name, code in _WORDS.items() if name in word)


def total(paper: Paper) -> Told | None:
    """Return what the contract names as its whole amount."""
    return _amount(paper, _is_total)


def cap(paper: Paper) -> Told | None:
    """Return the most that a party is liable for, where an amount is named."""
    return _amount(paper, _is_cap)


def _is_total(sentence: str, at: int, _: int) -> bool:
    named = _TOTAL.search(sentence[:at])
    return (
        named is not None
        and not _OTHER.search(sentence)
        and not _IN_PART.search(sentence[max(named.start() - 40, 0) : at])
    )


def _is_cap(sentence: str, at: int, end: int) -> bool:
    before = sentence[:at]
    most = _AT_MOST.search(before)
    if most is None or not _LIABLE.search(before) or _INSURED.search(before) or _OF_ELSE.search(sentence[end:]):
        return False
    denied = _NEVER.search(before[: most.start()])
    if most["over"]:
        return denied is not None  # `Liable for what exceeds $10,000` is the other way round.
    return not (most["limit"] and re.search(r"(?i)\bnot\s+be\s+$", before[: most.start()]))


def _amount(paper: Paper, tells: Callable[[str, int, int], bool]) -> Told | None:
    for start, end in paper.sentences:
        sentence = paper.text[start:end]
        if not re.search(r"\d", sentence):
            continue
        for at, stop, value in money_in(sentence):
            if tells(sentence, at, stop):
                return Told(value, (paper.cite(start, end, at=start + at),), 0.75)
    return None
