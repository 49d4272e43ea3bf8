"""Find which documents a question names, and what it asks apart from their names."""

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import PurePath

from knowledge.documents.fiscal import written_out
from knowledge.documents.title import KIND

Rarity = Callable[[str], float]

WORD = re.compile(r"\w+(?:[’']\w+)?")
# What companies and contracts are called besides their names: it tells none from another.
COMMON = frozenset(
    WORD.findall(
        """
        a an and any are as at be between by co com company consider corp corporation dated dba de document each f
        file for form from group gmbh holding holdings if in inc incorporated international is its k limited llc llp
        lp ltd n no of on or our parties party pdf pllc plc s sa sarl that the their this to together under us v with
        affiliate affiliates assigns bank borrower buyer client collectively consultant contractor customer customers
        distributor employee employer franchise franchisee franchisor guarantor hereafter individually landlord lender
        lessee lessor licensee licensor manufacturer member members network owner partner partners provider purchaser
        recipient reseller seller sponsor subsidiaries successors supplier tenant trust trustee vendor you your
        """
    )
)
YEAR = re.compile(r"(?:19|20)\d\d")
# What reports are called besides their company: it tells no company from another.
PERIODIC = frozenset(WORD.findall("annual dated earnings quarter quarterly results 10k 10q 8k"))
COVERED = re.compile(r"\((?:10-[KQ]|8-K|20-F|40-F|6-K)\)| announcement(?: of|$)")
NAMED = 0.6  # Evidence from which a document counts as named, in units of a word that only one document has.
CLOSE = 0.85  # Documents this near to the best are named as well as it.


@dataclass(frozen=True, slots=True)
class Naming:
    """The words by which a document can be named."""

    number: int
    title: tuple[str, ...]
    parties: tuple[tuple[str, ...], ...]
    file: tuple[str, ...]
    opening: frozenset[str]
    words: frozenset[str] = field(default=frozenset())
    covered: bool = False  # A report: its cover, not what its first pages go on to say, names it.

    @classmethod
    def of(cls, number: int, *, title: str, parties: Sequence[str], names: Iterable[str], opening: str) -> "Naming":
        """Take the words of a title, parties and file names."""
        party_words = tuple(tuple(tokens(each)) for each in parties)
        file_words = tuple(dict.fromkeys(word for name in names for word in tokens(PurePath(name).stem)))
        title_words = tuple(tokens(title))
        return cls(
            number=number,
            covered=bool(COVERED.search(title)),
            title=title_words,
            parties=party_words,
            file=file_words,
            opening=frozenset(tokens(opening)),
            words=frozenset(title_words) | frozenset(file_words) | {word for each in party_words for word in each},
        )


@dataclass(frozen=True, slots=True)
class Named:
    """Documents by number with the strength with which a question names them, best first.

    `timely` are those of the latest year that the question speaks of, where it speaks of one.
    """

    scores: tuple[tuple[int, float], ...]
    enough: float = 0.0
    timely: frozenset[int] = frozenset()

    @property
    def best(self) -> float:
        """Return the strength of the best."""
        return self.scores[0][1] if self.scores else 0.0

    def chosen(self) -> tuple[int, ...]:
        """Return the documents named, none when no name is recognised."""
        return tuple(number for number, score in self.scores if score >= self.enough and score >= CLOSE * self.best)


def tokens(text: str) -> list[str]:
    """Return the words of a name in lower case, without apostrophes, runs of digits and letters parted from signs."""
    return [word.replace("’", "'").removesuffix("'s").replace("'", "") for word in WORD.findall(_part(text).lower())]


