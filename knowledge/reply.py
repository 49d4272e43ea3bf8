"""Put proven sentences together: the text with its marks, the citations they count."""

import re
from collections.abc import Sequence

from knowledge.facts import facts, fold, named
from knowledge.proof import PageText, Proof, cite
from knowledge.types import Citation

_MOST_CLAUSES = 2
_LONG_CLAUSE = 480
_BARE = re.compile(r"(?i)^\W*(?:yes|no)\b\W*")
_WEIGHTY = re.compile(
    r"(?i)(?:US\$|(?-i:\b[A-Z]{3})|[$€£¥])\s?\d[\d,.]*(?: (?:million|billion))?|\d[\d.]*\s?(?:%|per ?cent)|"
    r"\b[\w-]+(?: \(\d+\))? (?:business |banking |calendar |working )?(?:days?|weeks?|months?|years?)\b"
)
_THIN = 5  # Fewer words than these after Yes or No explain nothing.


class Reply:
    """An answer while it is put together, sentence by sentence."""

    def __init__(self, page_text: PageText, *, quoting: bool = False) -> None:
        """Cite from the pages that `page_text` returns; `quoting` adds the clause to every sentence."""
        self._page_text = page_text
        self._quoting = quoting
        self._lines: list[str] = []
        self._clauses: list[str] = []
        self.citations: list[Citation] = []

    @property
    def text(self) -> str:
        """Return the text as far as it is proven."""
        return "\n".join([" ".join(self._lines), *self._clauses]).strip()

    def add(self, proof: Proof) -> bool:
        """Add a proven sentence, and its clause where that says more; False when it has no words on a page."""
        found = cite(proof.quotes, self._page_text)
        if not found or not proof.text:
            return False
        self._lines.append(f"{proof.text} {self._marks(found)}")
        for citation in found:
            clause = f"“{citation.quote}” {self._marks([citation])}"
            if clause not in self._clauses and self._wanted(citation, proof):
                self._clauses.append(clause)
        return True

    def quote(self, proof: Proof) -> bool:
        """Add nothing but the words of the page."""
        found = cite(proof.quotes, self._page_text)
        for citation in found:
            clause = f"“{citation.quote}” {self._marks([citation])}"
            if clause not in self._clauses:
                self._clauses.append(clause)
        return bool(found)

    def _wanted(self, citation: Citation, proof: Proof) -> bool:
        if len(self._clauses) >= _MOST_CLAUSES or len(citation.quote) > _LONG_CLAUSE:
            return False
        if fold(citation.quote).lower() in fold(proof.text).lower():
            return False
        thin = len(_BARE.sub("", proof.text).split()) < _THIN
        return self._quoting or thin or _says_more(citation.quote, self.text)

    def _marks(self, found: Sequence[Citation]) -> str:
        for each in found:
            if each not in self.citations:
                self.citations.append(each)
        return "".join(f"[{number}]" for number in sorted({self.citations.index(each) + 1 for each in found}))


def _says_more(clause: str, text: str) -> bool:
    """Tell whether a clause holds amounts, dates or periods that the text leaves out, or names where that has none."""
    ours = facts(text)
    theirs = facts(" ; ".join(_WEIGHTY.findall(clause)))
    known = {each.value for each in ours.numbers}
    if not ours.numbers and not ours.dates and not named(text) and named(clause):
        return True  # `The courts have jurisdiction.` Which ones, the page says.
    return any(each.value not in known for each in theirs.numbers) or any(
        each not in ours.dates for each in facts(clause).dates
    )
