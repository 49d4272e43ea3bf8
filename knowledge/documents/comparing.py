"""Answer “compare A with B”: find the documents, compare them, say what differs with the words that prove it.

Two contracts are compared clause by clause, data sheets as one table.
"""

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from langchain_core.embeddings import Embeddings

from knowledge.documents.called import called
from knowledge.documents.clauses import Clause, clauses
from knowledge.documents.compare import Comparison, KindRow, compare
from knowledge.documents.library import Library
from knowledge.documents.playbook import Finding, Rule, check, read_playbook
from knowledge.documents.report import difference, report
from knowledge.documents.sheet import sheets
from knowledge.documents.sheet_answer import sheet_answer
from knowledge.documents.sheet_report import sheet_report
from knowledge.documents.sheets import SheetTable, compare_sheets
from knowledge.types import Answer, Audience, Check, Citation, Document, Question, Table

KEPT = 8  # Comparisons whose reports can still be asked for.
QUOTE = 220
LEAST_QUOTE = 24
MOST_POINTS = 6
MOST_SHEETS = 8
# What lawyers look at first.
WEIGHTY = (
    *("term and renewal", "termination", "liability", "indemnity", "payment", "exclusivity and competition"),
    *("governing law", "disputes", "assignment and subcontracting", "confidentiality", "data protection and security"),
    *("insurance", "audit and records", "warranties", "licence and intellectual property"),
)

_BOTH = (
    r"(?:these|the|both|those|our|all)?\s*(?:two|both|three|four|[2-8])?\s*(?:\w+\s+)?"
    r"(?:contracts?|agreements?|documents?|files?|pdfs?|(?:data)?sheets?|machines?|products?|models?|them|two|these)"
)
_PAIRED = (
    re.compile(
        r"(?i)\bcompar(?:e|ing|ison of)\s+(?P<a>.+?)\s+(?:with|to|against|versus|vs\.?|and)\s+(?P<b>.+?)\s*[?.!]*$"
    ),
    re.compile(r"(?i)\bdifferences?\b.*?\bbetween\s+(?P<a>.+?)\s+and\s+(?P<b>.+?)\s*[?.!]*$"),
    re.compile(r"(?i)\bhow\s+do(?:es)?\s+(?P<a>.+?)\s+differ\s+from\s+(?P<b>.+?)\s*[?.!]*$"),
    re.compile(r"(?i)\bvergleich(?:e|en Sie)?\s+(?P<a>.+?)\s+(?:mit|und)\s+(?P<b>.+?)\s*[?.!]*$"),
    re.compile(r"(?i)\bunterschiede?\b.*?\bzwischen\s+(?P<a>.+?)\s+und\s+(?P<b>.+?)\s*[?.!]*$"),
    re.compile(r"(?i)\bcompar[ae]\w*\s+(?P<a>.+?)\s+(?:con|y)\s+(?P<b>.+?)\s*[?.!]*$"),
    re.compile(r"(?i)\bdiferencias?\b.*?\bentre\s+(?P<a>.+?)\s+y\s+(?P<b>.+?)\s*[?.!]*$"),
    re.compile(r"(?:比较|对比)(?:一下)?\s*(?P<a>.+?)\s*(?:和|与|跟)\s*(?P<b>.+?)\s*[?？。]*$"),
)
_THESE = re.compile(
    rf"(?i)^\W*(?:please\s+|can you\s+|could you\s+)?(?:compare\s+(?:{_BOTH})(?:\s+please)?|compare|"
    rf"compare\s+(?:with|to)\s+each\s+other|(?:what|where)\b.*\bdiffer(?:s|ences?)?\b.*(?:{_BOTH})|"
    r"vergleich\w*\s+(?:die\s+)?(?:beiden?|zwei)\b.*|compar[ae]\s+(?:los|las|ambos|ambas|estos|estas)\b.*|"
    r"(?:比较|对比)(?:一下)?(?:这|两)?.{0,8})\W*$"
)


@dataclass(frozen=True, slots=True)
class CompareWish:
    """What someone wants compared; both are "" for the documents of the thread, the first may name several."""

    first: str = ""
    second: str = ""


