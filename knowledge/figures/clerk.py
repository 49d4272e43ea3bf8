"""Answer from the cells of tables, with the page's own words beside each figure; or leave it to someone else."""

from collections.abc import Sequence

from knowledge.documents.cells import Row
from knowledge.documents.cells import Table as Figures
from knowledge.documents.library import Library
from knowledge.figures.listing import Listed, listed
from knowledge.figures.reckon import Reckoning, reckon, said, without
from knowledge.proof import locate
from knowledge.types import Answer, Audience, Check, Citation, Document, Table

MOST = 3  # Documents that are looked at: what a question does not narrow down further is not beyond doubt.


class Clerk:
    """The one who reads tables: nothing is written by a model, everything reckoned is shown."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def answer(self, question: str, documents: Sequence[Document], audience: Audience) -> Answer | None:
        """Return the answer to an English question by the tables of `documents`, the likeliest first.

        None where no cell is meant beyond doubt, or where the words of one are not found on its page.
        """
        sheets = [
            (document, self._library.tables(document.id, audience), _known(document)) for document in documents[:MOST]
        ]
        listings = [
            told
            for document, tables, known in sheets
            if (lines := listed(without(question, known), tables)) and (told := self._read_off(lines, document))
        ]
        if listings:
            # What several documents list is meant of one of them only, and the question does not say of which.
            return listings[0] if len(listings) == 1 else None
        for document, tables, known in sheets:
            found = reckon(question, tables, known=known) if tables else None
            if found is not None:
                return self._told(found, document)
        return None

    def _read_off(self, lines: Sequence[Listed], document: Document) -> Answer | None:
        citations = [self._cited(each.table, each.row, document) for each in lines]
        if not all(citations):
            return None
        kept = tuple(dict.fromkeys(each for each in citations if each is not None))
        marks = [kept.index(each) + 1 for each in citations if each is not None]
        text = " ".join(f"{each.said}. [{mark}]" for each, mark in zip(lines, marks, strict=True))
        rows = tuple((each.row.label, each.row.values[each.column], each.table.page) for each in lines)
        return Answer(
            text,
            citations=kept,
            table=Table(("Line", lines[0].table.columns[lines[0].column] or "Value", "Page"), rows),
            checks=(Check("proven", True, f"read off {len(lines)} table cells"),),
            confidence=1.0,
            searched=(document.title or document.name,),
        )

    def _told(self, found: Reckoning, document: Document) -> Answer | None:
        citations = [self._cited(each.table, each.row, document) for each in found.cells]
        if not all(citations):
            return None
        kept = tuple(dict.fromkeys(each for each in citations if each is not None))
        marks = "".join(f"[{number}]" for number in range(1, len(kept) + 1))
        return Answer(
            f"{_sentence(found)} {marks}",
            citations=kept,
            table=Table(
                ("Line", "Column", "Value", "Unit", "Page"),
                tuple(
                    (
                        each.row.label,
                        each.header,
                        each.written,
                        "%" if each.percent else each.table.unit,
                        each.table.page,
                    )
                    for each in found.cells
                ),
            ),
            checks=(Check("proven", True, f"worked out in code from {len(found.cells)} table cells"),),
            confidence=1.0,
            searched=(document.title or document.name,),
        )

    def _cited(self, table: Figures, row: Row, document: Document) -> Citation | None:
        page = table.page
        text = self._library.page_text(document.id, page)
        for words in (_stretch(text, row), f"{row.label} {' '.join(row.values)}"):
            if words and (found := locate(words, {page: text})):
                return Citation(document.id, document.name or document.title, page, found[0][1], table.title)
        return None


def _known(document: Document) -> str:
    """Return the names of a document."""
    return " ".join((document.title, document.name, *document.parties))


def _stretch(text: str, row: Row) -> str:
    """Return the page's words for a row: its label and its values, whatever white space is between."""
    places = [at for at, letter in enumerate(text) if not letter.isspace()]
    squeezed = "".join(text[at] for at in places)
    values = "".join("".join(row.values).split())
    for words in ("".join(row.label.split()) + values, values):
        at = squeezed.find(words)
        if words and at >= 0 and (words != values or squeezed.count(values) == 1):
            return " ".join(text[places[at] : places[at + len(words) - 1] + 1].split())
    return ""


def _sentence(found: Reckoning) -> str:
    first = found.cells[0]
    if found.doing == "cell" and not found.working:
        name = (
            f"{first.row.label} ({first.row.group})"
            if first.row.group and len(first.row.label) < 20 and not first.row.label.lower().startswith("total")
            else first.row.label
        )
        return f"{name}, {first.header}: {said(found)}." if first.header else f"{name}: {said(found)}."
    named = "; ".join(f"{each.row.label}, {each.header}: {each.written}" for each in found.cells)
    return f"{said(found)} = {found.working}, from {named}."
