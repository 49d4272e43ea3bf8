"""Prove an answer: find the words on the page that carry each of its sentences."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from knowledge.binding import misbound
from knowledge.documents.trade import expand
from knowledge.documents.words import stems
from knowledge.evidence import Source
from knowledge.facts import Facts, facts, fold, missing, unknown_names
from knowledge.phrasing import speaks_of
from knowledge.reversal import reversals
from knowledge.types import Citation

_MOST_QUOTES = 3  # What takes more quotes to support is not what the document says.
_SUPPORT = 0.5  # Share of a sentence's words that must stand in its quotes.
_LEAST_QUOTE = 12
_ROW = 12  # Words, from which a text with so many figures among them is rows of a table.
_FIGURES = 0.3
_ELSEWHERE = re.compile(r"(?i)^\W*(?:\d+\W+)?(?:please\s+)?(?:see|refer\s+to)\b|\bplease\s+(?:see|refer\s+to)\b")
_MARKERS = re.compile(r"\s*[\[(【](?:passages?\s*)?(?P<numbers>\d{1,2}(?:\s*[,;&]\s*\d{1,2})*)[\])】]")
_NEGATION = re.compile(
    r"(?i)\b(?:not|no|never|neither|nor|without|none|nothing|unless|except|only|cannot|void|invalid)\b|n't\b|"
    r"\b(?:prohibit|forbid|exclud|exclusiv|refus)\w*"
)
_FORBIDDEN = re.compile(
    r"(?i)\b(?:shall|will|may|can|must|does|do|is|are)\s+not\b|\bcannot\b|\bneither\b|\bno\s+party\b|"
    r"\bno\s+(?:intended\s+)?third[\s-]part|\bnothing\s+(?:in|herein|contained)\b|\b(?:prohibit|forbid|forbidden)\w*"
)
_CONDITION = re.compile(r"(?i)\b(?:with|without|unless|only|except|if|provided|subject|consent|approval|not)\b")
_MEANING = re.compile(
    r"(?i)^\W*(?:(?:who|what)(?:'s|’s| is| are)|what does|define)\s+"
    r"(?:an? |the )?(?P<term>[“\"]?[\w&.’' -]{2,40}?[”\"]?)"
    r"(?:\s+(?:mean|stand for|defined as))?\W*$"
)
_YES = re.compile(r"(?i)^\W*yes\b")
PageText = Callable[[str, int], str]


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of a source, and whether the answer pointed at that source."""

    source: Source
    text: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of proving one sentence: `lost` says what no quote carries; without any, it is proven.

    It is `misread` when the quotes carry all of it, but give a number for another thing than the one asked about, or
    say the opposite of it: then the page itself should speak.
    """

    text: str
    quotes: tuple[Quote, ...]
    lost: tuple[str, ...]
    misread: bool = False

    @property
    def holds(self) -> bool:
        """Tell whether every fact of the sentence stands in its quotes."""
        return bool(self.quotes) and not self.lost


def split_markers(sentence: str) -> tuple[str, frozenset[int]]:
    """Return a sentence without its source marks, and the numbers that they held."""
    numbers = {int(each) for match in _MARKERS.finditer(sentence) for each in re.findall(r"\d+", match["numbers"])}
    bare = re.sub(r"\s+([.,;:!?])", r"\1", _MARKERS.sub("", sentence))
    return " ".join(bare.split()), frozenset(numbers)


def prove(
    sentence: str, sources: Sequence[Source], *, known: str = "", question: str = "", translated: bool = False
) -> Proof:
    """Find the quotes that carry `sentence`, preferring the sources that it points at.

    Args:
        sentence: One sentence as the model wrote it.
        sources: What the model read.
        known: Names that need no proof: the document's title and parties.
        question: What was asked, in the sources' language: an answer that repeats it says nothing by that.
        translated: The sentence is in another language than the sources: its words cannot be looked for, those of the
            question say which quote is meant; numbers and names must stand all the same.
    """
    text, pointed = split_markers(sentence)
    words = _content(question if translated else text)
    fresh = frozenset() if translated else words - _content(question)
    claim = _Claim(text, facts(text), words, fresh, known)
    if question and not fresh and not translated and not missing(claim.wanted, facts(question)):
        return _restated(claim, question, sources)
    pool = [Quote(source, part) for source in sources for part in source.sentences]
    chosen: list[Quote] = []
    while pool and len(chosen) < _MOST_QUOTES and not (chosen and claim.carried(_given(chosen))):
        gains = [claim.gain(chosen, quote) for quote in pool]
        at = max(range(len(pool)), key=lambda each: gains[each] + 0.15 * (pool[each].source.number in pointed))
        if chosen and gains[at] <= 0:
            break
        chosen.append(pool.pop(at))
    given = _given(chosen)
    lost = claim.lost(given)
    if not claim.supported(given):
        lost.append("most of its words")
    if not translated and _turned(text, given):
        lost.append("its “not”")
    wrong = misbound(text, question, " ; ".join(quote.text for quote in chosen))
    if not translated and _forbids(text, given):
        wrong.append("its “yes”")
    if not translated:
        wrong += reversals(text, question, " ; ".join(quote.text for quote in chosen))
    return Proof(text, tuple(chosen), (*lost, *wrong), misread=bool(wrong) and not lost)


def quoted(question: str, sources: Sequence[Source]) -> Proof:
    """Return the sentence that comes nearest to `question` as its own proof: nothing but the words of the page.

    Rows of a table and words that only send the reader elsewhere are taken last; they are lost as an answer.
    """
    wanted = expand(question).stems
    pool = [Quote(source, part) for source in sources for part in source.sentences]

    def nearness(quote: Quote) -> tuple[bool, bool, float]:
        said = set(stems(quote.text))
        share = sum(weight for stem, weight in wanted.items() if stem in said) / (sum(wanted.values()) or 1.0)
        return not _unsaid(quote.text), speaks_of(question, quote.text), share - 0.02 * quote.source.number

    nearest = max(pool, key=nearness)
    return Proof("", (nearest,), _unsaid(nearest.text))


def _unsaid(text: str) -> tuple[str, ...]:
    """Return why words say nothing by themselves: they are figures of a table, or only tell where it is said."""
    said = text.split()
    figures = sum(any(map(str.isdigit, each)) or not any(map(str.isalpha, each)) for each in said)
    if len(said) >= _ROW and figures >= len(said) * _FIGURES:
        return ("a sentence",)
    return ("more than where it stands",) if _ELSEWHERE.search(text) else ()


def defined(question: str, sources: Sequence[Source]) -> Proof | None:
    """Return the sentence that defines what `question` asks the meaning of, if one of the sources does."""
    asked = _MEANING.match(question)
    if asked is None:
        return None
    term = re.escape(asked["term"].strip("“”\"' "))
    says = re.compile(rf"(?i)[“\"]{term}[”\"]\s+(?:shall mean|means?|refers? to|is)\b(?! defined)")
    parts = (Quote(source, part) for source in sources for part in source.sentences)
    found = next((quote for quote in parts if says.search(quote.text)), None)
    return Proof("", (found,), ()) if found else None


def _restated(claim: "_Claim", question: str, sources: Sequence[Source]) -> Proof:
    """Prove a sentence that only says the question again: the words nearest to the question must not say otherwise."""
    (quote,) = quoted(question, sources).quotes
    lost = claim.lost(_given([quote]))
    if _share(claim.words, _given([quote])) < _SUPPORT:
        lost.append("most of its words")
    if _turned(claim.text, quote.text):
        lost.append("its “not”")
    wrong = misbound(claim.text, question, quote.text)
    if _forbids(claim.text, quote.text):
        wrong.append("its “yes”")
    wrong += reversals(claim.text, question, quote.text)
    return Proof(claim.text, (quote,), (*lost, *wrong), misread=bool(wrong) and not lost)


def cite(quotes: Sequence[Quote], page_text: PageText) -> tuple[Citation, ...]:
    """Return the citations of `quotes`, in the page's own words; what stands on no page has none."""
    found: list[Citation] = []
    for quote in quotes:
        chunk, document = quote.source.passage.chunk, quote.source.passage.document
        pages = {number: page_text(document.id, number) for number in range(chunk.page, chunk.last_page + 1)}
        for number, words in locate(quote.text, pages):
            citation = Citation(document.id, document.name or document.title, number, words, chunk.heading)
            if citation not in found:
                found.append(citation)
    return tuple(found)