def compare_wish(text: str) -> CompareWish | None:
    """Return what is to be compared, or None when the text asks for something else."""
    text = " ".join(text.split())
    if _THESE.match(text):
        return CompareWish()
    found = next((match for pattern in _PAIRED if (match := pattern.search(text))), None)
    return CompareWish(found["a"].strip(" “”\"'"), found["b"].strip(" “”\"'")) if found else None


class Comparer:
    """Compares documents of the library for those who may see all of them."""

    def __init__(self, library: Library, embeddings: Embeddings) -> None:
        self._library = library
        self._embeddings = embeddings
        self._known: OrderedDict[tuple[str, str], tuple[Comparison, tuple[tuple[Finding, Finding], ...]]] = (
            OrderedDict()
        )
        self._lock = threading.Lock()

    @cached_property
    def playbook(self) -> tuple[Rule, ...]:
        """Return the bank's rules."""
        return read_playbook()

    def answer(self, question: Question, *, on_stage: Callable[[str], None] = lambda _words: None) -> Answer | None:
        """Return the comparison that is asked for; None when none is, or when its documents are not to be found."""
        wish = compare_wish(question.text)
        found = self._documents(wish, question) if wish else ()
        if not found:
            return None
        table = self._sheets(found)
        if table is None and len(found) > 2:
            return None
        on_stage(f"Comparing {' with '.join(map(_called, found))}")
        if table is not None:
            return sheet_answer(table, self._library.page_text)
        comparison, checks = self.compare(*found[:2])
        return self._answer(comparison, checks)

    def compare(self, a: Document, b: Document) -> tuple[Comparison, tuple[tuple[Finding, Finding], ...]]:
        """Return how two documents compare, and what the playbook says of both."""
        key = (a.id, b.id)
        with self._lock:
            for old in [pair for pair in self._known if not all(map(self._library.keeps, pair))]:
                del self._known[old]  # What was deleted is gone from here as well.
            known = self._known.get(key)
        if known is None:
            a_pages, b_pages = self._library.pages(a.id), self._library.pages(b.id)
            both = [check(clauses(pages), self.playbook) for pages in (a_pages, b_pages)]
            known = (compare(a, a_pages, b, b_pages, self._embeddings), tuple(zip(*both, strict=True)))
            with self._lock:
                self._known[key] = known
                while len(self._known) > KEPT:
                    self._known.popitem(last=False)
        return known

    def html(self, answer: Answer, audience: Audience) -> str | None:
        """Return the report of a comparison that was answered, for those who may see all its documents."""
        visible = {document.id: document for document in self._library.documents(audience)}
        ids = tuple(dict.fromkeys(citation.document_id for citation in answer.citations))
        if answer.route != "compare" or len(ids) < 2 or not visible.keys() >= set(ids):
            return None
        documents = [visible[each] for each in ids]
        if (table := self._sheets(documents)) is not None:
            return sheet_report(table)
        return report(*self.compare(*documents)) if len(documents) == 2 else None

    def _sheets(self, documents: Sequence[Document]) -> SheetTable | None:
        """Return the table of documents that are all data sheets; None where one is not."""
        found = [sheets(each, self._library.pages(each.id)) for each in documents]
        return compare_sheets([each for one in found for each in one], self._embeddings) if all(found) else None

    def _documents(self, wish: CompareWish, question: Question) -> tuple[Document, ...]:
        visible = self._library.documents(question.audience)
        if not wish.first:
            thread = [turn.documents for turn in question.thread]
            ids = dict.fromkeys((*question.focus, *(each for turn in reversed(thread) for each in turn)))
            inside = [document for each in ids for document in visible if document.id == each]
            return tuple(inside) if 1 < len(inside) <= MOST_SHEETS else ()
        # Several documents, unless a comma belongs to the name of one.
        for names in ((*wish.first.split(","), wish.second), (wish.first, wish.second)):
            named = [called(each.strip(), visible) for each in names]
            found = tuple({each.id: each for each in named if each}.values())
            if len(found) == len(named):
                return found[:MOST_SHEETS]
        return ()

    def _answer(self, found: Comparison, checks: Sequence[tuple[Finding, Finding]]) -> Answer:
        citations = [self._cite(found.a, _first(found, "a")), self._cite(found.b, _first(found, "b"))]
        points = []
        for row in _weighty(found.kinds)[:MOST_POINTS]:
            marks = ""
            for document, side in ((found.a, row.a), (found.b, row.b)):
                if side and (citation := self._cite(document, side[0])):
                    citations.append(citation)
                    marks += f"[{_place(citations, citation)}]"
            points.append(
                f"• {row.kind.capitalize()}: {'. '.join([difference(row), *map(_large, row.gains)])} {marks}".rstrip()
            )
        kept = tuple(dict.fromkeys(each for each in citations if each))
        head = (
            f"{_called(found.a)} (first) and {_called(found.b)} (second) have {len(found.pairs)} clauses in common: "
            f"{found.count('same')} the same, {found.count('changed')} changed, "
            f"{found.count('reworded')} written otherwise. "
            f"{f'In {found.several} of them one clause stands against several. ' if found.several else ''}"
            f"{len(found.only_a)} stand only in the first, {len(found.only_b)} only in the second."
        )
        rows = tuple(
            (row.kind, _places(row.a), _places(row.b), difference(row), ". ".join(map(_large, row.gains)))
            for row in found.kinds
        )
        return Answer(
            "\n".join([head, *points, *_judged(found, checks)]),
            route="compare",
            citations=kept,
            table=Table(("Clauses about", _called(found.a), _called(found.b), "Difference", "Who gains"), rows),
            checks=(Check("quotes", passed=True, detail="every quote stands on its page"),),
            confidence=1.0,
            searched=(_called(found.a), _called(found.b)),
        )

    def _cite(self, document: Document, clause: Clause | None) -> Citation | None:
        """Return the beginning of a clause as its page has it; None where it stands on no page in one piece."""
        if clause is None:
            return None
        page = " ".join(self._library.page_text(document.id, clause.page).split())
        quote = " ".join(clause.text.split())[:QUOTE]
        quote = quote.rsplit(" ", 1)[0] if len(quote) == QUOTE else quote
        while len(quote) >= LEAST_QUOTE and quote not in page:
            quote = quote[: len(quote) * 2 // 3].rsplit(" ", 1)[0]
        if len(quote) < LEAST_QUOTE:
            return None
        return Citation(document.id, document.name, clause.page, quote, clause.label[:90])


def _large(said: str) -> str:
    return f"{said[0].upper()}{said[1:]}"


def _called(document: Document) -> str:
    return document.name or document.title


def _first(found: Comparison, side: str) -> Clause | None:
    """Return the clause that a contract is introduced by."""
    paired = [getattr(pair, side)[0] for pair in found.pairs]
    alone = [each.clause for each in (found.only_a if side == "a" else found.only_b)]
    return next(iter((*paired, *alone)), None)


def _weighty(rows: Sequence[KindRow]) -> list[KindRow]:
    """Return the kinds of clause that differ in what matters, those that lawyers look at first, first."""
    told = [
        row
        for row in rows
        if row.kind in WEIGHTY and not row.same and (row.only_a or row.only_b or row.gains or not (row.a and row.b))
    ]
    return sorted(told, key=lambda row: WEIGHTY.index(row.kind))


def _places(found: Sequence[Clause]) -> str:
    shown = ", ".join(f"{each.label[:50]} (p. {each.page})" for each in found[:3])
    return shown + (f" and {len(found) - 3} more" if len(found) > 3 else "") or "–"


def _judged(found: Comparison, checks: Sequence[tuple[Finding, Finding]]) -> list[str]:
    lines = []
    for at, document in enumerate((found.a, found.b)):
        failed = [pair[at].rule.name for pair in checks if pair[at].status != "met"]
        if failed:
            lines.append(
                f"Playbook, {_called(document)}: {len(failed)} of {len(checks)} rules not met: {'; '.join(failed[:5])}."
            )
    return lines


def _place(citations: Sequence[Citation | None], wanted: Citation) -> int:
    return list(dict.fromkeys(each for each in citations if each)).index(wanted) + 1
