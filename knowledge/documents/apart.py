"""Take the names of documents out of a question: what is left is what is asked of them."""

import re
from collections.abc import Collection, Sequence

from knowledge.documents.resolve import COMMON, WORD, Naming, tokens

ASKING = re.compile(
    r"(?i)^\s*(?:and\s+|but\s+|then\s+|so\s+|please\s+)?(?:what|which|who|whom|whose|when|where|why|how|is|are|was|were|"
    r"does|do|did|can|could|may|must|shall|should|will|would|has|have|had|list|tell|give|show|find|summari[sz]e|explain|"
    r"describe|under|in\s+which|for\s+how|at\s+what|by\s+when)\b"
)
SEGMENT = re.compile(
    r"[;\n?!]+\s*|[:]\s+|(?<=[a-z)”\"]{3})\.\s+|,\s+(?=(?:what|which|who|when|how|is|are|does|do|can)\b)"
)


def asked_apart(question: str, namings: Sequence[Naming]) -> str:
    """Return `question` without the names of the documents it is asked about."""
    if not namings:
        return question
    named = frozenset().union(*(naming.words for naming in namings))
    opening = frozenset().union(*(naming.opening for naming in namings))
    segments = [each for each in SEGMENT.split(question) if each and each.strip()]
    asking = [each for each in segments if ASKING.match(each)] if len(segments) > 1 else []
    if asking:
        first = segments.index(asking[0])
        before = segments[:first]
        # What stands before the question is its subject; it is dropped only where it says nothing but the name.
        kept = [each for each in before if not _names(each, named | opening)]
        segments = kept + segments[first:]
    freed = ". ".join(_without_names(each, named, namings) for each in segments)
    return freed if any(word not in COMMON for word in tokens(freed)) else question


def _names(segment: str, names: Collection[str]) -> bool:
    telling = [word for word in tokens(segment) if word not in COMMON]
    return sum(word in names for word in telling) * 2 >= len(telling)


def _without_names(segment: str, named: Collection[str], namings: Sequence[Naming]) -> str:
    """Drop runs of two or more words of a name, and single ones that only a party's name has."""
    parties = {
        word for naming in namings for party in naming.parties for word in party if word not in COMMON and len(word) > 2
    } - {word for naming in namings for word in naming.title}
    found = list(WORD.finditer(segment))
    drop: set[int] = set()
    run: list[int] = []
    for at, match in enumerate([*found, None]):
        word = next(iter(tokens(match.group())), "") if match else ""
        if match and (word in named or (run and word in COMMON)):
            run.append(at)
            continue
        telling = [each for each in run if next(iter(tokens(found[each].group())), "") not in COMMON]
        if len(telling) >= 2 or any(next(iter(tokens(found[each].group())), "") in parties for each in telling):
            drop.update(run)
        run = []
    kept = [match.group() for at, match in enumerate(found) if at not in drop]
    return " ".join(kept)
