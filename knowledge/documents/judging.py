"""Judge whether the fields of a document meet what a question wants."""

import datetime
from collections.abc import Mapping

from knowledge.documents.demand import Demand
from knowledge.documents.duration import durations
from knowledge.documents.fieldbook import Entry
from knowledge.documents.fields import OPEN_ENDED
from knowledge.documents.term import AUTOMATIC
from knowledge.documents.words import stems
from knowledge.types import Document

_TIME_AND_AGAIN = " at a time"
Fields = Mapping[str, Entry]


def expires(fields: Fields, today: datetime.date) -> datetime.date | None:
    """Return when a contract ends next, or has ended: its expiry, or where it renews by itself the end of that term.

    None where it has no expiry, or may go on for a time that it does not say.
    """
    expiry, renewal = fields.get("expiry"), fields.get("renewal")
    if expiry is None or expiry.value == OPEN_ENDED:
        return None
    day = datetime.date.fromisoformat(expiry.value)
    if day >= today or expiry.corrected_by or renewal is None or not renewal.value.startswith(AUTOMATIC):
        return day  # What a person has put right is the end that they know of.
    long = next((each for _, _, each in durations(renewal.value)), None)
    times, ends = 0, day
    while long is not None and ends < today and (not times or renewal.value.endswith(_TIME_AND_AGAIN)):
        times += 1
        later = type(long)(times * long.count, long.unit).after(day)
        if later is None or later <= day:
            return None
        ends = later
    return ends if ends >= today else None


def may_go_on(fields: Fields, today: datetime.date) -> bool:
    """Tell whether a contract is past its expiry, but renews by itself for a time that it does not say."""
    return "expiry" in fields and fields["expiry"].value != OPEN_ENDED and expires(fields, today) is None


def passes(document: Document, fields: Fields, test: Demand, today: datetime.date) -> bool | None:
    """Tell whether a document passes a test; None where it does not say what decides."""
    if test.field == "parties":
        return any(is_with(document, fields, name) for name in test.names)
    entry = fields.get(test.field) or (fields.get("effective") if test.dated else None)
    unending = test.field == "expiry" and entry is not None and entry.value == OPEN_ENDED
    if test.missing:
        return entry is None or unending
    if entry is None:
        return None
    if test.present:
        return not unending
    if test.span is not None:
        if unending:
            return test.running or test.negated
        day = expires(fields, today) if test.field == "expiry" else datetime.date.fromisoformat(entry.value)
        return None if day is None else any(each.holds(day) for each in (test.span, *test.spans)) != test.negated
    if test.names:
        return (entry.value in test.names) != test.negated
    if test.bound:
        return test.bound.holds(entry.value)
    return entry.value.startswith(test.starts) != test.negated


def is_with(document: Document, fields: Fields, name: str, *, alone: bool = False) -> bool:
    """Tell whether a name is that of a party, or `alone` of one of them rather than of several together."""
    wanted = set(stems(name))
    parties = fields["parties"].value if "parties" in fields else ""
    others = parties.split("; ") if alone else (parties, document.title)
    return bool(wanted) and any(wanted <= set(stems(each)) for each in (*others, *document.parties))
