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
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "bn": 10**9, "m": 10**6, "k": 10**3}
_NUMBER = r"(?:\d{1,3}(?:[,'’]\d{3})+|\d+)(?:\.\d+)?"
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
_LIABLE = re.compile(r"(?i)\bliab(?:le|ility|ilities)\b")
_AT_MOST = re.compile(
    r"(?i)\b(?:exceed\w*|in\s+excess\s+of|limited\s+to|more\s+than|greater\s+than|maximum(?:\s+\w+){0,4}|capped\s+at|up\s+to|cap\s+of)"
    r"\b[^.;]{0,120}$"
)
_OTHER = re.compile(r"(?i)\binsur\w+|\bcoverage\b|\bpremium\b|\bper\s+(?:share|unit)\b")


def money_in(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the amounts of a text, as `USD 120,000`, with where each begins and ends."""
    for match in _MONEY.finditer(text):
        value = Decimal(re.sub(r"[,'’]", "", match["number"] or match["bare"]))
        value *= _SCALES.get((match["scale1"] or match["scale2"] or "").lower(), 1)
        yield match.start(), match.end(), f"{_currency(match)} {value:{',.0f' if value == int(value) else ',.2f'}}"


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
    return _amount(paper, lambda sentence, at: bool(_TOTAL.search(sentence[:at])))


def cap(paper: Paper) -> Told | None:
    """Return the most that a party is liable for, where an amount is named."""
    return _amount(
        paper, lambda sentence, at: bool(_LIABLE.search(sentence[:at])) and bool(_AT_MOST.search(sentence[:at]))
    )


def _amount(paper: Paper, tells: Callable[[str, int], bool]) -> Told | None:
    for start, end in paper.sentences:
        sentence = paper.text[start:end]
        if not re.search(r"\d", sentence) or _OTHER.search(sentence):
            continue
        for at, _, value in money_in(sentence):
            if tells(sentence, at):
                return Told(value, (paper.cite(start, end, at=start + at),), 0.75)
    return None
