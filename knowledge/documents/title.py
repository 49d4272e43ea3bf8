"""Find a document's title and parties on its first pages, by rule."""

import re
from collections.abc import Sequence
from pathlib import PurePath

from knowledge.documents.filing import filing
from knowledge.documents.roles import COMPANY, END, FORMS, TERM, opening_of, parts
from knowledge.types import Page

KINDS = (
    "agreement|contract|lease|licen[cs]e|amendment|addendum|memorandum|letter|policy|statement of work|order|deed|"
    "guarantee|guaranty|indenture|plan|undertaking|terms|conditions|notice|certificate|note|mandate|report"
)
# What a heading in title case leaves in lower case.
SMALL_WORDS = re.compile(r"a|an|and|as|at|by|for|from|in|into|of|on|or|the|to|with", re.IGNORECASE)
KIND = re.compile(rf"\b(?:{KINDS})s?\b", re.IGNORECASE)
_NO_TITLE = re.compile(
    r"(?i)this\b|whereas|exhibit\s+[\d.]+$|source:|page\b|.*\b(?:phone|tel|fax)\b|.*\bp\.?\s?o\.?\s+box\b|"
    r".*\bcontract\s+n(?:o\b|umber)"
)
_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
# What stands before a heading on its line, or behind it.
_AHEAD = re.compile(
    rf"(?i)^(?:(?:strictly\s+)?confidential\b|draft\b|\((?:rev|draft)?[^()]{{0,20}}\)|\d\d?[/.]\d\d?[/.]\d{{2,4}}|"
    rf"(?:{_MONTHS})\s+\d\d?,\s+\d{{4}}|[\s,:–-]+)+(?=\S)"
)
_BEHIND = re.compile(r"(?i)[\s,–-]+(?:strictly\s+)?confidential$")
_RESTATED = re.compile(r"(?i)(?:[a-z]+\s+)?amended\s+(?:and|&)\s+restated")
_UNFINISHED = re.compile(r".*\s(?:AND|OF|FOR|TO|&)")
_CONTENTS = re.compile(r"(?i)\btable\s+of\s+contents\b|\barticle\s+(?:1|i|one)\b")
BETWEEN = re.compile(
    r"\b(?:by\s+and\s+between|by\s+and\s+among|between|among|entered\s+into\s+(?:by|with)|made\s+by)\b", re.IGNORECASE
)


def title_and_parties(pages: Sequence[Page], *, name: str) -> tuple[str, tuple[str, ...]]:
    """Return the title, falling back to the file's name, and the parties with what they are called for short."""
    opening = opening_of(pages)
    report = filing(opening)
    if report is not None:
        return report.title, (report.company,)
    return _title(opening, name), _parties(opening)


def _title(opening: str, name: str) -> str:
    lines = [re.sub(r"\s+", " ", line).strip(" -–—_*•") for line in opening[:2500].split("\n")]
    fallback = re.sub(r"[_\s]+", " ", PurePath(name).stem).strip()
    best = ""
    for at, line in enumerate(lines[:40]):
        if not KIND.search(line) or len(line) > 120 or len(line) < 5:
            continue
        letters = [each for each in line if each.isalpha()]
        capitals = sum(each.isupper() for each in letters) / max(1, len(letters))
        words = [word for word in re.findall(r"[A-Za-z]+", line) if not SMALL_WORDS.fullmatch(word)]
        headed = capitals > 0.6 or (words and sum(word[0].isupper() for word in words) / len(words) > 0.8)
        if not headed or _NO_TITLE.match(line):
            continue
        best = _BEHIND.sub("", _AHEAD.sub("", line)) or line
        best = re.sub(r"(?i)^(?:\d+\s+)?exhibit\s+[\w.\-]+\s*[:\-–]?\s*", "", best).strip() or best
        if re.fullmatch(rf"(?i)(?:{KINDS})s?", best) and at:
            before = lines[at - 1]
            best = f"{before} {best}".strip() if before and len(before) < 80 and before.upper() == before else best
        best = f"{_begun(lines[:at])} {best}".strip()
        break
    if not best:
        found = re.search(
            r"(?i)\bthis\s+((?:[A-Z][\w&\-]*[\s,]+(?:and\s+|of\s+)?){0,8}(?:Agreement|Contract|Lease|License|Amendment))\b",
            opening,
        )
        best = re.sub(r"\s+", " ", found[1]).strip() if found else ""
    return (best or fallback)[:300]


def _begun(above: Sequence[str]) -> str:
    """Return the line above a heading where the heading begins on it."""
    before = next((line for line in reversed(above) if line), "")
    unfinished = (
        before.upper() == before and _UNFINISHED.fullmatch(before) and not re.search(rf"\b(?:{FORMS})\b", before)
    )
    return before if len(before) < 80 and (_RESTATED.fullmatch(before) or unfinished) else ""


def _parties(opening: str) -> tuple[str, ...]:
    defined = parts(opening)
    if len(defined) > 1:
        return (*(each.name for each in defined), *(each.term for each in defined))
    flat = re.sub(r"\s+", " ", opening)
    found: list[str] = []
    for match in list(BETWEEN.finditer(flat))[:4]:
        stretch = flat[match.end() : match.end() + 900]
        stretch = _before_terms(stretch)
        found += [_tidy(each["name"]) for each in COMPANY.finditer(stretch)]
        found += [_tidy(each["term"]) for each in TERM.finditer(stretch)]
        if len(found) >= 2:
            break
    if len(found) < 2:
        near, far = _before_terms(flat[:3000]), flat[:3000]
        found += [_tidy(each["name"]) for each in (*COMPANY.finditer(near),) or COMPANY.finditer(far)]
    kept: dict[str, str] = {}
    for each in found:
        if len(each) > 1 and not KIND.fullmatch(each):
            kept.setdefault(re.sub(r"\W", "", each).lower(), each)
    return tuple(kept.values())[:8]


def _before_terms(text: str) -> str:
    """Return a text up to its contents, its recitals or its first clause."""
    ends = [found.start() for found in (_CONTENTS.search(text), END.search(text)) if found]
    return text[: min(ends, default=len(text))]


def _tidy(name: str) -> str:
    return re.sub(r"^(?:and|the|The|AND|THE|of)\s+", "", name.strip(" ,;")).strip(' ,;“”"')[:120]
