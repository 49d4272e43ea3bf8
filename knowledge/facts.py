"""Take the facts out of a text that can be checked word by word: numbers, dates, names."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan enero", "february feb febrero", "march mar marzo", "april apr abril", "may mayo",
            "june jun junio", "july jul julio", "august aug agosto", "september sept sep septiembre",
            "october oct octubre", "november nov noviembre", "december dec diciembre",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_ONES = (
    "zero one two three four five six seven eight nine ten "
    "eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_NTHS = (
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth "
    "eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
)
_TENTHS = "twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth"
WORD_NUMBERS = (
    {word: number for number, word in enumerate(_ONES.split())}
    | {word: 10 * number for number, word in enumerate(_TENS.split(), 2)}
    | {word: number for number, word in enumerate(_NTHS.split())}
    | {word: 10 * number for number, word in enumerate(_TENTHS.split(), 2)}
    | {"once": 1, "twice": 2, "quarter": 4, "quarterly": 4}
)
SCALES = {
    "hundred": 100, "thousand": 1000, "k": 1000, "million": 10**6, "mio": 10**6, "mn": 10**6, "mm": 10**6, "m": 10**6,
    "billion": 10**9, "bn": 10**9, "b": 10**9, "trillion": 10**12,
    "mil": 1000, "millón": 10**6, "millones": 10**6, "万": 10**4, "亿": 10**8,
}  # fmt: skip
ROUNDED = re.compile(
    r"(?i)\b(?:about|around|approximately|roughly|nearly|almost|some|ca\.?|circa|unos|aproximadamente)\s*$|[约近]$"
)
_DIGITS = re.compile(
    r"(?<![A-Za-z\d_.,])(?P<sign>[-−(]?)(?P<money>US\$|\b[A-Z]{3}\b|[$€£¥])?\s?"
    r"(?P<number>\d{1,3}(?:[,'’\u202f]\d{3})+(?:\.\d+)?|\d+,\d{1,2}(?!\d)|\d+(?:\.\d+)?|\.\d+)"
    r"(?P<nth>st|nd|rd|th|º|ª)?"
    r"(?:[ -]?(?P<scale>hundred|thousand|million|billion|trillion|millones|millón|mil|mio|mn|mm|bn|[kKmMbB万亿])"
    r"(?![a-z]))?"
)
_WORDS = re.compile(
    r"(?i)\b(?:"
    + "|".join(sorted(WORD_NUMBERS | {"hundred": 0, "thousand": 0, "million": 0, "billion": 0}, key=len, reverse=True))
    + r")\b"
)
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_ORDINALS = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh"),
    *("twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth"),
    *("twentieth", "twenty-first", "twenty-second", "twenty-third", "twenty-fourth", "twenty-fifth", "twenty-sixth"),
    *("twenty-seventh", "twenty-eighth", "twenty-ninth", "thirtieth", "thirty-first"),
)
_NTH = {name: at for at, name in enumerate(_ORDINALS, 1)}
_DATES = (
    re.compile(
        rf"(?i)\b(?P<d>{'|'.join(sorted(_NTH, key=len, reverse=True))})\s+(?:day\s+)?of\s+(?P<m>{_MONTH})\b\.?"
        r"(?:,?\s+(?:of\s+)?(?P<y>\d{4}))?"
    ),
    re.compile(rf"(?i)\b(?P<m>{_MONTH})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(?:of\s+)?(?P<y>\d{{4}}))?"),
    re.compile(
        rf"(?i)\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:day\s+of\s+|of\s+|de\s+)?(?P<m>{_MONTH})\b\.?(?:,?\s+(?:of\s+|de\s+)?(?P<y>\d{{4}}))?"
    ),
    re.compile(r"\b(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})\b"),
    re.compile(r"(?P<y>\d{4})\s?年\s?(?P<m>\d{1,2})\s?月(?:\s?(?P<d>\d{1,2})\s?日)?"),
    re.compile(r"(?<!年)(?<!\d)(?P<m>\d{1,2})\s?月\s?(?P<d>\d{1,2})\s?日(?P<y>)"),
    re.compile(rf"(?i)\b(?P<m>{_MONTH})\.?,?\s+(?:of\s+|de\s+)?(?P<y>\d{{4}})\b(?P<d>)"),
)
_NUMERIC_DATE = re.compile(r"\b(\d{1,2})([/.])(\d{1,2})\2(\d{2}|\d{4})\b")
_NAME = re.compile(r"[^\W\d_][\w&’'\-]*[^\W_]|[A-Z]")


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written: `unit` is `%` or empty, `step` the size of its last digit when it may be rounded."""

    value: Decimal
    unit: str = ""
    step: Decimal = Decimal(0)
    spelled: bool = False


