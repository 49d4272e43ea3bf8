"""Find who plays which part in an agreement: `Ingram Micro, a corporation …, ("Distributor")`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.documents.law import law_called
from knowledge.types import Page

FIRST = 3  # Pages on which a document names its parties.
OPENING = 6_000  # Characters of a document in which its parties stand.
REACH = 700  # Characters between a party's name and what it is called.
FORMS = (
    "Inc|INC|Incorporated|INCORPORATED|Corp|CORP|Corporation|CORPORATION|LLC|L\\.L\\.C|LLP|L\\.P|LP|Ltd|LTD|Limited|"
    "LIMITED|PLC|plc|Plc|GmbH|GMBH|AG|S\\.A|SA|N\\.V|NV|B\\.V|BV|Co|CO|Company|COMPANY|Trust|TRUST|Bank|BANK|"
    "Partnership|University|UNIVERSITY|Association|Holdings|HOLDINGS|GP|Pty|Sarl|SARL|S\\.p\\.A|AB|ASA|AS|Oy|KG"
)
_OF_PLACE = "America|AMERICA|Canada|CANADA|Europe|EUROPE|Pennsylvania|New York|California|Texas|Delaware|Ireland"
_WORD = r"[A-Z0-9][\w&.’'\-]*"
COMPANY = re.compile(
    r"(?P<name>[A-Z0-9][\w&.,’'\-]*(?:\s+(?:[A-Z0-9&][\w&.,’'\-]*|of|and|the|de|la|for)){0,8}?,?\s+"
    rf"(?:{FORMS})\b\.?(?:,?\s+(?:{FORMS})\b\.?)*(?:\s+(?:of|OF)\s+(?:the\s+|THE\s+)?(?:North\s+|NORTH\s+)?(?:{_OF_PLACE})\b)?)"
)
# `Ingram Micro, a corporation`; the form stands after the name.
_ENTITY = re.compile(
    rf"(?P<name>{_WORD}(?:[ \t]+(?:{_WORD}|of|&|and)){{0,6}}),\s+(?:an?|the)\s+(?:[\w.\-]+\s+){{0,6}}?"
    r"(?:corporation|company|partnership|bank|association|trust|organi[sz]ation|firm|cooperative|university|individual)\b"
)
TERM = re.compile(
    r"[(“\"]\s*(?:the|each|a|collectively|hereinafter|hereafter)?[^()“”\"]{0,40}[“\"](?P<term>[^“”\"]{2,40})[”\"]"
)
_OTHERS = re.compile(r"(?i)\b(?:collectively|together|individually|each|both|jointly)\b")
_NO_PART = re.compile(
    r"(?i)^(?:this\s+|the\s+)?(?:[\w-]+\s+)?(?:agreement|amendment|contract|addendum|date|closing|party|parties|term|"
    r"products?|services?|act|territory)$"
)
# Another company that is only named to say whose this one is.
_DESCENT = re.compile(
    r"(?i)\b(?:subsidiary|affiliate|division|unit|part|member|successor|assign\w*|behalf|laws?|d/b/a)\s+(?:\w+\s+){0,2}$"
)
_ITS_PAPER = re.compile(r"(?i)\s+(?:\w+\s+)?(?:agreement|contract|lease|deal)\b")
# What runs into a name: the heading above it, the address of the party before.
_BEFORE = re.compile(
    r"^.*\b(?:agreement|between|among|by|with)\s+|^.*\bdated\b.*\d{4}\s+|^.*\d.*\sand\s+|"
    r"^[\d.\-\s]*\bexhibit\s[\d.\s]+|^[\d.\- ]+(?=[A-Z])|^(?:and|the|of)\s+",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[a-z]{4,}[.:]\s")  # Who is a party is said in one; of others the next ones speak.
_NOBODY = re.compile(r"(?i)\b(?:whereas|witnesseth)\b|\bthe\s+\S+$")
# `Delaware Corporation` says what a party is.
_MERE_KIND = re.compile(r"(?i)\w+(?:\s\w+)?\s(?:corporation|company|partnership|trust)\.?")
END = re.compile(
    r"\b(?:WITNESSETH|WHEREAS|RECITALS?|BACKGROUND|NOW,?\s+THEREFORE|agree\s+as\s+follows|1\.\s)", re.IGNORECASE
)


# A person, or a company without a form: `and John Smith (the "Consultant")`.
_STRAIGHT = re.compile(
    r"\b(?:between|among|and|by|AND|BETWEEN)\s+(?P<name>[A-Z][\w.’'\-]*(?:\s+(?:[A-Z][\w.’'\-]*|de|van|von|der|la)){1,4}),?\s*$"
)
_SAID_BETWEEN = re.compile(r"(?i)\b(?:between|among|entered\s+into\s+(?:by|with))\b")
_ROLE = (
    r"(?i:agent|agency|buyer|client|company|consultant|contractor|customer|developer|distributor|franchisee|franchisor|landlord|"
    r"lender|lessee|lessor|borrower|licensee|licensor|manufacturer|purchaser|reseller|seller|supplier|tenant|vendor)"
)
_ROLE_BEFORE = re.compile(rf"^{_ROLE}\s+(?=\S+\s+\S)")
_FOOTER = re.compile(r"(?mi)^[ \t]*source:.*\d{1,2}/\d{1,2}/\d{4}[ \t]*$")  # Where a copy was taken from.


@dataclass(frozen=True, slots=True)
class Part:
    """A party by its name, and what the agreement calls it."""

    name: str
    term: str


_SOURCE = re.compile(r"(?m)^[ \t]*Source:[ \t].*$")  # Where a copy was taken from, at the foot of each page.


def opening_of(pages: Sequence[Page]) -> str:
    """Return the text in which a document names its parties."""
    return _FOOTER.sub("", "\n".join(page.text for page in pages[:FIRST])[:OPENING])


def parts(opening: str) -> tuple[Part, ...]:
    """Return the parties whose part a document's `opening` defines, in their order."""
    found: list[Part] = []
    before = 0
    for match in TERM.finditer(opening):
        stretch = opening[max(before, match.start() - REACH) : match.start()]
        if found and (END.search(stretch) or (len(found) > 1 and _SENTENCE.search(stretch))):
            break
        before = match.end()
        term = " ".join(match["term"].split()).strip(" ,;.)")
        said = match[0][: match.start("term") - match.start()]
        if not any(map(str.isupper, term)) or _NO_PART.match(term) or _OTHERS.search(said):
            continue
        name = _named(stretch) or (_straight(stretch) if _names_parties(opening[: match.start()]) else "")
        told = {word for each in found for word in _words(f"{each.name} {each.term}")}
        if name and not _words(name) <= told and all(each.term.lower() != term.lower() for each in found):
            found.append(Part(name, term))
    return tuple(found)