def locate(quote: str, pages: dict[int, str]) -> list[tuple[int, str]]:
    """Return where `quote` stands, in the page's own words (white space folded), cut in two at a page's end."""
    for number, text in pages.items():
        words = _find(quote, text)
        if words:
            return [(number, words)]
    parts = quote.split(" ")
    for (first, before), (second, after) in pairwise(pages.items()):
        for cut in range(len(parts) - 1, 0, -1):
            head, tail = _find(" ".join(parts[:cut]), before), _find(" ".join(parts[cut:]), after)
            if head and tail:
                return [(page, words) for page, words in ((first, head), (second, tail)) if len(words) >= _LEAST_QUOTE]
    return []


def stands(quote: str, page: str) -> bool:
    """Tell whether `quote` stands on `page`, spelling of quotes and white space apart."""
    return bool(fold(quote)) and fold(quote) in fold(page)


def _find(quote: str, page: str) -> str:
    """Return the words of `page` that are `quote` when both are folded, or nothing."""
    pattern = r"\s+".join(re.escape(word) for word in quote.split())
    match = re.search(pattern, page)
    if match:
        return " ".join(match.group().split())
    folded = fold(page)
    at = folded.find(fold(quote))
    return folded[at : at + len(fold(quote))] if at >= 0 and fold(quote) in " ".join(page.split()) else ""


