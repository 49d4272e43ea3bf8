"""Answer from what generated code found in a result, and say that it was generated code."""

from collections.abc import Mapping

from knowledge.analysis.analyser import Analyser
from knowledge.analysis.finding import Finding
from knowledge.database import conditions, tell
from knowledge.database.catalog import Catalog
from knowledge.database.names import stemmed, words
from knowledge.database.write import Written
from knowledge.types import GENERATED, Answer, Check, Picture, Table, Turn

__all__ = ["Analyser", "answered", "asks_anew"]

CONFIDENCE = 0.5  # Of code that nobody has checked.
LEFT = "Here are the rows again; the buttons draw them otherwise."


def asks_anew(text: str, last: Turn, catalog: Catalog) -> bool:
    """Tell whether a message names something of the data that the last result is not about."""
    known = {stem for each in catalog.columns() for stem in stemmed(words(each.name))}
    known |= {stem for name in catalog.relations for stem in stemmed(words(name))}
    about = set(stemmed(f"{last.question} {last.answer} {words(last.sql)}"))
    return bool((set(stemmed(text)) & known) - about)


def answered(
    found: Finding, outcome: Written, catalog: Catalog, *, question: str, as_of: str, timings: Mapping[str, float]
) -> Answer:
    """Return the answer that a finding makes, with what it was found in."""
    return Answer(
        _said(found),
        route="data",
        table=found.table,
        picture=Picture.of(found.picture, alt=f"Chart for: {question}"[:200]) if found.picture else None,
        sql=outcome.guarded.asked,
        code=found.code,
        filters=conditions.filters(outcome.guarded.asked, catalog),
        as_of=as_of,
        checks=(Check(GENERATED, False, "worked out by generated code, not by a checked query"),),
        confidence=CONFIDENCE,
        searched=outcome.guarded.tables,
        timings=dict(timings),
    )


def _said(found: Finding) -> str:
    if found.number is not None:
        return f"{tell.figure(found.number)}."
    if found.picture:
        return "Here is the chart."
    return found.text or _rows(found.table)


def _rows(table: Table | None) -> str:
    count = len(table.rows) if table else 0
    return "1 row." if count == 1 else f"{count} rows."
