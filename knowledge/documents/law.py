"""Find whose law governs a contract."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import yaml

from knowledge.documents.paper import Paper, Words

TABLE = Path(__file__).with_name("laws.yaml")
SURE = 4  # Points from which a sentence is nothing else.
_NEAR = 120  # Characters before a law in which it may be ruled out.
_CONTRACT = re.compile(
    r"(?i)\b(?:this|the|these)\s+(?:[\w-]+\s+){0,3}(?:agreement|contract|lease|letter|deed|note|guarant\w+|licen[cs]e|"
    r"addendum|terms|policy|undertaking|order|plan)\b|\bhere(?:of|under|to|in)\b|\bit\s+(?:will|shall)\b"
)
_GOVERNED = re.compile(r"(?i)\b(?:govern\w*|constru\w+|interpret\w*|controlled|enforced|determined)\b")
_HEADED = re.compile(r"(?i)\b(?:governing|applicable|proper|choice\s+of)\s+laws?\b")
_APPLIES = re.compile(r"(?i)^[\w\s,]{0,40}\b(?:(?:shall|will)\s+(?:apply|govern|control)|applies|governs)\b")
_TELLING = re.compile(
    r"(?i)\blaws?\b.*\b(?:appl|govern|control)|(?:govern|constru|interpret|control|enforce|determin|applicable).*\blaws?\b"
)
# Of a company, not of the contract: `a corporation organised under the laws of Delaware`.
_FOUNDED = re.compile(
    r"(?i)\b(?:organi[sz]ed|existing|incorporated|formed|registered|established|chartered|corporation|company|"
    r"partnership|qualified|conflicts?(?:\s*-\s*|\s+)of|securities|bankruptcy|tax|labou?r|employment|insurance)\b"
    r"[^.;]{0,40}$"
)

_RULED_OUT = re.compile(
    r"(?i)\b(?:not|nor|excluding|rather\s+than|instead\s+of|other\s+than|exclusion\s+of)(?:\s+(?:be|by|governed|construed|"
    r"interpreted|enforced|subject|to|or|and|under|in|accordance|with|the|internal|substantive))*\s*$"
)


@cache
def _names() -> dict[str, str]:
    table = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return {each.lower(): name for name, others in table.items() for each in (name, *others)}


@cache
def place_pattern() -> str:
    """Return the pattern of every name that a law may go by, without a group of its own."""
    return "(?:" + "|".join(_spelt(each) for each in sorted(_names(), key=len, reverse=True)) + r")(?!\w)"


def law_called(name: str) -> str:
    """Return the first country or state that is named in a text, as it is shown; "" where none is."""
    found = re.search(rf"(?i)(?<!\w){place_pattern()}", name)
    return _names()[" ".join(found[0].lower().split())] if found else ""


def laws_in(text: str) -> Iterator[str]:
    """Yield whose laws a text names, in its order."""
    for match in _of_law().finditer(text):
        yield law_called(match["of"] or match["by"] or match["in"])


def governing_law(paper: Paper) -> tuple[str, Words, float] | None:
    """Return whose law governs, with the words that say so and how sure that is."""
    best: tuple[int, str, Words] | None = None
    rivals: set[str] = set()
    for start, end in paper.sentences:
        sentence = paper.text[start:end]
        if not _TELLING.search(sentence):
            continue
        for match in _laws_in(sentence):
            points = _points(sentence, match, paper.text[max(0, start - 60) : start])
            if points < 2:
                continue
            name = law_called(match["of"] or match["by"] or match["in"])
            if best is None or points > best[0]:
                best, rivals = (points, name, paper.cite(start, end, at=start + match.start())), set()
            elif points == best[0] and name != best[1]:
                rivals.add(name)
            break  # What follows the first law in a sentence adds to it or is carved out of it.
    if best is None:
        return None
    points, name, words = best
    return name, words, 0.6 if rivals else 0.95 if points >= SURE else 0.75


def _laws_in(sentence: str) -> Iterator[re.Match[str]]:
    """Yield where a law is named and not ruled out: `not by the laws of Spain but by those of Norway`."""
    at = 0
    while match := _of_law().search(sentence, at):
        ruled_out = _RULED_OUT.search(sentence[max(0, match.start() - _NEAR) : match.start()])
        # What is ruled out may have been read on into the law that is meant.
        at = match.start() + len("law") if ruled_out else match.end()
        if not ruled_out and not re.search(r"(?i)\bbut\b", match[0]):
            yield match


def _points(sentence: str, match: re.Match[str], before: str) -> int:
    if match["in"]:
        return SURE - 1
    ahead = sentence[: match.start()]
    if _FOUNDED.search(ahead):
        return 0
    governed = bool(_GOVERNED.search(ahead[-200:])) or bool(_APPLIES.search(sentence[match.end() :]))
    headed = bool(_HEADED.search(ahead)) or bool(_HEADED.search(before))
    return 2 * bool(_CONTRACT.search(sentence)) * governed + 2 * governed + headed


@cache
def _of_law() -> re.Pattern[str]:
    place = place_pattern()
    return re.compile(
        rf"(?i)\blaws?\b(?:[\w\s,()-]{{0,40}}?)\b(?:of|in)\s+(?:the\s+)?(?:[\w\s]{{0,30}}?\bof\s+(?:the\s+)?)?(?P<of>{place})"
        rf"|(?<!\w)(?P<by>{place})\s+(?:\w+\s+)?laws?\b"
        rf"|\b(?:governing|applicable)\s+law\s*:\s*(?:the\s+)?(?:laws?\s+of\s+)?(?:\w+\s+of\s+)?(?P<in>{place})"
    )


def _spelt(name: str) -> str:
    return r"\s+".join(re.escape(word) for word in name.split())
