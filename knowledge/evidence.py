"""Choose what the model reads: the best passages, cut to a budget, numbered."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from knowledge.documents.trade import expand
from knowledge.documents.words import stems
from knowledge.types import Passage

CHARACTERS = 2400  # About 550 tokens: reading costs more time than anything else.
_WHOLE = 2  # Passages that are read whole before others are cut to their best sentences.
_LONG = 420  # A sentence longer than this is cut at its clauses.
_SHORT = 30  # A sentence shorter than this belongs to the next: `9.5`, `Insurance.`
_HEADING = 120  # Characters up to which capitals are taken for a heading.
_ABBREVIATIONS = ("No", "Mr", "Ms", "Mrs", "Dr", "St", "Inc", "Ltd", "Co", "Corp", "vs", "Art", "Sec")
_END = re.compile(
    r"(?<![\s.(][A-Z])(?<!\be\.g)(?<!\bi\.e)"
    + "".join(rf"(?<!\b{each})" for each in _ABBREVIATIONS)
    + r"[.;?!。；？！][\"”’)]*\s+(?=[^a-z\s])"
)
_CLAUSE = re.compile(r"[;:,]\s+|\s+(?=\((?:[a-z]|[ivx]+|\d+)\)\s)")


# Words to a machine that reads along: no contract needs them, and the model should not see them.
# An order is told to a `you`: a bank that `may disregard an instruction` has a right, and gives no order.
_INSTRUCTIONS = (
    r"\b(?:.{0,40}\b(?:previous|above|prior|preceding|earlier|foregoing|system|your|all|any|these|those|other)\b.{0,40}"
    r"\b(?:instruction|prompt|guideline|direction|rule)s?\b|"
    r".{0,20}\b(?:(?:the|all|everything|anything|whatever|text|said) (?:above|before)|previous|prior)\b"
    r"(?! (?:\w+ ){0,2}(?:notice|reminder|letter|invoice|agreement|contract|statement|payment|version|offer)))"
)
_ORDERS = re.compile(
    r"(?i)(?:^|[.!?:;\"“”(\[*>#-]\s*|\b(?:please|kindly|just|simply|now|you (?:must|should|shall|will|can|may|are to)|"
    r"(?:AI|assistant|chatbot|bot|model)\W{0,3}(?:must |should |shall |will |to )?)\s*)"
    rf"(?:ignore|disregard|forget|override){_INSTRUCTIONS}|"
    r"^(?:(?!\b(?:may|might|shall|must|will|can|could|should|would|to|not)\b)[^.;])*"
    rf"\b(?:ignore|disregard|forget){_INSTRUCTIONS}|"
    r"\b(?:system prompt|jailbreak|you are (?:now )?(?:an? )?(?:AI|assistant|chatbot|language model)|as an AI)\b|"
    r"\b(?:assistant|AI|chatbot|bot)\b.{0,20}\b(?:must|should|shall) (?:now |always )?"
    r"(?:say|reply|answer|respond|output|print)\b"
)


@dataclass(frozen=True, slots=True)
class Source:
    """A passage as the model reads it: `text` is white space folded, `sentences` are its parts in order."""

    number: int
    passage: Passage
    sentences: tuple[str, ...]

    @property
    def text(self) -> str:
        """Return what the model reads."""
        return " ".join(self.sentences)


def gather(
    question: str,
    passages: Sequence[Passage],
    *,
    characters: int = CHARACTERS,
    telling: Callable[[str], bool] = lambda _sentence: False,
) -> tuple[Source, ...]:
    """Return the best passages, numbered from one, together at most `characters` long.

    Of a passage that must be cut, sentences that are `telling` stay before all others.
    """
    wanted = expand(question).stems
    left = characters
    sources: list[Source] = []
    for passage in passages:
        parts = [each for each in sentences(passage.chunk.text) if not _ORDERS.search(each)]
        if sum(map(len, parts)) > left or len(sources) >= _WHOLE:
            parts = _best(parts, wanted, min(left, _LONG), telling)
        if not parts:
            continue
        left -= sum(map(len, parts))
        sources.append(Source(len(sources) + 1, passage, tuple(parts)))
        if left < _SHORT * 4:
            break
    return tuple(sources)


def sentences(text: str) -> list[str]:
    """Return the sentences of `text`, white space folded, long ones cut at clauses; joined they are the text."""
    folded = " ".join(text.split())
    whole = _merge(_cut(folded, _END), _SHORT)
    return [part for each in whole for part in (_pack(_cut(each, _CLAUSE)) if len(each) > _LONG else [each])]


def overlap(wanted: Collection[str], text: str) -> float:
    """Return the share of the stems `wanted` that stand in `text`."""
    return len(set(wanted) & set(stems(text))) / len(set(wanted)) if wanted else 0.0


def _cut(text: str, border: re.Pattern[str]) -> list[str]:
    cuts = [0, *(match.end() for match in border.finditer(text)), len(text)]
    return [part for start, end in pairwise(cuts) if (part := text[start:end].strip())]


def _merge(parts: Sequence[str], least: int) -> list[str]:
    merged: list[str] = []
    for part in parts:
        if merged and (len(merged[-1]) < least or _is_heading(merged[-1])):
            merged[-1] += f" {part}"
        else:
            merged.append(part)
    return merged


def _is_heading(text: str) -> bool:
    """Tell whether a sentence is all capitals: it names what the next one says."""
    letters = [each for each in text if each.isalpha()]
    return len(text) < _HEADING and sum(map(str.isupper, letters)) > 0.8 * len(letters)


def _pack(parts: Sequence[str]) -> list[str]:
    packed: list[str] = []
    for part in parts:
        if packed and len(packed[-1]) + len(part) < _LONG * 0.7:
            packed[-1] += f" {part}"
        else:
            packed.append(part)
    return packed


def _best(
    parts: Sequence[str], wanted: Mapping[str, float], characters: int, telling: Callable[[str], bool]
) -> list[str]:
    """Return the sentences that share most words with the question and its topic, in order."""

    def worth(at: int) -> tuple[bool, float]:
        weights = [wanted[stem] for stem in set(stems(parts[at])) if stem in wanted]
        own = sum(weight for weight in weights if weight >= 1)
        # However many words of the topic a sentence has, they are worth no more than one that was asked.
        return telling(parts[at]), own + min(1.0, sum(weights) - own)

    ranked = sorted(range(len(parts)), key=worth, reverse=True)
    chosen: set[int] = set()
    for at in ranked:
        if len(parts[at]) <= characters:
            chosen.add(at)
            characters -= len(parts[at])
    return [parts[at] for at in sorted(chosen)]