def _part(text: str) -> str:
    """Part words that file names join: `MasterServicesAgreement_v2`."""
    return written_out(re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", " ", text.replace("_", " ")))


def resolve(question: str, namings: Collection[Naming]) -> Named:
    """Return the documents that `question` names, strongest first."""
    asked = tokens(question)
    present = frozenset(asked) | _also(asked, namings)
    pairs = frozenset(pairwise(asked))
    count = len(namings)
    opened = Counter(word for naming in namings for word in naming.opening & present)

    def rarity(word: str) -> float:
        return math.log(1 + (count + 9) / (max(opened[word], 1) + 0.5))

    alone = rarity("")
    scores = []
    for naming in namings:
        if not (naming.words & present):
            continue
        evidence = _title(naming.title, present, pairs, rarity)
        evidence += _parties(naming.parties, present, rarity)
        evidence += _file(naming.file, naming, present, rarity)
        if evidence >= NAMED * alone / 2:
            # Words of the first pages decide between documents of like names.
            shared = sum(math.log(1 + count / opened[word]) for word in naming.opening & present if word not in COMMON)
            scores.append((naming.number, evidence + (0.0 if naming.covered else 0.25 * shared)))
    years = sorted(word for word in present if YEAR.fullmatch(word))
    timely = frozenset(naming.number for naming in namings if years and years[-1] in naming.words)
    ordered = sorted(scores, key=lambda each: (-each[1], each[0]))
    return Named(tuple(ordered), enough=NAMED * alone, timely=timely)


def touches(question: str, titles: Iterable[str]) -> bool:
    """Tell whether two words of a title follow each other in `question`, as those of a product's name do."""
    asked = frozenset(pairwise(tokens(question)))
    return any(
        pair in asked and not any(word in COMMON or KIND.fullmatch(word) for word in pair)
        for title in titles
        for pair in pairwise(tokens(title))
    )


def _also(asked: Sequence[str], namings: Iterable[Naming]) -> frozenset[str]:
    """Return words of names that a question writes otherwise: joined, as in file names, or shortened."""
    names = frozenset().union(*(naming.words for naming in namings)) if namings else frozenset()
    joined = {first + second for first, second in pairwise(asked)}
    found = {each for each in joined if each in names}
    short = {each for each in asked if 3 <= len(each) <= 6 and each not in names and each not in COMMON}
    for naming in namings:
        for party in naming.parties:
            telling = [word for word in party if word not in COMMON or word == "and"]
            for first, second in pairwise([word for word in telling if word != "and"]):
                if short & _shortened(first, second):
                    found |= {first, second}
    return frozenset(found)


def _shortened(first: str, second: str) -> frozenset[str]:
    """Return what two words of a name may be run together to: "amex", "jnj"."""
    initials = {f"{first[0]}{sign}{second[0]}" for sign in ("n", "and")}
    heads = {first[:at] + second[:to] for at in range(2, 5) for to in range(2, 5)} - {first, second}
    return frozenset(initials | {each for each in heads if 4 <= len(each) <= 6})


def _title(title: Sequence[str], present: Collection[str], pairs: Collection[tuple[str, str]], rarity: Rarity) -> float:
    """Return the evidence of a title: only of words that follow each other as they do in it."""
    matched = {word for pair in pairwise(title) if pair in pairs for word in pair}
    if not matched or not any(KIND.fullmatch(word) for word in matched):
        return 0.0
    whole = sum(rarity(word) for word in title) or 1.0
    found = sum(rarity(word) for word in matched)
    return found * found / whole


def _parties(parties: Sequence[Sequence[str]], present: Collection[str], rarity: Rarity) -> float:
    evidence: dict[str, float] = {}
    for party in parties:
        telling = [word for word in party if word not in COMMON and not (len(word) < 3 and len(party) > 1)]
        found = [word for word in telling if word in present]
        if not found:
            continue
        share = sum(map(rarity, found)) / sum(map(rarity, telling))
        # The first word is what people shorten a name to.
        if share < 0.5 and telling[0] not in present:
            continue
        strength = max(share, 0.7 if telling[0] in present else 0.5)
        for word in found:
            evidence[word] = max(evidence.get(word, 0.0), rarity(word) * strength)
    return sum(evidence.values())


def _file(file: Sequence[str], naming: Naming, present: Collection[str], rarity: Rarity) -> float:
    telling = [word for word in file if word not in COMMON and not KIND.fullmatch(word) and len(word) > 2]
    telling = [word for word in telling if not YEAR.fullmatch(word) and word not in PERIODIC]
    found = [word for word in telling if word in present]
    # A file without a cover is still known by the company that its name begins with.
    begins = bool(found) and not naming.parties and found[0] == telling[0]
    if not begins and (len(found) * 2 < len(telling) or not found):
        return 0.0
    known = {word for party in naming.parties for word in party} | set(naming.title)
    return sum(rarity(word) for word in found if word not in known)