def _named(stretch: str) -> str:
    """Return the first company of a stretch that is not named as another's parent, or nothing."""
    hits = [match for form in (COMPANY, _ENTITY) for match in form.finditer(stretch)]
    for hit in sorted(hits, key=lambda match: match.start("name")):
        if _DESCENT.search(stretch[: hit.start("name")]) or _NOBODY.search(hit["name"]):
            continue
        name = _BEFORE.sub("", " ".join(hit["name"].split())).strip(' ,;“”"')[:120]
        name = _ROLE_BEFORE.sub("", name)
        if len(name.split()) > 1 and not is_mere_kind(name):
            return name
    return ""


def _straight(stretch: str) -> str:
    """Return the capitalised words right before what they are called, or nothing."""
    found = _STRAIGHT.search(stretch)
    name = " ".join(found["name"].split()) if found else ""
    return "" if is_mere_kind(name) or law_called(name) or _NO_PART.match(name) else name


def _names_parties(before: str) -> bool:
    """Tell whether a text is where its parties are named: after `between`, before what they recite."""
    said = list(_SAID_BETWEEN.finditer(before))
    return bool(said) and not END.search(before[said[-1].end() :])


def is_role(name: str) -> bool:
    """Tell whether what looks like a name only says which part somebody plays."""
    return bool(re.fullmatch(rf"(?:the\s+)?{_ROLE}s?", name.strip()))


def apart(names: Sequence[str], text: str = "") -> tuple[str, ...]:
    """Return names, each party once: two that were run together are parted, and what is part of another is dropped."""
    split: list[str] = []
    for name in names:
        left, _, right = name.partition(" AND ")
        if right and (right in names or (text and _recurs(left, name, text) and _recurs(right, name, text))):
            split += [left, right]
        else:
            split.append(name)
    kept: dict[str, str] = {}
    for name in split:
        kept.setdefault(re.sub(r"\W", "", name).lower(), name)
    return tuple(
        name
        for key, name in kept.items()
        if not any(key != other and re.search(rf"(?i)(?<!\w){re.escape(name)}(?!\w)", kept[other]) for other in kept)
    )


def _recurs(name: str, besides: str, text: str) -> bool:
    return bool(re.search(rf"(?i)(?<!\w){re.escape(name)}(?!\w)", text.replace(besides, " ")))


def _words(name: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", name.lower())) - {"the", "a", "an", "of", "and"}


def is_mere_kind(name: str) -> bool:
    """Tell whether what looks like a name only says what a party is, as `Delaware Corporation` does."""
    return bool(_MERE_KIND.fullmatch(name) and law_called(name))


def with_parts(question: str, known: Sequence[Part]) -> str:
    """Return a question with each party's part behind its name, where the agreement calls it by nothing else."""
    for part in known:
        if _words(part.term) & _words(part.name):
            continue
        first = part.name.split()[0].strip(",.")
        named = re.search(rf"(?<!\w)(?:{re.escape(part.name)}|{re.escape(first)})(?:[’']s)?(?!\w)", question)
        if (
            named
            and len(first) > 2
            and not re.match(r"(?i)\s+\w*\s*(?:agreement|contract|lease|deal)\b", question[named.end() :])
        ):
            question = f"{question[: named.end()]} (the {part.term}){question[named.end() :]}"
    return question
