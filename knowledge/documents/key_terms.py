"""Read the periods, dates, amounts, shares and laws that a clause names, each written in one way."""

import re
from collections.abc import Iterator

from knowledge.documents.amounts import money_in
from knowledge.documents.dating import whole
from knowledge.documents.duration import durations
from knowledge.documents.law import laws_in
from knowledge.facts import WORD_NUMBERS, dates_in, facts

_SCALES = r"hundred|thousand|million|billion"
_WORDS = "|".join(sorted(WORD_NUMBERS, key=len, reverse=True))
_SPELLED = re.compile(
    rf"(?i)\b(?:{_WORDS})\b(?:[\s-]+(?:and\s+)?(?:{_WORDS}|{_SCALES})\b)*"
    r"(?P<money>(?=\s+(?:U\.?\s?S\.?\s+|Canadian\s+)?(?:dollars?|euros?|pounds?|francs?|yen|kroner|krona)\b))?"
)
_LARGE = re.compile(rf"(?i)\b(?:{_SCALES})\b")
_HOURS = re.compile(r"(?i)(?<![\d.,])\(?(\d{1,4})\)?[\s-]*hours?\b")
_A = re.compile(r"(?i)\s*an?\s+[a-z]+$")
_LASTS = re.compile(r"(?i)\b(?:for|of|within|than|after|every)\s*$")
_LAW_OF = re.compile(
    r"(?i:laws? of (?:the )?)(?:(?:State|Commonwealth|Province|Republic) of )?(?P<place>[A-Z]\w+(?: [A-Z]\w+)*)"
)


def key_terms(text: str) -> tuple[str, ...]:
    """Return the periods, dates, amounts, shares and laws that a clause names, each written in one way."""
    flat = _SPELLED.sub(_in_digits, " ".join(text.split()))
    found = [*_periods(flat), *_dates(flat), *(amount for _, _, amount in money_in(flat))]
    found += [f"{each.value.normalize():f} %" for each in facts(flat).numbers if each.unit]
    laws = list(laws_in(flat))
    # A place that the table does not know is still a law when no other is named.
    laws = laws or [match["place"] for match in _LAW_OF.finditer(flat)]
    return tuple(dict.fromkeys((*found, *(f"law of {law}" for law in laws))))


def _in_digits(match: re.Match[str]) -> str:
    """Return a large number, or one of money, in digits; `ninety days` is read as it is."""
    numbers = facts(match[0]).numbers
    if match["money"] is None and not _LARGE.search(match[0]):
        return match[0]
    return f"{numbers[0].value:f}" if len(numbers) == 1 else match[0]


def _periods(text: str) -> Iterator[str]:
    for start, end, period in durations(text):
        # `$500 a month` is a rate.
        if not _A.match(text[start:end]) or _LASTS.search(text[:start].rstrip()[-12:]):
            yield str(period)
    for match in _HOURS.finditer(text):
        yield f"{match[1]} hour{'' if match[1] == '1' else 's'}"


def _dates(text: str) -> Iterator[str]:
    for _, _, date in dates_in(text):
        if day := whole(date):
            yield day.isoformat()
        elif date.year and 1 <= date.month <= 12:
            yield f"{date.year}-{date.month:02}"
