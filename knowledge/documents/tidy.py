"""Make the text of pages read as it was meant: no unseen characters, no running heads, no words cut in two."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from knowledge.documents.cells import parted

REPLACED = str.maketrans(
    {"\u00a0": " ", "\u00ad": "", "\u200b": "", "\ufeff": "", "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl"}
)
BLANKS = re.compile(r"[ \t]{2,}|\t")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
HANGUL = re.compile(r"[\uac00-\ud7a3]")
FEWEST_CODED = 6  # Different letters from which on they are no accident.
EDGE = 3  # Lines at the top and at the foot of a page that can be running heads.
LONGEST_HEAD = 150
FEWEST = 3  # Pages that a running head stands on at least.
SHARE = 0.4  # Of the pages.
NUMBER = re.compile(
    r"[-–—\s|]*(?:page|p\.?)?\s*(?:\d{1,4}|[ivxlc]{1,6})(?:\s*(?:of|/)\s*\d{1,4})?[-–—\s|.]*", re.IGNORECASE
)
PAGE_NUMBER = re.compile(r"\bpage\s+\d+(?:\s+of\s+\d+)?|^\d{1,4}(?=\s)|(?<=\s)\d{1,4}$")
LETTERS = re.compile(r"[^\W\d_]{2}")
UNIT = re.compile(r"\b(?:millions?|thousands?|billions?|unaudited|ended|january|june|september|december)\b")
CUT = re.compile(r"(\w*[^\W\d_])-[ \t]*\n[ \t]*([^\W\d_]+)")
WHOLE = re.compile(r"\w+(?:-\w+)*")


def clean(text: str) -> str:
    """Return `text` without the characters that no reader sees and no search would match."""
    text = _uncoded(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    text = CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n").translate(REPLACED))
    # Runs of spaces only lay text out; they would cost the model's attention and push words out of every budget.
    return BLANKS.sub(" ", text)


def _uncoded(text: str) -> str:
    """Return a text whose letters are the two bytes of UTF-8 each, taken for one of UTF-16, as the letters meant.

    A font whose codes are UTF-8 comes out so: Cyrillic as Hangul. Real Korean has syllables all over their block.
    """
    syllables = {ord(each) for each in HANGUL.findall(text)}
    if len(syllables) < FEWEST_CODED or not all(each >= 0xC280 and 0x80 <= each & 0xFF <= 0xBF for each in syllables):
        return text
    return HANGUL.sub(lambda match: ord(match[0]).to_bytes(2, "big").decode("utf-8", "replace"), text)


def tidy(texts: Mapping[int, str]) -> dict[int, str]:
    """Return pages of one document without running heads and page numbers, and with words that lines cut made whole."""
    heads = _heads(texts.values())
    known = Counter(word for text in texts.values() for word in WHOLE.findall(text.lower()))
    seen: set[str] = set()
    return {number: parted(_joined(_without(text, heads, seen), known)) for number, text in texts.items()}


def _heads(texts: Iterable[str]) -> frozenset[str]:
    """Return the running heads: lines that stand at the edge of many pages, numbers apart."""
    pages = [text for text in texts if text.strip()]
    counted = Counter(shape for text in pages for shape in {_shape(line) for _, line in _edges(text.split("\n"))})
    return frozenset(shape for shape, count in counted.items() if shape and count >= max(FEWEST, SHARE * len(pages)))


def _edges(lines: list[str]) -> list[tuple[int, str]]:
    """Return the lines, with their places, at the top and at the foot of a page."""
    written = [(at, line.strip()) for at, line in enumerate(lines) if line.strip()]
    if len(written) <= EDGE:
        return []  # A page of hardly anything else keeps it.
    chosen = dict(written[:EDGE] + written[-EDGE:])
    return [(at, line) for at, line in chosen.items() if len(line) <= LONGEST_HEAD]


def _shape(line: str) -> str:
    """Return a line without its page number, "" when it cannot be a running head: column titles and units say more."""
    line = " ".join(line.split()).lower()
    if NUMBER.fullmatch(line):
        return "#"
    return PAGE_NUMBER.sub("#", line) if LETTERS.search(line) and not UNIT.search(line) else ""


def _without(text: str, heads: frozenset[str], seen: set[str]) -> str:
    """Leave running heads out, but the first time that each is seen, and bare page numbers."""
    lines = text.split("\n")
    edges = _edges(lines)
    dropped = set()
    for at, line in edges:
        shape = _shape(line)
        if shape in heads and (shape in seen or shape == "#"):
            dropped.add(at)
        seen.add(shape)
    return "\n".join(line for at, line in enumerate(lines) if at not in dropped)


def _joined(text: str, known: Counter[str]) -> str:
    """Join words that were cut at the end of a line, as the document writes them elsewhere."""

    def whole(match: re.Match[str]) -> str:
        first, second = match[1], match[2]
        hyphened = known[f"{first}-{second}".lower()] > known[f"{first}{second}".lower()]
        keep = hyphened or not second[0].islower()
        return f"{first}-{second}" if keep else f"{first}{second}"

    return CUT.sub(whole, text)
