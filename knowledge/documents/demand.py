"""What a question wants a document to state, and how that is said."""

from dataclasses import dataclass

from knowledge.documents.bounds import Bound
from knowledge.documents.fields import FIELDS, OPEN_ENDED
from knowledge.documents.span import Span, spoken

_VERBS = {"expiry": "expire", "effective": "take effect", "agreed": "were agreed"}


@dataclass(frozen=True, slots=True)
class Demand:
    """What a document must state; of the rest only one is set, besides `negated`.

    Any of `names` and `spans` will do. `whole` is what `names` are the parts of; `dated` takes the effective date for
    want of the one agreed.
    """

    field: str
    span: Span | None = None
    spans: tuple[Span, ...] = ()  # Besides `span`.
    names: tuple[str, ...] = ()
    whole: str = ""
    starts: str = ""
    bound: Bound | None = None
    running: bool = False
    present: bool = False
    missing: bool = False
    negated: bool = False
    dated: bool = False


def described(test: Demand) -> str:
    """Return a test in words."""
    called, no = FIELDS[test.field], "not " if test.negated else ""
    if test.span is not None:
        if test.running and test.span.low:
            return f"run past {spoken(test.span.low)}"
        when = " or ".join(map(str, (test.span, *test.spans)))
        if test.dated or test.field == "agreed":
            return f"{'are dated' if test.dated else 'were'} {no}{'' if test.dated else 'agreed '}{when}"
        return f"{'do not ' if no else ''}{_VERBS[test.field]} {when}"
    if test.missing:
        return f"have no {called} that I found"
    if test.bound:
        return f"have a {called} of {test.bound}"
    match test.field:
        case "law" if test.names:
            return f"are {no}governed by the law of {' or '.join(test.names)}"
        case "parties":
            return f"are with {' or '.join(test.names)}"
        case "renewal" if test.starts:
            return "do not renew automatically" if test.negated else "renew automatically"
        case "expiry" if test.starts == OPEN_ENDED:
            return f"are {no}open-ended"
    return f"state their {called}"