@dataclass(frozen=True, slots=True)
class _Claim:
    """A sentence to prove: its facts and its words."""

    text: str
    wanted: Facts
    words: frozenset[str]
    fresh: frozenset[str]
    known: str

    def lost(self, given: str) -> list[str]:
        """Return the facts that `given` does not state, and the names that are not known either."""
        return missing(self.wanted, facts(given)) + unknown_names(self.text, given, self.known)

    def supported(self, given: str) -> bool:
        """Tell whether most words that the question did not bring stand in `given`."""
        return _share(self.fresh, f"{given} {self.known}") >= _SUPPORT

    def carried(self, given: str) -> bool:
        """Tell whether `given` carries the sentence."""
        return not self.lost(given) and self.supported(given)

    def gain(self, chosen: Sequence[Quote], quote: Quote) -> float:
        """Return how much a quote adds to those chosen: facts first, then words; a quote has its price."""
        given, both = _given(chosen), _given([*chosen, quote])
        return (
            0.5 * (len(self.lost(given)) - len(self.lost(both)))
            + _share(self.words, both)
            - _share(self.words, given)
            - 0.05
        )


def _share(words: frozenset[str], text: str) -> float:
    return len(words & set(stems(text))) / len(words) if words else 1.0


def _given(quotes: Sequence[Quote]) -> str:
    return " ".join(f"{each.source.passage.chunk.heading} {each.text}" for each in quotes)


def _content(text: str) -> frozenset[str]:
    return frozenset(stem for stem in stems(text) if not stem.isdigit() and stem not in {"yes", "no"})


def _turned(text: str, given: str) -> bool:
    """Tell whether the sentence denies what no quote denies."""
    body = re.sub(r"(?i)^\W*(?:yes|no)\b[,.:]?", "", text)
    return bool(_NEGATION.search(body)) and not _NEGATION.search(given)


def _forbids(text: str, given: str) -> bool:
    """Tell whether the sentence says yes, without a condition, where a quote says that something must not be."""
    return bool(_YES.search(text)) and not _CONDITION.search(text) and bool(_FORBIDDEN.search(given))
