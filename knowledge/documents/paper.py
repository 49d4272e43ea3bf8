"""Hold a document's text on one line, so that a clause can be read across lines and still be shown on its page."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from knowledge.types import Page

QUOTE = 400  # Characters, cut between words.
# Each sign is put by exactly one, so that a place in the one text is the same place in the other.
_ALIKE = str.maketrans("“”„‟’‘‚–—−‐‑\u00ad\u037e\u200b", '""""\'\'\'------; ')
_END = re.compile(r"(?<=[.?!])[\"')\]]*\s+(?=[\"'(\[]*[A-Z\d])|(?<=[.;])\s+(?=\(?[a-z\d]{1,4}\))")
_NO_END = re.compile(
    r"(?:\b(?:Inc|Corp|Co|Ltd|No|Nos|Sec|Art|Mr|Mrs|Ms|Dr|St|vs|Jr|Sr|cf|Bros|Attn|e\.g|i\.e)|\b[A-Z]|[\s(]\d{1,2})\.$"
)


@dataclass(frozen=True, slots=True)
class Words:
    """Words that stand on a page, as they stand there, white space apart."""

    page: int
    quote: str


@dataclass(frozen=True)
class Paper:
    """The text of all pages; `text` spells quotes and dashes in one way, `words` is as the pages have it."""

    words: str
    text: str
    starts: tuple[int, ...]
    numbers: tuple[int, ...]

    @classmethod
    def of(cls, pages: Sequence[Page]) -> "Paper":
        """Take the pages of a document."""
        flat = [(page.number, " ".join(page.text.split())) for page in pages]
        flat = [(number, text) for number, text in flat if text]
        starts, at = [], 0
        for _, text in flat:
            starts.append(at)
            at += len(text) + 1
        words = " ".join(text for _, text in flat)
        return cls(words, words.translate(_ALIKE), tuple(starts), tuple(number for number, _ in flat))

    @cached_property
    def sentences(self) -> tuple[tuple[int, int], ...]:
        """Return where each sentence begins and ends."""
        found, start = [], 0
        for match in _END.finditer(self.text):
            if _NO_END.search(self.text[max(start, match.start() - 8) : match.start()]):
                continue
            found.append((start, match.start()))
            start = match.end()
        return (*found, (start, len(self.text)))

    def cite(self, start: int, end: int, *, at: int | None = None) -> Words:
        """Return the words from `start` to `end` on the page of `at`, without what runs over to other pages.

        Where they are too many, those around `at` are kept.
        """
        at = start if at is None else at
        page = max(0, bisect_right(self.starts, at) - 1)
        last = self.starts[page + 1] - 1 if page + 1 < len(self.starts) else len(self.words)
        start, end = max(start, self.starts[page]), min(end, last)
        if end - start > QUOTE:
            start = max(start, min(at - QUOTE // 2, end - QUOTE))
            end = min(end, start + QUOTE)
            start = self._between(start)
            end = self.words.rfind(" ", start, end + 1) if end < last and self.words[end] != " " else end
        return Words(self.numbers[page], self.words[start:end].strip())

    def _between(self, start: int) -> int:
        if start == 0 or self.words[start - 1] == " ":
            return start
        after = self.words.find(" ", start)
        return after + 1 if after >= 0 else start
