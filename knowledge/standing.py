"""Say how the documents of an answer stand: superseded, or amended, with the words of the amendment."""

import datetime
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from knowledge.documents.amends import NOTHING
from knowledge.documents.lineage import Lineage, Link
from knowledge.documents.paper import QUOTE, Paper
from knowledge.documents.words import stems
from knowledge.types import Answer, Citation, Document, Page

TOLD = 3  # Documents of an answer, and amendments to each, that are told of.
_ENOUGH = 2  # Of an amendment's words for one clause.
_AMENDS = re.compile(
    r"(?i)\b(?:amend(?:s|ed)?|delet(?:es?|ed|ing)|replac(?:es?|ed|ing)|restated|add(?:s|ed|ing)|revis(?:es?|ed)|"
    r"modif(?:y|ies|ied)|substitut(?:es?|ed|ing)|insert(?:s|ed|ing)|strik(?:es?|ing)|extend(?:s|ed)?|changed)\b"
)
_ANNOUNCES = re.compile(r"(?i)\bfollow(?:s|ing)\b|\bread\b|:\W*$")
_NUMBERED = re.compile(r"^\W*(?:(?i:section|article|clause|paragraph)\s+|§\s*)?(?P<number>\d{1,2}(?:\.\d{1,2})*)(?!\d)")
_REFERENCE = re.compile(
    r"(?i)(?:\b(?:sub-?)?(?:sections?|articles?|clauses?|paragraphs?)|§)\s*(?P<number>\d{1,2}(?:\.\d{1,2})*)(?:\([a-z\d]+\))*"
)
_BARE = frozenset(stems("section article clause general provisions miscellaneous agreement other terms"))

Pages = Callable[[str], Sequence[Page]]


def with_standing(answer: Answer, lineage: Lineage, pages: Pages) -> Answer:
    """Return an answer that says of each document it quotes whether another has superseded or amended it.

    Where an amendment speaks of the clause that is quoted, its words are quoted as well; `pages` gives its pages.
    """
    if answer.refused or not answer.citations or not lineage.links:
        return answer
    citations, lines, listed = list(answer.citations), [], dict(answer.listed)
    for document_id in list(dict.fromkeys(each.document_id for each in citations))[:TOLD]:
        quoted = [each for each in answer.citations if each.document_id == document_id]
        for link in _about(document_id, lineage):
            listed[link.newer.id] = link.newer.name
            line = told(link, document_id)
            shown = any(each.document_id == link.newer.id for each in answer.citations)
            if link.amends and link.older.id == document_id and not shown:
                line += _quoted(link.newer, quoted, pages, citations)
            lines.append(line)
    return replace(
        answer, text="\n".join([answer.text, *lines]), citations=tuple(citations), listed=tuple(listed.items())
    )


def of_receipt(document_id: str, lineage: Lineage) -> tuple[str, ...]:
    """Return what to say of a document that was just read: of what it is a newer version or an amendment."""
    lines = [told(each, document_id) for each in _about(document_id, lineage)]
    if (said := lineage.unfound.get(document_id)) and said != NOTHING:
        lines.append(f"It says that it changes the {said}, which I do not find among the documents to be seen here.")
    return tuple(lines)


def told(link: Link, document_id: str) -> str:
    """Return in words how a document stands to the other one of a link."""
    newer, older = _named(link.newer, link.day), _named(link.older, link.older_day)
    if document_id == link.newer.id:
        return f"“{link.newer.name}” is {'an amendment to' if link.amends else 'a newer version of'} {older}."
    if link.amends:
        return f"“{link.older.name}” is amended by {newer}."
    return f"“{link.older.name}” is an earlier version: superseded by {newer}."


def _about(document_id: str, lineage: Lineage) -> Iterator[Link]:
    if newest := lineage.successor(document_id):
        yield newest
    yield from lineage.amendments(document_id)[-TOLD:]
    if changes := lineage.changes(document_id):
        yield changes


def _named(document: Document, day: datetime.date | None) -> str:
    return f"“{document.name}”" + (f" of {day.day} {day:%B %Y}" if day else "")


def _quoted(amendment: Document, quoted: Sequence[Citation], pages: Pages, citations: list[Citation]) -> str:
    """Return the words of an amendment for the clauses that were quoted, and add them to the citations."""
    paper = Paper.of(pages(amendment.id))
    said = []
    for start, end, heading in _speaking(paper, quoted):
        words = paper.cite(start, end)
        citation = Citation(amendment.id, amendment.name, words.page, words.quote, heading)
        if citation not in citations:
            citations.append(citation)
        said.append(f"“{words.quote}” [{citations.index(citation) + 1}]")
    if not said:
        return " I find nothing in it about the clause that is quoted here."
    return " On this clause it says: " + " ".join(said)


def _speaking(paper: Paper, quoted: Sequence[Citation]) -> Iterator[tuple[int, int, str]]:
    """Yield where an amendment changes one of the quoted clauses, called by number or by heading."""
    clauses_quoted = [_clause(each) for each in quoted]
    numbers = {number for number, _ in clauses_quoted if number}
    headings = {heading for _, heading in clauses_quoted if heading}
    found = 0
    reached = -1
    for start, end in paper.sentences:
        sentence = paper.text[start:end]
        if start < reached or not _AMENDS.search(sentence):
            continue
        named = next((each for each in _REFERENCE.finditer(sentence) if _within(each["number"], numbers)), None)
        by_name = set(stems(sentence[: QUOTE // 2]))
        if named or (not _REFERENCE.search(sentence) and any(heading <= by_name for heading in headings)):
            reached = _end(paper, start, end)
            yield start, reached, named[0] if named else ""
            found += 1
            if found == _ENOUGH:
                return


def _clause(citation: Citation) -> tuple[str, frozenset[str]]:
    """Return the number and the telling words of the heading of the clause that a quote stands in."""
    over = citation.heading.split(" › ")
    found = [match["number"] for each in (*over, citation.quote) if (match := _NUMBERED.match(each))]
    heading = next((words for each in reversed(over) if (words := frozenset(stems(each)) - _BARE)), frozenset())
    return (found[-1] if found else ""), frozenset(each for each in heading if each.isalpha())


def _within(reference: str, numbers: Iterable[str]) -> bool:
    """Tell whether a reference is to one of the clauses, to a part of it or to what it is a part of."""
    return any(f"{reference}.".startswith(f"{each}.") or f"{each}.".startswith(f"{reference}.") for each in numbers)


def _end(paper: Paper, start: int, end: int) -> int:
    """Return where the new words of a clause end that a sentence announces."""
    if not _ANNOUNCES.search(paper.text[start:end]):
        return end
    for begin, stop in paper.sentences:
        if begin < end:
            continue
        following = paper.text[begin:stop]
        if begin - start >= QUOTE or (_REFERENCE.search(following) and _AMENDS.search(following)):
            break
        end = stop
    return end