@dataclass(frozen=True, slots=True)
class Date:
    """A date as written; what is not given is 0."""

    year: int
    month: int
    day: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What a text states that can be checked."""

    numbers: tuple[Number, ...]
    dates: tuple[Date, ...]


def fold(text: str) -> str:
    """Return `text` in one spelling: compatibility forms, quotes, dashes and white space made equal."""
    folded = unicodedata.normalize("NFKC", text).translate(_EQUAL)
    return " ".join(folded.split())


_EQUAL = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "’": "'", "‘": "'", "–": "-", "—": "-", "−": "-", "\u00ad": None, "\u200b": None}
)


def facts(text: str) -> Facts:
    """Return the numbers and dates of `text`; digits of a date are no numbers beside it."""
    text = fold(re.sub(r"\[\d{1,2}\]", " ", text))
    dates: list[Date] = []
    rest = text
    for pattern in _DATES:
        dates.extend(map(_date, pattern.finditer(rest)))
        rest = pattern.sub(" ; ", rest)
    dates.extend(_numeric(*found) for found in _NUMERIC_DATE.findall(rest))
    rest = _NUMERIC_DATE.sub(" ; ", rest)
    return Facts(tuple(_numbers(rest)), tuple(dates))


def dates_in(text: str) -> Iterator[tuple[int, int, Date]]:
    """Yield the dates of `text` with where each begins and ends, in their order."""
    taken: list[tuple[int, int, Date]] = []
    for pattern in _DATES:
        for match in pattern.finditer(text):
            if all(match.end() <= start or match.start() >= end for start, end, _ in taken):
                taken.append((match.start(), match.end(), _date(match)))
    numeric = ((each.start(), each.end(), _numeric(*each.groups())) for each in _NUMERIC_DATE.finditer(text))
    taken.extend(numeric)
    yield from sorted(taken, key=lambda each: each[:2])


def _numeric(first: str, mark: str, second: str, year: str) -> Date:
    """Return a date of numbers: the month comes first unless it can be none, but behind points the day does."""
    day_first = int(second) <= 12 and (mark == "." or int(first) > 12)
    month, day = (second, first) if day_first else (first, second)
    century = 0 if len(year) == 4 else 1900 if int(year) > 50 else 2000
    return Date(int(year) + century, int(month), int(day))


def _date(match: re.Match[str]) -> Date:
    month = match["m"].lower()
    day = match["d"] or "0"
    return Date(int(match["y"] or 0), MONTHS.get(month) or int(month), _NTH.get(day.lower()) or int(day))


def _numbers(text: str) -> Iterator[Number]:
    for match in _DIGITS.finditer(text):
        value = _value(match["number"])
        scale = Decimal(SCALES.get((match["scale"] or "").lower(), 1))
        if match["scale"] in {"m", "M", "b", "B"} and not match["money"]:
            scale = Decimal(1)  # `5 m` without a currency is metres as likely as millions.
        about = bool(ROUNDED.search(text[: match.start()]))
        last = Decimal(1).scaleb(int((value.normalize() if about else value).as_tuple().exponent)) * scale
        rounded = about or scale > 1
        percent = re.match(r"\s?(?:%|per\s?cent|percent|por ciento)", text[match.end() :], re.IGNORECASE)
        yield Number(value * scale, "%" if percent else "", last if rounded else Decimal(0))
    yield from _spelled(_DIGITS.sub(" ; ", text))


def _value(written: str) -> Decimal:
    if re.fullmatch(r"\d+,\d{1,2}", written):  # A decimal comma.
        return Decimal(written.replace(",", "."))
    return Decimal(re.sub(r"[,'’\u202f]", "", written))


def _spelled(text: str) -> Iterator[Number]:
    """Yield numbers written as words: `sixty-five`, `one hundred and twenty thousand`."""
    total, current, end, open_run = 0, 0, 0, False
    for match in [*_WORDS.finditer(text), None]:
        between = text[end : match.start()] if match and open_run else ""
        if open_run and (match is None or not re.fullmatch(r"[\s-]*(?:and\s+)?", between)):
            percent = re.match(r"\s?(?:\(\S+\)\s?)?(?:%|per\s?cent|percent)", text[end:], re.IGNORECASE)
            yield Number(Decimal(total + current), "%" if percent else "", spelled=True)
            total, current = 0, 0
        if match is None:
            return
        word = match.group().lower()
        scale = SCALES.get(word, 0) if word in {"hundred", "thousand", "million", "billion"} else 0
        if scale == 100:
            current = max(current, 1) * 100
        elif scale:
            total, current = total + max(current, 1) * scale, 0
        else:
            current += WORD_NUMBERS[word]
        end, open_run = match.end(), True


def missing(wanted: Facts, given: Facts) -> list[str]:
    """Return the facts of `wanted`, as words, that `given` does not state."""
    lost = [f"{each.value.normalize():f}{each.unit}" for each in wanted.numbers if not _stated(each, given)]
    return lost + [_spell(each) for each in wanted.dates if not _dated(each, given)]


def _stated(number: Number, given: Facts) -> bool:
    if number.spelled and number.value <= 1:
        return True  # `One of the parties` counts nothing.
    if any(_equal(number, each) for each in given.numbers):
        return True
    # A year of a date may stand alone in the answer, and so may its day.
    return number.unit == "" and any(number.value in {each.year, each.day} for each in given.dates if number.value)


def _equal(wanted: Number, given: Number) -> bool:
    if wanted.unit == "%" and given.unit != "%":
        return False
    step = wanted.step / 2
    return abs(wanted.value - given.value) <= step


def _dated(date: Date, given: Facts) -> bool:
    for each in given.dates:
        same_day = (each.month, each.day) == (date.month, date.day) or (date.day == 0 and each.month == date.month)
        if same_day and date.year in {0, each.year}:
            return True
    # `July 1 of 1997 and 1998`: the day beside one year, other years as numbers.
    years = {int(each.value) for each in given.numbers if each.value == int(each.value)} | {
        each.year for each in given.dates
    }
    days = {(each.month, each.day) for each in given.dates if each.year == 0}
    return (date.month, date.day) in days and date.year in years


def _spell(date: Date) -> str:
    return "-".join(str(part) for part in (date.year, date.month, date.day) if part)


def names(text: str) -> Iterator[str]:
    """Yield the capitalised words of `text` that do not merely open a sentence."""
    opening = True
    end = 0
    for match in _NAME.finditer(text):
        between = text[end : match.start()]
        opening = end == 0 or bool(re.search(r"[.!?:;\n\]\"“”(-]\s*$", between))
        word = match.group()
        if (word[0].isupper() and not opening) or (len(word) > 1 and word.isupper()):
            yield re.sub(r"['’]s?$", "", word)
        end = match.end()


def unknown_names(text: str, *known: str, also: Collection[str] = ()) -> list[str]:
    """Return the names in `text` that stand in none of the texts `known`."""
    words = {_bare(word) for each in known for word in _NAME.findall(fold(each))} | {_bare(each) for each in also}
    return [
        name
        for name in names(fold(text))
        if not any(_bare(part) in words for part in (name, *name.split("-"))) and name.lower() not in _NO_NAMES
    ]


def named(text: str) -> set[str]:
    """Return the names in `text`, in small letters, without the words that contracts write like names."""
    return {name.lower() for name in names(fold(text))} - _NO_NAMES


def _bare(word: str) -> str:
    return re.sub(r"['’]s?$", "", word).lower()


_NO_NAMES = {
    *MONTHS,
    "i",
    "yes",
    "no",
    "agreement",
    "contract",
    "party",
    "parties",
    "section",
    "article",
    "exhibit",
    "usd",
    "vat",
}
